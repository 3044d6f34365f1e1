// SPDX-License-Identifier: GPL-2.0-only

// Which run it is. A run is named by the place of its scenario in the catalogue and by its own place
// within that scenario, never by a count over everything: so the name is the same in every process,
// with any number of jobs and shards, and two findings can be compared by it.

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

/// A run that shows a failing expectation, ordered by how readable it is: fewest injections, then
/// fewest operations, then the earliest.
public struct WitnessKey: Hashable, Comparable, Codable, Sendable {
    public var ordinal: RunOrdinal
    public var operations: Int
    public var injections: [Injection]

    public init(ordinal: RunOrdinal, operations: Int, injections: [Injection]) {
        self.ordinal = ordinal
        self.operations = operations
        self.injections = injections
    }

    public static func < (one: WitnessKey, other: WitnessKey) -> Bool {
        (one.injections.count, one.operations, one.ordinal)
            < (other.injections.count, other.operations, other.ordinal)
    }
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
