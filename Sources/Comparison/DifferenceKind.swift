// SPDX-License-Identifier: GPL-2.0-only

// A kind of difference: what a developer would say of it in one line, "iomap_end: not called ->
// called with written = length". It names no scenario and no position in a file, so that the same
// change in ten thousand runs is one kind; and it is made of words, because the words are what two
// runs have to have in common to be put together.

import Machine

/// What changed, in one line.
package struct DifferenceKind: Hashable, Codable, Sendable {
    package var facet: ObservableKind
    /// What it is about: `iomap_end`, `&ei->dax_sem`, `no-leak`.
    package var subject: String
    /// What it was on the first variant, and what it is on the second.
    package var before: String
    package var after: String

    package init(_ facet: ObservableKind, _ subject: String, _ before: String, _ after: String) {
        self.facet = facet
        self.subject = subject
        self.before = before
        self.after = after
    }

    /// E.g. "no-leak: holds -> fails".
    package var words: String { "\(subject): \(before) -> \(after)" }
}

/// A kind of difference in one run, and in which operations it shows.
package struct ShownDifference {
    package var kind: DifferenceKind
    /// One bit for each `Operation.Kind`, by raw value; 0: in the run as a whole.
    package var operations: UInt32 = 0
}

/// Kinds found in one pair of runs, each once.
package struct ShownDifferences {
    package private(set) var all: [ShownDifference] = []
    private let operations: [Operation]

    package init(_ operations: [Operation]) { self.operations = operations }

    package var isEmpty: Bool { all.isEmpty }

    /// - Parameter operation: index of the one that it shows in.
    package mutating func add(_ kind: DifferenceKind, in operation: UInt8) {
        let mask: UInt32 =
            operation == Observation.noOperation
            ? 0 : 1 << UInt32(operations[Int(operation)].kind.rawValue)
        if let known = all.firstIndex(where: { $0.kind == kind }) {
            all[known].operations |= mask
        } else {
            all.append(ShownDifference(kind: kind, operations: mask))
        }
    }
}

/// What words are made from, beside the marks.
package struct DifferenceContext {
    package let scenario: [Operation]
    package let names: NameTable
    /// Names of the fallible calls on both sides.
    package let pointNames: ([InjectionPoint: String], [InjectionPoint: String])
    package let interfaces: (KernelInterfaces, KernelInterfaces)
}

/// A pair of marks of one facet, cut up by operation.
package struct ObservationPair {
    package let before: ArraySlice<Observation>
    package let after: ArraySlice<Observation>

    /// The operations that either of them has marks of, ascending; those of the run last.
    package var operations: [UInt8] {
        Set(before.map(\.operation)).union(after.map(\.operation)).sorted()
    }

    /// The marks of one operation.
    package func of(_ operation: UInt8) -> (before: [Observation], after: [Observation]) {
        (before.filter { $0.operation == operation }, after.filter { $0.operation == operation })
    }
}

extension DifferenceContext {
    /// What two runs differ in, seen from one side.
    package func describe(_ facet: ObservableKind, _ pair: ObservationPair) -> ShownDifferences {
        var found = ShownDifferences(scenario)
        switch facet {
        case .verdict: break
        case .result: describeResults(pair, &found)
        case .data: describeData(pair, &found)
        case .blocks: describeBlocks(pair, &found)
        case .calls: describeCalls(pair, &found)
        case .locks: describeLocks(pair, &found)
        case .points: describePoints(pair, &found)
        }
        // Marks that differ are a difference, whether or not there are words for it; but that an
        // operation was not begun follows from what came before it.
        if found.isEmpty, facet != .result {
            found.add(
                DifferenceKind(facet, "the run", "as it was", "otherwise"),
                in: Observation.noOperation)
        }
        return found
    }
}
