// SPDX-License-Identifier: GPL-2.0-only

// What a comparison is to compare, as a value that travels to workers: beside every scenario of the
// catalogue with its failures, the races, and how far into their orders it goes.

import Expectations
import Machine

/// What to compare beside the catalogue.
public struct ComparisonPlan: Codable, Hashable, Sendable {
    /// Whether races are compared at all.
    public var comparesOrders = true
    /// Runs of one scenario in which all its orders have to be tried; a larger one is compared in
    /// the orders with few preemptions.
    public var orderLimit = 400
    /// The most preemptions there.
    public var preemptions = 2

    public init() {}

    /// The scenarios of two tasks, but for those that deadlock by their geometry alone: those are
    /// of the strict filesystem's making, and what explore looks for.
    var races: [Scenario] {
        guard comparesOrders else { return [] }
        return Races.scenarios.filter {
            $0.tasks == 2 && !$0.geometry.flags.contains(.strictTruncateLock)
        }
    }
}
