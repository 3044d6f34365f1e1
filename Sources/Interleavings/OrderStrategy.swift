// SPDX-License-Identifier: GPL-2.0-only

// The protocol of all strategies. A strategy writes the schedule of the next run, sees its outcome,
// and says at any time what the runs so far show; it knows nothing of kernels, expectations or
// workers. The same scenario, code and seed must give the same runs in the same order, in every
// process.

import Machine

/// Produces the schedules of a scenario's runs, one run after the other.
public protocol OrderStrategy {
    /// Writes the next run's schedule into `run`; false if nothing is left to try.
    mutating func next(_ run: inout Run) -> Bool
    /// Sees the outcome of that run. It is not called for a run that killed its process; the orders
    /// that would have followed from such a run are left out.
    mutating func learn(from outcome: borrowing Outcome)
    /// What the runs so far show.
    var worth: OrderWorth { get }
}

/// What a reader must know to interpret "nothing found".
public struct OrderWorth: Sendable, Codable, Hashable {
    /// Runs made.
    public var runs = 0
    /// All orders that the strategy distinguishes were tried.
    public var isComplete = false
    /// Runs that turned out to be equivalent to an earlier one; 0 for an optimal reduction.
    public var redundant = 0
    /// Runs that did not follow their schedule.
    public var diverged = 0
    /// For PCT: the least probability with which one of these runs finds a bug of its depth.
    public var bound: Double?
    /// The most preemptions of any run, if the strategy bounds them.
    public var preemptions: Int?

    public init() {}
}

/// The strategies by name.
public enum OrderKind: String, CaseIterable, Sendable, Codable {
    case exhaustive
    case reduced = "dpor"
    case bounded = "preemptions"
    case pct
    case random
}

extension OrderKind {
    /// - Parameters:
    ///   - seed: of the random strategies.
    ///   - preemptions: the bound of `bounded`; for `pct`, one less than the depth.
    public func strategy(seed: UInt64 = 0, preemptions: Int = 2) -> any OrderStrategy {
        switch self {
        case .exhaustive: ExhaustiveOrders()
        case .reduced: DPOR()
        case .bounded: BoundedOrders(preemptions: preemptions)
        case .pct: PCT(seed: seed, depth: preemptions + 1)
        case .random: RandomOrders(seed: seed)
        }
    }
}
