// SPDX-License-Identifier: GPL-2.0-only

// virtiofs: the trees' own fs/fuse/dax.c under every expectation, in a window of few ranges, with each
// request to the server failing; and seeded bugs in it.

import Expectations
import Foundation
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct FuseTests {
    static let fuse = TreeFilesystem(.fuse)
    static let trees = fuse.trees
    private static let reports = fuse.judged()

    private static func judged(_ tree: KernelTree) throws -> VariantReport {
        try reports[tree]!.get()
    }

    @Test(arguments: trees) func linuxIsJudged(_ tree: KernelTree) throws {
        let report = try Self.judged(tree)
        #expect(report.runs > 20_000)
        // Where calls are left out, nobody can say that a patch has fixed something.
        if KernelTree.withReferences.contains(tree) {
            #expect(!report.notes.contains { $0.contains("were not failed") })
        }
        Self.fuse.expectNothingFails(report)
    }

    /// What a rule says of a run that no scenario makes is worth nothing.
    @Test(arguments: trees) func theRulesThatMatterApply(_ tree: KernelTree) throws {
        let report = try Self.judged(tree)
        for name in [
            "no-self-deadlock", "no-deadlock", "locks-released", "begin-end-balanced",
            "fault-code", "pmd-rules", "error-kept", "error-has-cause", "data-intact", "no-leak",
            "no-warning",
        ] {
            #expect(report.verdict(of: name).runs > 0, "\(name)")
        }
    }

    /// A kernel before 6.15 has no reference of a mapping that a wait could end on (20); 6.1 marks what is
    /// loaded (24).
    @Test(arguments: trees) func whatIsOnRecordIsSeen(_ tree: KernelTree) throws {
        let known = Set(try Self.judged(tree).verdicts.flatMap(\.known).map(\.finding))
        let own: Set = KernelTree.withReferences.contains(tree) ? [20] : tree == .v61 ? [24] : []
        #expect(known == own.union([34, 35]))
    }

    @Test func thereAreEnoughSeeds() {
        #expect(Self.fuse.seeds.count >= 26)
        #expect(Set(Self.fuse.seeds.map(\.fails)).isSubset(of: Set(Expectations.all.map(\.name))))
    }

    @Test(.enabled(if: trees.contains(.v72), KernelTree.v72.reason))
    func seedsAreNoticed() throws {
        try Self.fuse.expectSeedsAreNoticed(in: .v72, try Self.judged(.v72))
    }

    @Test(arguments: trees) func aTreeHasNothingOfItUnlessAsked(_ tree: KernelTree) throws {
        try Self.fuse.expectNothingUnlessAsked(tree)
    }

    // MARK: - What runs

    /// Functions that no scenario runs, and why.
    static let notRun = [
        "fuse_dax_page_mkwrite": "pages of the window are told of by pfn_mkwrite()",
        "DEFINE_IOMAP_ITER_NEXT_END": "the macro that makes fuse_iomap_next() in 7.3, which runs",
    ]

    @Test(arguments: trees) func everyFunctionRunsOrIsListed(_ tree: KernelTree) throws {
        let functions = try Self.fuse.functions(of: "fs/fuse/dax.c", in: tree)
        #expect(functions.count > 40, "\(functions.count): the map is not that of fs/fuse/dax.c")
        #expect(functions.notRun.isSubset(of: Self.notRun.keys))
        #expect(functions.run.isDisjoint(with: Self.notRun.keys))
    }

    // MARK: - What a check is about

    /// A patch that changes nothing else is judged on fuse without being told.
    @Test(.enabled(if: trees.contains(.v72), KernelTree.v72.reason))
    func aPatchOfFuseIsJudgedOnFuse() throws {
        let directory = try KernelTree.v72.directory
        let (tree, file) = (directory.path, "fs/fuse/dax.c")
        let patch = try TemporaryDirectory.make().appending(path: "fuse.patch")
        try MadePatch.inserting(
            ["\tif (dmap->writable)"], before: "\tdmap->inode = NULL;", of: file,
            in: directory.appending(path: file)
        ).write(to: patch, atomically: true, encoding: .utf8)
        let run = try CommandRun(["check", "--tree", tree, patch.path])
        #expect(run.status == 1)
        #expect(run.output.contains("fs         fuse: the patch changes fs/fuse/dax.c"))
        #expect(run.output.contains("no-warning          FAIL"))
        let other = try CommandRun(["check", "--fs", "strict", "--tree", tree, patch.path])
        #expect(other.status == 2)
        #expect(other.errors.contains("--fs fuse judges it"))
    }
}
