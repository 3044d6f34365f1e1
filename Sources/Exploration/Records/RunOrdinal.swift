// SPDX-License-Identifier: GPL-2.0-only

// Which run it is. A run is named by the index of its scenario and by its own index
// within that scenario, never by a count over everything: so the name is the same in every
// process, with any number of jobs and shards, and two findings can be compared by it.

import Expectations
import Machine

/// The place of a run: scenarios in the order of `ScenarioIndex`, and within one that of enumeration.
package struct RunOrdinal: Hashable, Comparable, Codable, Sendable {
    package var scenario: UInt32
    /// 0 is the run without failure.
    package var run: UInt32

    package init(scenario: Int, run: Int) {
        self.scenario = UInt32(scenario)
        self.run = UInt32(run)
    }

    /// Both places in one number that sorts like the ordinal.
    package var packed: UInt64 { UInt64(scenario) << 32 | UInt64(run) }

    package init(packed: UInt64) {
        scenario = UInt32(packed >> 32)
        run = UInt32(truncatingIfNeeded: packed)
    }

    package static func < (one: RunOrdinal, other: RunOrdinal) -> Bool {
        one.packed < other.packed
    }
}

/// How readable a run is as a witness: fewest failures first, then fewest operations, then fewest
/// preemptions, then the earliest.
package struct WitnessRank: Hashable, Comparable, Codable, Sendable {
    /// Calls made to fail, and one for a medium that reports errors: a failure, too.
    package var failures: Int
    package var operations: Int
    /// Switches away from a task that could have gone on.
    package var preemptions: Int
    package var ordinal: RunOrdinal

    package init(failures: Int, operations: Int, preemptions: Int = 0, ordinal: RunOrdinal) {
        self.failures = failures
        self.operations = operations
        self.preemptions = preemptions
        self.ordinal = ordinal
    }

    /// The rank of a scenario's run.
    package init(of scenario: Scenario, injections: Int, preemptions: Int = 0, ordinal: RunOrdinal)
    {
        self.init(
            failures: injections + (scenario.geometry.hasBadMedium ? 1 : 0),
            operations: scenario.operations.count, preemptions: preemptions, ordinal: ordinal)
    }

    package static func < (one: WitnessRank, other: WitnessRank) -> Bool {
        (one.failures, one.operations, one.preemptions, one.ordinal)
            < (other.failures, other.operations, other.preemptions, other.ordinal)
    }
}

/// A run that shows a failing expectation.
package struct WitnessKey: Hashable, Codable, Sendable {
    package var rank: WitnessRank
    package var injections: [Injection]
    /// The order of its tasks, choice by choice.
    package var choices: [UInt8]
    /// As it was asked for, where it killed its process in an order of its own.
    package var deadly: Run?

    package init(
        rank: WitnessRank, injections: [Injection], choices: [UInt8] = [], deadly: Run? = nil
    ) {
        self.rank = rank
        self.injections = injections
        self.choices = choices
        self.deadly = deadly
    }

    package var ordinal: RunOrdinal { rank.ordinal }
}

extension Geometry {
    /// Some of the file lies where the medium reports errors.
    package var hasBadMedium: Bool { extents.contains { $0.flags.contains(.bad) } }
}

/// A part of the catalogue that does not depend on the machine it runs on: every scenario whose
/// place is `index` modulo `count`.
package struct Shard: Hashable, Codable, Sendable {
    package var index: Int
    package var count: Int

    package init(index: Int, of count: Int) {
        precondition(count > 0 && index >= 0 && index < count, "no such part")
        self.index = index
        self.count = count
    }

    package static let whole = Shard(index: 0, of: 1)
}
