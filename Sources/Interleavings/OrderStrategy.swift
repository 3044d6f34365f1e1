// SPDX-License-Identifier: GPL-2.0-only

// In which orders the tasks of one scenario are run: the one interface behind which every strategy
// stands. A strategy writes the schedule of the next run, sees what came of it, and says at any
// time what the runs so far are worth; it knows nothing of kernels, expectations or workers. What
// must hold: the same scenario, the same code and the same seed give the same runs in the same
// order, in every process.

import Machine

/// Produces the schedules of a scenario's runs, one run after the other.
package protocol OrderStrategy {
    /// Writes the next run's schedule into `run`; false when there is nothing left to try.
    mutating func next(_ run: inout Run) -> Bool
    /// Sees the run that was made of it. What could not be made (it killed its process) is not
    /// learnt from, and what would have followed from it is left out.
    mutating func learn(from outcome: borrowing Outcome)
    /// What the runs so far are worth.
    var worth: OrderWorth { get }
}

/// What a reader has to know to tell what "nothing found" means.
package struct OrderWorth: Sendable, Codable, Hashable {
    /// Runs made.
    package var runs = 0
    /// All orders that the strategy can tell apart were tried.
    package var isComplete = false
    /// Runs that turned out to repeat an order, up to what cannot matter, that was run before: by
    /// so many the reduction was less than optimal.
    package var redundant = 0
    /// Runs that did not go as their schedule said.
    package var diverged = 0
    /// Of PCT: the least probability with which one of these runs finds a bug of the depth.
    package var bound: Double?
    /// The most preemptions of any run, where the strategy bounds them.
    package var preemptions: Int?

    package init() {}
}

/// The strategies by name.
package enum OrderKind: String, CaseIterable, Sendable, Codable {
    case exhaustive
    case reduced = "dpor"
    case bounded = "preemptions"
    case pct
    case random
}

extension OrderKind {
    /// - Parameters:
    ///   - seed: of the strategies that draw lots.
    ///   - preemptions: of the one that bounds them; of PCT, one less than the depth.
    package func strategy(seed: UInt64 = 0, preemptions: Int = 2) -> any OrderStrategy {
        switch self {
        case .exhaustive: ExhaustiveOrders()
        case .reduced: DPOR()
        case .bounded: BoundedOrders(preemptions: preemptions)
        case .pct: PCT(seed: seed, depth: preemptions + 1)
        case .random: RandomOrders(seed: seed)
        }
    }
}
