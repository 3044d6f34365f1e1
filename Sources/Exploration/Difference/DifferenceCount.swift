// SPDX-License-Identifier: GPL-2.0-only

// Counts kinds of difference while runs are compared. Words are made once for each pair of traces:
// ten thousand runs that differ alike have the same marks on both sides, so what a pair differs in
// is looked up by the hash of its marks.

import Expectations
import Machine

/// Kinds of difference by what shows them.
struct DifferenceCount {
    /// What a known pair of marks differs in.
    private struct Known {
        var kind: Int
        var operations: UInt32
    }

    private(set) var kinds: [KindTally]
    private var places: [DifferenceKind: Int] = [:]
    private var known: [UInt64: [Known]] = [:]
    /// For each kind the scenario that it was last seen in.
    private var lastScenario: [UInt64]

    init(_ kinds: [KindTally]) {
        self.kinds = kinds
        lastScenario = Array(repeating: .max, count: kinds.count)
        for (place, kind) in kinds.enumerated() { places[kind.kind] = place }
    }

    /// Where a difference was seen.
    struct Sighting {
        var scenario: UInt64
        var filesystem: Filesystem
        var isUnfailed: Bool
        var rank: ExampleRank
        /// Runs that it stands for.
        var runs = 1
    }

    /// Counts what a pair of marks differs in.
    ///
    /// - Parameters:
    ///   - hash: of the marks, and of all else that the words depend on.
    ///   - describe: finds out what they differ in, when that is not known yet.
    mutating func count(
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
    mutating func count(
        _ shown: ShownDifference, _ sighting: Sighting, example: () -> DifferenceExample
    ) {
        count(place(of: shown.kind, example: example), shown.operations, sighting, example: example)
    }

    private mutating func count(
        _ place: Int, _ operations: UInt32, _ sighting: Sighting,
        example: () -> DifferenceExample
    ) {
        kinds[place].runs += sighting.runs
        if sighting.isUnfailed { kinds[place].unfailedRuns += sighting.runs }
        kinds[place].operations |= operations
        kinds[place].filesystems |= 1 << sighting.filesystem.rawValue
        if lastScenario[place] != sighting.scenario {
            lastScenario[place] = sighting.scenario
            kinds[place].scenarios += 1
        }
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
