// SPDX-License-Identifier: GPL-2.0-only

// What a comparison has found so far: how much was compared, and each kind of difference with its
// count and the smallest run that shows it. Like the tally of a check it adds up: the
// tallies of any division into parts merge to that of the whole.

import Expectations
import Exploration
import Machine

/// How readable a run is as an example: fewest operations, then failures, then preemptions, then
/// the earliest.
package struct ExampleRank: Codable, Hashable, Comparable {
    package var operations: Int
    package var failures: Int
    package var preemptions: Int
    package var ordinal: RunOrdinal

    package static func < (one: ExampleRank, other: ExampleRank) -> Bool {
        (one.operations, one.failures, one.preemptions, one.ordinal)
            < (other.operations, other.failures, other.preemptions, other.ordinal)
    }
}

/// A pair of runs that shows a difference, by what it takes to make them again.
package struct DifferenceExample: Codable, Hashable {
    /// One side's run of it.
    package struct Side: Codable, Hashable {
        package var injections: [Injection]
        package var choices: [UInt8] = []
    }

    package var rank: ExampleRank
    /// Nil where that side has no such run: its code has no such call to fail.
    package var before: Side?
    package var after: Side?
}

/// One kind of difference, over all runs so far.
package struct KindTally: Codable {
    package var kind: DifferenceKind
    package var runs = 0
    package var scenarios = 0
    /// Orders of races that lead to it, and races.
    package var orders = 0
    package var races = 0
    /// One bit for each `Operation.Kind` by raw value, each `Filesystem` by raw value.
    package var operations: UInt32 = 0
    package var filesystems: UInt32 = 0
    /// Runs in which nothing was made to fail.
    package var unfailedRuns = 0
    package var example: DifferenceExample

    package mutating func merge(_ other: KindTally) {
        runs += other.runs
        scenarios += other.scenarios
        orders += other.orders
        races += other.races
        operations |= other.operations
        filesystems |= other.filesystems
        unfailedRuns += other.unfailedRuns
        if other.example.rank < example.rank { example = other.example }
    }
}

/// What was compared, and what was found.
package struct DifferenceTally: Codable {
    /// The index of the first scenario that was not begun.
    package var nextScenario = 0
    package var compared = ComparedRuns()
    package var kinds: [KindTally] = []
    /// Of each side.
    package var lockOrders = [LockOrderGraph(), LockOrderGraph()]
    /// Runs of each side that ended in an error of the harness, by what it said.
    package var harnessErrors: [[String: Int]] = [[:], [:]]
    package var leftOut: [String] = []

    package mutating func merge(_ other: DifferenceTally) {
        compared.merge(other.compared)
        for kind in other.kinds { merge(kind) }
        for side in 0..<2 {
            lockOrders[side].merge(other.lockOrders[side])
            harnessErrors[side].merge(other.harnessErrors[side], uniquingKeysWith: +)
        }
        leftOut += other.leftOut
    }

    package mutating func merge(_ kind: KindTally) {
        if let known = kinds.firstIndex(where: { $0.kind == kind.kind }) {
            kinds[known].merge(kind)
        } else {
            kinds.append(kind)
        }
    }
}

extension DifferenceTally {
    /// What cannot be in a tally of ours, as a part of a sentence; nil for nothing.
    ///
    /// - Parameter scenarios: how many there are.
    func objection(of scenarios: Int) -> String? {
        guard lockOrders.count == 2, harnessErrors.count == 2 else {
            return "it answers for \(lockOrders.count) sides"
        }
        let areCounts =
            CountCheck.areCounts(in: compared) && kinds.allSatisfy(CountCheck.areCounts)
            && harnessErrors.allSatisfy { $0.values.allSatisfy(CountCheck.isCount) }
            && 0...scenarios ~= nextScenario
        guard areCounts else { return "a count is out of range" }
        let ordinals =
            kinds.map(\.example.rank.ordinal)
            + lockOrders.flatMap(\.edges).map { RunOrdinal(packed: $0.runKey) }
        guard ordinals.allSatisfy({ Int($0.scenario) < scenarios }) else {
            return "a run of no scenario"
        }
        let sides = kinds.flatMap { [$0.example.before, $0.example.after] }.compactMap { $0 }
        guard
            sides.allSatisfy({ side in
                side.injections.count <= 8 && side.injections.allSatisfy { $0.task < 4 }
                    && side.choices.allSatisfy { $0 < 4 }
            })
        else { return "a run that cannot be made" }
        return nil
    }
}

/// How much was compared: what makes "nothing changed" worth something.
package struct ComparedRuns: Codable, Hashable, Sendable {
    /// Scenarios of the catalogue that both could be asked.
    package internal(set) var scenarios = 0
    /// Runs of them that were made on both.
    package internal(set) var runs = 0
    /// Those among them in which a call was made to fail.
    package internal(set) var failures = 0
    /// Runs that only one of them has: the other one has no such call that could fail there.
    package internal(set) var onlyBefore = 0
    package internal(set) var onlyAfter = 0
    /// Pairs of which one ended in an error of the harness: nothing can be said of them.
    package internal(set) var incomparable = 0
    /// Scenarios of several tasks whose sets of outcomes were compared.
    package internal(set) var races = 0
    /// Runs of them, one for each order.
    package internal(set) var ordersBefore = 0
    package internal(set) var ordersAfter = 0
    /// Those of which not all orders were tried, but those with few preemptions, and how many.
    package internal(set) var boundedRaces = 0
    package internal(set) var preemptions = 0
    /// Scenarios that only one of them can be asked.
    package internal(set) var scenariosOnlyBefore = 0
    package internal(set) var scenariosOnlyAfter = 0
    /// Pairs of runs, and scenarios of races, in which anything was different.
    package internal(set) var differentRuns = 0
    package internal(set) var differentRaces = 0
    /// Fallible calls that were not failed, in runs that never end.
    package internal(set) var callsNotFailed = 0

    package mutating func merge(_ other: ComparedRuns) {
        scenarios += other.scenarios
        runs += other.runs
        failures += other.failures
        onlyBefore += other.onlyBefore
        onlyAfter += other.onlyAfter
        incomparable += other.incomparable
        races += other.races
        boundedRaces += other.boundedRaces
        ordersBefore += other.ordersBefore
        ordersAfter += other.ordersAfter
        preemptions = max(preemptions, other.preemptions)
        scenariosOnlyBefore += other.scenariosOnlyBefore
        scenariosOnlyAfter += other.scenariosOnlyAfter
        differentRuns += other.differentRuns
        differentRaces += other.differentRaces
        callsNotFailed += other.callsNotFailed
    }
}
