// SPDX-License-Identifier: GPL-2.0-only

// Whose code a verdict is about: that of the kernel tree around the current directory, and the report
// says so; a tree is known by its commit and its contents, whatever it is called.

import Foundation
import Testing
import VariantTesting

@Suite(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
struct TreeAroundTests {
    /// A git tree of 6.12, whose first commit is what was fetched.
    private static let history = Result<MadeHistory, any Error> { try MadeHistory(of: .v612) }

    private struct Report {
        let tree: [String: Any]
        let witnesses: Set<String>
        let text: String

        init(_ arguments: [String], in directory: URL) throws {
            let run = try CommandRun(
                ["check", "--format", "json", "--orders", "none"] + arguments, in: directory)
            #expect(run.status == 1, "\(run.errors)")
            text = run.output
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
                "\(run.errors)")
            tree = try #require(object["tree"] as? [String: Any])
            let variants = try #require(object["variants"] as? [[String: Any]])
            let verdicts = variants.flatMap { $0["verdicts"] as? [[String: Any]] ?? [] }
            witnesses = Set(
                verdicts.compactMap { ($0["witness"] as? [String: Any])?["id"] as? String })
            #expect(!witnesses.isEmpty)
        }
    }

    @Test func theSameContentsAreTheSameTreeHoweverTheyAreNamed() throws {
        let root = try Self.history.get().root
        let commit = try Self.history.get().git("rev-parse", "HEAD").trimmed
        let around = try Report([], in: root.appending(path: "fs/ext2"))
        #expect(around.tree["chosen"] as? String == "around")
        #expect(around.tree["kind"] as? String == "git")
        #expect(around.tree["rev"] as? String == commit)
        #expect(around.tree["modified"] as? Bool == false)
        let digest = try #require(around.tree["digest"] as? String)

        let elsewhere = try TemporaryDirectory.make()
        let copy = elsewhere.appending(path: "other")
        try FileManager.default.copyItem(at: root, to: copy)
        try FileManager.default.removeItem(at: copy.appending(path: ".git"))
        for (arguments, place, kind) in [
            (["--tree", root.path], elsewhere, "git"), (["--rev", "begin"], root, "git"),
            (["--tree", "other/"], elsewhere, "directory"),
        ] {
            let other = try Report(arguments, in: place)
            #expect(other.tree["digest"] as? String == digest, "\(arguments)")
            #expect(other.tree["kind"] as? String == kind)
            #expect(other.witnesses == around.witnesses, "\(arguments)")
            // No path that nobody has typed.
            if !arguments.contains(root.path) {
                #expect(!other.text.contains(root.path), "\(arguments)")
                #expect(!other.text.contains(elsewhere.path), "\(arguments)")
            }
        }
        #expect(!around.text.contains(root.path))

        // A report is a witness on its way: it finds its tree by the contents.
        let file = elsewhere.appending(path: "report.json")
        try Data(around.text.utf8).write(to: file)
        let id = try #require(around.witnesses.sorted().first)
        let replay = try CommandRun(
            ["replay", "report.json", "--id", id], in: elsewhere, cache: TemporaryDirectory.make())
        #expect(replay.status == 2, "nobody has read such a tree there: \(replay.errors)")
        let inTree = try CommandRun(
            ["replay", file.path, "--id", id], in: copy, cache: CommandRun.cacheOfObjects())
        #expect(inTree.status == 1, "\(inTree.errors)")
    }

    @Test func theFirstLineSaysWhichCodeItIsAndWhy() throws {
        let history = try MadeHistory(of: .v612)
        func firstLines(_ arguments: [String], in directory: URL) throws -> String {
            let run = try CommandRun(arguments, in: directory)
            #expect(run.status < 2, "\(arguments): \(run.errors)")
            return run.output.split(separator: "\n").prefix(3).joined(separator: " ")
                .split(separator: " ").joined(separator: " ")
        }
        let list = ["list", "points"]
        let clean = try firstLines(list, in: history.root)
        #expect(clean.hasPrefix("tree git linux, 6.12."), "\(clean)")
        #expect(clean.contains(", slice ") && !clean.contains("modified"), "\(clean)")
        #expect(clean.contains("around the current directory"), "\(clean)")
        #expect(
            try firstLines(["tree"], in: history.root.appending(path: "include"))
                .contains("around the current directory"))

        try history.write("/* mine */\n", to: "fs/iomap/mine.h")
        #expect(try firstLines(list, in: history.root).contains(" modified, slice "))

        let slice = try firstLines(list + ["--embedded"], in: history.root)
        #expect(slice.hasPrefix("tree embedded, 4.9.0-rc; by --embedded"), "\(slice)")
        let home = try firstLines(list, in: CommandRun.home.appending(path: "csrc/kernel"))
        #expect(home.hasPrefix("tree embedded, 4.9.0-rc; the default in Faultline's"), "\(home)")
        let nowhere = try firstLines(list, in: TemporaryDirectory.make())
        #expect(nowhere.hasPrefix("tree embedded, 4.9.0-rc; no kernel tree is"), "\(nowhere)")
        try KernelTree.v612.noteTested()
    }

    @Test func everySubcommandTakesTheTreeAround() throws {
        let root = try Self.history.get().root
        let patch = root.deletingLastPathComponent().appending(path: "mine.patch")
        try Data(
            KernelTree.v612.inserting(
                ["\t/* nothing */"], before: "\twhile (iomap_iter(&iter, ops) > 0) {",
                of: "fs/dax.c"
            ).utf8
        ).write(to: patch)
        // The patch is of 6.12: on the slice it would not even apply.
        for arguments in [
            ["check", "--orders", "none"], ["matrix", "--orders", "none"],
            ["explore", "--runs", "2000", "--scenario", "race/ext2/hole/*"],
            ["diff", "--orders", "none", "base"],
            ["bisect", "--orders", "none", "--expectation", "begin-end-flags"],
        ] {
            let run = try CommandRun(arguments + [patch.path], in: root)
            #expect(
                run.status < 2 || run.errors.contains(" holds at base"),
                "\(arguments): \(run.errors)")
            #expect(!run.errors.contains("apply"), "\(arguments): \(run.errors)")
        }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
