// SPDX-License-Identifier: GPL-2.0-only

// Runs the built command the way a user does: as a process of its own, with a cache of its own, in
// a directory that is not the checkout.

import Foundation
import Testing

/// One run of the command.
package struct CommandRun {
    package let status: Int32
    package let output: String
    package let errors: String

    /// The executable lies beside the test bundle.
    package static let executable: URL = {
        let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appending(path: "faultline")
    }()

    /// The checkout, found from this file.
    package static let home = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Runs `faultline` with arguments to its end.
    ///
    /// - Parameters:
    ///   - input: what it reads from standard input.
    ///   - directory: where it stands; a directory of its own if nil.
    ///   - cache: the build cache; the one that all tests of this process share if nil.
    @discardableResult
    package init(
        _ arguments: [String], input: String = "", in directory: URL? = nil, cache: URL? = nil
    ) throws {
        let process = try CommandRun.start(
            arguments, input: input, in: directory, cache: cache ?? CommandRun.sharedCache.url)
        process.waitUntilExit()
        status =
            process.process.terminationReason == .exit
            ? process.process.terminationStatus : 128 + process.process.terminationStatus
        output = try process.text(of: process.output)
        errors = try process.text(of: process.errors)
    }

    /// A process that was started; its output goes to files, so it never blocks on a reader.
    package struct Started {
        package let process: Process
        package let output: URL
        package let errors: URL

        package func waitUntilExit() { process.waitUntilExit() }
        package func text(of file: URL) throws -> String {
            String(decoding: try Data(contentsOf: file), as: UTF8.self)
        }

        /// Waits until the command has had workers for a while, so that there is something to
        /// interrupt.
        package func waitForWorkers() throws {
            let pid = process.processIdentifier
            for _ in 0..<6000 {
                try #require(process.isRunning, "it ended before it had workers")
                let list = "/proc/\(pid)/task/\(pid)/children"
                let children = (try? String(contentsOfFile: list, encoding: .utf8)) ?? ""
                let hasWorker = children.split(separator: " ").contains { child in
                    let line = try? String(
                        contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)
                    return line?.contains("worker") == true
                }
                usleep(hasWorker ? 1_500_000 : 50_000)
                if hasWorker { return }
            }
            Issue.record("no worker was started")
        }
    }

    package static func start(
        _ arguments: [String], input: String = "", in directory: URL? = nil, cache: URL
    ) throws -> Started {
        let place = try TemporaryDirectory.make()
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = directory ?? place
        var environment = ProcessInfo.processInfo.environment
        environment["FAULTLINE_HOME"] = home.path
        environment["FAULTLINE_CACHE"] = cache.path
        process.environment = environment
        func file(_ name: String, _ contents: String = "") throws -> (URL, FileHandle) {
            let url = place.appending(path: ".\(name)")
            try Data(contents.utf8).write(to: url)
            return (url, try FileHandle(forUpdating: url))
        }
        let (_, inputHandle) = try file("input", input)
        let (output, outputHandle) = try file("output")
        let (errors, errorsHandle) = try file("errors")
        process.standardInput = inputHandle
        process.standardOutput = outputHandle
        process.standardError = errorsHandle
        try process.run()
        return Started(process: process, output: output, errors: errors)
    }

    /// Variants are built once for all tests of this process.
    package static let sharedCache = TemporaryDirectory()

    /// A cache in which nobody has asked anything: it has the objects that were compiled by now, and no
    /// image, run or witness. What is about compiling takes an empty directory.
    package static func cacheOfObjects() throws -> URL {
        let cache = try TemporaryDirectory.make()
        let objects = cache.appending(path: "objects")
        try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
        let known = sharedCache.url.appending(path: "objects")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: known.path)) ?? []
        for name in names {
            // One that goes away meanwhile is compiled.
            try? FileManager.default.linkItem(
                at: known.appending(path: name), to: objects.appending(path: name))
        }
        return cache
    }
}

/// JSON as text that is the same for the same contents. To compare dictionaries of Foundation takes a
/// second for a report.
package func sortedJSON(_ object: [String: Any]) throws -> String {
    String(
        decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys),
        as: UTF8.self)
}

/// A directory that goes away with the process.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    package init() {
        url = try! TemporaryDirectory.make()
    }

    package static func make() throws -> URL {
        let url = root.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    private static let root: URL = {
        let root = FileManager.default.temporaryDirectory
            .appending(path: "faultline-tests-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        atexit {
            let path = FileManager.default.temporaryDirectory
                .appending(path: "faultline-tests-\(ProcessInfo.processInfo.processIdentifier)")
            try? FileManager.default.removeItem(at: path)
        }
        return root
    }()
}

/// Patches made from the slice as it is, so that they apply whatever was done to it.
package enum MadePatch {
    /// Puts statements at the start of a function's body.
    package static func inserting(
        _ statements: [String], into function: String, of file: String = "fs/dax.c"
    ) throws -> String {
        let source = CommandRun.home.appending(path: "csrc/kernel").appending(path: file)
        let lines = try MadePatch.lines(of: source)
        let name = try #require(
            lines.firstIndex { line in
                (line.contains(" \(function)(") || line.contains("*\(function)(")
                    || line.hasPrefix("\(function)("))
                    && line.first?.isWhitespace == false && !line.hasSuffix(";")
            })
        let brace = try #require(lines[name...].firstIndex(of: "{"))
        return patch(inserting: statements, at: brace + 1, of: lines, file, subject: function)
    }

    /// Puts lines before the first one of a source file that begins with `landmark`.
    package static func inserting(
        _ added: [String], before landmark: String, of file: String, in source: URL
    ) throws -> String {
        let lines = try MadePatch.lines(of: source)
        let place = try #require(
            lines.firstIndex { $0.hasPrefix(landmark) }, "\(file) has no line '\(landmark)'")
        return patch(inserting: added, at: place, of: lines, file, subject: file)
    }

    private static func lines(of source: URL) throws -> [String] {
        try String(contentsOf: source, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func patch(
        inserting added: [String], at place: Int, of lines: [String], _ file: String,
        subject: String
    ) -> String {
        var patch = """
            From: A Developer <developer@example.org>
            Subject: [PATCH] try: \(subject)

            ---
            diff --git a/\(file) b/\(file)
            --- a/\(file)
            +++ b/\(file)
            @@ -\(place - 2),6 +\(place - 2),\(6 + added.count) @@

            """
        for line in lines[(place - 3)..<place] { patch += " \(line)\n" }
        for line in added { patch += "+\(line)\n" }
        for line in lines[place...(place + 2)] { patch += " \(line)\n" }
        return patch + "-- \n2.39.5\n"
    }
}
