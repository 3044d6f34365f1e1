// SPDX-License-Identifier: GPL-2.0-only

// Trees that are none, and revisions that are not there, through the command: exit code 2, one
// clear line, and nothing written. What stands in for a kernel here has just enough of one to get
// past the question before.

import Foundation
import Testing
import VariantTesting

@Suite struct TreeInputTests {
    /// A place with all that the rows need.
    private struct Place {
        let url: URL

        init() throws {
            url = try TemporaryDirectory.make()
            try write("file", "a file\n")
            try write("empty/README", "nothing here\n")
            try write("old/Makefile", "VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 39\n")
            try write("old/include/linux/fs.h", "\n")
            for name in ["plain", "git"] {
                try write("\(name)/Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n")
                try write("\(name)/fs/dax.c", "int dax;\n")
                try write("\(name)/fs/iomap/iter.c", "int iter;\n")
                try write("\(name)/include/linux/fs.h", "\n")
            }
            try git("init", "-q", ".")
            try git("add", "-A")
            try commit("base")
            try git("tag", "v1")
            try write("git/README", "a change outside of the slice\n")
            try git("add", "-A")
            try commit("outside")
        }

        private func write(_ path: String, _ text: String) throws {
            let file = url.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }

        private func commit(_ subject: String) throws {
            try git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", subject)
        }

        private func git(_ arguments: String...) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["git", "-C", url.appending(path: "git").path] + arguments
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "git \(arguments)")
        }

        /// All files and what is in them.
        func contents() throws -> [String: Data] {
            var contents: [String: Data] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: url.path) {
                contents[name] = FileManager.default.contents(
                    atPath: url.appending(path: name).path)
            }
            return contents
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let arguments: String
        /// Where the command is called, below the place.
        var directory = ""
        /// All of these stand in the message.
        let says: [String]
        var testDescription: String { arguments }
    }

    static let rows: [Row] = [
        Row(arguments: "check --tree none", says: ["none", "no such directory"]),
        Row(
            arguments: "check --tree file",
            says: ["file", "is a file", "is a file, not a directory"]),
        Row(
            arguments: "check --tree empty",
            says: ["empty", "not a kernel tree", "no Makefile", "known to work", "6.12"]),
        Row(
            arguments: "check --tree old",
            says: ["old", "2.6.39", "no fs/dax.c", "known to work", "6.12"]),
        Row(arguments: "check --tree plain --rev v1", says: ["plain", "no git repository"]),
        Row(arguments: "check --tree git --rev v2", says: ["git", "no revision v2"]),
        Row(arguments: "check --tree git --rev v2..HEAD", says: ["git", "no revision v2"]),
        Row(arguments: "check --tree git --rev HEAD..v1", says: ["git", "empty"]),
        Row(arguments: "check --tree git --rev v1...HEAD", says: ["v1...HEAD", "two dots"]),
        Row(
            arguments: "check --tree git --rev v1..HEAD",
            says: ["git", "file of the slice"]),
        Row(arguments: "check --rev v1", says: ["--rev", "--tree DIR"]),
        Row(arguments: "check --tree=", says: ["--tree"]),
        Row(arguments: "check --tree git --rev=", says: ["--rev"]),
        Row(arguments: "check --tree plain none.patch", says: ["none.patch"]),
        Row(arguments: "matrix --tree none", says: ["none", "no such directory"]),
        Row(arguments: "list --tree none", says: ["none", "no such directory"]),
        Row(arguments: "list --tree git --rev v1..HEAD", says: ["range"]),
        Row(arguments: "bench --tree none", says: ["none", "no such directory"]),
        Row(arguments: "replay 0123456789ab --tree none", says: ["0123456789ab"]),
        Row(arguments: "tree none", says: ["none", "no such directory"]),
        Row(arguments: "tree none --tree plain", says: ["twice"]),
        Row(arguments: "tree", says: ["faultline tree DIR"]),
        Row(arguments: "tree git --rev v2", says: ["no revision v2"]),
    ]

    @Test(arguments: rows)
    func isAnswered(_ row: Row) throws {
        let place = try Place()
        let before = try place.contents()
        let run = try CommandRun(
            row.arguments.split(separator: " ").map(String.init),
            in: place.url.appending(path: row.directory))
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        let lines = run.errors.split(separator: "\n")
        #expect(lines.first?.hasPrefix("faultline: ") == true, "\(run.errors)")
        for words in row.says {
            #expect(run.errors.contains(words), "\(words)\nin\n\(run.errors)")
        }
        #expect(try place.contents() == before)
    }

    /// In a git tree that is not a kernel's, `--rev` alone has no answer.
    @Test func aRevisionIsOfTheKernelTreeAround() throws {
        let here = try CommandRun(["check", "--rev", "HEAD"], in: CommandRun.home)
        #expect(here.status == 2)
        #expect(here.errors.contains("--tree DIR"), "\(here.errors)")
        let place = try Place()
        let below = place.url.appending(path: "git/include/linux")
        let found = try CommandRun(["tree", "--rev", "v2"], in: below)
        #expect(found.status == 2)
        #expect(found.errors.contains("no revision v2"), "\(found.errors)")
    }

    @Test func doctorSaysWhatIsWrongWithATree() throws {
        let place = try Place()
        let bad = try CommandRun(["doctor", "--tree", "empty"], in: place.url)
        #expect(bad.status == 2)
        #expect(bad.output.contains("no Makefile"), "\(bad.output)")
        let good = try CommandRun(["doctor", "--tree", "plain"], in: place.url)
        #expect(good.output.contains("directory plain, 6.1.0"), "\(good.output)")
    }
}
