// SPDX-License-Identifier: GPL-2.0-only

// What became of the races of a check: not what they showed, which counts with everything
// else, but in how many of their orders they were run.

import Interleavings

/// Races that were run, and how far.
package struct RaceTally: Codable, Hashable, Sendable {
    package internal(set) var scenarios = 0
    package internal(set) var runs = 0
    /// Runs beside these, in each of which one call fails.
    package internal(set) var failing = 0
    /// In all orders that differ in anything that matters.
    package internal(set) var complete = 0
    /// Not that, but in all with a number of preemptions.
    package internal(set) var bounded = 0
    /// Not even that: a run never ended, killed its process, or was an error of the harness.
    package internal(set) var broken = 0
    /// Scenarios that the tree cannot be asked.
    package internal(set) var unsupported = 0

    package init() {}

    package mutating func merge(_ other: RaceTally) {
        scenarios += other.scenarios
        runs += other.runs
        failing += other.failing
        complete += other.complete
        bounded += other.bounded
        broken += other.broken
        unsupported += other.unsupported
    }

    package mutating func count(_ worth: OrderWorth, isBroken: Bool) {
        scenarios += 1
        if isBroken {
            broken += 1
        } else if worth.isComplete {
            complete += 1
        } else {
            bounded += 1
        }
    }
}

/// In which orders the races of a variant were run.
package struct OrdersCovered: Hashable, Sendable {
    package var races: RaceTally
    package var limit: OrderLimit
    /// Scenarios of two tasks that are left to `explore`.
    package var racesLeftOut: Int

    package init(_ races: RaceTally, _ limit: OrderLimit, of scope: CheckScope = .standard) {
        self.races = races
        self.limit = limit
        racesLeftOut = scope.filesystems.contains(.strict) ? ScenarioIndex.racesLeftOut : 0
    }

    package var scenarios: Int { races.scenarios }
    package var runs: Int { races.runs }
    /// Runs beside these, in each of which one call fails.
    package var failingRuns: Int { races.failing }
    /// Scenarios that were run in all orders that differ in anything that matters.
    package var completeScenarios: Int { races.complete }
    /// Of the others: every order with so many preemptions was run. Nil if there are no others.
    package var preemptions: Int? {
        races.scenarios == races.complete ? nil : limit.preemptions
    }
    /// The most of these that a scenario has.
    package static var failingRunsEach: Int { RaceFailures.budget }
}
