// SPDX-License-Identifier: GPL-2.0-only

// Which run it is. A run is named by the place of its scenario in the catalogue and by its own
// place within that scenario, never by a count over everything: so the name is the same in every
// process, with any number of jobs and shards, and two findings can be compared by it.

import Expectations
import Machine

/// The place of a run: scenarios in catalogue order, and within one the order of enumeration.
public struct RunOrdinal: Hashable, Comparable, Codable, Sendable {
    public var scenario: UInt32
    /// 0 is the run without failure.
    public var run: UInt32

    public init(scenario: Int, run: Int) {
        self.scenario = UInt32(scenario)
        self.run = UInt32(run)
    }

    /// Both places in one number that sorts like the ordinal.
    public var packed: UInt64 { UInt64(scenario) << 32 | UInt64(run) }

    public init(packed: UInt64) {
        scenario = UInt32(packed >> 32)
        run = UInt32(truncatingIfNeeded: packed)
    }

    public static func < (one: RunOrdinal, other: RunOrdinal) -> Bool {
        one.packed < other.packed
    }
}

/// How readable a run is as a witness: fewest failures first, then fewest operations, then the
/// earliest.
public struct WitnessRank: Hashable, Comparable, Codable, Sendable {
    /// Calls made to fail, and one for a medium that reports errors: a failure, too.
    public var failures: Int
    public var operations: Int
    public var ordinal: RunOrdinal

    public init(failures: Int, operations: Int, ordinal: RunOrdinal) {
        self.failures = failures
        self.operations = operations
        self.ordinal = ordinal
    }

    /// The rank of a scenario's run.
    init(of scenario: Scenario, injections: Int, ordinal: RunOrdinal) {
        self.init(
            failures: injections + (scenario.geometry.hasBadMedium ? 1 : 0),
            operations: scenario.operations.count, ordinal: ordinal)
    }

    public static func < (one: WitnessRank, other: WitnessRank) -> Bool {
        (one.failures, one.operations, one.ordinal)
            < (other.failures, other.operations, other.ordinal)
    }
}

/// A run that shows a failing expectation.
public struct WitnessKey: Hashable, Codable, Sendable {
    public var rank: WitnessRank
    public var injections: [Injection]

    public init(rank: WitnessRank, injections: [Injection]) {
        self.rank = rank
        self.injections = injections
    }

    public var ordinal: RunOrdinal { rank.ordinal }
}

extension Geometry {
    /// Some of the file lies where the medium reports errors.
    public var hasBadMedium: Bool { extents.contains { $0.flags.contains(.bad) } }
}

/// A part of the catalogue that does not depend on the machine it runs on: every scenario whose
/// place is `index` modulo `count`.
public struct Part: Hashable, Codable, Sendable {
    public var index: Int
    public var count: Int

    public init(index: Int, of count: Int) {
        precondition(count > 0 && index >= 0 && index < count, "no such part")
        self.index = index
        self.count = count
    }

    public static let whole = Part(index: 0, of: 1)
}
