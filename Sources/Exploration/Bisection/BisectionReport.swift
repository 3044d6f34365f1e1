// SPDX-License-Identifier: GPL-2.0-only

// What a bisection found, as values: the steps that it took and, for each change that a failure came
// or went with, the change or those that it must be among.

import Expectations

/// The answer of a bisection.
public struct BisectionReport: Sendable {
    /// A state that was asked.
    public struct Step: Sendable {
        public enum Verdict: String, Sendable {
            case good, bad
            /// It cannot be asked.
            case skip
        }

        /// Position in `states`.
        public var state: Int
        public var verdict: Verdict
        /// The expectations that it breaks in a way that is followed.
        public var breaks: [String]
        /// Why it cannot be asked.
        public var reason: String?
        /// All scenarios were run, and not only those that show the failure elsewhere.
        public var isWhole: Bool
        public var runs: Int
        public var seconds: Double
    }

    /// A change that failures come or go with.
    public struct Answer: Sendable {
        /// They come with it; else they go.
        public var comes: Bool
        /// Positions in `states` of the changes that it is one of, ascending: one if nothing stood
        /// in the way.
        public var suspects: [Int]
        /// Why the others could not be told from it, by position.
        public var skipped: [Int: String]
        /// In the order in which they are reported.
        public var signatures: [FailureSignature]
        /// Those that may be of this change as well: where they could not be told, it is among the
        /// changes that they can be of.
        public var possible: [FailureSignature] = []
        /// Other ways in which the same expectations were broken already, or still are.
        public var others: [FailureSignature]
        /// The smallest run that shows one of them.
        public var witness: Witness?
    }

    public var tree: Witness.TreeIdentity
    /// What was searched: "v2.mbx, 32 patches".
    public var words: String
    public var states: [BisectionStates.State]
    public var steps: [Step]
    /// By the first suspect, ascending.
    public var answers: [Answer]
    public var notes: [String]
}

/// A question that has no answer by bisection; one line.
public struct BisectionError: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}
