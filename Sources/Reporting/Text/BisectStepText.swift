// SPDX-License-Identifier: GPL-2.0-only

// One step of a bisection that git drives, in a line: what is followed, and why a state of the code
// is good, bad or cannot be tested.

import Bisection
import Exploration

extension BisectionGoal {
    /// What is followed; nil where nothing is known of the ends yet.
    package var description: String? {
        guard let first = failures.first else { return nil }
        let count = failures.count - 1
        return first.signature.description + (count > 0 ? ", and \(count.of("more way"))" : "")
            + (isFix ? "; looks for the commit that fixes it" : "")
    }
}

extension BisectStep: CustomStringConvertible {
    /// The verdict, with its reason.
    package var description: String { "\(verdict.rawValue): \(reason)" }
}

extension BisectStep.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .shows(let signature): signature.description
        case .holds(let name): "\(name ?? "the expectation") holds"
        case .brokenOtherwise(let name, let other):
            "\(name ?? "the expectation") is broken in another way: \(other.kind)"
        case .notAsked(let name): "no run says anything about \(name)"
        case .cannotTell(let reason): reason
        case .cannotBeBuilt(let error): "does not build: \(error)"
        case .harnessError(let error): "an error of the harness: \(error)"
        }
    }
}

extension FailureSignature: CustomStringConvertible {
    package var description: String { "\(expectation): \(kind)" }
}
