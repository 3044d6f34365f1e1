// SPDX-License-Identifier: GPL-2.0-only

// Races compared. A change of the code moves the points at which tasks can be switched, so there
// is no n-th order of one variant that is the n-th of the other. What can be compared is what may
// come of a scenario at all: the set of distinct outcomes over all its orders, facet by facet. An
// outcome that only one variant can have is a difference; to say what it is, the order that leads
// to it is followed on the other variant, too, as far as it goes there.
//
// All orders are tried, by reduction, up to a limit of runs; where either variant has more, both
// are compared in the orders with few preemptions.

import Expectations
import Machine

/// What may come of a scenario on one side.
private struct Outcomes {
    /// The order that leads to a value with the fewest preemptions, and how many orders do.
    struct Way {
        var runs: Int
        var preemptions: Int
        var choices: [UInt8]
        var number: Int
    }

    /// By facet, by the hash of what was observed.
    var values: [[UInt64: Way]] = Array(repeating: [:], count: Facet.observed.count)
    var verdicts: [UInt64: Way] = [:]
    var runs = 0
    var isComplete = false
}

extension Comparison {
    private typealias Side = WritableKeyPath<Comparison, ComparedSide>

    /// Values of one facet of one scenario whose orders are followed on the other side.
    private static let valueLimit = 64

    mutating func compareOrders(of scenario: Scenario, at index: Int) {
        let place = Catalogue.scenarios.count + index
        var number = 0
        var old = outcomes(\.before, scenario, place, ReducedOrders(), &number)
        var new = outcomes(\.after, scenario, place, ReducedOrders(), &number)
        if !old.isComplete || !new.isComplete {
            let orders = BoundedOrders(preemptions: plan.preemptions)
            old = outcomes(\.before, scenario, place, orders, &number)
            new = outcomes(\.after, scenario, place, orders, &number)
            tally.compared.preemptions = plan.preemptions
            tally.compared.boundedRaces += 1
        }
        tally.compared.races += 1
        tally.compared.ordersBefore += old.runs
        tally.compared.ordersAfter += new.runs
        let all = count.kinds.reduce(0) { $0 + $1.runs }
        var isTold: Set<DifferenceKind> = []
        tellOnly(new, beside: old, \.after, scenario, place, &number, &isTold)
        tellOnly(old, beside: new, \.before, scenario, place, &number, &isTold)
        if count.kinds.reduce(0, { $0 + $1.runs }) != all { tally.compared.differentRaces += 1 }
    }

    // MARK: - What may come of it

    private mutating func outcomes(
        _ side: Side, _ scenario: Scenario, _ place: Int, _ orders: any OrderStrategy,
        _ number: inout Int
    ) -> Outcomes {
        var orders = orders
        var outcomes = Outcomes()
        var run = scenario.run()
        while outcomes.runs < plan.orderLimit || orders is BoundedOrders, orders.next(&run) {
            let ordinal = self[keyPath: side].ordinal(place, number)
            var preemptions = 0
            var choices: [UInt8] = []
            let observed = self[keyPath: side].make(run, of: scenario, at: ordinal) { outcome in
                orders.learn(from: outcome)
                (choices, preemptions) = Comparison.order(of: outcome)
            }
            number += 1
            outcomes.runs += 1
            if observed.end.isHarnessError {
                tally.compared.incomparable += 1
                continue
            }
            let way = Outcomes.Way(
                runs: 1, preemptions: preemptions, choices: choices, number: number)
            note(observed, way, self[keyPath: side], in: &outcomes)
        }
        outcomes.isComplete = orders.worth.isComplete
        return outcomes
    }

    private func note(
        _ run: ObservedRun, _ way: Outcomes.Way, _ side: ComparedSide, in outcomes: inout Outcomes
    ) {
        func note(_ value: UInt64, _ values: inout [UInt64: Outcomes.Way]) {
            guard var known = values[value] else {
                values[value] = way
                return
            }
            known.runs += 1
            if way.preemptions < known.preemptions {
                let runs = known.runs
                known = way
                known.runs = runs
            }
            values[value] = known
        }
        note(Comparison.verdict(of: run), &outcomes.verdicts)
        for (index, facet) in Facet.observed.enumerated()
        where facet != .points && (run.end == .finished || Comparison.survives(facet)) {
            var hash = MarkHash()
            hash.add(side.marks(run, index))
            note(hash.value, &outcomes.values[index])
        }
    }

    private static func verdict(of run: ObservedRun) -> UInt64 {
        UInt64(run.fails.rawValue) << 32 | UInt64(run.findings)
    }

    /// The choices of a run as a schedule has them, and how often a task that could have gone on
    /// did not.
    private static func order(of outcome: borrowing Outcome) -> ([UInt8], Int) {
        var choices: [UInt8] = []
        var preemptions = 0
        for step in outcome.steps where step.isChoice {
            choices.append(step.task)
            if let before = step.before, before != step.task { preemptions += 1 }
        }
        return (choices, preemptions)
    }

    // MARK: - What only one side can have

    /// Tells what one side's outcomes are that the other side does not have.
    private mutating func tellOnly(
        _ mine: Outcomes, beside theirs: Outcomes, _ side: Side, _ scenario: Scenario,
        _ place: Int, _ number: inout Int, _ isTold: inout Set<DifferenceKind>
    ) {
        let known = isTold
        for (value, way) in Comparison.only(mine.verdicts, theirs.verdicts) {
            let pair = follow(way, scenario, place, &number)
            guard Comparison.verdict(of: side == \.after ? pair.1 : pair.0) == value else {
                continue
            }
            let example = Comparison.example(of: scenario, place, way)
            countVerdicts(
                pair.0, pair.1, sighting(scenario, place, way, example),
                { example })
        }
        let context = context(of: scenario)
        for (index, facet) in Facet.observed.enumerated() where facet != .points {
            for (_, way) in Comparison.only(mine.values[index], theirs.values[index]) {
                let pair = follow(way, scenario, place, &number)
                guard pair.0.end == pair.1.end || Comparison.survives(facet) else { continue }
                let marks = (before.marks(pair.0, index), after.marks(pair.1, index))
                let found = context.describe(
                    facet, MarkPair(before: marks.0, after: marks.1))
                let example = Comparison.example(of: scenario, place, way)
                // The same change seen from the other side is not counted again.
                for shown in found.all where !known.contains(shown.kind) {
                    isTold.insert(shown.kind)
                    count.count(
                        shown, sighting(scenario, place, way, example), example: { example })
                }
            }
        }
    }

    private static func only(
        _ mine: [UInt64: Outcomes.Way], _ theirs: [UInt64: Outcomes.Way]
    ) -> [(UInt64, Outcomes.Way)] {
        Array(
            mine.filter { theirs[$0.key] == nil }
                .sorted { ($0.value.preemptions, $0.value.number) < ($1.value.preemptions, $1.value.number) }
                .prefix(valueLimit)
        ).map { ($0.key, $0.value) }
    }

    /// The same order on both sides, as far as it goes.
    private mutating func follow(
        _ way: Outcomes.Way, _ scenario: Scenario, _ place: Int, _ number: inout Int
    ) -> (ObservedRun, ObservedRun) {
        let run = scenario.run(schedule: Schedule(choices: way.choices))
        let old = before.make(run, of: scenario, at: before.ordinal(place, number)) { _ in }
        let new = after.make(run, of: scenario, at: after.ordinal(place, number)) { _ in }
        number += 1
        return (old, new)
    }

    private static func example(
        of scenario: Scenario, _ place: Int, _ way: Outcomes.Way
    ) -> DifferenceExample {
        let side = DifferenceExample.Side(injections: [], choices: way.choices)
        return DifferenceExample(
            rank: ExampleRank(
                operations: scenario.operations.count, failures: 0,
                preemptions: way.preemptions,
                ordinal: RunOrdinal(scenario: place, run: way.number)),
            before: side, after: side)
    }

    private func sighting(
        _ scenario: Scenario, _ place: Int, _ way: Outcomes.Way, _ example: DifferenceExample
    ) -> DifferenceCount.Sighting {
        DifferenceCount.Sighting(
            scenario: UInt64(place), filesystem: scenario.geometry.filesystem, isUnfailed: true,
            rank: example.rank, runs: way.runs)
    }
}
