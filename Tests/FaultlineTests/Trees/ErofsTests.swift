// SPDX-License-Identifier: GPL-2.0-only

// erofs: the trees' own fs/erofs/data.c under every expectation, with files of each kind that can have DAX, on one
// device and three, with each read of metadata failing; and seeded bugs in it.

import Expectations
import Machine
import Testing
import VariantTesting

@testable import Exploration

@Suite struct ErofsTests {
    static let erofs = TreeFilesystem(.erofs)
    static let trees = erofs.trees
    private static let reports = erofs.judged()

    private static func judged(_ tree: KernelTree) throws -> VariantReport {
        try reports[tree]!.get()
    }

    @Test(arguments: trees) func linuxIsJudged(_ tree: KernelTree) throws {
        let report = try Self.judged(tree)
        #expect(report.runs > 3_000)
        Self.erofs.expectNothingFails(report)
    }

    /// What a rule says of a run that no scenario makes is worth nothing.
    @Test(arguments: trees) func theRulesThatMatterApply(_ tree: KernelTree) throws {
        let report = try Self.judged(tree)
        for name in [
            "no-deadlock", "lock-order", "locks-released", "begin-end-balanced", "fault-code",
            "pmd-rules", "error-kept", "error-has-cause", "data-intact", "no-leak", "no-warning",
        ] {
            #expect(report.verdict(of: name).runs > 0, "\(name)")
        }
        for name in ["short-write-trims", "durability"] {
            #expect(report.verdict(of: name).runs == 0, "\(name): nothing can be written")
        }
    }

    /// read() of a hole into memory that faults returns 0 (5); 6.1 marks what is loaded (24).
    @Test(arguments: trees) func whatIsOnRecordIsSeen(_ tree: KernelTree) throws {
        let known = Set(try Self.judged(tree).verdicts.flatMap(\.known).map(\.finding))
        #expect(known == (tree == .v61 ? [5, 24] : [5]))
    }

    @Test func thereAreEnoughSeeds() {
        #expect(Self.erofs.seeds.count >= 10)
        #expect(Set(Self.erofs.seeds.map(\.fails)).isSubset(of: Set(Expectations.all.map(\.name))))
    }

    @Test(.enabled(if: trees.contains(.v72), KernelTree.v72.reason))
    func seedsAreNoticed() throws {
        try Self.erofs.expectSeedsAreNoticed(in: .v72, try Self.judged(.v72))
    }

    @Test(arguments: trees) func aTreeHasNothingOfItUnlessAsked(_ tree: KernelTree) throws {
        try Self.erofs.expectNothingUnlessAsked(tree)
    }

    /// Functions that no scenario runs, and why.
    static let notRun = [
        "erofs_read_folio": "files without DAX are read by pages",
        "erofs_readahead": "likewise",
        "erofs_onlinefolio_init": "likewise",
        "erofs_onlinefolio_split": "likewise",
        "erofs_onlinefolio_end": "likewise",
        "erofs_bmap": "no operation asks for a block's number",
        "erofs_fiemap": "no operation asks for a map",
        "DEFINE_IOMAP_ITER_NEXT_END": "the macro that makes erofs_iomap_next() in 7.3, which runs",
    ]

    @Test(arguments: trees) func everyFunctionRunsOrIsListed(_ tree: KernelTree) throws {
        let functions = try Self.erofs.functions(of: "fs/erofs/data.c", in: tree)
        #expect(functions.count > 15, "\(functions.count): the map is not that of fs/erofs/data.c")
        #expect(functions.notRun.isSubset(of: Self.notRun.keys))
        #expect(functions.run.isDisjoint(with: Self.notRun.keys))
    }
}
