// SPDX-License-Identifier: GPL-2.0-only

// Whether the tally of a search can be what a worker of ours has counted, or what a file says of one.
// It is what `TallyCheck` is to a check.

import Expectations
import Interleavings
import Machine

extension SearchTally {
    /// What cannot be in a tally of ours, as a part of a sentence; nil for nothing.
    package var objection: String? {
        guard lines.count == Expectations.all.count, findings.count == Findings.all.count,
            generated.scenarios.count == 3
        else { return "it answers for \(lines.count) expectations" }
        guard areNumbersInRange else { return "a count is out of range" }
        for (line, expectation) in zip(lines, Expectations.all) {
            if line.failures > 0, line.finding == nil {
                return "\(expectation.name): failures without a run that shows them"
            }
            if line.failures == 0, line.finding != nil {
                return "\(expectation.name): a failing run that was not counted"
            }
        }
        let shown =
            (lines + findings).compactMap(\.finding) + seen.runs.map(\.smallest)
            + harnessErrors.map(\.first)
        guard shown.allSatisfy(\.canBeMade) else { return "a run that cannot be made" }
        guard seen.runs.allSatisfy({ Findings.all.indices.contains($0.finding) }) else {
            return "a finding that is not on record"
        }
        return nil
    }

    private var areNumbersInRange: Bool {
        let counts =
            (lines + findings).flatMap { [$0.runs, $0.failures] } + seen.runs.map(\.count)
            + harnessErrors.flatMap { [$0.runs, $0.scenarios] } + unsupported.values
            + [seen.left, nextGenerated]
        return counts.allSatisfy(CountCheck.isCount) && CountCheck.areCounts(in: generated)
            && coverage.allSatisfy(CountCheck.areCounts)
    }
}

extension FoundRun {
    /// Whether it is a run that a machine can be asked for.
    var canBeMade: Bool {
        CountCheck.isCount(preemptions) && choices.count <= 1 << 16
            && choices.allSatisfy { $0 < 4 } && injections.count <= 8
            && injections.allSatisfy { $0.task < 4 }
            && Scenario.isWellFormed(scenario.operations)
    }
}
