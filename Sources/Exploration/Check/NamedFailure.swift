// SPDX-License-Identifier: GPL-2.0-only

// The failures of a variant under their full names, with the function of the code under test in
// which each shows. This is what a failure is followed by, from one state of the code to the next.

import Expectations

/// A way in which a variant fails, under its full name.
package struct NamedFailure: Codable, Sendable {
    package var signature: FailureSignature
    /// The number of the finding on record that it is; such a failure counts only if that is asked
    /// for.
    package var finding: Int?
    package var failures: Int
    /// The smallest run that shows it; nil of `lock-order`.
    package var witness: WitnessKey?
    /// Indices of scenarios that show it: a few, with the smallest; of `lock-order`,
    /// those that it takes together.
    package var scenarios: [Int]
    /// Such a run goes no further.
    package var endsRun: Bool
    /// Of `lock-order`.
    package var inversion: [LockOrderGraph.Edge]?
}

extension NamedFailure {
    /// The ways in which a variant fails, by signature, in the order in which they are reported; those
    /// on record apart from those that only have the same signature.
    static func all(in tally: Tally, _ shown: ShownFailures) -> [NamedFailure] {
        struct Group: Hashable {
            var signature: FailureSignature
            var isOnRecord: Bool
        }
        var groups: [Group: NamedFailure] = [:]
        func add(_ failure: NamedFailure) {
            let group = Group(
                signature: failure.signature, isOnRecord: failure.finding != nil)
            groups[group] = groups[group].map { $0.adding(failure) } ?? failure
        }
        let log = tally.failures
        for (item, entry) in zip(shown.cases, log.entries) {
            let way = shown.ways[item.way]
            add(
                NamedFailure(
                    signature: way.fullSignature, finding: way.finding, failures: entry.runs,
                    witness: log.key(of: entry), scenarios: [Int(entry.ordinal.scenario)],
                    endsRun: log.ways[entry.way].endsRun))
        }
        for death in tally.deaths {
            add(
                NamedFailure(
                    signature: death.signature, finding: nil, failures: 1,
                    witness: death.key(of: ScenarioIndex.scenario(of: death.ordinal)),
                    scenarios: [Int(death.ordinal.scenario)], endsRun: true))
        }
        for cycle in tally.lockOrder.inversions() {
            let scenarios = Set(cycle.map { Int(RunOrdinal(packed: $0.runKey).scenario) })
            add(
                NamedFailure(
                    signature: FailureSignature(inversion: cycle), finding: nil, failures: 1,
                    witness: nil, scenarios: scenarios.sorted(), endsRun: false,
                    inversion: cycle))
        }
        return groups.values.sorted {
            ($0.signature, $0.finding ?? 0) < ($1.signature, $1.finding ?? 0)
        }
    }

    /// Those that count.
    ///
    /// - Parameter known: whether those on record do.
    package static func counting(
        _ failures: [NamedFailure], known: Bool
    ) -> [NamedFailure] {
        var counted: [NamedFailure] = []
        for failure in failures where known || failure.finding == nil {
            if let last = counted.last, last.signature == failure.signature {
                counted[counted.count - 1] = last.adding(failure)
            } else {
                counted.append(failure)
            }
        }
        return counted
    }

    /// So many scenarios are kept, beside that of the smallest run.
    private static let scenarioLimit = 4

    private func adding(_ other: NamedFailure) -> NamedFailure {
        var sum = self
        sum.failures += other.failures
        if let mine = witness, let theirs = other.witness, theirs.rank < mine.rank {
            sum.witness = theirs
        }
        let own = sum.witness.map { [Int($0.ordinal.scenario)] } ?? []
        let all = Set(scenarios + other.scenarios).subtracting(own).sorted()
        sum.scenarios = (all.prefix(NamedFailure.scenarioLimit) + own).sorted()
        sum.endsRun = endsRun || other.endsRun
        // On record and not at once: what is not counts.
        sum.finding = finding == nil || other.finding == nil ? nil : finding
        return sum
    }
}
