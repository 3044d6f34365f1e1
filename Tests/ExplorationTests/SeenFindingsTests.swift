// SPDX-License-Identifier: GPL-2.0-only

// What a search excuses as a finding on record: what the code without the patches shows in the same
// scenario with the same calls failing, or what it may have hidden. On runs that are made up.

import Expectations
import Machine
import Testing

@testable import Exploration

@Suite struct SeenFindingsTests {
    private static let scenario = ConcurrentScenarios.scenarios[0]
    private static let other = ConcurrentScenarios.scenarios[1]
    private static let enomem = Injection(task: 0, nth: 1, error: -12)
    /// Of data-intact.
    private static let finding = Findings.all.firstIndex { $0.number == 13 }!

    private static func seen(
        _ scenario: Scenario = scenario, _ injections: [Injection] = [],
        findings: UInt32 = 1 << UInt32(finding), endsRun: Bool = false
    ) -> SeenFindings {
        var seen = SeenFindings()
        KernelImage.workingCopy.run(scenario.run(injections: injections)) { outcome in
            seen.note(
                outcome, findings: findings, endsRun: endsRun, isDrawn: false,
                FoundRun(outcome, scenario, injections, RunOrdinal(scenario: 0, run: 0)))
        }
        return seen
    }

    /// Failures and excused runs of a search that saw the finding once, beside a baseline.
    private static func counts(
        _ seen: SeenFindings, beside base: SeenFindings?
    ) -> (failures: Int, excused: Int) {
        var tally = SearchTally()
        tally.seen = seen
        tally.findings[finding].failures = 1
        tally.countWhatIsNew(beside: base)
        let line = Findings.all[finding].expectation.members[0].index
        #expect(tally.seen.runs.isEmpty)
        #expect((tally.lines[line].finding != nil) == (tally.lines[line].failures > 0))
        return (tally.lines[line].failures, tally.findings[finding].failures)
    }

    @Test func whatTheBaselineShowsIsExcused() {
        #expect(Self.counts(Self.seen(), beside: Self.seen()) == (0, 1))
        let failing = Self.seen(Self.scenario, [Self.enomem])
        #expect(Self.counts(failing, beside: failing) == (0, 1))
    }

    @Test func whatItDoesNotShowCounts() {
        #expect(Self.counts(Self.seen(), beside: SeenFindings()) == (1, 0))
        #expect(Self.counts(Self.seen(), beside: Self.seen(Self.other)) == (1, 0))
        #expect(
            Self.counts(Self.seen(), beside: Self.seen(Self.scenario, [Self.enomem])) == (1, 0))
        #expect(Self.counts(Self.seen(), beside: Self.seen(findings: 1)) == (1, 0))
    }

    @Test func whatItMayHaveHiddenIsExcused() {
        let ended = Self.seen(findings: 0, endsRun: true)
        #expect(Self.counts(Self.seen(), beside: ended) == (0, 1))
        #expect(Self.counts(Self.seen(Self.scenario, [Self.enomem]), beside: ended) == (0, 1))
        #expect(Self.counts(Self.seen(Self.other), beside: ended) == (1, 0))
        let endedFailing = Self.seen(Self.scenario, [Self.enomem], findings: 0, endsRun: true)
        #expect(Self.counts(Self.seen(), beside: endedFailing) == (1, 0))
    }

    @Test func withoutABaselineTheShapeExcuses() {
        #expect(Self.counts(Self.seen(), beside: nil) == (0, 1))
    }
}
