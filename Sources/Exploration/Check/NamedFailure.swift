// SPDX-License-Identifier: GPL-2.0-only

// The failures of a variant under their full names, with the function of the code under test in
// which each shows. This is what a failure is followed by, from one state of the code to the next.

import Expectations
import Slices

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

extension CheckSession {
    /// The ways in which a variant fails, by signature, in the order in which they are reported.
    ///
    /// - Parameter image: the variant's shared object.
    package func failures(in tally: Tally, image: String) throws -> [NamedFailure] {
        let places = Set(tally.ways.flatMap(\.chain)).sorted()
        let frames = try Symbolizer(toolchain: builder.toolchain).frames(image: image, pcs: places)
        let functions = Dictionary(
            uniqueKeysWithValues: zip(places, frames.map { $0.map(CodeFrame.init) }))
        var shown: [FailureSignature: NamedFailure] = [:]
        for way in tally.ways where way.finding == nil || countsKnown {
            let signature = way.signature.naming(way.chain) { functions[$0] ?? [] }
            let failure = NamedFailure(
                signature: signature, finding: way.finding, failures: way.failures,
                witness: way.witness, scenarios: way.places, endsRun: way.endsRun)
            shown[signature] = shown[signature].map { $0.adding(failure) } ?? failure
        }
        for cycle in tally.lockOrder.inversions() {
            let signature = FailureSignature(inversion: cycle)
            let scenarios = Set(cycle.map { Int(RunOrdinal(packed: $0.runKey).scenario) })
            shown[signature] = NamedFailure(
                signature: signature, finding: nil, failures: 1, witness: nil,
                scenarios: scenarios.sorted(), endsRun: false, inversion: cycle)
        }
        return shown.values.sorted { $0.signature < $1.signature }
    }
}

extension FailureCount {
    fileprivate var places: [Int] {
        Set(scenarios + [witness.ordinal.scenario]).sorted().map { Int($0) }
    }
}

extension NamedFailure {
    fileprivate func adding(_ other: NamedFailure) -> NamedFailure {
        var sum = self
        sum.failures += other.failures
        if let mine = witness, let theirs = other.witness, theirs.rank < mine.rank {
            sum.witness = theirs
        }
        sum.scenarios = Set(scenarios + other.scenarios).sorted()
        sum.endsRun = endsRun || other.endsRun
        // On record and not at once: what is not counts.
        sum.finding = finding == nil || other.finding == nil ? nil : finding
        return sum
    }
}
