// SPDX-License-Identifier: GPL-2.0-only

// What somebody would type every time: the tree, the number of jobs, the baseline, an expectation to
// leave out and why. It stands in `.faultline` at the top of the work tree, or in
// `$XDG_CONFIG_HOME/faultline/config`, in git's own format, and git reads it. What is typed comes
// before the file of the tree, and that before the user's. A key that is not known is a mistake: it
// would say something that nobody hears.

import Expectations
import FoundationEssentials
import Glibc
import Slices
import Synchronization
import System

/// The configuration files, and the options that they stand for.
struct Configuration {
    /// An expectation that is not asked for, and the reason.
    struct LeftOut: Sendable {
        var expectation: String
        var reason: String
    }

    /// The last value that was given wins: the tree's.
    private(set) var values: [String: String] = [:]
    private(set) var leftOut: [LeftOut] = []
    /// Of the files of this command.
    static var leftOut: [LeftOut] {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
    private static let current = Mutex<[LeftOut]>([])

    private static let keys = ["tree", "jobs", "baseline", "orders"]
    /// Subcommands that a key means something to.
    private static let users: [String: Set<String>] = [
        "tree": ["check", "matrix", "explore", "diff", "mutate", "watch", "list"],
        "jobs": ["check", "matrix", "explore", "replay", "diff", "bisect", "mutate", "watch"],
        "baseline": ["check"],
        "orders": ["check", "matrix", "mutate", "watch"],
    ]
    /// Options beside which a key's value is not meant.
    private static let rivals: [String: [String]] = [
        "tree": ["--tree", "--rev", "--embedded"], "jobs": ["--jobs"],
        "baseline": ["--baseline", "--all-failures", "--bisect"],
        "orders": ["--orders", "--preemptions"],
    ]

    /// The files that there are, the tree's behind the user's.
    static var files: [String] {
        let environment = Environment.current
        let home =
            environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? environment["HOME"].map { $0 + "/.config" }
        var files = home.map { [$0 + "/faultline/config"] } ?? []
        var path = Environment.directory ?? "/"
        while !path.isEmpty, path != "/" {
            if Disk.isFile(path + "/.faultline") {
                files.append(path + "/.faultline")
                break
            }
            if Disk.exists(path + "/.git") { break }
            path = directoryName(path)
        }
        return files.filter(Disk.isFile)
    }

    /// Reads the files.
    ///
    /// - Throws: `CommandFailure` that names file and key.
    init(_ files: [String] = Configuration.files) throws {
        guard !files.isEmpty else { return }
        let toolchain = try Toolchain.find()
        for file in files {
            let command = Command.git(
                toolchain, in: directoryName(file), ["config", "-f", file, "--list", "-z"])
            let result = try command.run()
            guard result.status == 0 else {
                let said = result.messages.split(separator: "\n").first.map(String.init) ?? ""
                throw CommandFailure("\(file): git cannot read it: \(said)")
            }
            for entry in result.output.split(separator: 0) {
                let text = String(decoding: entry, as: UTF8.self)
                let parts = text.split(
                    separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                try take(String(parts[0]), parts.count > 1 ? String(parts[1]) : "true", from: file)
            }
        }
    }

    private mutating func take(_ key: String, _ value: String, from file: String) throws {
        let parts = key.split(separator: ".").map(String.init)
        if parts.count == 3, parts[0] == "expectation", parts[2] == "leaveout" {
            guard Expectations.named(parts[1]) != nil else {
                let names = Expectations.all.map(\.name)
                throw CommandFailure(
                    "\(file): there is no expectation \(parts[1]); "
                        + NearestName.hint(
                            for: parts[1], among: names, else: "`faultline list` has them"))
            }
            guard value != "true", !value.isEmpty else {
                throw CommandFailure("\(file): \(key) needs a reason: leaveOut = \"...\"")
            }
            leftOut.removeAll { $0.expectation == parts[1] }
            leftOut.append(LeftOut(expectation: parts[1], reason: value))
            return
        }
        guard parts.count == 2, parts[0] == "faultline", Self.keys.contains(parts[1]) else {
            let all = Self.keys.map { "faultline." + $0 }
            throw CommandFailure(
                "\(file): \(key) means nothing; "
                    + NearestName.hint(
                        for: key, among: all,
                        else: "there are \(all.joined(separator: ", ")) and "
                            + "expectation.NAME.leaveOut"))
        }
        values[parts[1]] = value
    }

    /// A command line with what the files say behind it.
    func applied(to arguments: [String]) -> [String] {
        guard let command = arguments.first, !arguments.contains("--help"),
            !arguments.contains("-h"), !arguments.contains("--")
        else { return arguments }
        var more: [String] = []
        for key in Self.keys {
            guard let value = values[key], Self.users[key]?.contains(command) == true else {
                continue
            }
            let isGiven = (Self.rivals[key] ?? []).contains { option in
                arguments.contains { $0 == option || $0.hasPrefix(option + "=") }
            }
            if isGiven { continue }
            // Who stands in a kernel tree means that one.
            if key == "tree",
                SurroundingTree(of: Environment.directory ?? "/").place != nil
            {
                continue
            }
            more += ["--\(key)", expanded(value, key)]
        }
        return arguments + more
    }

    private func expanded(_ value: String, _ key: String) -> String {
        guard key == "tree" || key == "baseline", value.hasPrefix("~/"),
            let home = Environment.current["HOME"]
        else { return value }
        return home + value.dropFirst()
    }
}
