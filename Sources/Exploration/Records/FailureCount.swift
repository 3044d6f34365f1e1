// SPDX-License-Identifier: GPL-2.0-only

// Failures counted by the way in which they break a rule, as workers report them. The function in
// which one shows is not known here: a worker has code addresses, the parent the debug information.

import Expectations

/// One way in which runs of a variant fail, as workers report it: its function is not known yet.
package struct FailureCount: Codable, Hashable, Sendable {
    /// Without the function.
    package var signature: FailureSignature
    /// Code addresses where it shows, innermost first; empty where the place is no matter.
    package var chain: [UInt64]
    /// The number of the finding on record that it is.
    package var finding: Int?
    package var failures: Int
    /// The smallest run that shows it.
    package var witness: WitnessKey
    /// The indices of the first few scenarios in which it shows, ascending.
    package var scenarios: [UInt32]
    /// Such a run goes no further: what it would have shown behind that is not to be seen.
    package var endsRun: Bool
}

extension FailureKind {
    package var places: [UInt64] { (0..<4).map { chain[$0] }.filter { $0 != 0 } }
}

extension [FailureCount] {
    /// Adds ways that other runs of the same image showed.
    package mutating func merge(_ others: [FailureCount]) {
        for other in others {
            let known = firstIndex {
                $0.signature == other.signature && $0.chain == other.chain
                    && $0.finding == other.finding
            }
            guard let known else {
                if count < FailureTable.limit { append(other) }
                continue
            }
            self[known].failures += other.failures
            let scenarios = Set(self[known].scenarios + other.scenarios).sorted()
            self[known].scenarios = [UInt32](scenarios.prefix(FailureTable.scenarioLimit))
            if other.witness.rank < self[known].witness.rank {
                self[known].witness = other.witness
            }
        }
    }
}
