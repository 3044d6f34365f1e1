// SPDX-License-Identifier: GPL-2.0-only

// What a check runs, as one row of scenarios: the catalogue, each call of which is made to
// fail, and behind it the races, each of which is run in several orders. A place in this row is the
// first half of a run's ordinal, so it is the same in every process and with any number of jobs.

import Expectations
import Interleavings

/// The scenarios of a check by their place.
package enum ScenarioIndex {
    /// Scenarios of two tasks. Three have too many orders to be run without being asked for.
    ///
    /// Nor is the strict filesystem's lock of begin against truncate among them: that a fault
    /// which locks its entry first deadlocks with it is true of every kernel since 2015, so it
    /// would tell no patch from another. Both are left to `explore`.
    package static let races = ConcurrentScenarios.scenarios.filter {
        $0.tasks == 2 && !isOwnQuestion($0)
    }

    /// Scenarios of two tasks that are left out.
    package static let racesLeftOut = ConcurrentScenarios.scenarios.count {
        $0.tasks == 2 && isOwnQuestion($0)
    }

    package static var catalogueCount: Int { Catalogue.scenarios.count }

    /// - Parameter orders: nil if no races are run.
    package static func count(with orders: OrderLimit?) -> Int {
        catalogueCount + (orders == nil ? 0 : races.count)
    }

    /// The scenarios of a shard.
    ///
    /// - Parameters:
    ///   - only: those that are run; nil for all.
    ///   - end: none from this one on; nil for all.
    package static func scenarios(
        of shard: Shard, orders: OrderLimit?, only: [Int]? = nil, end: Int? = nil
    ) -> [Int] {
        let chosen = only.map(Set.init)
        let count = count(with: orders)
        return stride(from: shard.index, to: min(count, end ?? count), by: shard.count).filter {
            chosen?.contains($0) ?? true
        }
    }

    package static func scenario(at place: Int) -> Scenario {
        place < catalogueCount ? Catalogue.scenarios[place] : races[place - catalogueCount]
    }

    package static func scenario(of ordinal: RunOrdinal) -> Scenario {
        scenario(at: Int(ordinal.scenario))
    }

    package static func scenario(named name: String) -> Scenario? {
        Catalogue.scenario(named: name) ?? ConcurrentScenarios.scenario(named: name)
    }

    private static func isOwnQuestion(_ scenario: Scenario) -> Bool {
        scenario.geometry.flags.contains(.strictTruncateLock)
    }
}
