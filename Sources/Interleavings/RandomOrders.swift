// SPDX-License-Identifier: GPL-2.0-only

// A random choice at every scheduling point. It has no bound, but finds most bugs. Each run has its
// own seed, derived from the given one, so that each can be made again alone.

import Machine
import System

/// Random orders.
public struct RandomOrders: OrderStrategy {
    private var seeds: SplitMix
    public private(set) var worth = OrderWorth()

    public init(seed: UInt64) { seeds = SplitMix(seed: seed) }

    public mutating func next(_ run: inout Run) -> Bool {
        run.recordsSteps = false
        run.schedule.choices.removeAll(keepingCapacity: true)
        run.schedule.policy = .random
        run.schedule.seed = seeds.next()
        return true
    }

    public mutating func learn(from outcome: borrowing Outcome) { worth.runs += 1 }
}
