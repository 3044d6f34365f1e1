// SPDX-License-Identifier: GPL-2.0-only

// What a check runs, as one row of scenarios: the catalogue, each call of which is made to
// fail, and behind it the races, each of which is run in several orders. A place in this row is the
// first half of a run's ordinal, so it is the same in every process and with any number of jobs.
// Behind the races are scenarios that are run only where somebody asks for their filesystem.

import Expectations
import Interleavings
import Machine

/// The scenarios of a check by their place.
package enum ScenarioIndex {
    /// Scenarios of two tasks, and some of three: most of those have too many orders to be run without
    /// being asked for.
    ///
    /// Nor is the strict filesystem's lock of begin against truncate among them: that a fault
    /// which locks its entry first deadlocks with it is true of every kernel since 2015, so it
    /// would tell no patch from another. Both are left to `explore`.
    package static let races =
        ConcurrentScenarios.scenarios.filter { $0.tasks == 2 && !isOwnQuestion($0) }
        + ConcurrentScenarios.scenarios.filter { $0.tasks == 3 && isOfEveryCheck($0.name) }

    /// Where the one who wakes and the two who wait need not agree who is next: an entry that all
    /// want, and one that somebody takes out, or finds dirty and leaves. On the strict filesystem, which every tree can be driven
    /// with, all in which one of the three truncates, or writes over storage that is there. None has
    /// more than some thousand orders that differ.
    private static func isOfEveryCheck(_ ofThreeTasks: String) -> Bool {
        if ofThreeTasks.hasPrefix("race/strict/") {
            return ofThreeTasks.contains("+truncate")
                || ofThreeTasks.contains("+overwrite")
                    && ["block", "huge-block", "huge-entry"].contains {
                        ofThreeTasks.hasPrefix("race/strict/\($0)/")
                    }
                || ofThreeTasks == "race/strict/hole/write-fault+write-fault+overwrite"
        }
        return [
            "race/ext2/block/write-fault+write-fault+overwrite",
            "race/ext2/block/read-fault+write-fault+truncate-to-0",
            "race/ext2/block/write-fault+write-fault+truncate-into-page",
        ].contains(ofThreeTasks)
    }

    /// Scenarios of two tasks that are left out.
    package static let racesLeftOut = ConcurrentScenarios.scenarios.count {
        $0.tasks == 2 && isOwnQuestion($0)
    }

    package static var catalogueCount: Int { Catalogue.scenarios.count }

    /// Where scenarios begin that have to be asked for, and how many places there are in all.
    private static let asked = catalogueCount + races.count
    package static let placeCount = asked + FilesystemScenarios.all.count

    /// - Parameter orders: nil if no races are run.
    package static func count(with orders: OrderLimit?) -> Int {
        catalogueCount + (orders == nil ? 0 : races.count)
    }

    /// All places that are run lie before this one.
    ///
    /// - Parameter only: those that somebody asks for; nil for all that every check runs.
    package static func end(of only: [Int]?, with orders: OrderLimit?) -> Int {
        only == nil ? count(with: orders) : placeCount
    }

    /// The places that are run, ascending.
    ///
    /// - Parameter only: those that somebody asks for; nil for all that every check runs.
    package static func places(_ only: [Int]?, with orders: OrderLimit?) -> [Int] {
        guard let only else { return Array(0..<count(with: orders)) }
        return only.filter { 0..<placeCount ~= $0 && (orders != nil || !isRace($0)) }.sorted()
    }

    /// Whether the scenario at a place is run in several orders.
    package static func isRace(_ place: Int) -> Bool {
        catalogueCount..<asked ~= place || place >= asked + FilesystemScenarios.ofOneTask.count
    }

    /// The scenarios of a shard.
    ///
    /// - Parameters:
    ///   - only: those that are run; nil for all.
    ///   - end: none from this one on; nil for all.
    package static func scenarios(
        of shard: Shard, orders: OrderLimit?, only: [Int]? = nil, end: Int? = nil
    ) -> [Int] {
        places(only, with: orders).filter {
            $0 % shard.count == shard.index && $0 < end ?? .max
        }
    }

    package static func scenario(at place: Int) -> Scenario {
        if place < catalogueCount { return Catalogue.scenarios[place] }
        return place < asked
            ? races[place - catalogueCount] : FilesystemScenarios.all[place - asked]
    }

    package static func scenario(of ordinal: RunOrdinal) -> Scenario {
        scenario(at: Int(ordinal.scenario))
    }

    package static func scenario(named name: String) -> Scenario? {
        Catalogue.scenario(named: name) ?? ConcurrentScenarios.scenario(named: name)
            ?? FilesystemScenarios.all.first { $0.name == name }
    }

    private static func isOwnQuestion(_ scenario: Scenario) -> Bool {
        scenario.geometry.flags.contains(.strictTruncateLock)
    }
}
