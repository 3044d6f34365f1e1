// SPDX-License-Identifier: GPL-2.0-only

// The canary of a search: one for each shard, made after some number of runs. It is counted like the
// runs around it, as one that nobody would take for a witness. See `Canary`.

import Expectations
import Machine
import Workers

/// A run that is known to fail, in a search.
package struct SearchCanary: Codable, Sendable {
    package var canary: Canary
    /// It is made after so many runs of a worker, or at the end of fewer.
    package var after: UInt64

    package init() {
        var generator = SystemRandomNumberGenerator()
        canary = Canary(behind: 0, like: Catalogue.scenarios, using: &generator)
        after = .random(in: 1...200, using: &generator)
    }

    /// As a search writes down what fails: with more failing calls than any run has.
    func found(_ scenario: Scenario) -> FoundRun {
        FoundRun(
            scenario: scenario,
            injections: Array(repeating: Injection(nth: 1, error: -5), count: 8), choices: [],
            preemptions: 0, ordinal: canary.ordinal)
    }
}

extension SearchTally {
    /// The same as if there had been no canary.
    ///
    /// - Parameters:
    ///   - canary: that of the shard; nil for none.
    ///   - isWhole: the worker has come to its end.
    /// - Throws: `CanaryObjection` where it is due and not among the runs that fail.
    func without(_ canary: SearchCanary?, isWhole: Bool) throws(CanaryObjection) -> SearchTally {
        let results = canaries ?? []
        guard results.count <= 1, results.allSatisfy({ $0.ordinal == canary?.canary.ordinal }),
            !isWhole || canary == nil || results.count == 1
        else { throw CanaryObjection(description: "a run that must fail was not made") }
        var tally = self
        tally.canaries = nil
        guard let result = results.first else { return tally }
        guard result.fails != 0 || result.findings != 0 else {
            throw CanaryObjection(description: "a run that must fail is not among those that do")
        }
        for index in tally.lines.indices {
            let bit: UInt32 = 1 << UInt32(truncatingIfNeeded: index)
            if result.applies & bit != 0 { tally.lines[index].runs &-= 1 }
            if result.fails & bit != 0 { tally.lines[index].failures &-= 1 }
            tally.lines[index].forget(result.ordinal)
        }
        for index in tally.findings.indices {
            let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: index)
            if result.findings & bit != 0 { tally.findings[index].failures &-= 1 }
            tally.findings[index].forget(result.ordinal)
        }
        return tally
    }
}

extension SearchTally {
    /// The same without a canary, where a check has found nothing against it.
    func plain(without canary: SearchCanary?) throws(WorkerError) -> SearchTally {
        do {
            return try without(canary, isWhole: false)
        } catch {
            throw WorkerError.tampered(error.description)
        }
    }
}

extension SearchTally.Line {
    fileprivate mutating func forget(_ ordinal: RunOrdinal) {
        if finding?.ordinal == ordinal { finding = nil }
    }
}
