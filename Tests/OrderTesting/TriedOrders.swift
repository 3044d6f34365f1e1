// SPDX-License-Identifier: GPL-2.0-only

// What tests of orders share: all runs that a strategy makes of one scenario, and everything about
// their results that can be observed.

import Expectations
import Interleavings
import Machine

/// Runs of one scenario by one strategy.
package struct TriedOrders {
    package private(set) var runs = 0
    package private(set) var worth = OrderWorth()
    /// What was seen of each run.
    package private(set) var ends: Set<Int> = []

    /// - Parameter sees: the result of a run as a number.
    package init(
        _ scenario: Scenario, by strategy: some OrderStrategy, injections: [Injection] = [],
        limit: Int = 2_000_000, isQuiet: Bool = false, image: KernelImage = .workingCopy,
        _ sees: (borrowing Outcome) -> Int = { _ in 0 }
    ) {
        var strategy = strategy
        var run = scenario.run(injections: injections)
        run.isQuiet = isQuiet
        while runs < limit, strategy.next(&run) {
            image.run(run) { outcome in
                strategy.learn(from: outcome)
                ends.insert(sees(outcome))
            }
            runs += 1
        }
        worth = strategy.worth
    }
}

/// Everything that users of a run and its audit can observe, as one number.
package func fate(_ outcome: borrowing Outcome) -> Int {
    var hasher = Hasher()
    hasher.combine(outcome.end)
    for result in outcome.results {
        hasher.combine(result.value)
        hasher.combine(result.vmFault)
        hasher.combine(result.pteFault)
        // The order of readers makes no difference to them.
        for index in result.seen {
            hasher.combine(outcome.seen[index].position)
            hasher.combine(outcome.seen[index].end)
            hasher.combine(outcome.seen[index].byte)
        }
    }
    for block in outcome.blocks {
        hasher.combine(block.fileBlock)
        hasher.combine(block.deviceBlock)
        hasher.combine(block.isUnwritten)
    }
    for run in outcome.contents {
        hasher.combine(run.position)
        hasher.combine(run.end)
        hasher.combine(run.byte)
    }
    for mapping in outcome.mappings {
        hasher.combine(mapping.page)
        hasher.combine(mapping.order)
        hasher.combine(mapping.isPrivate)
        hasher.combine(mapping.isWritable)
        hasher.combine(mapping.deviceBlock)
    }
    for entry in outcome.entries {
        hasher.combine(entry.index)
        hasher.combine(entry.kind)
        hasher.combine(entry.isDirty)
        hasher.combine(entry.deviceBlock)
    }
    for wait in outcome.waits {
        hasher.combine(wait.task)
        hasher.combine(wait.lockClass)
    }
    hasher.combine(outcome.size)
    return hasher.finalize()
}
