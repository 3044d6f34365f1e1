// SPDX-License-Identifier: GPL-2.0-only

// What became of the races of an session: not what they showed, which counts with everything
// else, but in how many of their orders they were run.

import Interleavings

/// Races that were run, and how far.
package struct RaceTally: Codable, Hashable, Sendable {
    package internal(set) var scenarios = 0
    package internal(set) var runs = 0
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
package struct OrdersCovered: Codable, Hashable, Sendable {
    package var scenarios: Int
    package var runs: Int
    /// Scenarios that were run in all orders that differ in anything that matters.
    package var completeScenarios: Int
    /// Of the others: every order with so many preemptions was run. Nil if there are no others.
    package var preemptions: Int?
    /// The same for a reader, with what was left out.
    package var words: String

    package init(_ tally: RaceTally, _ limit: OrderLimit) {
        scenarios = tally.scenarios
        runs = tally.runs
        completeScenarios = tally.complete
        preemptions = tally.scenarios == tally.complete ? nil : limit.preemptions
        words = OrdersCovered.words(tally, limit)
    }

    private static func words(_ tally: RaceTally, _ limit: OrderLimit) -> String {
        guard tally.scenarios > 0 else { return "no scenario of two tasks could be run" }
        var parts: [String] = []
        if tally.complete > 0 {
            let all = tally.complete == tally.scenarios ? "all" : "\(tally.complete)"
            parts.append("\(all) of them in every order that can make a difference")
        }
        if tally.bounded > 0 {
            let first = limit.runs.map { "the first \($0) such orders and " } ?? ""
            let most = limit.preemptions == 1 ? "1 preemption" : "\(limit.preemptions) preemptions"
            parts.append("\(tally.bounded) in \(first)every order with at most \(most)")
        }
        if tally.broken > 0 {
            parts.append("\(tally.broken) up to a run that could not be ended in good order")
        }
        return parts.joined(separator: ", ")
            + "; left to explore: three tasks, and \(ScenarioIndex.racesLeftOut) scenarios on the strict "
            + "filesystem that truncates under the lock of begin"
    }
}
