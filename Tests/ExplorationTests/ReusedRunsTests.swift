// SPDX-License-Identifier: GPL-2.0-only

// Runs that are reused and runs that are made add up to all runs: whatever functions are said to have
// changed, the sum is what a check that makes every run has counted.

import Expectations
import Foundation
import Interleavings
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct ReusedRunsTests {
    /// Some of the catalogue, and some scenarios of two tasks.
    private static let only =
        Array(stride(from: 1, to: ScenarioIndex.catalogueCount, by: 13))
        + Array(
            stride(
                from: ScenarioIndex.catalogueCount, to: ScenarioIndex.catalogueCount + 300, by: 29))

    /// An image whose runs fail now and then, and all of these of it.
    private struct Known {
        let image: KernelImage
        let kept: KeptRuns
        let entries: EntryCounters

        func job(_ only: [Int]) -> CheckJob {
            CheckJob(image: .workingCopy, shard: .whole, orders: .standard, only: only)
        }

        init() throws {
            let variants = try Variants()
            let variant = try variants.builder.build(
                variants.tree, patches: try variants.read(Shipped.naive.patches), named: "naive")
            // A copy is loaded for itself: other tests may have started the image, and what it does only
            // once is to be seen here.
            let copy = try TemporaryDirectory.make().appending(path: "naive.so").path
            try FileManager.default.copyItem(atPath: variant.image, toPath: copy)
            image = try KernelImage(contentsOf: copy)
            entries = try #require(try EntryCounters(of: variant))
            var job = CheckJob(
                image: .workingCopy, shard: .whole, orders: .standard, only: ReusedRunsTests.only)
            job.entries = entries
            job.canaries = Canary.some(among: ReusedRunsTests.only)
            var tally = try Known.tally(of: job, image)
            let record = try #require(tally.byFunction)
            tally = try tally.without(job.canaries)
            tally.failures.sort()
            tally.byFunction = nil
            let kept = KeptRuns(tally, record)
            self.kept = try #require(kept)
        }

        static func tally(of job: CheckJob, _ image: KernelImage) throws -> Tally {
            var runner = ShardRunner(job, of: image)
            try runner.run { _ in }
            return runner.tally
        }

        func reused(besides changed: Set<String>) -> ReusedRuns? {
            ReusedRuns(of: kept, besides: changed, asked: ReusedRunsTests.only, at: { $0 })
        }
    }

    private static let known = Result { try Known() }

    @Test(arguments: [
        "ext2_iomap_end", "ext2_write_failed", "dax_iomap_pmd_fault", "dax_pfn_mkwrite",
        "dax_load_hole", "ext2_free_branches", "put_unlocked_mapping_entry",
    ])
    func theSumIsThatOfAllRuns(_ function: String) throws {
        let known = try Self.known.get()
        try #require(known.entries.functions.contains(function), "\(function)")
        let found = known.reused(besides: [function])
        let reused = try #require(found)
        let new = try Known.tally(of: known.job(reused.places), known.image)
        let sum = try #require(reused.merged(with: new, isPartial: false))
        let whole = known.kept.tally
        #expect(reused.tally.runs > 0 && new.runs > 0)
        #expect(sum.runs == whole.runs && sum.scenarios == whole.scenarios)
        #expect(sum.races == whole.races && sum.callsNotFailed == whole.callsNotFailed)
        #expect(sum.absent == whole.absent && sum.unsupported == whole.unsupported)
        #expect(sum.lines.map(\.runs) == whole.lines.map(\.runs))
        #expect(sum.lines.map(\.failures) == whole.lines.map(\.failures))
        #expect(sum.lines.map(\.witness) == whole.lines.map(\.witness))
        #expect(sum.findings.map(\.failures) == whole.findings.map(\.failures))
        #expect(sum.lockOrder == whole.lockOrder)
        #expect(sum.failures.entries.map(\.ordinal) == whole.failures.entries.map(\.ordinal))
        #expect(
            sum.failures.entries.map(sum.failures.key)
                == whole.failures.entries.map(whole.failures.key))
    }

    @Test func whatFailsIsAmongTheReused() throws {
        let known = try Self.known.get()
        let found = known.reused(besides: ["ext2_iomap_end"])
        let reused = try #require(found)
        #expect(reused.tally.failures.entries.count > 0)
        #expect(reused.tally.lines.contains { $0.witness != nil })
    }

    @Test func noScenarioIsReusedThatEntersWhatIsChanged() throws {
        let known = try Self.known.get()
        let found = known.reused(besides: ["ext2_iomap_end"])
        let reused = try #require(found)
        let index = try #require(known.entries.functions.firstIndex(of: "ext2_iomap_end"))
        let (record, places) = (known.kept.byFunction, Set(reused.places))
        var entering = 0
        for scenario in record.scenarios {
            let set = record.entered[scenario.entered]
            guard set[index / 32] & 1 << UInt32(index % 32) != 0 else { continue }
            entering += 1
            #expect(places.contains(scenario.place))
        }
        #expect(entering > 0)
    }

    /// Before the first scenario, so that none is seen to enter it.
    @Test func whereAnInitcallIsChangedNothingIsReused() throws {
        let known = try Self.known.get()
        try #require(known.entries.functions.contains("init_dax_wait_table"))
        let reused = known.reused(besides: ["init_dax_wait_table"])
        #expect(reused == nil)
    }

    /// Some scenarios try the machine alone.
    @Test func whereEverythingIsChangedOnlyWhatEntersNothingIsReused() throws {
        let known = try Self.known.get()
        let changed = Set(known.entries.functions).subtracting(["init_dax_wait_table"])
        let reused = known.reused(besides: changed)
        let places = Set(reused?.places ?? Self.only)
        let record = known.kept.byFunction
        for scenario in record.scenarios where !places.contains(scenario.place) {
            let set = record.entered[scenario.entered]
            #expect(
                set.allSatisfy { $0 == 0 }, "\(ScenarioIndex.scenario(at: scenario.place).name)")
        }
        #expect(places.count > record.scenarios.count / 2)
    }

    @Test func someScenariosAreRunWhateverIsChanged() throws {
        let known = try Self.known.get()
        let found = known.reused(besides: [])
        let reused = try #require(found)
        #expect(reused.places.count >= ReusedRuns.fewest && reused.tally.runs > 0)
    }

    @Test func anAddressThatIsNowhereKeepsEverythingFromBeingReused() throws {
        let known = try Self.known.get()
        let reused = ReusedRuns(
            of: known.kept, besides: ["ext2_iomap_end"], asked: Self.only, at: { _ in nil })
        #expect(reused == nil)
    }

    // MARK: - What is kept

    @Test func whatIsKeptIsReadBackAsItWas() throws {
        let kept = try Self.known.get().kept
        let data = try JSONEncoder().encode(kept)
        let read = try JSONDecoder().decode(KeptRuns.self, from: data)
        #expect(read.byFunction.functions == kept.byFunction.functions)
        #expect(read.byFunction.entered == kept.byFunction.entered)
        #expect(read.byFunction.scenarios.map(\.place) == kept.byFunction.scenarios.map(\.place))
        #expect(read.byFunction.addsUp(to: kept.tally))
    }

    @Test func runsThatDoNotAddUpAreNotKept() throws {
        let kept = try Self.known.get().kept
        var tally = kept.tally
        tally.lines[3].runs += 1
        let damaged = KeptRuns(tally, kept.byFunction)
        #expect(damaged == nil)
    }

    @Test func twoShardsHaveTheScenariosOfTheWhole() throws {
        let known = try Self.known.get()
        let shards = try (0..<2).map { index in
            var job = known.job(Self.only)
            job.shard = Shard(index: index, of: 2)
            job.entries = known.entries
            return try Known.tally(of: job, known.image).byFunction
        }
        let merged = RunsByFunction(shards)
        let record = try #require(merged)
        #expect(record.scenarios.count == known.kept.byFunction.scenarios.count)
        #expect(record.addsUp(to: known.kept.tally))
        let half = RunsByFunction([shards[0], nil])
        #expect(half == nil)
    }

    @Test func whoTakesOverBehindADeathKnowsNotAll() throws {
        let known = try Self.known.get()
        var job = known.job(Array(Self.only.prefix(20)))
        job.entries = known.entries
        job.tally.nextScenario = Self.only[3]
        #expect(try Known.tally(of: job, known.image).byFunction == nil)
    }
}
