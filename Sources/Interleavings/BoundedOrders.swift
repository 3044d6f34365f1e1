// SPDX-License-Identifier: GPL-2.0-only

// Every order with at most so many preemptions, the fewest first: most bugs need no more than two
// or three, and a witness with few is easy to read. A switch away from a task that cannot run, or
// would only queue for a lock, is no preemption. No run is made twice: an order with one preemption
// more than the current bound waits for the next bound. Waiting orders share their common choices.
// Their number is limited; what exceeds the limit is left out, and then the search is not complete.

import Machine

/// All orders with few preemptions.
public struct BoundedOrders: OrderStrategy {
    /// Choices up to and including one to be tried, as a linked list that shares its beginning.
    private final class Prefix {
        let before: Prefix?
        let task: UInt8
        let count: Int

        init(_ before: Prefix?, _ task: UInt8) {
            self.before = before
            self.task = task
            count = (before?.count ?? 0) + 1
        }
    }

    /// The most prefixes that can wait.
    private static let waitingMax = 1_000_000

    private let limit: Int
    private var bound = 0
    private var ready: [Prefix?] = [nil]
    private var later: [Prefix?] = []
    private var isCut = false
    /// The prefix of the current run.
    private var prefix: Prefix?
    public private(set) var worth = OrderWorth()

    public init(preemptions: Int) {
        limit = preemptions
        worth.preemptions = 0
    }

    public mutating func next(_ run: inout Run) -> Bool {
        run.schedule.policy = .unstuck
        run.recordsSteps = false
        if ready.isEmpty {
            guard bound < limit, !later.isEmpty else {
                worth.isComplete = !isCut
                return false
            }
            bound += 1
            worth.preemptions = bound
            // The one found last is tried first.
            ready = later.reversed()
            later = []
        }
        prefix = ready.removeLast()
        run.schedule.choices.removeAll(keepingCapacity: true)
        run.schedule.choices.append(contentsOf: repeatElement(0, count: prefix?.count ?? 0))
        var link = prefix
        while let choice = link {
            run.schedule.choices[choice.count - 1] = choice.task
            link = choice.before
        }
        return true
    }

    public mutating func learn(from outcome: borrowing Outcome) {
        worth.runs += 1
        if outcome.diverged > 0 { worth.diverged += 1 }
        let steps = outcome.steps
        var choices = prefix
        for index in (prefix?.count ?? 0)..<max(steps.count, prefix?.count ?? 0) {
            let step = steps[index]
            branch(at: step, behind: choices)
            choices = Prefix(choices, step.task)
        }
    }

    /// Notes the other tasks that could have run at a step, after the choices before it.
    private mutating func branch(at step: Step, behind choices: Prefix?) {
        let free = step.runnable & ~step.stuck
        var others = (free == 0 ? step.runnable : free) & ~(1 << step.task)
        let goesOn = step.before.map { free & 1 << $0 != 0 } ?? false
        while others != 0 {
            let task = UInt8(truncatingIfNeeded: others.trailingZeroBitCount)
            others &= others &- 1
            // The run itself continued without a preemption, so only an alternative can be one.
            let costs = goesOn && step.before != task
            if costs && bound >= limit { continue }
            guard ready.count + later.count < BoundedOrders.waitingMax else {
                isCut = true
                return
            }
            if costs {
                later.append(Prefix(choices, task))
            } else {
                ready.append(Prefix(choices, task))
            }
        }
    }
}
