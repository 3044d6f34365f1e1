// SPDX-License-Identifier: GPL-2.0-only

// One failure on its way through the states: which way it changes, between which states it does so,
// and what is not known for sure. That a failure is not shown by the few scenarios that are asked
// first is a reason to go on, never the last word.

import Expectations
import Exploration

/// What a bisection is to follow.
package enum BisectionTarget: Sendable {
    /// Every expectation whose verdict is another one at the end than at the beginning.
    case changes
    /// Every way of breaking an expectation that comes or goes.
    case expectation(Expectation)
    /// One failure.
    case signature(FailureSignature)
}

/// A failure that one end of the states shows and the other one does not.
package struct FollowedFailure {
    package let signature: FailureSignature
    /// It comes with one of the changes; else it goes with one.
    package let comes: Bool
    /// As the end shows it that does.
    package let failure: NamedFailure
    /// The last state known to be as the first one is, and the first known to be as the last one.
    package var low: Int
    package var high: Int
    /// States that did not show it in the few scenarios that they were asked.
    package var tentative: Set<Int> = []
    /// States that cannot tell, and why.
    package var hidden: [Int: String] = [:]
    /// A few scenarios have misled: only whole observations count.
    package var needsWhole = false
    private let last: Int

    package init(_ failure: NamedFailure, comes: Bool, last: Int) {
        signature = failure.signature
        self.failure = failure
        self.comes = comes
        self.last = last
        low = 0
        high = last
    }

    /// The state on its edge that is only thought not to show it.
    package var unconfirmed: Int? {
        let edge = comes ? low : high
        return tentative.contains(edge) ? edge : nil
    }

    /// The state that shows it, nearest to the change.
    package var showing: Int { comes ? high : low }

    package mutating func note(_ isShown: Bool, at index: Int, isWhole: Bool) {
        if isWhole, isShown, tentative.remove(index) != nil {
            // What was concluded from that state was wrong.
            needsWhole = true
            tentative.removeAll()
            if comes { (low, high) = (0, index) } else { (low, high) = (index, last) }
            return
        }
        guard low < index, index < high else {
            if isWhole { tentative.remove(index) }
            return
        }
        if !isShown, !isWhole { tentative.insert(index) }
        if isShown == comes { high = index } else { low = index }
    }

    /// A state cannot tell.
    package mutating func hide(_ index: Int, because reason: String) {
        hidden[index] = reason
        tentative.remove(index)
    }

    /// The state to ask next: in the middle of what is not known, or, where that cannot be asked,
    /// in the middle of the widest gap between those that cannot.
    ///
    /// - Parameter untestable: states that cannot be built.
    package func next(untestable: Set<Int>) -> Int? {
        var best: (width: Int, distance: Int, index: Int)?
        var start = low
        for end in low + 1...high
        where end == high || untestable.contains(end) || hidden[end] != nil {
            let width = end - start
            let middle = start + width / 2
            let candidate = (width, abs(2 * middle - low - high), middle)
            if width > 1,
                best.map({ (-candidate.0, candidate.1) < (-$0.width, $0.distance) }) ?? true
            {
                best = candidate
            }
            start = end
        }
        return best?.index
    }

    /// The failures to follow.
    ///
    /// - Parameters:
    ///   - first: what the code shows before all changes.
    ///   - last: what it shows behind them.
    package static func all(
        _ target: BisectionTarget, from first: StateObservation, to last: StateObservation,
        at end: Int
    ) -> [FollowedFailure] {
        let gone = first.failures.filter { last[$0.signature] == nil }
        let come = last.failures.filter { first[$0.signature] == nil }
        let all =
            come.map { FollowedFailure($0, comes: true, last: end) }
            + gone.map { FollowedFailure($0, comes: false, last: end) }
        switch target {
        case .signature(let signature): return all.filter { $0.signature == signature }
        case .expectation(let expectation):
            return all.filter { $0.signature.expectation == expectation.name }
        case .changes:
            // The verdicts that change; or, where none does, new and gone ways to fail.
            let changed = Expectations.all.map(\.name).filter { name in
                first.breaks(name) != last.breaks(name)
            }
            let verdicts = all.filter { changed.contains($0.signature.expectation) }
            return verdicts.isEmpty ? all : verdicts
        }
    }
}
