// SPDX-License-Identifier: GPL-2.0-only

// A history of small changes in a git repository of its own, made by a test: of the embedded slice,
// or of a kernel's tree. It is what a developer has who asks which of them it was: a branch, the
// mails of it, a directory of patches.

import Foundation
import Testing

/// A repository with changes to the slice.
package struct MadeHistory {
    package let root: URL

    /// The embedded slice.
    package init() throws {
        root = try TemporaryDirectory.make().appending(path: "slice")
        try FileManager.default.copyItem(
            at: CommandRun.home.appending(path: "csrc/kernel"), to: root)
        try begin()
    }

    /// What a slice is made of in a kernel's tree.
    package init(of tree: KernelTree) throws {
        root = try TemporaryDirectory.make().appending(path: "linux")
        let source = try tree.directory
        for name in ["Makefile", "fs/dax.c", "fs/ext2", "fs/iomap", "include/linux", "lib"] {
            let target = root.appending(path: name)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: source.appending(path: name), to: target)
        }
        let events = "include/trace/events"
        try FileManager.default.createDirectory(
            at: root.appending(path: events), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: source.appending(path: "\(events)/fs_dax.h"),
            to: root.appending(path: "\(events)/fs_dax.h"))
        try begin()
    }

    private func begin() throws {
        try git("init", "-q")
        try commit("Begin")
        try git("tag", "begin")
    }

    // MARK: - Changes

    /// Puts statements at the start of a function's body.
    package func insert(_ statements: [String], into function: String, of file: String) throws {
        var lines = try text(of: file).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        let name = try #require(
            lines.firstIndex { line in
                line.contains("\(function)(") && line.first?.isWhitespace == false
                    && !line.hasSuffix(";")
            }, "\(file) has no \(function)()")
        let brace = try #require(lines[name...].firstIndex(of: "{"))
        lines.insert(contentsOf: statements, at: brace + 1)
        try write(lines.joined(separator: "\n"), to: file)
    }

    package func replace(_ old: String, with new: String, in file: String) throws {
        let before = try text(of: file)
        #expect(before.contains(old), "\(file): \(old)")
        try write(before.replacing(old, with: new), to: file)
    }

    /// A change that changes nothing.
    package func note(_ number: Int, in file: String = "fs/dax.c") throws {
        try write(try text(of: file) + "\n/* Note \(number). */\n", to: file)
        try commit("\(file): say more (\(number))")
    }

    package func apply(_ patch: String) throws {
        try git("apply", CommandRun.home.appending(path: "patches/\(patch).patch").path)
    }

    package func commit(_ subject: String) throws {
        try git("add", "-A")
        try git("commit", "-q", "-m", subject)
    }

    package func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: root.appending(path: file))
    }

    private func text(of file: String) throws -> String {
        try String(contentsOf: root.appending(path: file), encoding: .utf8)
    }

    // MARK: - As others get it

    /// All commits behind the first one as mails in one file.
    package func mbox() throws -> String {
        let file = root.deletingLastPathComponent().appending(path: "series.mbx")
        try Data(try git("format-patch", "--stdout", "begin").utf8).write(to: file)
        return file.path
    }

    /// The same in a directory.
    package func directory() throws -> URL {
        let place = root.deletingLastPathComponent().appending(path: "outgoing")
        try git("format-patch", "-q", "-o", place.path, "begin")
        return place
    }

    @discardableResult
    package func git(_ arguments: String...) throws -> String {
        let done = try run("git", arguments)
        try #require(done.status == 0, "git \(arguments): \(done.words)")
        return done.words
    }

    /// Runs a tool in the repository; what it says goes to one place.
    package func run(
        _ tool: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, words: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.currentDirectoryURL = root
        var all = ProcessInfo.processInfo.environment
        all["GIT_CONFIG_GLOBAL"] = "/dev/null"
        for name in ["AUTHOR", "COMMITTER"] {
            all["GIT_\(name)_NAME"] = "A Developer"
            all["GIT_\(name)_EMAIL"] = "developer@example.org"
            all["GIT_\(name)_DATE"] = "2024-01-01T10:00:00Z"
        }
        process.environment = all.merging(environment) { $1 }
        let said = root.deletingLastPathComponent().appending(path: UUID().uuidString)
        try Data().write(to: said)
        let handle = try FileHandle(forUpdating: said)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        let words = String(decoding: try Data(contentsOf: said), as: UTF8.self)
        return (process.terminationStatus, words)
    }
}
