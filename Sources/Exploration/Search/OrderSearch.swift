// SPDX-License-Identifier: GPL-2.0-only

// The loop of a search, in a worker: scenario by scenario, set of failures by set of failures,
// order by order. Which calls there are to be failed is learnt from the runs without failures, in
// all their orders; a call that another order makes to another one is left alone there.
//
// With a number of runs every scenario gets the same share. With seconds the scenarios are gone
// through several times, each time further, so that time that runs out has been spent on all of
// them.

import Expectations
import Machine

/// Makes and judges the runs of one part of a search.
struct OrderSearch {
    private let image: KernelImage
    private let plan: SearchPlan
    private let part: Part
    private let skip: Set<Int>
    private let page: ProgressPage?
    private let deadline: UInt64
    private var judge: Judge
    private(set) var tally = SearchTally()

    /// A call that can be made to fail.
    private struct Point: Hashable, Comparable {
        var task: UInt32
        var nth: UInt32
        var kind: UInt32

        static func < (one: Point, other: Point) -> Bool {
            (one.task, one.nth, one.kind) < (other.task, other.nth, other.kind)
        }
    }

    /// - Parameter skip: scenarios in which an earlier worker of the same part died.
    init(
        of image: KernelImage, plan: SearchPlan, part: Part, skip: [Int] = [],
        page: ProgressPage? = nil
    ) {
        self.image = image
        self.plan = plan
        self.part = part
        self.skip = Set(skip)
        self.page = page
        judge = Judge(image: image)
        deadline = plan.seconds.map { monotonicNanoseconds() &+ UInt64($0 * 1e9) } ?? .max
    }

    /// Makes all runs.
    ///
    /// - Parameter checkpoint: called between scenarios, with all that is known so far.
    mutating func run(checkpoint: (SearchTally) throws -> Void) throws {
        let mine = plan.scenarios.indices.filter {
            $0 % part.count == part.index && !skip.contains($0)
                && image.supports(plan.scenarios[$0])
        }
        var limit = plan.share ?? (plan.seconds == nil ? .max : 1000)
        var due = monotonicNanoseconds() &+ 200_000_000
        var round = 0
        while true {
            for index in mine {
                try search(index, limit: limit, round: round)
                let now = monotonicNanoseconds()
                if now > due {
                    page?.enter(.between)
                    tally.lockOrder.merge(judge.lockOrder)
                    try checkpoint(tally)
                    due = now &+ 200_000_000
                }
                if now > deadline { break }
            }
            let isDone = tally.coverage.allSatisfy { isFinished($0) }
            if plan.seconds == nil || plan.runs != nil || isDone { break }
            if monotonicNanoseconds() > deadline {
                tally.isCut = true
                break
            }
            limit *= 10
            round += 1
        }
        tally.lockOrder.merge(judge.lockOrder)
        page?.enter(.finished)
    }

    private func isFinished(_ coverage: ScenarioCoverage) -> Bool {
        !plan.isEndless && coverage.isComplete
            && coverage.failureSets == coverage.completeFailureSets
    }

    // MARK: - One scenario

    private mutating func search(_ index: Int, limit: Int, round: Int) throws {
        let scenario = plan.scenarios[index]
        var coverage = ScenarioCoverage(index: index, name: scenario.name)
        if let known = tally.coverage.firstIndex(where: { $0.index == index }) {
            if isFinished(tally.coverage[known]) { return }
            coverage.runs = tally.coverage[known].runs
            tally.coverage.remove(at: known)
        }
        var left = limit
        var points: Set<Point> = []
        var unit = 0
        coverage.isComplete = try runAll(
            scenario, [], seed(scenario, round, 0), &left, &coverage, &points)
        if plan.failures > 0 {
            let sets = failureSets(points.sorted())
            for injections in sets {
                guard left > 0, monotonicNanoseconds() <= deadline else { break }
                unit += 1
                coverage.failureSets += 1
                var others: Set<Point> = []
                let isAll = try runAll(
                    scenario, injections, seed(scenario, round, unit), &left, &coverage, &others)
                if isAll { coverage.completeFailureSets += 1 }
            }
            // What there was no time for counts as begun, and not as done.
            coverage.failureSets = max(coverage.failureSets, sets.count)
        }
        let place = tally.coverage.firstIndex { $0.index > index } ?? tally.coverage.count
        tally.coverage.insert(coverage, at: place)
    }

    private func seed(_ scenario: Scenario, _ round: Int, _ unit: Int) -> UInt64 {
        var digest = Digest()
        digest.add(scenario.name)
        digest.add("\(plan.seed) \(round) \(unit)")
        return digest.value
    }

    /// All single failures, and then all pairs if they are asked for.
    private func failureSets(_ points: [Point]) -> [[Injection]] {
        let singles = points.flatMap { point in
            InjectionPoint(rawValue: point.kind).map(image.legalErrors(of:))!.map {
                Injection(task: point.task, nth: point.nth, error: $0)
            }
        }
        var sets = singles.map { [$0] }
        guard plan.failures > 1 else { return sets }
        for (place, first) in singles.enumerated() {
            for second in singles[(place + 1)...]
            where (first.task, first.nth) != (second.task, second.nth) {
                sets.append([first, second])
            }
        }
        return sets
    }

    /// Runs a scenario with a set of failures in all orders, or as far as is left; true for all.
    private mutating func runAll(
        _ scenario: Scenario, _ injections: [Injection], _ seed: UInt64, _ left: inout Int,
        _ coverage: inout ScenarioCoverage, _ points: inout Set<Point>
    ) throws -> Bool {
        var strategy = plan.strategy.strategy(seed: seed, preemptions: plan.preemptions)
        var run = scenario.run(injections: injections)
        var count = 0
        while left > 0, strategy.next(&run) {
            if count & 31 == 31, monotonicNanoseconds() > deadline { break }
            count += 1
            left -= 1
            coverage.runs += 1
            let ordinal = RunOrdinal(scenario: coverage.index, run: coverage.runs)
            page?.note(run.schedule, recordsSteps: run.recordsSteps)
            page?.begin(ordinal, runs: UInt64(tally.runs + coverage.runs), injections: injections)
            try image.run(run) { outcome in
                page?.enter(.judging)
                strategy.learn(from: outcome)
                if outcome.end == .refused, !injections.isEmpty {
                    coverage.misplacedFailures += 1
                } else if outcome.end.isHarnessError {
                    throw WorkerError(
                        "the run \(outcome.end.words): \(outcome.message) (scenario "
                            + "\(scenario.name))")
                } else {
                    if injections.isEmpty { OrderSearch.note(&points, outcome) }
                    tallyUp(outcome, scenario, injections, ordinal)
                }
            }
        }
        let worth = strategy.worth
        coverage.redundant += worth.redundant
        coverage.diverged += worth.diverged
        if injections.isEmpty { coverage.bound = worth.bound }
        return worth.isComplete
    }

    private static func note(_ points: inout Set<Point>, _ outcome: borrowing Outcome) {
        for event in outcome.events where event.kind == .point {
            points.insert(
                Point(
                    task: UInt32(event.task), nth: UInt32(truncatingIfNeeded: event.arg0),
                    kind: UInt32(truncatingIfNeeded: event.arg1)))
        }
    }

    private mutating func tallyUp(
        _ outcome: borrowing Outcome, _ scenario: Scenario, _ injections: [Injection],
        _ ordinal: RunOrdinal
    ) {
        let judgement = judge.judge(
            outcome, of: scenario, injections: injections, runKey: ordinal.packed)
        var applies = judgement.applies.rawValue
        while applies != 0 {
            tally.lines[applies.trailingZeroBitCount].runs += 1
            applies &= applies - 1
        }
        for index in tally.findings.indices where judgement.findings & 1 << UInt32(index) != 0 {
            tally.findings[index] += 1
        }
        guard !judgement.fails.isEmpty else { return }
        let finding = SearchFinding(outcome, scenario, injections, ordinal)
        for expectation in judgement.fails.members {
            tally.lines[expectation.index].failures += 1
            tally.consider(finding, at: expectation.index)
        }
    }
}

extension SearchFinding {
    /// What it takes to make a run again.
    init(
        _ outcome: borrowing Outcome, _ scenario: Scenario, _ injections: [Injection],
        _ ordinal: RunOrdinal
    ) {
        self.scenario = scenario
        self.injections = injections
        self.ordinal = ordinal
        let order = outcome.takenOrder()
        choices = order.choices
        preemptions = order.preemptions
    }
}
