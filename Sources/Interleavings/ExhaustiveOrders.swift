// SPDX-License-Identifier: GPL-2.0-only

// Every choice at every scheduling point, depth first, tasks in ascending order. It ignores
// dependence between steps, so the other strategies are measured against it. The speed of
// exploration is measured with it too, so it does work only for the choices that are new in a run.

import Machine

/// All orders.
public struct ExhaustiveOrders: OrderStrategy {
    /// For each choice of the last run, a mask of the tasks not yet tried there.
    private var untried: [UInt8] = []
    private var chosen: [UInt8] = []
    private var hasBegun = false
    public private(set) var worth = OrderWorth()

    public init() {}

    public mutating func next(_ run: inout Run) -> Bool {
        run.schedule.policy = .inOrder
        run.recordsSteps = false
        guard hasBegun else {
            hasBegun = true
            run.schedule.choices.removeAll(keepingCapacity: true)
            return true
        }
        var depth = untried.count
        while depth > 0 && untried[depth - 1] == 0 { depth -= 1 }
        guard depth > 0 else {
            worth.isComplete = true
            return false
        }
        untried.removeLast(untried.count - depth)
        chosen.removeLast(chosen.count - depth)
        let task = UInt8(truncatingIfNeeded: untried[depth - 1].trailingZeroBitCount)
        untried[depth - 1] &= untried[depth - 1] &- 1
        chosen[depth - 1] = task
        run.schedule.choices.removeAll(keepingCapacity: true)
        run.schedule.choices.append(contentsOf: chosen)
        return true
    }

    public mutating func learn(from outcome: borrowing Outcome) {
        worth.runs += 1
        if outcome.diverged > 0 { worth.diverged += 1 }
        let steps = outcome.steps
        var depth = chosen.count
        while depth < steps.count {
            let step = steps[depth]
            chosen.append(step.task)
            untried.append(step.runnable & ~(1 << step.task))
            depth += 1
        }
    }
}
