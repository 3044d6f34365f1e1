// SPDX-License-Identifier: GPL-2.0-only

// The pieces of a search: which sets of failures there are, in which order they are tried, how
// tallies add up, what is left out of a run to make it smaller.

import Expectations
import Foundation
import Machine
import Testing
import VariantTesting
import Workers

@testable import Exploration

@Suite struct SearchPartsTests {
    private static func points(_ kinds: [InjectionPoint]) -> Set<FailurePoint> {
        Set(
            kinds.enumerated().map {
                FailurePoint(task: UInt32($0 % 2), nth: UInt32($0), kind: $1.rawValue)
            })
    }

    private static func errors(_ point: InjectionPoint) -> [Int32] {
        point == .directAccess ? [-5, -6, -12] : point == .userCopy ? [] : [-12]
    }

    @Test func allPairsOfDifferentCallsAreTriedOnce() {
        let points = Self.points([.allocation, .directAccess, .userCopy, .directAccess, .zeroout])
        let sets = FailureSets(points, upTo: 2, errors: Self.errors)
        let all = (0..<sets.places).compactMap { sets[$0] }
        #expect(all.count == sets.count)
        #expect(Set(all).count == all.count)
        // Eight ways for one call to fail, and their pairs but for those of one call.
        #expect(all.count { $0.count == 1 } == 8)
        #expect(all.count { $0.count == 2 } == 8 * 7 / 2 - 3 - 3)
        #expect(
            all.allSatisfy { $0.count == 1 || ($0[0].task, $0[0].nth) != ($0[1].task, $0[1].nth) })
    }

    @Test func withoutFailuresThereAreNoSets() {
        let points = Self.points([.allocation])
        #expect(FailureSets(points, upTo: 0, errors: Self.errors).places == 0)
        #expect(FailureSets([], upTo: 2, errors: Self.errors).places == 0)
        #expect(FailureSets(points, upTo: 2, errors: Self.errors).count == 1)
    }

    @Test(arguments: [1, 2, 7, 12, 100, 1023])
    func aPermutationHasEveryNumberOnce(count: Int) {
        for seed: UInt64 in [0, 1, 0x1234_5678_9abc_def0, .max] {
            let order = Permutation(count, seed: seed)
            #expect(Set((0..<count).map { order[$0] }) == Set(0..<count))
        }
    }

    @Test func aScenarioCountsOnceForEachErrorOfTheHarness() {
        func harnessError(_ message: String, _ scenario: Int, _ run: Int) -> SearchHarnessError {
            SearchHarnessError(
                end: .trap, message: message, runs: 1, scenarios: 1,
                first: FoundRun(
                    scenario: LockToys.twoTasks, injections: [], choices: [], preemptions: 0,
                    ordinal: RunOrdinal(scenario: scenario, run: run), deadly: nil))
        }
        var one = SearchTally()
        one.merge(harnessError("b", 4, 1))
        var other = SearchTally()
        other.merge(harnessError("a", 2, 1))
        other.merge(harnessError("b", 3, 9))
        var forwards = one
        forwards.merge(other)
        var backwards = other
        backwards.merge(one)
        for tally in [forwards, backwards] {
            #expect(tally.harnessErrors.map(\.message) == ["a", "b"])
            #expect(tally.harnessErrors.map(\.runs) == [1, 2])
            #expect(tally.harnessErrors[1].first.ordinal == RunOrdinal(scenario: 3, run: 9))
        }
    }

    @Test func theProgressLineSaysHowFarAndHowLong() {
        var progress = Progress(
            runs: 1_234_567, finishedShards: 1, shards: 2, fraction: 0.25)
        progress.seconds = 10
        #expect(progress.rate == 123_456)
        #expect(progress.secondsLeft.map { Int($0.rounded()) } == 30)
        progress.fraction = nil
        #expect(progress.secondsLeft == nil)
    }
}
