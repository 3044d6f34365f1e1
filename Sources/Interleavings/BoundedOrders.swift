// SPDX-License-Identifier: GPL-2.0-only

// Every order with at most so many preemptions, the fewest first: most races need no more than two
// or three, and a witness with few is one that can be read. A switch away from a task that could
// not have gone on costs nothing; nor does one away from a task that would only have queued for a
// lock. No run is made twice: what costs one preemption more than is being tried waits for its
// turn. What waits shares the choices that it has in common, and there is a limit to it: what is
// beyond is left out, and then not all orders have been tried.

import Machine

/// All orders with few preemptions.
public struct BoundedOrders: OrderStrategy {
    /// A choice, behind those before it: choices up to and with one that is to be tried.
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

    /// Prefixes that may wait at once.
    public static let waitingMax = 1_000_000

    private let limit: Int
    private var bound = 0
    private var ready: [Prefix?] = [nil]
    private var later: [Prefix?] = []
    private var isCut = false
    /// That of the run that was asked for last.
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
            // The last one found is the next one tried.
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

    /// The tasks that could have gone on there instead, behind the choices before it.
    private mutating func branch(at step: Step, behind choices: Prefix?) {
        let free = step.runnable & ~step.stuck
        var others = (free == 0 ? step.runnable : free) & ~(1 << step.task)
        let goesOn = step.before.map { free & 1 << $0 != 0 } ?? false
        while others != 0 {
            let task = UInt8(truncatingIfNeeded: others.trailingZeroBitCount)
            others &= others &- 1
            // The run itself took what costs nothing, so an alternative to it is what may cost.
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
