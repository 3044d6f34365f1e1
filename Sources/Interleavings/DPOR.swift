// SPDX-License-Identifier: GPL-2.0-only

// Dynamic partial-order reduction with wakeup trees: of all orders that differ only in the order of
// independent steps, one is run. Each run is searched for races. Each race, reversed, is the
// beginning of an order to be tried at the point before it, unless an order that was or will be
// tried there covers it.
//
// If steps had the same accesses in every order, no order would be run twice: the reduction would
// be optimal, as it is for locks alone. But the second step of a reversed race sees another state
// and may access other things. A run finds out what it accesses, and is counted as redundant if its
// order then turns out to be covered.
//
// A task that would only queue for a lock does not run as long as another can: no task can observe
// that it queued.

import Machine

/// One order of each equivalence class.
public struct DPOR: OrderStrategy {
    private var reduction = Reduction()
    public private(set) var worth = OrderWorth()

    public init() {}

    public mutating func next(_ run: inout Run) -> Bool {
        run.schedule.policy = .unstuck
        run.recordsSteps = true
        return reduction.next(&run.schedule.choices)
    }

    public mutating func learn(from outcome: borrowing Outcome) {
        let steps = outcome.steps
        let accesses = outcome.accesses
        if outcome.diverged > 0 { worth.diverged += 1 }
        reduction.begin()
        for index in 0..<steps.count {
            let step = steps[index]
            let end = index + 1 < steps.count ? steps[index + 1].firstAccess : accesses.count
            // The steps before the first new one are those of the last run.
            let isKnown = index < reduction.kept
            let goesOn = reduction.step(
                step.task, runnable: step.runnable, stuck: step.stuck,
                isKnown ? nil : AccessSet(accesses[step.firstAccess..<end]))
            if !goesOn { break }
        }
        reduction.finish()
        worth.runs = reduction.runs
        worth.redundant = reduction.redundant
        worth.isComplete = reduction.isComplete && worth.diverged == 0
    }
}
