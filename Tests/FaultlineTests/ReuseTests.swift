// SPDX-License-Identifier: GPL-2.0-only

// A patch is judged by the runs that it can change, and the answer is that of all runs. Each patch is asked
// about twice, and the second time every run is made.

import Foundation
import Testing
import VariantTesting

@Suite struct ReuseTests {
    /// In which the code without a patch has been checked, and no patch.
    private static let cache = Result {
        let cache = try CommandRun.cacheOfObjects()
        let run = try CommandRun(["check", "--embedded"], cache: cache)
        #expect(run.status < 2, "\(run.errors)")
        return cache
    }

    /// The variant of a report, without what may differ.
    private static func ask(_ arguments: [String]) throws -> (String, reused: Int) {
        let run = try CommandRun(
            ["check", "--embedded", "--format", "json"] + arguments, cache: try cache.get())
        #expect(run.status < 2 && run.errors.isEmpty, "\(run.errors)")
        var variant = try VariantText(of: run.output)
        let reused = try variant.remove("runs_reused").map { try #require(Int($0)) } ?? 0
        #expect(variant.remove("seconds") != nil)
        #expect(variant.remove("runs_kept") == nil)
        return (variant.text, reused)
    }

    private static func expectTheSame(_ arguments: [String]) throws -> Int {
        let (reusing, reused) = try ask(arguments)
        let (whole, none) = try ask(["--no-reuse"] + arguments)
        #expect(reusing == whole)
        #expect(none == 0)
        return reused
    }

    private static func file(_ patch: String) throws -> String {
        let path = try TemporaryDirectory.make().appending(path: "made.patch")
        try Data(patch.utf8).write(to: path)
        return path.path
    }

    /// A leaf of ext2: what strict's scenarios run is known.
    @Test func aPatchOfOneFunctionIsJudgedByTheRunsThatEnterIt() throws {
        let path = try Self.file(
            try MadePatch.inserting(
                ["\tif (offset + length < offset)", "\t\treturn -EIO;"], into: "ext2_iomap_end",
                of: "fs/ext2/inode.c"))
        #expect(try Self.expectTheSame([path]) > 10_000)
        let text = try CommandRun(["check", "--embedded", path], cache: try Self.cache.get()).output
        #expect(text.contains("runs"))
    }

    @Test(arguments: [
        Shipped.naive.patches, Shipped.option2.patches, Shipped.merged.patches,
        ["Tests/Seeds/truncate-keeps-indirect-block.patch"],
        ["Tests/Seeds/pmd-private-write.patch"],
        ["Tests/Seeds/truncate-mutex-outside-dax-sem.patch"],
        ["Tests/Seeds/mkwrite-not-dirty.patch"],
        ["Tests/Seeds/counting-blocks-loops.patch"],
    ])
    func theAnswerIsThatOfAllRuns(_ patches: [String]) throws {
        _ = try Self.expectTheSame(
            patches.map { CommandRun.home.appending(path: $0).path })
    }

    @Test func theTextSaysHowManyRunsAreReused() throws {
        let path = try Self.file(
            try MadePatch.inserting(
                ["\tif (!inode)", "\t\treturn -EIO;"], into: "ext2_iomap_end",
                of: "fs/ext2/inode.c"))
        let run = try CommandRun(["check", "--embedded", path], cache: try Self.cache.get())
        #expect(
            run.output.replacing(/\s+/, with: " ")
                .contains(/; [1-9][0-9,]+ of them reused: they enter nothing that is changed/))
    }

    /// What a scenario comes to does not depend on what else is asked for.
    @Test(arguments: [
        ["--scenario", "*/hole*"], ["--expectation", "no-leak"], ["--orders", "none"],
    ])
    func aPartOfACheckReusesWhatAWholeOneHasRun(_ part: [String]) throws {
        let path = try Self.file(
            try MadePatch.inserting(
                ["\tif (offset > offset + length)", "\t\treturn -EIO;"], into: "ext2_iomap_end",
                of: "fs/ext2/inode.c"))
        #expect(try Self.expectTheSame(part + [path]) > 0)
    }

    /// Of one that enters a function, all runs are asked.
    @Test func aPartOfTheRunsOfAScenarioReusesNothing() throws {
        let path = try Self.file(
            try MadePatch.inserting(
                ["\tif (offset > offset + length)", "\t\treturn -EIO;"], into: "ext2_iomap_end",
                of: "fs/ext2/inode.c"))
        #expect(try Self.expectTheSame(["--function", "ext2_write_failed", path]) == 0)
    }

    /// A table of functions: whoever reads it goes another way and has the same instructions.
    @Test func changedDataReusesNothing() throws {
        let source = CommandRun.home.appending(path: "csrc/kernel")
        let text = try String(
            contentsOf: source.appending(path: "fs/ext2/inode.c"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = try #require(
            lines.firstIndex { $0.contains(".iomap_end") && $0.contains("ext2_iomap_end") })
        let hunk = """
            --- a/fs/ext2/inode.c
            +++ b/fs/ext2/inode.c
            @@ -\(line),3 +\(line),2 @@
             \(lines[line - 1])
            -\(lines[line])
             \(lines[line + 1])

            """
        #expect(try Self.expectTheSame([try Self.file(hunk)]) == 0)
    }

    /// Added lines are counted in every scenario that comes to them.
    @Test func linesThatChangeNoInstructionAreCountedWhereTheyRun() throws {
        let path = try Self.file(
            try MadePatch.inserting(
                ["\tlength = length + 0;"], into: "ext2_iomap_end", of: "fs/ext2/inode.c")
                + "\n"
                + (try MadePatch.inserting(
                    ["\tif (!vmf)", "\t\treturn VM_FAULT_SIGBUS;"], into: "dax_pfn_mkwrite")))
        #expect(try Self.expectTheSame([path]) > 0)
    }
}
