// SPDX-License-Identifier: GPL-2.0-only

// Locks that are not taken alike on both sides. Which locks an operation takes, for reading or for
// writing and how often, is said lock by lock; only where that is the same does the order remain,
// and of two orders the first place is told in which they part. What an operation keeps when it
// returns is said apart.

extension DifferenceContext {
    package func describeLocks(_ pair: ObservationPair, _ found: inout ShownDifferences) {
        for operation in pair.operations {
            let (before, after) = pair.of(operation)
            guard before != after else { continue }
            describeKept(before, after, operation, &found)
            let old = before.filter { $0.kind != .keeps }
            let new = after.filter { $0.kind != .keeps }
            if old == new { continue }
            var isTold = false
            for lock in Set((old + new).map(\.a)).sorted(by: { names.name($0) < names.name($1) }) {
                let uses = (LockUse(of: lock, in: old), LockUse(of: lock, in: new))
                guard uses.0 != uses.1 else { continue }
                let words = (uses.0.words(beside: uses.1), uses.1.words(beside: uses.0))
                guard words.0 != words.1 else { continue }
                isTold = true
                found.add(
                    DifferenceKind(.locks, names.name(lock), words.0, words.1), in: operation)
            }
            if !isTold { describeOrder(old, new, operation, &found) }
        }
    }

    private func describeOrder(
        _ old: [Observation], _ new: [Observation], _ operation: UInt8,
        _ found: inout ShownDifferences
    ) {
        let place = zip(old, new).prefix { $0 == $1 }.count
        found.add(
            DifferenceKind(
                .locks, "order of locks",
                place < old.count ? words(old[place]) : "nothing more",
                place < new.count ? words(new[place]) : "nothing more"), in: operation)
    }

    private func describeKept(
        _ before: [Observation], _ after: [Observation], _ operation: UInt8,
        _ found: inout ShownDifferences
    ) {
        let old = Set(before.filter { $0.kind == .keeps }.map(\.a))
        let new = Set(after.filter { $0.kind == .keeps }.map(\.a))
        for lock in old.symmetricDifference(new).sorted(by: { names.name($0) < names.name($1) }) {
            let (given, kept) = ("given back", "still held")
            found.add(
                DifferenceKind(
                    .locks, "\(names.name(lock)) when the op returns",
                    old.contains(lock) ? kept : given, new.contains(lock) ? kept : given),
                in: operation)
        }
    }

    private func words(_ mark: Observation) -> String {
        let name = names.name(mark.a)
        switch mark.kind {
        case .take: return "takes \(name)" + (mark.b != 0 ? " for read" : "")
        case .giveBack: return "gives back \(name)"
        default: return "downgrades \(name)"
        }
    }
}

/// What an operation does with one lock.
private struct LockUse: Equatable {
    var reads = 0
    var writes = 0
    var downgrades = 0
    var givenBack = 0

    init(of lock: Int64, in marks: [Observation]) {
        for mark in marks where mark.a == lock {
            switch mark.kind {
            case .take: if mark.b != 0 { reads += 1 } else { writes += 1 }
            case .downgrade: downgrades += 1
            default: givenBack += 1
            }
        }
    }

    private var how: String {
        switch (reads > 0, writes > 0) {
        case (false, false): "not taken"
        case (true, false): "taken for read"
        case (false, true): "taken"
        case (true, true): "taken for read and for write"
        }
    }

    func words(beside other: LockUse) -> String {
        let how = self.how
        if how != other.how {
            return how == "taken" && other.reads > 0 ? "taken for write" : how
        }
        let (mine, theirs) = (reads + writes, other.reads + other.writes)
        if mine != theirs { return mine < theirs ? how : "\(how) more often" }
        if downgrades != other.downgrades {
            return downgrades == 0 ? how : "\(how) and downgraded"
        }
        return givenBack < other.givenBack ? "\(how), not given back" : "\(how) and given back"
    }
}
