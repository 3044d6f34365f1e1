// SPDX-License-Identifier: GPL-2.0-only

// The sets of failures of one scenario: each fallible call with each of its errors, and then each
// two of those. There are soon more pairs than would fit into memory, so they are not listed but
// counted, and the n-th is worked out.

import Machine

/// A call that can be made to fail.
package struct FailurePoint: Hashable, Comparable {
    package var task: UInt32
    package var nth: UInt32
    package var kind: UInt32

    package static func < (one: FailurePoint, other: FailurePoint) -> Bool {
        (one.task, one.nth, one.kind) < (other.task, other.nth, other.kind)
    }
}

/// All sets of one failure, or of one or two.
package struct FailureSets {
    private let singles: [Injection]
    /// Places in the enumeration; some of them hold two errors of one call, which is no set.
    package let places: Int
    /// Sets.
    package let count: Int

    /// - Parameter size: the most failures of one run: 0, 1 or 2.
    package init(_ points: Set<FailurePoint>, upTo size: Int, errors: (InjectionPoint) -> [Int32]) {
        guard size > 0 else {
            singles = []
            places = 0
            count = 0
            return
        }
        var singles: [Injection] = []
        var ofOneCall = 0
        for point in points.sorted() {
            let all = InjectionPoint(rawValue: point.kind).map(errors) ?? []
            singles += all.map { Injection(task: point.task, nth: point.nth, error: $0) }
            ofOneCall += all.count * (all.count - 1) / 2
        }
        self.singles = singles
        let pairs = size > 1 ? singles.count * (singles.count - 1) / 2 : 0
        places = singles.count + pairs
        count = places - (size > 1 ? ofOneCall : 0)
    }

    /// The set at a place; nil where there is none.
    package subscript(place: Int) -> [Injection]? {
        precondition(place >= 0 && place < places, "no such place")
        guard place >= singles.count else { return [singles[place]] }
        // Pairs with the first failure last: (0, 1), (0, 2), (1, 2), (0, 3) ...
        let pair = place - singles.count
        var second = Int((1 + (1 + 8 * Double(pair)).squareRoot()) / 2)
        while second * (second - 1) / 2 > pair { second -= 1 }
        while second * (second + 1) / 2 <= pair { second += 1 }
        let (one, other) = (singles[pair - second * (second - 1) / 2], singles[second])
        return (one.task, one.nth) == (other.task, other.nth) ? nil : [one, other]
    }
}
