// SPDX-License-Identifier: GPL-2.0-only

// What makes a failure the same one in two versions of the code. A verdict alone does not: an
// expectation can be broken in one way by a patch and in another by the next, and whoever looks for
// the first patch that broke it would be sent to the wrong one. A signature is how the run ended and
// what the failure is about, with no numbers, lines or scenarios in it.

import Expectations
import System

/// An expectation, and one way of breaking it: how the run ended and what the failure is about, with
/// no numbers, lines or scenarios in it.
package struct FailureSignature: Codable, Hashable, Comparable, Sendable {
    /// Its name.
    package var expectation: String
    /// In words: "self-deadlock on &ei->dax_sem in write-fault".
    package var kind: String

    package init(expectation: String, kind: String) {
        self.expectation = expectation
        self.kind = kind
    }

    /// An inversion of lock classes, which is judged over all runs.
    package init(inversion cycle: [LockOrderGraph.Edge]) {
        expectation = ExpectationSet.lockOrder.name
        kind = FailureSignature.inversion(of: cycle.map(\.held))
    }

    /// In words: an inversion of lock classes.
    static func inversion(of cycle: [String]) -> String {
        inversionPrefix + cycle.joined(separator: ", ")
    }

    /// The lock classes of an inversion; nil if it is none.
    var inversion: [String]? {
        guard expectation == ExpectationSet.lockOrder.name,
            kind.hasPrefix(FailureSignature.inversionPrefix)
        else { return nil }
        return kind.dropFirst(FailureSignature.inversionPrefix.count).split(separator: ", ")
            .map(String.init)
    }

    private static let inversionPrefix = "inversion of "

    /// In the order in which expectations are reported.
    package static func < (one: FailureSignature, other: FailureSignature) -> Bool {
        func place(_ name: String) -> Int { Expectations.named(name)?.index ?? .max }
        return (place(one.expectation), one.kind) < (place(other.expectation), other.kind)
    }
}

extension Death {
    /// In the words of a signature.
    package var signature: FailureSignature {
        let words: String
        switch cause {
        case .exit: words = "the process of the run calls exit()"
        case .signal(let number): words = "the process of the run dies of \(signalName(number))"
        case .hang: words = "the process of the run stands still"
        case .closedDescriptors: words = "the process of the run closes its descriptors"
        case .memory: words = "the process of the run uses too much memory"
        }
        return FailureSignature(expectation: ExpectationSet.noWarning.name, kind: words)
    }

    /// What it takes to make the run again.
    package func key(of scenario: Scenario) -> WitnessKey {
        WitnessKey(
            rank: WitnessRank(of: scenario, injections: injections.count, ordinal: ordinal),
            injections: injections, deadly: run)
    }
}

extension FailureSignature {
    /// With the function of the code under test in which it shows.
    package func naming(
        _ chain: [UInt64], _ frames: (UInt64) -> [CodeFrame]
    ) -> FailureSignature {
        naming(chain.lazy.flatMap(frames).first { $0.isOfSlice }?.function)
    }

    /// With a function; the same for nil.
    package func naming(_ function: String?) -> FailureSignature {
        guard let function else { return self }
        return FailureSignature(expectation: expectation, kind: "\(kind), in \(function)()")
    }
}

extension Witness {
    /// The signature of what this run breaks; nil if it does not break that expectation, or if an
    /// earlier version of Faultline wrote it down.
    package func signature(of expectation: Expectation) -> FailureSignature? {
        if let death = record.death { return death.signature }
        let finding = record.findings.first { $0.expectation == expectation.name }
        guard let finding, let kind = finding.kind else { return nil }
        return FailureSignature(expectation: expectation.name, kind: kind)
            .naming(finding.chain ?? []) { frames[$0] ?? [] }
    }
}

extension ExpectationSet {
    /// Of a set of one.
    var name: String { members[0].name }
}
