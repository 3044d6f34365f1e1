// SPDX-License-Identifier: GPL-2.0-only

// Orders for whoever cannot wait: what `check` tries of every race. Most races differ in a handful
// of orders, and a reduction is through with them long before its limit, so that nothing is left to
// be said about the others. Where it is not, it stops at the limit and every order with few
// preemptions is run instead: a bound that a reader understands, and that a few races in twenty pay
// for. The limit is counted in runs, never in seconds, so that a verdict does not depend on the
// machine.

import Machine

/// How many orders of one race are tried.
public struct OrderLimit: Codable, Hashable, Sendable {
    /// Runs of the reduction; nil: until all orders that differ were tried.
    public var runs: Int?
    /// What is not through by then is run in every order with so many preemptions.
    public var preemptions: Int

    public init(runs: Int?, preemptions: Int) {
        self.runs = runs
        self.preemptions = preemptions
    }

    /// What `check` does without being asked.
    public static let standard = OrderLimit(runs: 200, preemptions: 1)
    /// All orders that differ in anything that matters.
    public static let none = OrderLimit(runs: nil, preemptions: 0)
}

/// All orders that differ, or else those with few preemptions.
public struct LimitedOrders: OrderStrategy {
    private let limit: OrderLimit
    private var reduction = DPOR()
    /// Nil as long as the reduction is followed.
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

    /// Complete where the reduction was through; where it was not and there is a number of
    /// preemptions, every order with so many was run.
    public var worth: OrderWorth {
        var worth = reduction.worth
        guard let bounded, bounded.worth.isComplete else { return worth }
        worth.runs += bounded.worth.runs
        worth.diverged += bounded.worth.diverged
        worth.preemptions = limit.preemptions
        return worth
    }
}
