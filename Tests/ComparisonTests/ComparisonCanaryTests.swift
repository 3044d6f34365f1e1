// SPDX-License-Identifier: GPL-2.0-only

// Runs of one side that are known to fail, hidden among those that are compared: without them a tally
// is what it would have been, and whoever keeps failures from being seen keeps these from being seen.

import Exploration
import Interleavings
import Testing
import VariantTesting
import Workers

@testable import Comparison

@Suite struct ComparisonCanaryTests {
    private static let shard = Shard(index: 5, of: 311)

    private static func job() -> CompareJob {
        CompareJob(
            before: .workingCopy, after: .workingCopy, isAcrossTrees: false, shard: shard,
            orders: nil,
            canaries: ComparisonCanary.some(
                among: ScenarioIndex.scenarios(of: shard, orders: nil)))
    }

    private static func tally(of job: CompareJob) throws -> DifferenceTally {
        var comparison = try Comparison(job, page: nil)
        try comparison.run { _ in }
        return comparison.tally
    }

    @Test func withoutItsCanariesATallyIsWhatItWouldHaveBeen() throws {
        let job = Self.job()
        let half = Canary.perShard / 2
        #expect((0...1).map { side in job.canaries.count { $0.side == side } } == [half, half])
        var plain = job
        plain.canaries = []
        let expected = try Self.tally(of: plain)
        let tally = try Self.tally(of: job)
        #expect(tally.kinds.count == Canary.perShard && expected.kinds.isEmpty)
        #expect(job.objection(to: tally, isWhole: true) == nil)
        let left = try tally.without(job.canaries)
        #expect(left.kinds.isEmpty && left.compared == expected.compared)
    }

    @Test func failuresThatWereHiddenAreMissed() throws {
        let job = Self.job()
        let honest = try Self.tally(of: job)
        var none = honest
        none.kinds = []
        #expect(job.objection(to: none, isWhole: true)?.contains("must fail") == true)
        for place in honest.kinds.indices {
            var changed = honest
            changed.kinds.remove(at: place)
            #expect(job.objection(to: changed, isWhole: true)?.contains("must fail") == true)
            changed = honest
            changed.kinds[place].runs = 2
            #expect(job.objection(to: changed, isWhole: true)?.contains("must fail") == true)
        }
        // Those behind the end of a checkpoint are not due.
        var early = none
        early.nextScenario = 0
        #expect(job.objection(to: early) == nil)
    }

    /// From the first fault on no operation is carried out, and so nothing can go wrong.
    private static let turnsTheMachineOff = [
        "\textern void (*op_override)(const void *op, void *result);",
        "\textern void freeze_reset(void);",
        "",
        "\top_override = (void *)freeze_reset;",
    ]

    @Test(.timeLimit(.minutes(5))) func aSideThatHidesItsFailuresIsNoticed() throws {
        let variants = try Variants()
        let after = try variants.trusted(Self.turnsTheMachineOff, named: "off")
        let before = try variants.builder.build(variants.tree, named: "base")
        let error = #expect(throws: WorkerError.self) {
            _ = try variants.pool.compare(
                .file(before.image), with: .file(after.image), isAcrossTrees: false, orders: nil)
        }
        #expect(error?.description.hasPrefix("the worker was tampered with: ") == true)
    }
}
