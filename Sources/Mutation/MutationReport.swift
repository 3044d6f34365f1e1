// SPDX-License-Identifier: GPL-2.0-only

// What came of changing lines one at a time, as values: each mistake with its diff, and who would have
// noticed it.

import Exploration
import Slices

/// Mistakes, and which of them a check notices.
package struct MutationReport: Sendable {
    package var tree: Witness.TreeIdentity
    /// As the user named them; empty where a sample of the slice was changed.
    package var patches: [String]
    package var mutants: [JudgedMutant]
    /// Mistakes that were not tried: an interrupt came before.
    package var left = 0
    /// Mistakes that could have been made, before a sample or a shard was taken.
    package var possible: Int
    /// How the sample was drawn; nil where all were tried.
    package var seed: UInt64?
    package var shard: Shard
    package var seconds: Double
    /// What a check did not run of the unchanged code.
    package var notes: [String] = []

    package func count(_ isWanted: (JudgedMutant.Outcome) -> Bool) -> Int {
        mutants.count { isWanted($0.outcome) }
    }

    package var noticed: Int { count(\.isNoticed) }
    package var unnoticed: [JudgedMutant] { mutants.filter { $0.outcome.isUnnoticed } }
    /// Mistakes that a verdict exists on.
    package var judged: Int { noticed + unnoticed.count }
}

/// A mistake and what came of it.
package struct JudgedMutant: Sendable {
    package enum Outcome: Hashable, Sendable {
        /// These expectations fail, and did not before; the witness of the first.
        case noticed(expectations: [String], witness: String)
        case unnoticed(isRun: Bool)
        /// It compiles to the code that is there without it.
        case sameCode
        case doesNotCompile
        /// The harness failed in runs of it, for this reason.
        case notJudged(String)

        package var isNoticed: Bool { if case .noticed = self { true } else { false } }
        package var isUnnoticed: Bool { if case .unnoticed = self { true } else { false } }
        package var isNotJudged: Bool { if case .notJudged = self { true } else { false } }
    }

    package var mutant: Mutant
    /// A unified diff against the patched code.
    package var diff: String
    package var outcome: Outcome
}
