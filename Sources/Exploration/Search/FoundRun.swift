// SPDX-License-Identifier: GPL-2.0-only

// A run that breaks an expectation, by what it takes to make it again: the choices of its order up
// to where it does nothing any more that an order without choices would not do, too. Of two such
// runs one is the smaller, whoever finds them and when, so that the witness is the same for every
// division of a search.

import Expectations
import Machine

/// A run that breaks an expectation, by what it takes to make it again.
package struct FoundRun: Codable, Sendable {
    package var scenario: Scenario
    package var injections: [Injection]
    /// One for each point at which there was a choice.
    package var choices: [UInt8]
    package var preemptions: Int
    /// Which run of which scenario: what decides between equals.
    package var ordinal: RunOrdinal
    /// As it was asked for, where it killed its process and nothing else is known of it.
    package var deadly: Run?

    /// Smaller is better: failures, operations, preemptions, and then the first.
    package var rank: [UInt64] {
        [
            UInt64(injections.count), UInt64(scenario.operations.count), UInt64(preemptions),
            UInt64(choices.count), ordinal.packed,
        ]
    }

    package func isSmaller(than other: FoundRun) -> Bool {
        rank.lexicographicallyPrecedes(other.rank)
    }

    package var run: Run {
        deadly
            ?? scenario.run(injections: injections, schedule: Schedule(choices: choices))
    }
}

extension FoundRun {
    /// What it takes to make a run again.
    package init(
        _ outcome: borrowing Outcome, _ scenario: Scenario, _ injections: [Injection],
        _ ordinal: RunOrdinal
    ) {
        self.scenario = scenario
        self.injections = injections
        self.ordinal = ordinal
        let order = outcome.takenOrder()
        choices = order.choices
        preemptions = order.preemptions
    }
}
