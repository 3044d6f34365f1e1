// SPDX-License-Identifier: GPL-2.0-only

// Counts failures by kind while runs are made. A failing run allocates nothing here unless it is of
// a new kind, or smaller than those before it: there can be tens of thousands.

import Expectations
import Machine

/// Counts the failures of one image, in a worker.
package struct FailureTable {
    private var entries: [FailureKind: Entry] = [:]

    private struct Entry {
        var failures: Int
        var witness: WitnessKey
        var scenarios: [UInt32]
    }

    /// So many scenarios of a way are kept.
    package static let scenarioLimit = 4
    /// More than any code under test shows; one that shows more is beyond following.
    package static let limit = 256

    package mutating func count(
        _ judgement: Judgement, by judge: Judge, _ outcome: borrowing Outcome,
        of scenario: Scenario, rank: WitnessRank, injections: [Injection], choices: [UInt8] = []
    ) {
        let key = WitnessKey(rank: rank, injections: injections, choices: choices)
        judge.forEachFailure(judgement, outcome, of: scenario) { kind in
            if let index = entries.index(forKey: kind) {
                entries.values[index].failures += 1
                if rank < entries.values[index].witness.rank { entries.values[index].witness = key }
                if entries.values[index].scenarios.count < FailureTable.scenarioLimit,
                    entries.values[index].scenarios.last != rank.ordinal.scenario
                {
                    entries.values[index].scenarios.append(rank.ordinal.scenario)
                }
            } else if entries.count < FailureTable.limit {
                entries[kind] = Entry(
                    failures: 1, witness: key, scenarios: [rank.ordinal.scenario])
            }
        }
    }

    /// What was counted since the last time, under the image's names.
    package mutating func drain(_ image: KernelImage) -> [FailureCount] {
        guard !entries.isEmpty else { return [] }
        let lockClasses = image.lockClassNames()
        defer { entries.removeAll(keepingCapacity: true) }
        return entries.map { kind, entry in
            FailureCount(
                signature: FailureSignature(
                    expectation: Expectations.all[kind.expectation].name,
                    kind: kind.description(lockClasses: lockClasses)),
                chain: kind.places, finding: kind.finding.map { Findings.all[$0].number },
                failures: entry.failures, witness: entry.witness, scenarios: entry.scenarios,
                endsRun: kind.endsRun)
        }
    }
}
