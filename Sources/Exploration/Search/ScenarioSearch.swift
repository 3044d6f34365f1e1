// SPDX-License-Identifier: GPL-2.0-only

// The search of one scenario, which can be left and gone on with: all orders without a failure, then
// set of failures by set of failures, each in all orders. Which calls there are to be failed is
// learnt from the runs without failures, in all their orders; a call that another order makes to
// another one is left alone there.
//
// Where there is no end to the orders, or no hope of reaching it, half of the runs go to orders
// without a failure and half to the sets, a few orders each, with the sets in random order.
//
// What must hold: which runs are made depends on the scenario, the plan and the code, and on
// nothing else; being left and gone on with makes no difference where the plan has a number of runs.

import Expectations
import Interleavings
import Machine

/// The state of one scenario's search.
package struct ScenarioSearch {
    package let scenario: Scenario
    package let plan: SearchPlan
    /// Orders have no end, or may have none within reach: runs are shared out.
    package let sharesOut: Bool
    package var coverage: ScenarioCoverage
    /// The set that is being tried; empty at first.
    package private(set) var injections: [Injection] = []
    package private(set) var isFinished = false
    /// Of the lines that are watched, those that ran, by their index.
    var lines: Set<Int> = []
    package private(set) var run: Run
    private var strategy: any OrderStrategy
    /// What of its worth stands in the coverage already.
    private var counted = OrderWorth()
    /// The strategy without failures, while another one is in use.
    private var parked: (strategy: any OrderStrategy, counted: OrderWorth)?
    private var points: Set<FailurePoint> = []
    private var sets: FailureSets?
    /// The next set, as a place in the order in which they are tried.
    private var next = 0
    private var round = 0

    package init(_ scenario: Scenario, at index: Int, of plan: SearchPlan, sharesOut: Bool) {
        self.scenario = scenario
        self.plan = plan
        self.sharesOut = sharesOut || plan.isEndless
        coverage = ScenarioCoverage(index: index, name: scenario.name, tasks: scenario.tasks)
        run = scenario.run()
        strategy = plan.strategy.strategy(
            seed: ScenarioSearch.seed(scenario, plan, 0, 0), preemptions: plan.preemptions)
    }

    private static func seed(
        _ scenario: Scenario, _ plan: SearchPlan, _ round: Int, _ unit: Int
    ) -> UInt64 {
        var digest = Digest()
        digest.add(scenario.name)
        digest.add("\(plan.seed) \(round) \(unit)")
        return digest.value
    }

    /// Goes on for a number of runs.
    ///
    /// - Parameters:
    ///   - errors: what a call can be made to fail with.
    ///   - make: makes the run that stands in `run`; false ends it all.
    package mutating func goOn(
        for quota: Int, errors: (InjectionPoint) -> [Int32],
        make: (inout ScenarioSearch) throws -> Bool
    ) rethrows {
        var left = quota
        let splits = sharesOut && plan.failures > 0
        if sets == nil || plan.isEndless {
            returnToOrders()
            let end = try tryOrders(for: splits ? (quota + 1) / 2 : quota, &left, make)
            if end == .told { return }
            if sets == nil, end == .exhausted || splits {
                sets = FailureSets(points, upTo: plan.failures, errors: errors)
                coverage.failureSets = sets!.count
            }
        }
        guard let sets else { return }
        round += 1
        if splits { next = 0 }
        let order = Permutation(
            sets.places, seed: ScenarioSearch.seed(scenario, plan, splits ? round : 0, 1))
        while left > 0, next < sets.places {
            let place = splits ? order[next] : next
            guard let set = sets[place] else {
                next += 1
                continue
            }
            if set != injections || splits { begin(set, place) }
            let share = splits ? max(1, left / (sets.places - next)) : left
            let end = try tryOrders(for: share, &left, make)
            if end == .told { return }
            if strategy.worth.isComplete { coverage.completeFailureSets += 1 }
            if end == .exhausted || splits { next += 1 }
        }
        isFinished = !plan.isEndless && next == sets.places
    }

    /// Why no more orders of a set are tried.
    private enum End { case exhausted, outOfRuns, told }

    private mutating func returnToOrders() {
        guard let parked else { return }
        injections = []
        run = scenario.run()
        (strategy, counted) = parked
        self.parked = nil
    }

    private mutating func begin(_ set: [Injection], _ place: Int) {
        if parked == nil { parked = (strategy, counted) }
        injections = set
        run = scenario.run(injections: set)
        strategy = plan.strategy.strategy(
            seed: ScenarioSearch.seed(scenario, plan, round, place + 1),
            preemptions: plan.preemptions)
        counted = OrderWorth()
    }

    private mutating func tryOrders(
        for share: Int, _ left: inout Int, _ make: (inout ScenarioSearch) throws -> Bool
    ) rethrows -> End {
        var share = min(share, left)
        var end = End.outOfRuns
        while share > 0, end == .outOfRuns {
            guard strategy.next(&run) else {
                end = .exhausted
                break
            }
            share -= 1
            left -= 1
            coverage.runs += 1
            if try !make(&self) { end = .told }
        }
        let worth = strategy.worth
        coverage.redundant += worth.redundant - counted.redundant
        coverage.diverged += worth.diverged - counted.diverged
        counted = worth
        if injections.isEmpty {
            coverage.isComplete = worth.isComplete
            coverage.bound = worth.bound
            coverage.orders = worth.runs
            coverage.preemptions = worth.preemptions
        }
        return end
    }

    /// Sees the run that was made.
    package mutating func learn(from outcome: borrowing Outcome) {
        strategy.learn(from: outcome)
        guard injections.isEmpty else { return }
        for event in outcome.events where event.kind == .point {
            points.insert(
                FailurePoint(
                    task: UInt32(event.task), nth: UInt32(truncatingIfNeeded: event.arg0),
                    kind: UInt32(truncatingIfNeeded: event.arg1)))
        }
    }
}

/// The numbers below a count in a random order, without a list of them: steps of a length
/// that has no divisor in common with the count.
package struct Permutation {
    private let count: Int
    private let start: Int
    private let step: Int

    package init(_ count: Int, seed: UInt64) {
        self.count = count
        guard count > 0 else {
            start = 0
            step = 1
            return
        }
        start = Int(seed % UInt64(count))
        var step = Int(seed >> 32 % UInt64(count)) | 1
        while Permutation.divisor(step, count) != 1 { step += 2 }
        self.step = step
    }

    private static func divisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : divisor(other, one % other)
    }

    package subscript(place: Int) -> Int {
        Int((UInt64(start) + UInt64(place) * UInt64(step % count)) % UInt64(count))
    }
}
