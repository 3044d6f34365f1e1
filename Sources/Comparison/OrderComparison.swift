// SPDX-License-Identifier: GPL-2.0-only

// Races compared. A change of the code moves the points at which tasks can be switched, so there
// is no n-th order of one variant that is the n-th of the other. What can be compared is what may
// come of a scenario at all: the set of distinct outcomes over all its orders. What an operation
// may return, and what may be broken, is compared as such; of the other kinds a value that only
// one variant can have is told against the value of the other one that is most like it.
//
// All orders are tried, by reduction, up to a limit of runs; where either variant has more, both
// are compared in the orders with few preemptions.

import Expectations
import Exploration
import Interleavings
import Machine

/// The order that leads to something with the fewest preemptions, and how many orders do.
private struct Way {
    var runs = 1
    var order: TakenOrder
    var number: Int

    var place: (Int, Int) { (order.preemptions, number) }

    mutating func merge(_ other: Way) {
        let runs = runs + other.runs
        if other.place < place { self = other }
        self.runs = runs
    }
}

/// What may come of a scenario on one side.
private struct Outcomes {
    /// One thing that may be observed, and how.
    struct Value {
        var marks: [Observation]
        /// Hashes of the marks, ascending.
        var hashes: [UInt64]
        var way: Way

        /// How many marks one of them has and the other one does not.
        func distance(to other: Value) -> Int {
            var (mine, theirs, shared) = (0, 0, 0)
            while mine < hashes.count, theirs < other.hashes.count {
                if hashes[mine] == other.hashes[theirs] {
                    shared += 1
                    mine += 1
                    theirs += 1
                } else if hashes[mine] < other.hashes[theirs] {
                    mine += 1
                } else {
                    theirs += 1
                }
            }
            return hashes.count + other.hashes.count - 2 * shared
        }
    }

    /// By facet, by the hash of what was observed.
    var values: [[UInt64: Value]] = Array(repeating: [:], count: ObservableKind.observed.count)
    /// By index: expectations that are broken in some order; behind them findings that are shown.
    var broken: [Int: Way] = [:]
    var runs = 0
    var isComplete = false
}

extension Comparison {
    private typealias Side = WritableKeyPath<Comparison, ComparedSide>

    /// Values of one facet of one scenario that are told, and others that each is held against.
    private static let valueLimit = 64
    private static let candidateLimit = 32
    private static let likelyLimit = 4

    package mutating func compareOrders(
        of scenario: Scenario, at place: Int, within limit: OrderLimit
    ) {
        var number = 0
        var old = outcomes(\.before, scenario, place, DPOR(), limit.runs, &number)
        var new = outcomes(\.after, scenario, place, DPOR(), limit.runs, &number)
        if !old.isComplete || !new.isComplete {
            let orders = BoundedOrders(preemptions: limit.preemptions)
            old = outcomes(\.before, scenario, place, orders, nil, &number)
            new = outcomes(\.after, scenario, place, orders, nil, &number)
            tally.compared.preemptions = limit.preemptions
            tally.compared.boundedRaces += 1
        }
        tally.compared.races += 1
        tally.compared.ordersBefore += old.runs
        tally.compared.ordersAfter += new.runs
        let known = count.orders
        tellBroken(old, new, scenario, place)
        tellResults(old, new, scenario, place)
        let told = tellValues(new, beside: old, isAfter: true, [], scenario, place)
        _ = tellValues(old, beside: new, isAfter: false, told, scenario, place)
        if count.orders != known { tally.compared.differentRaces += 1 }
    }

    // MARK: - What may come of it

    private mutating func outcomes(
        _ side: Side, _ scenario: Scenario, _ place: Int, _ orders: any OrderStrategy,
        _ limit: Int?, _ number: inout Int
    ) -> Outcomes {
        var orders = orders
        var outcomes = Outcomes()
        var run = scenario.run()
        while outcomes.runs < limit ?? .max, orders.next(&run) {
            let ordinal = self[keyPath: side].ordinal(place, number)
            var order = TakenOrder()
            let observed = self[keyPath: side].make(run, of: scenario, at: ordinal) { outcome in
                orders.learn(from: outcome)
                order = outcome.takenOrder()
            }
            number += 1
            outcomes.runs += 1
            if observed.end.isHarnessError {
                tally.compared.incomparable += 1
                continue
            }
            let way = Way(order: order, number: number)
            Comparison.note(observed, way, self[keyPath: side], in: &outcomes)
        }
        outcomes.isComplete = orders.worth.isComplete
        return outcomes
    }

    private static func note(
        _ run: ObservedRun, _ way: Way, _ side: ComparedSide, in outcomes: inout Outcomes
    ) {
        var bits = UInt64(run.fails.rawValue) | run.findings << UInt64(Expectations.all.count)
        while bits != 0 {
            let index = bits.trailingZeroBitCount
            if outcomes.broken[index]?.merge(way) == nil { outcomes.broken[index] = way }
            bits &= bits - 1
        }
        // A run that did not come to its end says what became of it, and nothing else.
        let isWhole = run.end == .finished && !run.isCut && !run.isDeadly
        for (index, facet) in ObservableKind.observed.enumerated()
        where facet != .points && (isWhole || facet == .result) {
            let marks = side.marks(run, index)
            var hash = ObservationHash()
            hash.add(marks)
            if outcomes.values[index][hash.value]?.way.merge(way) == nil {
                outcomes.values[index][hash.value] = Outcomes.Value(
                    marks: Array(marks), hashes: Comparison.hashes(marks), way: way)
            }
        }
    }

    /// What two values are held against each other by: a mark that has other arguments is more
    /// like than one that is missing.
    private static func hashes(_ marks: ArraySlice<Observation>) -> [UInt64] {
        marks.flatMap { mark in
            var whole = ObservationHash()
            whole.add(CollectionOfOne(mark))
            var kind = ObservationHash()
            kind.add(UInt64(mark.kind.rawValue) << 8 | UInt64(mark.operation))
            switch mark.kind {
            case .take, .giveBack, .downgrade: kind.add(UInt64(bitPattern: mark.a))
            default: break
            }
            return [whole.value, kind.value, kind.value]
        }.sorted()
    }

    // MARK: - What only one side can have

    /// What is broken in some order on one side, and in none on the other.
    private mutating func tellBroken(
        _ old: Outcomes, _ new: Outcomes, _ scenario: Scenario, _ place: Int
    ) {
        for index in Set(old.broken.keys).symmetricDifference(new.broken.keys).sorted() {
            let isNew = new.broken[index] != nil
            guard let way = new.broken[index] ?? old.broken[index] else { continue }
            let kind: DifferenceKind
            if index < Expectations.all.count {
                kind = DifferenceKind(
                    .verdict, Expectations.all[index].name, isNew ? "holds" : "fails",
                    isNew ? "fails" : "holds")
            } else {
                let finding = Findings.all[index - Expectations.all.count]
                kind = DifferenceKind(
                    .verdict, "finding \(finding.number) (\(finding.title))",
                    isNew ? "not shown" : "shown", isNew ? "shown" : "not shown")
            }
            tell(ShownDifference(kind: kind), way, nil, scenario, place, isAfter: isNew)
        }
    }

    /// What an operation returns in some order on one side, and in none on the other.
    private mutating func tellResults(
        _ old: Outcomes, _ new: Outcomes, _ scenario: Scenario, _ place: Int
    ) {
        let context = context(of: scenario)
        let results = (
            Comparison.results(old, context, isAfter: false),
            Comparison.results(new, context, isAfter: true)
        )
        for (words, found) in results.1.sorted(by: { $0.key < $1.key })
        where results.0[words] == nil {
            tell(
                ShownDifference(
                    kind: DifferenceKind(.result, words, "in no order", "in some order"),
                    operations: found.operations), found.way, nil, scenario, place, isAfter: true)
        }
        for (words, found) in results.0.sorted(by: { $0.key < $1.key })
        where results.1[words] == nil {
            tell(
                ShownDifference(
                    kind: DifferenceKind(.result, words, "in some order", "in no order"),
                    operations: found.operations), found.way, nil, scenario, place, isAfter: false)
        }
    }

    private static func results(
        _ outcomes: Outcomes, _ context: DifferenceContext, isAfter: Bool
    ) -> [String: (way: Way, operations: UInt32)] {
        var found: [String: (way: Way, operations: UInt32)] = [:]
        for value in outcomes.values[0].values {
            for (words, operation) in context.statements(value.marks, isAfter: isAfter) {
                let mask: UInt32 = 1 << UInt32(operation.rawValue)
                guard var known = found[words] else {
                    found[words] = (value.way, mask)
                    continue
                }
                known.way.merge(value.way)
                known.operations |= mask
                found[words] = known
            }
        }
        return found
    }

    /// Values of the other kinds that only one side can have, each against the one of the other
    /// side that is most like it; returns the kinds that were told.
    private mutating func tellValues(
        _ mine: Outcomes, beside theirs: Outcomes, isAfter: Bool, _ told: Set<DifferenceKind>,
        _ scenario: Scenario, _ place: Int
    ) -> Set<DifferenceKind> {
        let context = context(of: scenario)
        var found: Set<DifferenceKind> = []
        for (index, facet) in ObservableKind.observed.enumerated()
        where facet != .result && facet != .points && !theirs.values[index].isEmpty {
            let known = theirs.values[index]
            let candidates = known.values.sorted { $0.way.place < $1.way.place }
                .prefix(Comparison.candidateLimit)
            let only = mine.values[index].filter { known[$0.key] == nil }.values
                .sorted { $0.way.place < $1.way.place }.prefix(Comparison.valueLimit)
            for value in only {
                // Of those that are equally like it, the one that comes first.
                let distances = candidates.map { value.distance(to: $0) }
                let likely = candidates.indices.sorted {
                    (distances[$0], $0) < (distances[$1], $1)
                }.prefix(Comparison.likelyLimit).map { candidates[$0] }
                let described = likely.map { other in
                    (
                        other,
                        context.describe(
                            facet,
                            isAfter
                                ? ObservationPair(before: other.marks[...], after: value.marks[...])
                                : ObservationPair(before: value.marks[...], after: other.marks[...])
                        ).all
                    )
                }
                // What is told already explains a value better than something new.
                let (other, all) =
                    described.first { $0.1.allSatisfy { found.contains($0.kind) } }
                    ?? described[0]
                // The same change seen from the other side is not counted again.
                for shown in all where !told.contains(shown.kind) {
                    found.insert(shown.kind)
                    tell(shown, value.way, other.way, scenario, place, isAfter: isAfter)
                }
            }
        }
        return found
    }

    /// - Parameters:
    ///   - way: the order that shows it, on the side that has it.
    ///   - other: the order to hold against it; nil: the same one, as far as it goes there.
    private mutating func tell(
        _ shown: ShownDifference, _ way: Way, _ other: Way?, _ scenario: Scenario, _ place: Int,
        isAfter: Bool
    ) {
        let mine = DifferenceExample.Side(injections: [], choices: way.order.choices)
        let theirs = DifferenceExample.Side(
            injections: [], choices: other?.order.choices ?? way.order.choices)
        let example = DifferenceExample(
            rank: ExampleRank(
                operations: scenario.operations.count, failures: 0,
                preemptions: way.order.preemptions,
                ordinal: RunOrdinal(scenario: place, run: way.number)),
            before: isAfter ? theirs : mine, after: isAfter ? mine : theirs)
        count.count(
            shown,
            DifferenceCount.Sighting(
                scenario: UInt64(place), filesystem: scenario.geometry.filesystem,
                isUnfailed: true, rank: example.rank, orders: way.runs),
            example: { example })
    }
}
