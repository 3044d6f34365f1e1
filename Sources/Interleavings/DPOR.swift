// SPDX-License-Identifier: GPL-2.0-only

// Dynamic partial-order reduction with wakeup trees: of all orders that differ only in steps which
// do not depend on each other, one is run. Each run is searched for races; each race, turned round,
// is the beginning of an order that has to be tried at the point before it, unless one that was
// tried there, or is going to be, covers it.
//
// A step is known by what it touched. Where all steps of a race touch what they touched before, no
// order is run twice: the reduction is optimal, as it is for locks alone. The second step of a race
// that is turned round may touch other things, because it sees another state; what it would touch
// is not guessed but found out, and if it then shows that the order had been covered, the run is
// counted as redundant.
//
// A task that would only queue for a lock is not run as long as there is another: that it queued
// could make no difference to anybody.

import Machine

/// One order of each kind.
package struct DPOR: OrderStrategy {
    private var reduction = Reduction()
    package private(set) var worth = OrderWorth()

    package init() {}

    package mutating func next(_ run: inout Run) -> Bool {
        run.schedule.policy = .unstuck
        run.recordsSteps = true
        return reduction.next(&run.schedule.choices)
    }

    package mutating func learn(from outcome: borrowing Outcome) {
        let steps = outcome.steps
        let accesses = outcome.accesses
        if outcome.diverged > 0 { worth.diverged += 1 }
        reduction.begin()
        for index in 0..<steps.count {
            let step = steps[index]
            let end = index + 1 < steps.count ? steps[index + 1].firstAccess : accesses.count
            // What comes before the first new step is as it was.
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
