// SPDX-License-Identifier: GPL-2.0-only

// The orders of a concurrent scenario that `check` tries. Most of these scenarios have few orders
// that differ, and the reduction completes long before its limit. Where it does not, it stops at
// the limit, and every order with few preemptions is run instead, which is a bound that a reader
// understands. The limit is in runs, never in seconds, so that a verdict does not depend on the
// speed of the machine.

import Machine

/// How many orders of one concurrent scenario are tried.
public struct OrderLimit: Codable, Hashable, Sendable {
    /// Runs of the reduction; nil: until it is complete.
    public var runs: Int?
    /// If the reduction is not complete by then, every order with at most so many preemptions is
    /// run.
    public var preemptions: Int

    public init(runs: Int?, preemptions: Int) {
        self.runs = runs
        self.preemptions = preemptions
    }

    /// The default of `check`.
    public static let standard = OrderLimit(runs: 200, preemptions: 1)
    /// No limit: all orders that can make a difference.
    public static let none = OrderLimit(runs: nil, preemptions: 0)
}

/// A complete reduction, or else all orders with few preemptions.
public struct LimitedOrders: OrderStrategy {
    private let limit: OrderLimit
    private var reduction = DPOR()
    /// Nil while the reduction is used.
    private var bounded: BoundedOrders?

    public init(_ limit: OrderLimit) { self.limit = limit }

    public mutating func next(_ run: inout Run) -> Bool {
        if bounded == nil {
            let isWithin = limit.runs.map { reduction.worth.runs < $0 } ?? true
            if isWithin && reduction.next(&run) { return true }
            if reduction.worth.isComplete { return false }
            bounded = BoundedOrders(preemptions: limit.preemptions)
        }
        return bounded!.next(&run)
    }

    public mutating func learn(from outcome: borrowing Outcome) {
        if bounded == nil {
            reduction.learn(from: outcome)
        } else {
            bounded!.learn(from: outcome)
        }
    }

    /// If it is not complete but `preemptions` is set, every order with at most so many preemptions
    /// was run.
    public var worth: OrderWorth {
        var worth = reduction.worth
        guard let bounded, bounded.worth.isComplete else { return worth }
        worth.runs += bounded.worth.runs
        worth.diverged += bounded.worth.diverged
        worth.preemptions = limit.preemptions
        return worth
    }
}
