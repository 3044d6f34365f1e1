// SPDX-License-Identifier: GPL-2.0-only

// Counts kinds of difference while runs are compared. Words are made once for each pair of traces:
// ten thousand runs that differ alike have the same marks on both sides, so what a pair differs in
// is looked up by the hash of its marks.

import Expectations
import Machine

/// Kinds of difference by what shows them.
package struct DifferenceCount {
    /// What a known pair of marks differs in.
    private struct Known {
        var kind: Int
        var operations: UInt32
    }

    package private(set) var kinds: [KindTally]
    /// Orders counted so far, under whatever kind.
    package private(set) var orders = 0
    private var places: [DifferenceKind: Int] = [:]
    private var known: [UInt64: [Known]] = [:]
    /// For each kind the scenario that it was last seen in.
    private var lastScenario: [UInt64]

    package init(_ kinds: [KindTally]) {
        self.kinds = kinds
        lastScenario = Array(repeating: .max, count: kinds.count)
        for (place, kind) in kinds.enumerated() { places[kind.kind] = place }
    }

    /// Where a difference was seen.
    package struct Sighting {
        package var scenario: UInt64
        package var filesystem: Filesystem
        package var isUnfailed: Bool
        package var rank: ExampleRank
        /// Of a race, orders that lead to it; 0: it is a run of the catalogue.
        package var orders = 0
    }

    /// Counts what a pair of marks differs in.
    ///
    /// - Parameters:
    ///   - hash: of the marks, and of all else that the words depend on.
    ///   - describe: finds out what they differ in, when that is not known yet.
    package mutating func count(
        _ hash: UInt64, _ sighting: Sighting, describe: () -> ShownDifferences,
        example: () -> DifferenceExample
    ) {
        if known[hash] == nil {
            known[hash] = describe().all.map {
                Known(kind: place(of: $0.kind, example: example), operations: $0.operations)
            }
        }
        for item in known[hash]! {
            count(item.kind, item.operations, sighting, example: example)
        }
    }

    /// Counts one kind.
    package mutating func count(
        _ shown: ShownDifference, _ sighting: Sighting, example: () -> DifferenceExample
    ) {
        count(place(of: shown.kind, example: example), shown.operations, sighting, example: example)
    }

    private mutating func count(
        _ place: Int, _ operations: UInt32, _ sighting: Sighting,
        example: () -> DifferenceExample
    ) {
        let isNew = lastScenario[place] != sighting.scenario
        lastScenario[place] = sighting.scenario
        if sighting.orders > 0 {
            orders += sighting.orders
            kinds[place].orders += sighting.orders
            if isNew { kinds[place].races += 1 }
        } else {
            kinds[place].runs += 1
            if sighting.isUnfailed { kinds[place].unfailedRuns += 1 }
            if isNew { kinds[place].scenarios += 1 }
        }
        kinds[place].operations |= operations
        kinds[place].filesystems |= 1 << sighting.filesystem.rawValue
        if sighting.rank < kinds[place].example.rank { kinds[place].example = example() }
    }

    private mutating func place(
        of kind: DifferenceKind, example: () -> DifferenceExample
    ) -> Int {
        if let place = places[kind] { return place }
        places[kind] = kinds.count
        kinds.append(KindTally(kind: kind, example: example()))
        lastScenario.append(.max)
        return kinds.count - 1
    }
}
