// SPDX-License-Identifier: GPL-2.0-only

// One failure in one race. What a failing path leaves undone is often seen by nobody but the task
// that waits for it: an entry that is not unlocked, a wakeup that is not passed on, a block that is
// given back while somebody maps it. All failures in all orders are `explore`'s; here is a sample
// that is small and always the same. From the orders that were run without a failure one is kept for
// each task: the first in which it has to wait for an entry, or, where none ever does, for a lock. In
// those, the calls of the task that it waits for are failed one at a time, then its own, up to a budget
// for each race.

import Expectations
import Interleavings
import Machine

/// Produces the runs of one race in which a call fails, one after the other.
struct RaceFailures {
    /// Runs with a failing call, of each race.
    static let budget = 12

    private struct Order {
        let choices: [UInt8]
        let injections: [Injection]
    }

    private let legalErrors: (InjectionPoint) -> [Int32]
    /// Orders in which a task sleeps on a queue, and in which one waits for a lock, by the task.
    private var sleeping: [UInt8: Order] = [:]
    private var locked: [UInt8: Order] = [:]
    private var next = 0

    init(legalErrors: @escaping (InjectionPoint) -> [Int32]) { self.legalErrors = legalErrors }

    /// Keeps the order of a run without a failure, if it is the first in which some task waits.
    mutating func learn(from outcome: borrowing Outcome) {
        guard sleeping.count < 2, outcome.end == .finished else { return }
        if let task = waiter(in: outcome, .wait), sleeping[task] == nil {
            sleeping[task] = order(of: outcome, for: task)
        } else if sleeping.isEmpty, let task = waiter(in: outcome, .lockWait), locked[task] == nil {
            locked[task] = order(of: outcome, for: task)
        }
    }

    private func waiter(in outcome: borrowing Outcome, _ kind: Event.Kind) -> UInt8? {
        for event in outcome.events where event.kind == kind && event.task < 2 {
            return event.task
        }
        return nil
    }

    private func order(of outcome: borrowing Outcome, for waiter: UInt8) -> Order {
        Order(
            choices: outcome.takenOrder().choices,
            injections: injections(into: outcome, for: waiter))
    }

    /// Each fallible call with the first of its errors: those of others, then the waiting task's own.
    private func injections(into outcome: borrowing Outcome, for waiter: UInt8) -> [Injection] {
        var others: [Injection] = []
        var own: [Injection] = []
        for event in outcome.events where event.kind == .point {
            guard let point = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: event.arg1)),
                let error = legalErrors(point).first
            else { continue }
            let injection = Injection(
                task: UInt32(event.task), nth: UInt32(truncatingIfNeeded: event.arg0), error: error)
            if event.task == waiter { own.append(injection) } else { others.append(injection) }
        }
        return others + own
    }

    /// Makes the next run of a race; false when all are made. The orders take turns, so that none of
    /// them has all of the budget.
    mutating func next(_ run: inout Run) -> Bool {
        let kept = sleeping.isEmpty ? locked : sleeping
        let orders = kept.sorted { $0.key < $1.key }.map(\.value)
        guard !orders.isEmpty else { return false }
        while next < Self.budget {
            let order = orders[next % orders.count]
            let index = next / orders.count
            next += 1
            guard index < order.injections.count else { continue }
            run.injections = [order.injections[index]]
            run.schedule = Schedule(choices: order.choices)
            run.recordsSteps = false
            return true
        }
        return false
    }
}
