// SPDX-License-Identifier: GPL-2.0-only

// Which failing runs of a search count beside a baseline: on runs that are made up.

import Expectations
import Machine
import Testing

@testable import Exploration
@testable import Slices

@Suite struct SearchCountingTests {
    private static let plan = SearchPlan(
        scenarios: Array(ConcurrentScenarios.scenarios.prefix(3)), failures: 1)
    private static let leak = FailureSignature(
        expectation: ExpectationSet.noLeak.members[0].name, kind: "a page is lost")
    private static let deadlock = FailureSignature(
        expectation: "no-self-deadlock", kind: "self-deadlock on &ei->dax_sem in write-fault")
    private static let index = ExpectationSet.noLeak.members[0].index

    private static let variant = Variant(
        name: "made-up", patches: [], image: "", key: "", sources: "", addedLines: [], objects: [],
        notes: [])

    /// A search in which scenarios fail, each in two runs.
    private static func tally(
        _ scenarios: [Int], _ signature: FailureSignature = leak, finding: Int? = nil
    ) -> SearchTally {
        var tally = SearchTally()
        let way = tally.failures.add(
            FailureLog.Way(signature: signature, chain: [], finding: finding, endsRun: false))
        let calls = tally.failures.add([]) { _ in nil }
        for scenario in scenarios {
            tally.failures.add(
                FailureLog.Entry(
                    way: way, ordinal: RunOrdinal(scenario: scenario, run: 1), calls: calls,
                    preemptions: 0, order: 0, runs: 2))
        }
        let place = Expectations.named(signature.expectation)!.index
        tally.lines[place].runs = 10
        if finding == nil { tally.lines[place].failures = 2 * scenarios.count }
        if let finding {
            let row = Findings.all.firstIndex {
                $0.number == finding && $0.expectation.members[0].index == place
            }!
            tally.findings[row].failures = 2 * scenarios.count
        }
        return tally
    }

    private static func shown(_ tally: SearchTally) -> ShownFailures {
        var shown = ShownFailures()
        shown.add(tally.failures, [], of: { plan.scenario(at: $0).name }) { _ in [] }
        return shown
    }

    private struct Counted {
        var tally: SearchTally
        var comparison: SearchComparison
        var line: SearchComparison.Line
        var failures: Int
    }

    /// - Parameter searched: scenarios in which the baseline was searched as far.
    private static func count(
        _ tally: SearchTally, beside base: SearchTally, searched: [Int],
        countsKnown: Bool = false, at index: Int = index
    ) -> Counted {
        var tally = tally
        let record = BaselineRecord(shown: shown(base), inversions: [], of: variant)
        let counting = SearchCounting(
            ComparedFailures(shown(tally), of: variant, beside: record, isWhole: true), of: plan,
            countsKnown: countsKnown,
            searched: Set(searched.map { plan.scenarios[$0].name }), isBaselineWhole: false)
        var comparison = SearchComparison(record.description)
        _ = counting.count(in: &tally, into: &comparison)
        #expect((tally.lines[index].finding != nil) == (tally.lines[index].failures > 0))
        return Counted(
            tally: tally, comparison: comparison, line: comparison.lines[index],
            failures: tally.lines[index].failures)
    }

    @Test func whatTheBaselineShowsDoesNotCount() {
        let counted = Self.count(
            Self.tally([0, 1]), beside: Self.tally([0, 1, 2]), searched: [])
        #expect(counted.failures == 0 && counted.line.asBefore == 4 && counted.line.untold == 0)
        #expect(counted.comparison.changes == [.asBefore, .asBefore])
    }

    @Test func whatItDoesNotShowCounts() {
        let counted = Self.count(Self.tally([0, 1]), beside: Self.tally([0]), searched: [1])
        #expect(counted.failures == 2 && counted.line.asBefore == 2 && counted.line.untold == 0)
        #expect(counted.comparison.changes == [.asBefore, .new])
        #expect(counted.tally.lines[Self.index].finding?.ordinal.scenario == 1)
    }

    @Test func whereItWasNotSearchedNobodyCanTell() {
        let counted = Self.count(Self.tally([0, 1]), beside: Self.tally([0]), searched: [0])
        #expect(counted.failures == 2 && counted.line.untold == 2)
        #expect(counted.comparison.changes == [.asBefore, nil])
    }

    @Test func whatFailsLikeWhatIsNewIsNew() {
        let counted = Self.count(Self.tally([0, 1]), beside: SearchTally(), searched: [0])
        #expect(counted.failures == 4 && counted.line.untold == 0)
        #expect(counted.comparison.changes == [.new, .new])
    }

    @Test func aFindingIsExcusedByWhatTheBaselineShows() {
        let place = Expectations.named("data-intact")!.index
        let lost = FailureSignature(expectation: "data-intact", kind: "bytes are lost")
        let tally = Self.tally([0, 1], lost, finding: 13)
        let base = Self.tally([0], lost, finding: 13)
        let counted = Self.count(tally, beside: base, searched: [1], at: place)
        #expect(counted.failures == 2 && counted.line.known == [13: 2])
        let all = Self.count(tally, beside: base, searched: [1], countsKnown: true, at: place)
        #expect(all.failures == 4 && all.line.known.isEmpty && all.line.counted == [13: 2])
    }

    @Test func theDeadlockOnRecordHasItsNumberAndCounts() {
        let place = Expectations.named("no-self-deadlock")!.index
        let tally = Self.tally([0, 1], Self.deadlock)
        let old = Self.count(
            tally, beside: Self.tally([0, 1], Self.deadlock), searched: [], at: place)
        #expect(old.failures == 0 && old.line.known == [4: 4])
        let new = Self.count(tally, beside: SearchTally(), searched: [0, 1], at: place)
        #expect(new.failures == 4 && new.line.known.isEmpty)
    }
}
