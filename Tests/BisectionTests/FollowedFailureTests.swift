// SPDX-License-Identifier: GPL-2.0-only

// The search by itself, on states that are made up: it always comes to the change, in as few
// questions as halving takes, whatever cannot be asked, and when a few scenarios mislead.

import Bisection
import Testing
import VariantTesting

@testable import Exploration

@Suite struct FollowedFailureTests {
    /// A failure that comes or goes with change `change` of `last`.
    private struct Made {
        var failure: FollowedFailure
        let change: Int
        let untestable: Set<Int>
        var asked: [Int] = []

        init(_ last: Int, _ change: Int, comes: Bool, untestable: Set<Int> = []) {
            failure = FollowedFailure(
                NamedFailure(
                    signature: FailureSignature(expectation: "no-leak", kind: "lost: node"),
                    finding: nil, failures: 1, witness: nil, scenarios: [7], endsRun: false),
                comes: comes, last: last)
            self.change = change
            self.untestable = untestable
        }

        /// - Parameter misleads: states that show it only if everything is asked.
        mutating func search(misleads: Set<Int> = []) {
            while asked.count < 200 {
                let isWhole: Bool
                let index: Int
                if let next = failure.next(untestable: untestable) {
                    (index, isWhole) = (next, failure.needsWhole)
                } else if let unconfirmed = failure.unconfirmed {
                    (index, isWhole) = (unconfirmed, true)
                } else {
                    return
                }
                asked.append(index)
                let isThere = (index >= change) == failure.comes
                failure.note(
                    isThere && (isWhole || !misleads.contains(index)), at: index, isWhole: isWhole)
            }
        }

        var suspects: ClosedRange<Int> { failure.low + 1...failure.high }
    }

    @Test func everyChangeIsFound() {
        for last in 1...40 {
            for change in 1...last {
                for comes in [true, false] {
                    var made = Made(last, change, comes: comes)
                    made.search()
                    #expect(made.suspects == change...change, "\(change) of \(last)")
                    var halvings = 0
                    while 1 << halvings < last { halvings += 1 }
                    // One more to be sure of the last one that did not show it.
                    #expect(made.asked.count <= halvings + 1, "\(change) of \(last)")
                }
            }
        }
    }

    @Test func whatCannotBeAskedLeavesARangeAndNoMore() {
        for change in 1...16 {
            for hole in 1...15 {
                let untestable = Set(hole...min(15, hole + 3))
                var made = Made(16, change, comes: true, untestable: untestable)
                made.search()
                #expect(made.suspects.contains(change))
                // All that is left but the last one cannot be asked.
                #expect(made.suspects.dropLast().allSatisfy { untestable.contains($0) })
                #expect(Set(made.asked).isDisjoint(with: untestable))
            }
        }
    }

    @Test func aFewScenariosThatMisleadAreFoundOut() {
        for change in 1...19 {
            var made = Made(20, change, comes: true)
            made.search(misleads: Set(change...min(19, change + 4)))
            #expect(made.suspects == change...change, "\(made.asked)")
        }
    }
}
