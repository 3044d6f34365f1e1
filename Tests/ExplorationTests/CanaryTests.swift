// SPDX-License-Identifier: GPL-2.0-only

// Runs that are known to fail, hidden among the others of a shard: without them a tally is what it would
// have been, and whoever keeps failures from being seen keeps these from being seen as well.

import Expectations
import Machine
import Testing

@testable import Exploration

@Suite struct CanaryTests {
    private static let only = Array(stride(from: 3, to: ScenarioIndex.catalogueCount, by: 211))

    private static func job(_ canaries: [Canary] = []) -> CheckJob {
        var job = CheckJob(
            image: .workingCopy, shard: .whole, orders: nil, only: only, canaries: canaries)
        if canaries.isEmpty { job.canaries = Canary.some(among: only) }
        return job
    }

    private static func tally(of job: CheckJob) throws -> Tally {
        var runner = ShardRunner(job, of: .workingCopy)
        try runner.run { _ in }
        return runner.tally
    }

    @Test func withoutItsCanariesATallyIsWhatItWouldHaveBeen() throws {
        var plain = Self.job()
        plain.canaries = []
        let expected = try Self.tally(of: plain)
        for _ in 0..<3 {
            let job = Self.job()
            try #require(job.canaries.count == Canary.perShard)
            let tally = try Self.tally(of: job)
            #expect(tally.runs == expected.runs + Canary.perShard)
            #expect(job.objection(to: tally, isWhole: true) == nil)
            let left = try tally.without(job.canaries)
            #expect(left.runs == expected.runs && left.canaries.isEmpty)
            #expect(left.lines.map(\.runs) == expected.lines.map(\.runs))
            #expect(left.lines.map(\.failures) == expected.lines.map(\.failures))
            #expect(left.lines.map(\.witness) == expected.lines.map(\.witness))
            #expect(left.findings.map(\.failures) == expected.findings.map(\.failures))
            #expect(left.failures.entries == expected.failures.entries)
            #expect(left.failures.ways.map(\.signature) == expected.failures.ways.map(\.signature))
            #expect(left.lockOrder.edges.count == expected.lockOrder.edges.count)
        }
    }

    @Test func theDeadlockAloneIsFoundWhereNothingElseCanBeRun() throws {
        var canary = Canary.some(among: [Self.only[1]])[0]
        canary.scenario = Scenario(
            name: "none", description: "",
            geometry: Geometry(filesystem: .none, size: 0, mappedPages: 0..<1, skew: 0),
            operations: [Machine.Operation(.readFault, at: 0, length: 1)])
        let job = Self.job([canary])
        let tally = try Self.tally(of: job)
        #expect(tally.canaries.count == 1)
        #expect(job.objection(to: tally, isWhole: true) == nil)
    }

    /// What code that writes to the judge's memory may try.
    @Test func failuresThatWereHiddenAreMissed() throws {
        let job = Self.job()
        let honest = try Self.tally(of: job)
        let ordinals = Set(job.canaries.map(\.ordinal))
        let deadlock = try #require(
            Expectations.all.first { $0.name == "no-self-deadlock" }
        ).index
        let changes: [(String, (inout Tally) -> Void)] = [
            (
                "no failure at all",
                { tally in
                    for index in tally.lines.indices {
                        tally.lines[index].failures = 0
                        tally.lines[index].witness = nil
                    }
                }
            ),
            (
                "no deadlock",
                { tally in
                    tally.lines[deadlock].failures = 0
                    tally.lines[deadlock].witness = nil
                }
            ),
            ("no list of failing runs", { $0.failures = FailureLog() }),
            ("the canaries' failing runs only", { $0.failures = $0.failures.without(ordinals) }),
            ("no canary", { $0.canaries = [] }),
            ("one canary less", { $0.canaries.removeLast() }),
            (
                "a canary that passed",
                {
                    $0.canaries[0].fails = 0
                    $0.canaries[0].findings = 0
                }
            ),
            (
                "a canary of its own",
                { tally in
                    tally.canaries[0].ordinal = RunOrdinal(scenario: Self.only[0], run: 1 << 24)
                }
            ),
            ("the same twice", { $0.canaries[0] = $0.canaries[1] }),
            ("fewer runs", { $0.runs = 2 }),
        ]
        for (name, change) in changes {
            var tally = honest
            change(&tally)
            #expect(job.objection(to: tally, isWhole: true) != nil, "\(name)")
        }
    }

    @Test func whereCanariesAreIsDecidedByChance() {
        let places = Array(0..<ScenarioIndex.catalogueCount)
        let one = Canary.some(among: places).map(\.ordinal)
        let other = Canary.some(among: places).map(\.ordinal)
        #expect(one != other)
        #expect(Canary.some(among: []).isEmpty)
        #expect(Canary.some(among: [7]).map(\.place) == [7])
    }

    @Test func aRunCountsAsDeadlyWhenItKillsTwice() throws {
        func death(_ run: Int) -> Death {
            Death(
                ordinal: RunOrdinal(scenario: 1, run: run), injections: [], cause: .signal(9),
                whileJudging: false, said: "")
        }
        var suspects = SuspectRuns()
        #expect(try !suspects.confirm(death(1)))
        #expect(suspects.contains(scenario: 1) && !suspects.contains(scenario: 2))
        #expect(try !suspects.confirm(death(2)))
        #expect(try suspects.confirm(death(1)))
        #expect(try !suspects.confirm(death(1)))
        #expect(throws: (any Error).self) {
            for run in 3..<100 { _ = try suspects.confirm(death(run)) }
        }
    }
}
