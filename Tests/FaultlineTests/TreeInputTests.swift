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
            try write("git/Kbuild", "\n")
            try git("init", "-q", ".")
            try git("config", "uploadpack.allowFilter", "true")
            try git("add", "-A")
            try commit("base")
            try git("tag", "v1")
            try write("git/README", "a change outside of the slice\n")
            try git("add", "-A")
            try commit("outside")
        }

        /// A clone of the git tree that lacks something.
        func clone(_ name: String, _ arguments: String...) throws {
            let source = url.appending(path: "git").absoluteString
            try git(["clone", "-q"] + arguments + [source, url.appending(path: name).path])
        }

        func git(in name: String, _ arguments: String...) throws {
            try git(["-C", url.appending(path: name).path] + arguments)
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

        private func git(_ arguments: String...) throws { try git(arguments) }

        private func git(_ arguments: [String]) throws {
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

    // MARK: - Clones that lack something

    @Test func aPartialCloneSaysWhatToFetchAndIsNotWrittenTo() throws {
        let place = try Place()
        try place.clone("partial", "--filter=blob:none", "--no-checkout")
        let before = try place.contents()
        let run = try CommandRun(["check", "--tree", "partial", "--rev", "v1"], in: place.url)
        #expect(run.status == 2)
        let lines = run.errors.split(separator: "\n").map(String.init)
        #expect(lines.count == 2, "\(run.errors)")
        #expect(
            lines[0].hasSuffix("is a partial clone, which lacks files of the slice at v1"),
            "\(run.errors)")
        #expect(try place.contents() == before, "nothing was fetched")

        // What it says is what helps.
        let command = try #require(lines[1].firstRange(of: "git -C "))
        let fetch = try Tool(name: "sh").run(["-c", String(lines[1][command.lowerBound...])])
        #expect(fetch.status == 0, "\(fetch.text)")
        let again = try CommandRun(["doctor", "--tree", "partial", "--rev", "v1"], in: place.url)
        #expect(again.output.contains("git partial, 6.1.0, v1"), "\(again.output)")
    }

    @Test func aShallowCloneSaysThatItIsOne() throws {
        let place = try Place()
        try place.clone("shallow", "--depth", "1")
        for revision in ["v1", "v1..HEAD"] {
            let run = try CommandRun(
                ["check", "--tree", "shallow", "--rev", revision], in: place.url)
            #expect(run.status == 2)
            #expect(
                run.errors.contains("has no revision v1; it is a shallow clone"), "\(run.errors)")
            #expect(run.errors.contains("fetch --unshallow"), "\(run.errors)")
        }
        // Its one commit is all that is needed of it.
        let head = try CommandRun(["doctor", "--tree", "shallow", "--rev", "HEAD"], in: place.url)
        #expect(head.output.contains("git shallow, 6.1.0, HEAD"), "\(head.output)")
    }

    @Test func aSparseCheckoutIsReadFromItsCommit() throws {
        let place = try Place()
        try place.clone("sparse")
        try place.git(in: "sparse", "sparse-checkout", "set", "include")
        for (arguments, directory) in [
            (["check", "--tree", "sparse"], place.url),
            (["check"], place.url.appending(path: "sparse/include")),
        ] {
            let run = try CommandRun(arguments, in: directory)
            #expect(run.status == 2)
            #expect(run.errors.contains("is a sparse checkout of Linux 6.1.0"), "\(run.errors)")
            #expect(run.errors.contains("--rev HEAD reads all files"), "\(run.errors)")
        }
        let head = try CommandRun(
            ["doctor", "--rev", "HEAD"], in: place.url.appending(path: "sparse"))
        #expect(head.output.contains("git sparse, 6.1.0, HEAD"), "\(head.output)")
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
