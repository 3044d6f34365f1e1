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
            (lines + findings).compactMap(\.finding) + harnessErrors.map(\.first)
        guard shown.allSatisfy(\.canBeMade) else { return "a run that cannot be made" }
        return failures.objection(scenarios: 1 << 32)
            ?? (failures.canBeMade ? nil : "a run that cannot be made")
    }

    private var areNumbersInRange: Bool {
        let counts =
            (lines + findings).flatMap { [$0.runs, $0.failures] }
            + harnessErrors.flatMap { [$0.runs, $0.scenarios] } + unsupported.values
            + [failures.left, nextGenerated]
        return counts.allSatisfy(CountCheck.isCount)
            && scenariosOfLines.allSatisfy(CountCheck.isCount)
            && CountCheck.areCounts(in: generated)
            && coverage.allSatisfy(CountCheck.areCounts)
    }
}

extension FailureLog {
    /// Whether its runs are such that a machine can be asked for.
    var canBeMade: Bool {
        orders.allSatisfy(FoundRun.isOrder)
            && calls.allSatisfy { FoundRun.canFail($0.map(\.injection)) }
    }
}

extension FoundRun {
    fileprivate static func isOrder(_ choices: [UInt8]) -> Bool {
        choices.count <= 1 << 16 && choices.allSatisfy { $0 < 4 }
    }

    fileprivate static func canFail(_ injections: [Injection]) -> Bool {
        injections.count <= 8 && injections.allSatisfy { $0.task < 4 }
    }

    /// Whether it is a run that a machine can be asked for.
    var canBeMade: Bool {
        CountCheck.isCount(preemptions) && FoundRun.isOrder(choices)
            && FoundRun.canFail(injections) && Scenario.isWellFormed(scenario.operations)
    }
}
