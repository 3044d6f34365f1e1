// SPDX-License-Identifier: GPL-2.0-only

// What a comparison found, as values: what was compared, each kind of difference with its count,
// and for the first of them the smallest run that shows it, written down on both sides. Whatever is
// shown to anybody, in any format, is made from this.

import Expectations
import Exploration
import Interleavings
import Machine
import Slices
import System

/// Where two variants behave differently.
package struct DifferenceReport: Sendable {
    /// One of the two variants.
    package struct Side: Sendable {
        package var name: String
        package var tree: Witness.TreeIdentity
        /// As the user gave them; a mail on standard input by its subject.
        package var patches: [String]
        package var notes: [String]
        /// Runs that ended in an error of the harness, by what it said.
        package var harnessErrors: [String: Int]
    }

    /// A kind of difference.
    package struct Change: Sendable {
        package var kind: DifferenceKind
        package var runs: Int
        package var scenarios: Int
        /// Runs among them in which nothing was made to fail.
        package var unfailedRuns: Int
        /// Orders of races in which it is seen, and races.
        package var orders: Int
        package var races: Int
        package var operations: [Operation.Kind]
        package var filesystems: [Filesystem]
        /// The smallest run that shows it; nil beyond the number of changes asked for.
        package var example: Example?
    }

    /// One run on both sides.
    package struct Example: Sendable {
        /// Nil where that side has no such run.
        package var before: Witness?
        package var after: Witness?
        /// Switches away from a task that could have gone on.
        package var preemptions: Int
    }

    package var before: Side
    package var after: Side
    /// Both were built of the same contents.
    package var isSameCode: Bool
    package var compared: ComparedRuns
    /// The most important first.
    package var changes: [Change]
    package var notes: [String]
    package var seconds: Double

    /// Nothing observable changed, as far as it was compared.
    package var isEmpty: Bool { changes.isEmpty }
    package var hasHarnessErrors: Bool {
        !before.harnessErrors.isEmpty || !after.harnessErrors.isEmpty
    }
}

extension CheckSession {
    /// Builds two variants and compares what they do.
    ///
    /// - Parameters:
    ///   - orders: of the races; nil to leave them out.
    ///   - examples: for how many changes of each facet the smallest run is written down.
    package func compare(
        _ before: BuildRequest, with after: BuildRequest,
        orders: OrderLimit? = OrderLimit.standard, examples: Int
    ) throws -> DifferenceReport {
        progress?(.building(variants: 2))
        let variants = try build([before, after])
        let start = monotonicNanoseconds()
        let trees = (before.tree, after.tree)
        let isAcrossTrees =
            trees.0.kind != trees.1.kind || trees.0.version != trees.1.version
            || trees.0.kind != .embedded && trees.0.digest != trees.1.digest
        var tally = try reportingPool.compare(
            .file(variants[0].image), with: .file(variants[1].image),
            isAcrossTrees: isAcrossTrees, orders: orders, only: filter.only(with: orders))
        tally.addInversions(acrossTrees: isAcrossTrees)
        let seconds = Double(monotonicNanoseconds() &- start) / 1e9
        progress?(.witnessing)
        let sides = [(before, variants[0]), (after, variants[1])]
        var changes = tally.kinds.sorted(by: KindTally.comesFirst).map(change)
        try write(&changes, examples, tally, sides)
        progress?(.done)
        let reported = sides.indices.map { index in
            side(sides[index].0, sides[index].1, tally.harnessErrors[index])
        }
        return DifferenceReport(
            before: reported[0], after: reported[1],
            isSameCode: variants[0].key == variants[1].key, compared: tally.compared,
            changes: changes, notes: tally.leftOut.sorted() + notes(isAcrossTrees, tally),
            seconds: seconds)
    }

    private func side(
        _ compared: BuildRequest, _ variant: Variant, _ errors: [String: Int]
    ) -> DifferenceReport.Side {
        DifferenceReport.Side(
            name: variant.name, tree: identity(of: compared.tree),
            patches: titles(of: variant, compared), notes: variant.notes,
            harnessErrors: errors)
    }

    private func change(_ tally: KindTally) -> DifferenceReport.Change {
        DifferenceReport.Change(
            kind: tally.kind, runs: tally.runs, scenarios: tally.scenarios,
            unfailedRuns: tally.unfailedRuns, orders: tally.orders, races: tally.races,
            operations: Operation.Kind.allCases.filter {
                tally.operations & 1 << UInt32($0.rawValue) != 0
            },
            filesystems: Filesystem.all.filter { tally.filesystems & 1 << $0.rawValue != 0 })
    }

    private func notes(_ isAcrossTrees: Bool, _ tally: DifferenceTally) -> [String] {
        var notes: [String] = []
        if isAcrossTrees {
            notes.append(
                "the trees are not the same: locks that do the same under two names are compared "
                    + "under one ("
                    + LockNames.synonyms.map { $0.joined(separator: ", ") }.joined(separator: "; ")
                    + "), and a bad medium is one error, whether it is -EIO or -EHWPOISON")
        }
        if let note = SingleFailures.note(leftOut: tally.compared.callsNotFailed) {
            notes.append(note)
        }
        return notes
    }

    // MARK: - Examples

    /// Makes the smallest runs of the first changes of each facet once more, on both sides, and
    /// keeps them.
    private func write(
        _ changes: inout [DifferenceReport.Change], _ count: Int, _ tally: DifferenceTally,
        _ sides: [(BuildRequest, Variant)]
    ) throws {
        let kinds = tally.kinds.sorted(by: KindTally.comesFirst)
        let first = ObservableKind.allCases.flatMap { facet in
            kinds.indices.filter { kinds[$0].kind.facet == facet }.prefix(count)
        }
        let shown = first.map { kinds[$0].example }
        var witnesses: [[Witness?]] = []
        for (side, (compared, variant)) in sides.enumerated() {
            var runs: [(scenario: Scenario, run: Run)] = []
            var places: [Int?] = []
            for example in shown {
                let scenario = ScenarioIndex.scenario(of: example.rank.ordinal)
                guard let mine = side == 0 ? example.before : example.after else {
                    places.append(nil)
                    continue
                }
                places.append(runs.count)
                runs.append(
                    (
                        scenario,
                        scenario.run(
                            injections: mine.injections,
                            schedule: Schedule(choices: mine.choices))
                    ))
            }
            let written = try witness(runs, of: variant, compared)
            for witness in written { try store.save(witness) }
            witnesses.append(places.map { $0.map { written[$0] } })
        }
        for place in shown.indices {
            changes[first[place]].example = DifferenceReport.Example(
                before: witnesses[0][place], after: witnesses[1][place],
                preemptions: shown[place].rank.preemptions)
        }
    }
}

extension KindTally {
    /// By facet; within one what is seen most often, and then by its words.
    package static func comesFirst(_ one: KindTally, _ other: KindTally) -> Bool {
        (one.kind.facet.place, -one.runs, -one.orders, one.kind.words)
            < (other.kind.facet.place, -other.runs, -other.orders, other.kind.words)
    }
}

extension DifferenceTally {
    /// Inversions of lock classes are seen over all runs, when both sides are through with them.
    package mutating func addInversions(acrossTrees isAcrossTrees: Bool) {
        func common(_ name: String) -> String {
            isAcrossTrees ? LockNames.common(name) : name
        }
        let cycles = lockOrders.map { $0.inversions() }
        func names(_ cycle: [LockOrderGraph.Edge]) -> [String] { cycle.map { common($0.held) } }
        for side in 0..<2 {
            let others = Set(cycles[1 - side].map(names))
            for cycle in cycles[side] where !others.contains(names(cycle)) {
                let ring = (names(cycle) + [names(cycle)[0]]).joined(separator: ", then ")
                let closing = cycle.max { $0.runKey < $1.runKey }!
                let run = DifferenceExample.Side(injections: closing.injections)
                let ordinal = RunOrdinal(packed: closing.runKey)
                kinds.append(
                    KindTally(
                        kind: DifferenceKind(
                            .verdict, "lock-order", side == 0 ? "inverts \(ring)" : "holds",
                            side == 0 ? "holds" : "inverts \(ring)"),
                        runs: 1, scenarios: 1, filesystems: 0,
                        example: DifferenceExample(
                            rank: ExampleRank(
                                operations: 0, failures: closing.injections.count,
                                preemptions: 0, ordinal: ordinal),
                            before: side == 0 ? run : nil, after: side == 1 ? run : nil)))
            }
        }
    }
}
