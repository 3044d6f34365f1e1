// SPDX-License-Identifier: GPL-2.0-only

// What follows from a difference is not another one. A run that does not come to its end on one
// side leaves no state there and gives nothing back; one that is cut short, because an operation
// returned with something held, does not begin the operations behind it. That it is so is told;
// that all the rest is missing then is not told once more, lock by lock and block by block.

import Machine

extension Comparison {
    /// The marks of a facet that can be compared; nil where nothing can.
    package func marks(
        _ run: ObservedRun, _ other: ObservedRun, _ facet: Int
    ) -> (ArraySlice<Observation>, ArraySlice<Observation>)? {
        let marks = (before.marks(run, facet), after.marks(other, facet))
        let kind = ObservableKind.observed[facet]
        guard kind != .result else { return marks }
        if run.isDeadly != other.isDeadly { return nil }
        let states = (states(before.marks(run, 0)), states(after.marks(other, 0)))
        let isEven = states.0 == states.1 && run.isCut == other.isCut
        guard !isEven || run.end != other.end else { return marks }
        guard run.end == other.end || kind == .calls else { return nil }
        // Where an access was cut short, the machine did not go on to store or load.
        if run.isCut != other.isCut, kind == .data { return nil }
        let old = marks.0.filter { isComparable($0, states, isEven) }
        let new = marks.1.filter { isComparable($0, states, isEven) }
        guard run.end != other.end else { return (old[...], new[...]) }
        // An operation that never returned made no more calls.
        let ran = states.0.done & ~states.1.done | states.1.done & ~states.0.done
        return (
            Comparison.cut(old, to: new, in: ran & states.0.done),
            Comparison.cut(new, to: old, in: ran & states.1.done)
        )
    }

    /// Operations that began, and those that returned, one bit each.
    private struct States: Equatable {
        var begun: UInt64 = 0
        var done: UInt64 = 0
    }

    private func states(_ results: ArraySlice<Observation>) -> States {
        var states = States()
        for mark in results {
            guard mark.kind == .returned else { break }
            let state = OperationResult.State(rawValue: UInt32(truncatingIfNeeded: mark.a))
            if state != .notRun { states.begun |= 1 << UInt64(mark.operation) }
            if state == .done { states.done |= 1 << UInt64(mark.operation) }
        }
        return states
    }

    /// Whether a mark is of an operation that began on both sides, or of something that was lost:
    /// what is there at the end is a consequence of how far a run got.
    private func isComparable(
        _ mark: Observation, _ states: (States, States), _ isEven: Bool
    ) -> Bool {
        if mark.operation == Observation.noOperation { return mark.kind == .lost || isEven }
        return states.0.begun & states.1.begun & 1 << UInt64(mark.operation) != 0
    }

    /// The marks without those by which an operation has more of them than on the other side.
    private static func cut(
        _ marks: [Observation], to others: [Observation], in operations: UInt64
    ) -> ArraySlice<Observation> {
        guard operations != 0 else { return marks[...] }
        var left: [UInt8: Int] = [:]
        for mark in others { left[mark.operation, default: 0] += 1 }
        return marks.filter { mark in
            guard mark.operation != Observation.noOperation,
                operations & 1 << UInt64(mark.operation) != 0
            else { return true }
            left[mark.operation, default: 0] -= 1
            return left[mark.operation]! >= 0
        }[...]
    }
}
