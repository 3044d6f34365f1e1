// SPDX-License-Identifier: GPL-2.0-only

// The strategy for one scenario: once without failure, then once for every fallible call that the
// unfailed run passed, failing there with each error that is legal for it. A failure can send the
// code to an iomap_end() whose own commit then fails: which error the caller sees is a question of
// its own, so that one kind of pair is tried as well, directly behind the single failure it grew
// from. So is the other pair without which an error path is never entered: an XArray that gets no
// node without waiting asks once more, waiting, and a shortage of memory has to fail both. Of what an
// error path calls by itself, which nothing else in that entry of the kernel does, a few are failed,
// too. The order depends on the traces alone, and so is the same in every process.

import Machine

/// Produces the injections of a scenario's runs, one run after the other.
///
/// After each run the caller says what the run passed; without it (the run killed its process)
/// what would have followed from it is left out. Nothing is allocated from the second scenario on.
package struct SingleFailures {
    private struct Point {
        var task: UInt32
        var nth: UInt32
        var kind: InjectionPoint
        /// In which kernel entry, counted over all tasks.
        var entry: Int
        /// Where the call is made.
        var pc: UInt64 = 0
    }

    private enum Stage { case unfailed, singles, pairs, exhausted }

    /// Legal errors by raw value of the point's kind.
    private let errors: [[Int32]]
    private var stage = Stage.unfailed
    private var points: [Point] = []
    /// Of the unfailed run, by kernel entry: bit n for calls of kind n.
    private var kinds: [UInt32] = []
    private var point = 0
    private var error = 0
    /// Calls to be failed together with the single failure just tried.
    private var followers: [Point] = []
    private var follower = 0
    private var followerError = 0
    private var single = Injection(nth: 0, error: 0)
    private var singlePoint = Point(task: 0, nth: 0, kind: .allocation, entry: 0)
    private var followsEnds = false
    /// Calls of error paths that may still be failed in this scenario.
    private var secondsLeft = 0
    /// How many of these there are in a scenario.
    package static let secondsEach = 2

    /// What the runs of one scenario may take together: basic blocks of the code under test, and
    /// events. It is more than the largest scenario takes on sound code, which is one of virtiofs, and
    /// about five times what the largest of ext2 takes (158,713 and 11,167 on 6.12). Code that goes round in circles passes fallible calls on the way, and each of them
    /// would be failed in a run that goes round as well. The budget is the scenario's own, so what
    /// is left out does not depend on how scenarios are divided among workers.
    package static let budget = (blocks: UInt64(900_000), events: 45_000)
    /// Calls beyond the budget, over all scenarios: what was left out is told.
    package private(set) var leftOut = 0
    /// What the runs of this scenario have taken.
    private var used = (blocks: UInt64(0), events: 0)

    package init(legalErrors: (InjectionPoint) -> [Int32]) {
        var errors = [[Int32]](repeating: [], count: 64)
        for kind in InjectionPoint.allCases { errors[Int(kind.rawValue)] = legalErrors(kind) }
        self.errors = errors
    }

    /// What a report says of so many calls beyond the budget; nil where there are none.
    package static func note(leftOut: Int) -> String? {
        leftOut == 0
            ? nil
            : "\(leftOut) fallible calls were not failed: the runs of their scenario go round in "
                + "circles and have used up its budget"
    }

    /// Starts over for the next scenario.
    ///
    /// - Parameter followsEnds: try pairs of a failure and a failing iomap_end() as well.
    package mutating func restart(followsEnds: Bool) {
        self.followsEnds = followsEnds
        secondsLeft = Self.secondsEach
        stage = .unfailed
        points.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
        followers.removeAll(keepingCapacity: true)
        point = 0
        error = 0
        used = (0, 0)
    }

    /// Puts the next run's injections into `injections`; false when all were tried.
    package mutating func next(_ injections: inout [Injection]) -> Bool {
        injections.removeAll(keepingCapacity: true)
        switch stage {
        case .unfailed:
            return true
        case .pairs where follower < followers.count:
            let second = followers[follower]
            injections.append(single)
            injections.append(
                Injection(
                    task: second.task, nth: second.nth,
                    error: errors[Int(second.kind.rawValue)][followerError]))
            followerError += 1
            if followerError == errors[Int(second.kind.rawValue)].count {
                followerError = 0
                follower += 1
            }
            return true
        case .singles, .pairs:
            stage = .singles
            followers.removeAll(keepingCapacity: true)
            while isPointTried {
                point += 1
                error = 0
            }
            guard point < points.count else {
                stage = .exhausted
                return false
            }
            let first = points[point]
            singlePoint = first
            single = Injection(
                task: first.task, nth: first.nth,
                error: errors[Int(first.kind.rawValue)][error])
            error += 1
            injections.append(single)
            return true
        case .exhausted:
            return false
        }
    }

    /// Takes from the trace of the run just made what is to be tried because of it.
    package mutating func learn(from outcome: borrowing Outcome) {
        used.blocks += outcome.basicBlocks
        used.events += outcome.events.count
        switch stage {
        case .unfailed:
            forEachPoint(of: outcome) { point in
                points.append(point)
                while kinds.count <= point.entry { kinds.append(0) }
                kinds[point.entry] |= 1 << point.kind.rawValue
            }
            stage = .singles
        case .singles:
            let single = singlePoint
            forEachPoint(of: outcome) {
                guard $0.task == single.task, $0.nth > single.nth,
                    !errors[Int($0.kind.rawValue)].isEmpty
                else { return }
                if followsEnds && $0.kind == .filesystemEnd || isMadeGood(single, $0) {
                    followers.append($0)
                } else if secondsLeft > 0, isOfErrorPath(single, $0) {
                    secondsLeft -= 1
                    followers.append($0)
                }
            }
            follower = 0
            followerError = 0
            stage = .pairs
        case .pairs, .exhausted:
            break
        }
        if used.blocks > Self.budget.blocks || used.events > Self.budget.events {
            leftOut += points.count - point - (isPointTried ? 1 : 0)
            leftOut += followers.dropFirst(follower).count
            stage = .exhausted
        }
    }

    /// Whether a call is the second try of an allocation that failed: it follows at once, in the
    /// same kernel entry, and the unfailed run does not make that call there.
    private func isMadeGood(_ failed: Point, _ next: Point) -> Bool {
        guard failed.kind == .allocation, next.kind == .allocation,
            next.nth == failed.nth + 1, next.entry == failed.entry
        else { return false }
        return !points.contains {
            $0.task == next.task && $0.nth == next.nth && $0.kind == .allocation && $0.pc == next.pc
        }
    }

    /// Whether a call belongs to what is done about a failure: it follows in the same kernel entry,
    /// which without the failure makes none of its kind.
    private func isOfErrorPath(_ failed: Point, _ next: Point) -> Bool {
        guard next.entry == failed.entry else { return false }
        return !kinds.indices.contains(next.entry)
            || kinds[next.entry] & 1 << next.kind.rawValue == 0
    }

    /// Whether the call that is failed now has been failed with each of its errors.
    private var isPointTried: Bool {
        point < points.count && error == errors[Int(points[point].kind.rawValue)].count
    }

    /// The run just announced was not made.
    package mutating func skip() {
        if stage == .unfailed { stage = .exhausted }
    }

    /// Lends the run's points.
    @inline(__always)
    private func forEachPoint(of outcome: borrowing Outcome, _ body: (Point) -> Void) {
        var entry = 0
        for event in outcome.events {
            if event.kind == .opEnter || event.kind == .faultEnter { entry += 1 }
            guard event.kind == .point,
                let kind = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: event.arg1))
            else { continue }
            body(
                Point(
                    task: UInt32(event.task), nth: UInt32(truncatingIfNeeded: event.arg0),
                    kind: kind, entry: entry, pc: event.pc))
        }
    }
}
