// SPDX-License-Identifier: GPL-2.0-only

// A witness of a kernel tree outlives the command that found it, but not the tree: what is replayed
// is what was found, or the user is told that it cannot be.

import Foundation
import Testing
import VariantTesting

@Suite struct TreeWitnessTests {
    /// The parts of a fetched tree that are looked at, in a place where they may be changed.
    private static func copy(of tree: KernelTree, to place: URL) throws {
        for path in [
            "Makefile", "fs/dax.c", "fs/internal.h", "fs/iomap", "fs/ext2", "include/linux",
            "include/trace/events", "lib/xarray.c", "lib/rbtree.c", "lib/radix-tree.h",
        ] {
            let source = try tree.directory.appending(path: path)
            guard FileManager.default.fileExists(atPath: source.path) else { continue }
            let copy = place.appending(path: path)
            try FileManager.default.createDirectory(
                at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: source, to: copy)
        }
    }

    private static func witness(_ run: CommandRun) throws -> String {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
            "\(run.errors)")
        let variant = try #require((object["variants"] as? [[String: Any]])?.first)
        let verdicts = try #require(variant["verdicts"] as? [[String: Any]])
        let verdict = try #require(
            verdicts.first { $0["expectation"] as? String == "no-self-deadlock" })
        return try #require((verdict["witness"] as? [String: Any])?["id"] as? String)
    }

    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func aTreeThatIsGoneOrChangedIsNotReplayedInSilence() throws {
        let place = try TemporaryDirectory.make()
        let directory = place.appending(path: "linux")
        try Self.copy(of: .v612, to: directory)
        // Its own contents: a witness is known by them, wherever the tree lies.
        let dax = directory.appending(path: "fs/dax.c")
        let text = try String(contentsOf: dax, encoding: .utf8) + "/* mine */\n"
        try Data(text.utf8).write(to: dax)
        let check = ["check", "--format", "json", "--tree", "linux"]
        let id = try Self.witness(try CommandRun(check, in: place))
        #expect(
            try Self.witness(try CommandRun(check, in: place)) == id, "same input, same witness")
        let there = try CommandRun(["replay", id])
        #expect(there.status == 1, "\(there.errors)")
        #expect(there.errors.isEmpty, "\(there.errors)")
        #expect(there.output.contains("directory linux, 6.12"))

        try Data((text + "\n").utf8).write(to: dax)
        let changed = try CommandRun(["replay", id])
        #expect(changed.status == 2)
        #expect(changed.output.isEmpty)
        #expect(changed.errors.contains("linux (6.12"), "\(changed.errors)")
        #expect(changed.errors.contains("other contents now"), "\(changed.errors)")
        let anyway = try CommandRun(["replay", id, "--tree", "linux"], in: place)
        #expect(anyway.status == 1, "\(anyway.errors)")

        try FileManager.default.removeItem(at: directory)
        let gone = try CommandRun(["replay", id])
        #expect(gone.status == 2)
        #expect(gone.errors.contains("no such directory"), "\(gone.errors)")
        #expect(gone.errors.contains("replay \(id) --tree DIR"), "\(gone.errors)")
    }

    @Test(
        .enabled(if: KernelTree.v61.isThere && KernelTree.v612.isThere, KernelTree.v61.reason))
    func aWitnessCanBeReplayedOnAnotherTree() throws {
        let tree = try KernelTree.v612.directory.path
        let id = try Self.witness(
            try CommandRun(["check", "--format", "json", "--tree", tree]))
        let other = try CommandRun(["replay", id, "--tree", try KernelTree.v61.directory.path])
        #expect(other.output.contains(" 6.1."), "\(other.errors)")
        #expect(other.output.contains("possible recursive locking detected"))
        // A bad medium is another error there.
        #expect(other.status == 1)
        #expect(other.errors.contains("-EIO here"), "\(other.errors)")
    }

    /// The commits of a range stand on each other, and their places are those after the last one.
    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func aRangeIsTheSeriesAndTheColumnsOfAMatrix() throws {
        let place = try TemporaryDirectory.make()
        let directory = place.appending(path: "linux")
        try Self.copy(of: .v612, to: directory)
        func git(_ arguments: String...) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments =
                [
                    "git", "-C", directory.path, "-c", "user.name=A Developer",
                    "-c", "user.email=developer@example.org", "-c", "commit.gpgsign=false",
                ] + arguments
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "git \(arguments)")
        }
        try git("init", "--quiet")
        try git("add", "--all", "--force")
        try git("commit", "--quiet", "--message", "the tree")
        try git("tag", "v1")
        for (subject, file, lines) in [
            ("dax: say nothing", "fs/dax.c", "/* one */\n/* two */\n"),
            ("ext2: say nothing", "fs/ext2/inode.c", "/* one */\n"),
        ] {
            let source = directory.appending(path: file)
            let text = try String(contentsOf: source, encoding: .utf8)
            try Data((lines + text).utf8).write(to: source)
            try git("commit", "--quiet", "--all", "--message", subject)
        }
        // Above the tree, and by no option: the tree is that around the current directory.
        let matrix = try CommandRun(
            ["matrix", "--rev", "v1..HEAD"], in: directory.appending(path: "fs/ext2"))
        #expect(matrix.status == 0, "\(matrix.errors)")
        let words = matrix.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("(dax: say nothing)"), "\(matrix.output)")
        #expect(words.contains("(ext2: say nothing)"), "\(matrix.output)")
        let row = try #require(
            matrix.output.split(separator: "\n").first { $0.hasPrefix("no-self-deadlock") })
        #expect(row.split(separator: " ").dropFirst() == ["FAIL", "FAIL", "FAIL"])

        let check = try CommandRun([
            "check", "--all-failures", "--tree", directory.path, "--rev", "v1..HEAD",
        ])
        #expect(check.status == 1, "\(check.errors)")
        let source = try String(
            contentsOf: directory.appending(path: "fs/ext2/inode.c"), encoding: .utf8)
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        let name = try #require(
            lines.firstIndex {
                $0.hasPrefix("int ext2_iomap_end(") || $0.hasPrefix("ext2_iomap_end(")
            })
        let found = try #require(
            check.output.firstMatch(of: /ext2_iomap_end +fs\/ext2\/inode\.c:([0-9]+)/))
        let line = try #require(Int(found.1))
        #expect((name..<(name + 40)).contains(line), "the line after both patches")
    }

    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func whatATreeCanBeAskedIsListed() throws {
        let tree = try KernelTree.v612.directory.path
        let points = try CommandRun(["list", "points", "--tree", tree])
        #expect(points.status == 0, "\(points.errors)")
        #expect(points.output.contains("dax_direct_access"))
        #expect(points.output.contains("-EHWPOISON"))
        let scenarios = try CommandRun(
            ["list", "scenarios", "--tree", tree, "--format", "json"])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(scenarios.output.utf8))
                as? [String: Any])
        #expect((object["scenarios"] as? [Any])?.isEmpty == false)
        #expect((object["tree"] as? [String: Any])?["kind"] as? String == "directory")
    }

    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func theShippedPatchesAreNotForATree() throws {
        let run = try CommandRun(["matrix", "--tree", try KernelTree.v612.directory.path])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("the patches that ship are for the embedded slice"))
        let report = try CommandRun(
            ["tree", "--format", "json", try KernelTree.v612.directory.path])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any],
            "\(report.errors)")
        let counts = try #require(object["counts"] as? [String: Any])
        #expect(try #require(counts["compiled"] as? Int) > 5)
        #expect(counts["scenarios"] as? Int == counts["scenarios_run"] as? Int)
    }
}
