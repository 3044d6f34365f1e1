// SPDX-License-Identifier: GPL-2.0-only

// What a worker says is checked before it counts: a tally as it was made passes, and one in which a
// single thing was changed does not.

import Expectations
import Machine
import Testing

@testable import Exploration

@Suite struct TallyCheckTests {
    private static let only = Array(stride(from: 0, to: ScenarioIndex.catalogueCount, by: 97))
    private static let check = TallyCheck(
        shard: Shard(index: 0, of: 1), orders: nil, only: only)

    private static let honest = Result<Tally, any Error> {
        let job = CheckJob(
            image: .workingCopy, shard: Shard(index: 0, of: 1), orders: nil, only: only)
        var runner = ShardRunner(job, of: .workingCopy)
        try runner.run { _ in }
        return runner.tally
    }

    @Test func aTallyAsItWasMadePasses() throws {
        let tally = try Self.honest.get()
        #expect(tally.runs > 0 && tally.lines.contains { $0.failures > 0 })
        #expect(Self.check.objection(to: tally, isWhole: true) == nil)
    }

    @Test func aTallyThatWasWrittenToDoesNot() throws {
        let failing = try #require(
            try Self.honest.get().lines.firstIndex { $0.failures > 0 })
        let changes: [(String, (inout Tally) -> Void)] = [
            ("no runs", { $0.runs = 0 }),
            ("a negative number", { $0.callsNotFailed = -1 }),
            ("a number that overflows", { $0.runs = .max }),
            ("failures that nobody shows", { $0.lines[failing].witness = nil }),
            ("no failures, but a run that fails", { $0.lines[failing].failures = 0 }),
            ("more failures than runs", { $0.lines[failing].failures = $0.runs + 1 }),
            ("a rule that is missing", { $0.lines.removeLast() }),
            ("a scenario that nobody ran", { $0.scenarios -= 1 }),
            ("an end before the last scenario", { $0.nextScenario = 2 }),
            ("a race that was not run", { $0.races.scenarios += 1 }),
            ("all that a forger would write", { $0 = Tally() }),
        ]
        for (name, change) in changes {
            var tally = try Self.honest.get()
            change(&tally)
            #expect(Self.check.objection(to: tally, isWhole: true) != nil, "\(name)")
        }
    }

    @Test func aWorkerThatWasAskedToStopNeedNotBeAtTheEnd() throws {
        var job = CheckJob(
            image: .workingCopy, shard: Shard(index: 0, of: 1), orders: nil,
            only: Array(Self.only.prefix(2)))
        var runner = ShardRunner(job, of: .workingCopy)
        try runner.run { _ in }
        job.only = Self.only
        #expect(job.objection(to: runner.tally, isWhole: true) != nil)
        #expect(job.objection(to: runner.tally, isWhole: false) == nil)
    }
}
