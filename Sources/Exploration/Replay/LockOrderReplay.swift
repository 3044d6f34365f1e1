// SPDX-License-Identifier: GPL-2.0-only

// An inversion of lock classes judged again. It is a finding about several runs, so the witness of
// one carries the others with it: each is made once more, and what they show together is asked
// again. Where a witness has no companions, as those of before had not, the finding stays as it was.

import Expectations
import Machine
import Slices

extension Witness.Companion {
    /// The run that shows an edge; nil for one whose scenario is in no list.
    package init?(_ edge: LockOrderGraph.Edge) {
        guard let scenario = CheckSession.scenario(named: edge.scenario) else { return nil }
        self.init(
            scenario,
            scenario.run(
                injections: edge.injections, schedule: Schedule(choices: edge.choices)))
    }
}

extension CheckSession {
    /// The witness of a run that was just made again, with what it shows of the order of locks.
    ///
    /// - Parameter stored: as it was found.
    package func judgingLockOrder(
        _ witness: Witness, like stored: Witness, of variant: Variant
    ) throws -> (witness: Witness, difference: String?) {
        let expectation = Expectations.all.first { $0.mask == .lockOrder }!
        let name = expectation.name
        let known = stored.record.findings.filter { $0.expectation == name }
        guard let companions = stored.companions else {
            return (known.reduce(witness) { $0.keeping($1) }, nil)
        }
        let records = try pool.record(
            companions.map { (.file(variant.image), $0.scenarioAsFound, $0.run) })
        var graph = LockOrderGraph()
        for edge in ([witness.record] + records).flatMap({ $0.lockOrder ?? [] }) {
            graph.insert(edge)
        }
        guard let cycle = graph.countingKnown().inversions().first else {
            return (witness, "the runs of this witness do not show an inversion of locks any more")
        }
        return (witness.accompanied(by: companions).adding(cycle, to: expectation), nil)
    }
}

extension Witness {
    /// An inversion is a finding about several runs: making one of them again cannot take it back.
    fileprivate func keeping(_ finding: RunRecord.Finding) -> Witness {
        var record = self.record
        record.findings.append(finding)
        return Witness(
            subject: subject, scenario: scenarioAsFound, run: run, record: record, frames: frames)
    }

    fileprivate func accompanied(by companions: [Companion]) -> Witness {
        Witness(
            subject: subject, scenario: scenarioAsFound, run: run, record: record, frames: frames,
            companions: companions)
    }
}
