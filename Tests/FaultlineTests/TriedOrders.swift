// SPDX-License-Identifier: GPL-2.0-only

// What tests of orders share: all runs that a strategy makes of one scenario, and what each of them
// came to, as far as anybody can tell.

import Expectations
import Interleavings
import Machine

@testable import Exploration

/// Runs of one scenario by one strategy.
struct TriedOrders {
    var runs = 0
    var worth = OrderWorth()
    /// What each run came to, as a number.
    var ends: Set<Int> = []

    /// - Parameter sees: what of a run is of interest.
    init(
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

/// Everything that a run's users and its audit can tell, as one number.
func fate(_ outcome: borrowing Outcome) -> Int {
    var hasher = Hasher()
    hasher.combine(outcome.end)
    for result in outcome.results {
        hasher.combine(result.value)
        hasher.combine(result.vmFault)
        hasher.combine(result.pteFault)
        // Who looked first is all the same to those who only look.
        for place in result.seen {
            hasher.combine(outcome.seen[place].position)
            hasher.combine(outcome.seen[place].end)
            hasher.combine(outcome.seen[place].byte)
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
