// SPDX-License-Identifier: GPL-2.0-only

// PCT, probabilistic concurrency testing (Burckhardt and others, 2010): tasks have random
// priorities, and at d - 1 random points the running task gets the lowest one. Each run finds a bug
// of depth d, one that needs d constraints on the order, with probability at least 1 / (n k^(d-1))
// for n tasks and k choices in a run. The bound is small, but other random searches have none. The
// first run, with the default order, counts the choices.

import Foundation
import Machine
import System

/// Orders by random priorities.
public struct PCT: OrderStrategy {
    private let depth: Int
    private var seeds: SplitMix
    private var hasBegun = false
    /// The most choices that a run had, and the most tasks that could run at once.
    private var length = 0
    private var tasks = 0
    public private(set) var worth = OrderWorth()

    /// - Parameter depth: constraints on the order that a bug needs, clamped to 1 to 8.
    public init(seed: UInt64, depth: Int) {
        self.depth = min(max(depth, 1), 8)
        seeds = SplitMix(seed: seed)
    }

    public mutating func next(_ run: inout Run) -> Bool {
        run.recordsSteps = false
        run.schedule.choices.removeAll(keepingCapacity: true)
        run.schedule.policy = hasBegun ? .priority : .inOrder
        run.schedule.seed = hasBegun ? seeds.next() : 0
        run.schedule.depth = UInt32(depth)
        run.schedule.length = UInt32(length)
        hasBegun = true
        return true
    }

    public mutating func learn(from outcome: borrowing Outcome) {
        worth.runs += 1
        length = max(length, outcome.choicePoints)
        for step in outcome.steps { tasks = max(tasks, step.runnable.nonzeroBitCount) }
        worth.bound = PCT.bound(tasks: tasks, length: length, depth: depth)
    }

    /// The least probability with which one run finds a bug of this depth.
    public static func bound(tasks: Int, length: Int, depth: Int) -> Double {
        guard tasks > 0, length > 0 else { return 1 }
        return 1 / (Double(tasks) * pow(Double(length), Double(depth - 1)))
    }
}
