// SPDX-License-Identifier: GPL-2.0-only

// The canaries of a comparison: runs of one side that are known to fail, and that the other side does
// not have. Each is a difference of a kind of its own, and is counted like all others. If one is not
// among them, somebody keeps failures from being seen. See `Canary`.

import Expectations
import Exploration
import Interleavings
import Machine
import Workers

/// A run of one side that is known to fail.
package struct ComparisonCanary: Codable, Sendable {
    /// 0 or 1.
    package var side: Int
    package var canary: Canary

    /// The difference that it shows.
    var kind: DifferenceKind {
        DifferenceKind(.verdict, "no-self-deadlock \(canary.number)", "holds", "fails")
    }

    /// Some for a shard, as many for one side as for the other.
    package static func some(among places: [Int]) -> [ComparisonCanary] {
        Canary.some(among: places).enumerated().map { index, canary in
            ComparisonCanary(side: index & 1, canary: canary)
        }
    }
}

extension Comparison {
    /// Makes a canary and counts what it shows.
    mutating func make(_ planned: ComparisonCanary) {
        let canary = planned.canary
        let image = planned.side == 0 ? before.image : after.image
        image.make(canary, noting: page, runs: UInt64(tally.compared.runs)) {
            judgement, _, _, scenario in
            guard judgement.hasFailure else { return }
            let rank = ExampleRank(
                operations: scenario.operations.count, failures: 0, preemptions: 0,
                ordinal: canary.ordinal)
            count.count(
                ShownDifference(kind: planned.kind),
                DifferenceCount.Sighting(
                    scenario: UInt64(canary.place), filesystem: scenario.geometry.filesystem,
                    isUnfailed: true, rank: rank),
                example: { DifferenceExample(rank: rank, before: nil, after: nil) })
        }
    }
}

extension DifferenceTally {
    /// The same as if there had been no canaries.
    ///
    /// - Parameter canaries: those of the shard that did not kill their worker.
    /// - Throws: `CanaryObjection` where one of those that are due is not among the differences.
    package func without(
        _ canaries: [ComparisonCanary]
    ) throws(CanaryObjection) -> DifferenceTally {
        var tally = self
        for planned in canaries where planned.canary.place < nextScenario {
            guard let place = tally.kinds.firstIndex(where: { $0.kind == planned.kind }),
                tally.kinds[place].runs == 1
            else {
                throw CanaryObjection(
                    description: "a run that must fail is not among those that do")
            }
            tally.kinds.remove(at: place)
        }
        return tally
    }
}
