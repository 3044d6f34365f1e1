// SPDX-License-Identifier: GPL-2.0-only

// What a bisection found, as values: the steps that it took and, for each change that a failure came
// or went with, the change or those that it must be among.

import Expectations
import Exploration
import Machine

/// The answer of a bisection.
package struct BisectionReport: Sendable {
    /// A state that was asked.
    package struct Step: Sendable {
        package enum Verdict: String, Sendable {
            case good, bad
            /// It cannot be asked.
            case skip
        }

        /// Position in `states`.
        package var state: Int
        package var verdict: Verdict
        /// The expectations that it breaks in a way that is followed.
        package var breaks: [String]
        /// Why it cannot be asked.
        package var reason: String?
        /// All scenarios were run, and not only those that show the failure elsewhere.
        package var isWhole: Bool
        package var runs: Int
        package var seconds: Double
    }

    /// A change that failures come or go with.
    package struct Answer: Sendable {
        /// They come with it; else they go.
        package var comes: Bool
        /// Positions in `states` of the changes that it is one of, ascending: one if nothing stood
        /// in the way.
        package var suspects: [Int]
        /// Why the others could not be told from it, by position.
        package var skipped: [Int: String]
        /// In the order in which they are reported.
        package var signatures: [FailureSignature]
        /// Those that may be of this change as well: where they could not be told, it is among the
        /// changes that they can be of.
        package var possible: [FailureSignature] = []
        /// Other ways in which the same expectations were broken already, or still are.
        package var others: [FailureSignature]
        /// The smallest run that shows one of them.
        package var witness: Witness?
    }

    package var tree: Witness.TreeIdentity
    /// What was searched: "v2.mbx, 32 patches".
    package var words: String
    package var states: [BisectionStates.State]
    package var steps: [Step]
    /// By the first suspect, ascending.
    package var answers: [Answer]
    package var notes: [String]
}

/// A question that has no answer by bisection; one line.
package struct BisectionError: Error, CustomStringConvertible, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }
}
