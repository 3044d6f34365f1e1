// SPDX-License-Identifier: GPL-2.0-only

// One part of a variant's runs, made one after the other in this process: its scenarios of the
// catalogue with their failures, then its races with their orders. This is the loop that has to
// make two hundred thousand runs a second: between two runs it stores a few words to the progress
// page, and nothing is allocated or written. A checkpoint is taken between scenarios, at
// most every twentieth of a second, so that a worker that takes over behind a death never counts a
// run twice.

import Expectations
import FoundationEssentials
import Glibc
import Interleavings
import Machine
import System
import Workers

/// Makes and judges the runs of one shard.
package struct ShardRunner {
    private let image: KernelImage
    private let orders: OrderLimit?
    private let places: [Int]
    private let until: Int?
    private let skip: Set<RunOrdinal>
    private let suspects: SuspectRuns
    private let canaries: [Int: [Canary]]
    private let page: WorkerPage?
    package private(set) var tally: Tally
    private var failures: FailureTable
    private var watch: HunkWatch?
    private let selection: RunSelection?
    private var entries: HunkWatch?
    private var recorder: RunRecorder?

    /// - Parameter page: nil where nobody watches.
    package init(_ job: CheckJob, of image: KernelImage, page: WorkerPage? = nil) {
        self.image = image
        orders = job.orders
        places = ScenarioIndex.scenarios(
            of: job.shard, orders: job.orders, only: job.only, end: job.end)
        until = job.until
        skip = Set(job.deaths.map(\.ordinal))
        suspects = job.suspects
        canaries = Dictionary(grouping: job.canaries, by: \.place)
        self.page = page
        failures = FailureTable(of: image)
        watch = job.hunks.map { HunkWatch($0, in: image) }
        selection = job.selection
        entries = job.selection?.entries.map { HunkWatch($0, in: image) }
        tally = job.tally
        // What an earlier worker has made is not known scenario by scenario.
        if job.tally.nextScenario == 0, job.deaths.isEmpty, let entries = job.entries {
            // An initcall that kills the process does so in the first run.
            if let first = places.first {
                page?.begin(RunOrdinal(scenario: first, run: 0), runs: 0, injections: [])
            }
            recorder = RunRecorder(entries, in: image)
        }
    }

    /// Makes all runs from the tally's place on.
    ///
    /// - Parameter checkpoint: called between scenarios with all that is known so far.
    /// - Throws: `WorkerError` when a run shows that the harness itself is at fault.
    package mutating func run(checkpoint: (Tally) throws -> Void) throws {
        var judge = Judge(image: image)
        var strategy = SingleFailures(legalErrors: image.legalErrors)
        var due = monotonicNanoseconds() &+ ShardRunner.checkpointInterval
        var leftOut = 0
        let deadly = Set(skip.map { Int($0.scenario) })
        for index in places where index >= tally.nextScenario {
            if page?.isStopRequested == true { break }
            if let until, breaks(until) { break }
            let scenario = ScenarioIndex.scenario(at: index)
            let limit = ScenarioIndex.isRace(index) ? orders : nil
            if image.leavesOut(scenario) {
                tally.absent += 1
            } else if limit != nil || image.supports(scenario) {
                let known = strategy.leftOut
                recorder?.begin(tally, &judge)
                if let limit {
                    run(scenario, at: index, within: limit, &judge)
                } else {
                    run(scenario, at: index, &strategy, &judge)
                    tally.scenarios += 1
                }
                watch?.count(into: &tally.scenariosOfLines)
                recorder?.end(
                    scenario, at: index, tally, judge, callsNotFailed: strategy.leftOut - known)
            } else {
                tally.countUnsupported(scenario, by: image)
            }
            for canary in canaries[index] ?? [] { make(canary) }
            tally.nextScenario = index + 1
            let now = monotonicNanoseconds()
            // Behind a run that killed the worker before us at once, or a patch that kills often
            // would send every worker over the same ground again.
            if now > due || deadly.contains(index) || suspects.contains(scenario: index) {
                page?.enter(.between)
                tally.lockOrder.merge(judge.lockOrder)
                tally.callsNotFailed += strategy.leftOut - leftOut
                leftOut = strategy.leftOut
                try checkpoint(tally)
                // One that carries many failures takes longer: a thirtieth of the time is for them.
                let end = monotonicNanoseconds()
                due = end &+ max(ShardRunner.checkpointInterval, 30 &* (end &- now))
            }
        }
        tally.lockOrder.merge(judge.lockOrder)
        tally.callsNotFailed += strategy.leftOut - leftOut
        tally.byFunction = recorder?.record
        page?.enter(.finished)
    }

    /// Whether a run that is no canary has broken an expectation.
    private func breaks(_ index: Int) -> Bool {
        let known = tally.canaries.count { $0.fails & 1 << UInt32(index) != 0 }
        return tally.lines[index].failures > known
    }

    private static let checkpointInterval: UInt64 = 50_000_000

    private mutating func run(
        _ scenario: Scenario, at index: Int, _ strategy: inout SingleFailures,
        _ judge: inout Judge
    ) {
        var run = Run(geometry: scenario.geometry, operations: scenario.operations)
        run.injections.reserveCapacity(2)
        let failures = scenario.geometry.hasBadMedium ? 1 : 0
        let operations = scenario.operations.count
        var number = 0
        strategy.restart(followsEnds: scenario.wantsEndFailurePair)
        while strategy.next(&run.injections) {
            let ordinal = RunOrdinal(scenario: index, run: number)
            number += 1
            if !skip.isEmpty, skip.contains(ordinal) {
                strategy.skip()
                continue
            }
            page?.begin(ordinal, runs: UInt64(tally.runs), injections: run.injections)
            let injections = run.injections
            var harnessError: HarnessError?
            let judgement: Judgement? = image.run(run) { outcome in
                page?.enter(.judging)
                let counts = isSelected(outcome, injections)
                if counts, outcome.end.isHarnessError {
                    harnessError = HarnessError(
                        outcome.end, outcome.message, ordinal: ordinal, injections: injections)
                }
                // What was passed on the way to a missing function can still be failed.
                if !outcome.end.isHarnessError || outcome.end == .trap {
                    strategy.learn(from: outcome)
                } else {
                    strategy.skip()
                }
                guard counts else { return nil }
                let judgement = judge.judge(
                    outcome, of: scenario, injections: injections, runKey: ordinal.packed)
                if judgement.hasFailure {
                    self.failures.count(
                        judgement, by: judge, outcome, of: scenario, ordinal,
                        injections: injections, into: &tally.failures)
                }
                return judgement
            }
            if let harnessError {
                tally.count(harnessError)
                continue
            }
            guard let judgement else { continue }
            tally.count(
                judgement,
                rank: WitnessRank(
                    failures: failures + injections.count, operations: operations,
                    ordinal: ordinal),
                injections: injections)
        }
    }

    /// A run that is known to fail. The lines that it runs are none of the scenario's.
    private mutating func make(_ canary: Canary) {
        image.make(canary, noting: page, runs: UInt64(tally.runs)) {
            judgement, judge, outcome, scenario in
            failures.count(
                judgement, by: judge, outcome, of: scenario, canary.ordinal, injections: [],
                into: &tally.failures)
            tally.count(
                judgement,
                rank: WitnessRank(
                    failures: Canary.rankOfFailures, operations: scenario.operations.count,
                    ordinal: canary.ordinal),
                injections: [])
            tally.canaries.append(CanaryResult(judgement, of: canary.ordinal))
        }
        _ = watch?.hasRun()
        _ = entries?.hasRun()
        recorder?.passOver()
    }

    /// Whether a run is one of those that are asked for.
    private mutating func isSelected(
        _ outcome: borrowing Outcome, _ injections: [Injection]
    ) -> Bool {
        guard let selection else { return true }
        // Looked at behind every run, or the next one would be taken for what this one did.
        let isEntered = entries?.hasRun() ?? true
        return isEntered && selection.hasFailure(injections, outcome)
    }

    /// One race, in the orders that the limit allows. A run that killed its process, never ends or
    /// is an error of the harness is the last one of its race: the others would be like it, and
    /// each of them costs a process or the budget of an endless loop.
    private mutating func run(
        _ scenario: Scenario, at index: Int, within limit: OrderLimit, _ judge: inout Judge
    ) {
        guard image.supports(scenario) else {
            tally.races.unsupported += 1
            return
        }
        var strategy = LimitedOrders(limit)
        var failing = RaceFailures(legalErrors: image.legalErrors)
        var run = scenario.run()
        var number = 0
        var isBroken = false
        while !isBroken, strategy.next(&run) {
            let ordinal = RunOrdinal(scenario: index, run: number)
            number += 1
            tally.races.runs += 1
            if !skip.isEmpty, skip.contains(ordinal) {
                isBroken = true
                break
            }
            let end = make(run, ordinal, ofRace: scenario, &judge) { outcome in
                strategy.learn(from: outcome)
                failing.learn(from: outcome)
            }
            isBroken = end.isHarnessError || end == .endlessLoop
        }
        tally.races.count(strategy.worth, isBroken: isBroken)
        guard !isBroken else { return }
        while failing.next(&run) {
            let ordinal = RunOrdinal(scenario: index, run: number)
            number += 1
            guard !skip.contains(ordinal) else { continue }
            tally.races.failing += 1
            _ = make(run, ordinal, ofRace: scenario, &judge) { _ in }
        }
    }

    /// One run of a race, judged and counted.
    ///
    /// - Parameter learn: is told of it, unless it is an error of the harness.
    private mutating func make(
        _ run: Run, _ ordinal: RunOrdinal, ofRace scenario: Scenario, _ judge: inout Judge,
        learn: (borrowing Outcome) -> Void
    ) -> RunEnd {
        let injections = run.injections
        page?.note(run.schedule, recordsSteps: run.recordsSteps)
        page?.begin(ordinal, runs: UInt64(tally.runs), injections: injections)
        return image.run(run) { outcome in
            page?.enter(.judging)
            guard !outcome.end.isHarnessError else {
                tally.count(
                    HarnessError(
                        outcome.end, outcome.message, ordinal: ordinal, injections: injections,
                        choices: outcome.takenOrder().choices))
                return outcome.end
            }
            learn(outcome)
            guard isSelected(outcome, injections) else { return outcome.end }
            let judgement = judge.judge(
                outcome, of: scenario, injections: injections, runKey: ordinal.packed)
            let order = judgement.hasFailure ? outcome.takenOrder() : TakenOrder()
            if judgement.hasFailure {
                failures.count(
                    judgement, by: judge, outcome, of: scenario, ordinal, injections: injections,
                    order: order, into: &tally.failures)
            }
            tally.count(
                judgement,
                rank: WitnessRank(
                    of: scenario, injections: injections.count, preemptions: order.preemptions,
                    ordinal: ordinal),
                injections: injections, choices: order.choices)
            return outcome.end
        }
    }
}

extension KernelImage {
    /// Whether a scenario is no part of the catalogue here: it needs what kernels need not have.
    package func leavesOut(_ scenario: Scenario) -> Bool {
        scenario.isLeftOut { supports($0, on: scenario.geometry.filesystem) }
    }

    /// Whether every operation of a scenario can be driven.
    package func supports(_ scenario: Scenario) -> Bool {
        scenario.operations.allSatisfy { supports($0.kind, on: scenario.geometry.filesystem) }
    }
}
