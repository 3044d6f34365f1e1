// SPDX-License-Identifier: GPL-2.0-only

// Every order with at most so many preemptions, the fewest first: most races need no more than two
// or three, and a witness with few is one that can be read. A switch away from a task that could
// not have gone on costs nothing; nor does one away from a task that would only have queued for a
// lock. No run is made twice: what costs one preemption more than is being tried waits for its
// turn.

import Machine

/// All orders with few preemptions.
public struct BoundedOrders: OrderStrategy {
    /// Choices up to and with one that is to be tried.
    private typealias Prefix = [UInt8]

    private let limit: Int
    private var bound = 0
    private var ready: [Prefix] = [[]]
    private var later: [Prefix] = []
    /// Preemptions in the prefix of the run that was asked for last.
    private var prefixLength = 0
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
                worth.isComplete = true
                return false
            }
            bound += 1
            worth.preemptions = bound
            // The last one found is the next one tried.
            ready = later.reversed()
            later = []
        }
        let prefix = ready.removeLast()
        prefixLength = prefix.count
        run.schedule.choices.removeAll(keepingCapacity: true)
        run.schedule.choices.append(contentsOf: prefix)
        return true
    }

    public mutating func learn(from outcome: borrowing Outcome) {
        worth.runs += 1
        if outcome.diverged > 0 { worth.diverged += 1 }
        let steps = outcome.steps
        var choices: Prefix = []
        choices.reserveCapacity(steps.count + 1)
        for index in 0..<steps.count {
            let step = steps[index]
            if index >= prefixLength { branch(at: step, behind: choices) }
            choices.append(step.task)
        }
    }

    /// The tasks that could have gone on there instead, behind the choices before it.
    private mutating func branch(at step: Step, behind choices: Prefix) {
        let free = step.runnable & ~step.stuck
        var others = (free == 0 ? step.runnable : free) & ~(1 << step.task)
        let goesOn = step.before.map { free & 1 << $0 != 0 } ?? false
        while others != 0 {
            let task = UInt8(truncatingIfNeeded: others.trailingZeroBitCount)
            others &= others &- 1
            // The run itself took what costs nothing, so an alternative to it is what may cost.
            if goesOn && step.before != task {
                if bound < limit { later.append(choices + [task]) }
            } else {
                ready.append(choices + [task])
            }
        }
    }
}
