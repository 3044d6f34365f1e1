// SPDX-License-Identifier: GPL-2.0-only

// Failures that are on record, as a report shows them: beside the verdict of the expectation that
// they break, with the number of the finding; or, where that is asked for, as failures like others.

import Expectations

/// Runs that broke an expectation in exactly the way that a finding on record describes.
package struct KnownFailures: Codable, Hashable, Sendable {
    /// Its number in FINDINGS.md.
    package var finding: Int
    package var runs: Int

    package init(finding: Int, runs: Int) {
        self.finding = finding
        self.runs = runs
    }

    /// Runs by the number of their finding, in the order of the numbers.
    static func list(_ runs: [Int: Int]) -> [KnownFailures] {
        runs.sorted { $0.key < $1.key }.map { KnownFailures(finding: $0.key, runs: $0.value) }
    }
}

extension Tally {
    /// The runs that broke an expectation in a way that is on record.
    package func known(breaking expectation: Expectation) -> [KnownFailures] {
        zip(Findings.all, findings).compactMap { finding, line in
            guard finding.expectation == expectation.mask, line.failures > 0 else { return nil }
            return KnownFailures(finding: finding.number, runs: line.failures)
        }
    }

    /// The same tally with those runs counted as failures.
    package func countingKnown() -> Tally {
        var tally = self
        for (finding, line) in zip(Findings.all, findings) {
            let index = finding.expectation.rawValue.trailingZeroBitCount
            tally.lines[index].failures += line.failures
            if let witness = line.witness { tally.lines[index].consider(witness) }
        }
        tally.findings = Tally().findings
        return tally
    }
}
