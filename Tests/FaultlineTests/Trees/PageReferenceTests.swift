// SPDX-License-Identifier: GPL-2.0-only

// Trees in which a mapping of a DAX page is a reference to its folio, and ->iomap_next() stands
// beside begin and end: faults are driven there, every expectation is asked, and seeded bugs in how
// fs/dax.c deals with references are noticed.

import Expectations
import Foundation
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct PageReferenceTests {
    /// Skipped visibly, with the reason, where a tree cannot be had.
    @Test(.enabled(if: KernelTree.v72.isThere, KernelTree.v72.reason))
    func linux72IsJudged() throws { try isJudged(.v72) }

    @Test(.enabled(if: KernelTree.v73.isThere, KernelTree.v73.reason))
    func linux73IsJudged() throws { try isJudged(.v73) }

    private func isJudged(_ tree: KernelTree) throws {
        let report = try Self.judged[tree]!.get().report
        #expect(report.runs > 50_000)
        #expect(report.harnessErrors.isEmpty)
        #expect(report.verdicts.count == Expectations.all.count)
        for verdict in report.verdicts {
            let name = verdict.expectation.name
            #expect(verdict.runs > 0, "no run says anything about \(name)")
            let story = verdict.witness?.text(for: verdict.expectation)
            #expect(verdict.verdict == .pass, "\(name)\n\(story ?? "")")
        }
    }

    // MARK: - What is run

    /// All that the strict filesystem can be asked; nothing of ext2, and it is told.
    @Test(arguments: KernelTree.withReferences)
    func everyScenarioOfTheStrictFilesystemRuns(_ tree: KernelTree) throws {
        let judged = try Self.judged[tree]!.get()
        let image = try KernelImage(contentsOf: judged.image)
        for kind in Operation.Kind.allCases {
            #expect(image.supports(kind, on: .strict), "\(kind.name)")
        }
        let strict = Catalogue.scenarios.count { $0.geometry.filesystem == .strict }
        #expect(judged.report.scenarios == strict)
        #expect(judged.report.notRun.map(\.filesystem) == [.ext2])
        #expect(judged.report.notRun.map(\.scenarios) == [Catalogue.scenarios.count - strict])
    }

    @Test(arguments: KernelTree.withReferences)
    func hugeFaultsMapStorageAndHoles(_ tree: KernelTree) throws {
        let image = try KernelImage(contentsOf: Self.judged[tree]!.get().image)
        try expectHugeFaultsMapStorageAndHoles(image)
    }

    /// Faults call ->iomap_next() here, system calls begin and end: both are seen, in pairs.
    @Test(arguments: KernelTree.withReferences)
    func beginAndEndAreSeenWhicheverWayTheyAreCalled(_ tree: KernelTree) throws {
        let image = try KernelImage(contentsOf: Self.judged[tree]!.get().image)
        for name in [
            "strict/2-mib/first/pmd-write-fault/huge-fresh",
            "strict/1-byte/last-partial/write-fault/fresh",
            "strict/1-byte/last-partial/write-page/fresh",
        ] {
            let scenario = try #require(Catalogue.scenario(named: name))
            image.run(scenario.run()) { outcome in
                let begun = outcome.events.count { $0.kind == .begin && $0.result == 0 }
                #expect(begun > 0, "\(name)")
                #expect(outcome.events.count { $0.kind == .end } == begun, "\(name)")
                #expect(outcome.events.count { $0.kind == .endReturn } == begun, "\(name)")
            }
        }
    }

    /// What is on record in FINDINGS.md and can show itself in `check` without ext2.
    @Test(arguments: KernelTree.withReferences)
    func whatIsOnRecordIsSeen(_ tree: KernelTree) throws {
        let known = try Self.judged[tree]!.get().report.verdicts.flatMap(\.known)
        // 7.3 has 30 mended.
        let last: Set = tree == .v73 ? [] : [30]
        #expect(
            Set(known.map(\.finding))
                == last.union([
                    5, 6, 7, 13, 16, 17, 18, 20, 21, 22, 23, 26, 28, 29, 31, 36, 37, 38, 39,
                ]))
    }

    /// Finding 18: how many bytes fsync() flushes after a store to the first
    /// page, with a truncation of the third one in between or not.
    private func flushed(_ image: KernelImage, truncating: Bool) -> Int64 {
        var operations: [Machine.Operation] = [
            .init(.writeFault, at: 100, length: 8), .init(.fsync, at: 0),
        ]
        if truncating { operations.insert(.init(.truncate, at: 2 * 4096), at: 1) }
        let scenario = Scenario(
            name: "test", description: "test",
            geometry: Geometry(
                filesystem: .strict, size: 3 * 4096,
                extents: [Extent(block: 0, count: 3, fill: 0x41)], mappedPages: 0..<8, skew: 0),
            operations: operations)
        return image.run(scenario.run()) { outcome in
            #expect(outcome.end == .finished)
            return outcome.events.reduce(0) {
                $1.kind == .flush && $1.operation == operations.count - 1 ? $0 + $1.arg1 : $0
            }
        }
    }

    @Test(arguments: KernelTree.withReferences)
    func aTruncationElsewhereForgetsWhatWasStored(_ tree: KernelTree) throws {
        let image = try KernelImage(contentsOf: Self.judged[tree]!.get().image)
        #expect(flushed(image, truncating: false) == 4096)
        #expect(flushed(image, truncating: true) == 0)
    }

    @Test(arguments: KernelTree.withExt2)
    func aTruncationElsewhereForgotNothing(_ tree: KernelTree) throws {
        let image = try KernelImage(contentsOf: JudgedTree.of(tree).baseImage)
        #expect(flushed(image, truncating: false) == 4096)
        #expect(flushed(image, truncating: true) == 4096)
    }

    // MARK: - Seeds

    @Test func thereAreEnoughSeeds() {
        #expect(TreeSeed.all.count >= 15)
        #expect(Set(TreeSeed.all.map(\.fails)).isSubset(of: Set(Expectations.all.map(\.name))))
    }

    @Test(.enabled(if: KernelTree.v72.isThere, KernelTree.v72.reason), arguments: TreeSeed.all)
    func isNoticed(_ seed: TreeSeed) throws {
        let judged = try Self.judged[.v72]!.get()
        let noticed = try #require(judged.seeds[seed.name])
        #expect(
            noticed.contains(seed.fails),
            "it must break \(seed.fails); it breaks \(noticed.joined(separator: ", "))")
        #expect(
            judged.report.verdict(of: seed.fails).verdict == .pass,
            "it fails without the seed, so it proves nothing")
    }

    // MARK: - Judged once for all tests

    private struct Judged {
        var report: VariantReport
        /// A shared object.
        var image: String
        /// What each seed breaks, by its name.
        var seeds: [String: [String]] = [:]
    }

    private static let judged: [KernelTree: Result<Judged, any Error>] = {
        var judged: [KernelTree: Result<Judged, any Error>] = [:]
        for tree in KernelTree.withReferences { judged[tree] = Result { try judge(tree) } }
        return judged
    }()

    private static func judge(_ tree: KernelTree) throws -> Judged {
        let variants = try Variants()
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        let base = BuildRequest(name: "base", tree: kernel, patches: [])
        let report = try CheckSession(builder: variants.builder, pool: variants.pool).check([base])
        var judged = Judged(
            report: report.variants[0], image: try variants.builder.build([base])[0].get().image)
        if tree == .v72 { judged.seeds = try judgeSeeds(tree, kernel, variants) }
        try tree.noteTested()
        return judged
    }

    private static func judgeSeeds(_ tree: KernelTree, _ kernel: Tree, _ variants: Variants) throws
        -> [String: [String]]
    {
        var broken: [String: [String]] = [:]
        let requests = try TreeSeed.all.map {
            BuildRequest(
                name: $0.name, tree: kernel, patches: try $0.patches(for: tree, variants))
        }
        let images = try variants.builder.build(requests).map { try $0.get().image }
        let tallies = try variants.pool.check(
            images.map { .file($0) },
            untilBreaking: TreeSeed.all.map { seed in
                try #require(Expectations.all.firstIndex { $0.name == seed.fails })
            })
        for (seed, tally) in zip(TreeSeed.all, tallies) {
            broken[seed.name] =
                zip(Expectations.all, tally.lines).filter { $1.failures > 0 }.map(\.0.name)
        }
        // A wakeup that is lost, and an entry that is passed over, show in orders of several tasks only.
        let several = zip(TreeSeed.all, requests)
            .filter { seed, _ in broken[seed.name]?.contains(seed.fails) != true }.map(\.1)
        let report = try CheckSession(builder: variants.builder, pool: variants.pool).check(several)
        for variant in report.variants {
            broken[variant.name] =
                variant.verdicts.filter { $0.verdict == .fail }.map(\.expectation.name)
        }
        return broken
    }
}
