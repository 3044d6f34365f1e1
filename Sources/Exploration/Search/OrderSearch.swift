// SPDX-License-Identifier: GPL-2.0-only

// The loop of a search, in a worker: scenario by scenario, those with names first and then those
// that are random. With a number of runs every scenario gets the same share, and is done with.
// With seconds the scenarios are gone through in rounds, each time some way further, with as much
// time again for drawn ones after each round, so that time that runs out has been spent on all of
// them.

import Expectations
import Machine
import Slices
import System
import Workers

/// Makes and judges the runs of one part of a search.
package struct OrderSearch {
    private let image: KernelImage
    private let plan: SearchPlan
    private let shard: Shard
    private let skip: Set<Int>
    private let sharesOut: Bool
    private let page: WorkerPage?
    private let deadline: UInt64
    private var judge: Judge
    private var failures: FailureTable
    private var watch: HunkWatch?
    package private(set) var tally = SearchTally()
    /// Scenarios that were begun and are not done with.
    private var searches: [Int: ScenarioSearch] = [:]
    private var coverage: [Int: ScenarioCoverage] = [:]
    /// In which an error of the harness was seen: for each such error, the scenario that had it last.
    private var lastScenarios: [String: UInt32] = [:]
    private var runs: UInt64 = 0
    /// Nil when it was made.
    private var canary: SearchCanary?
    private var nextCheckpoint = monotonicNanoseconds() &+ checkpointInterval

    private static let checkpointInterval: UInt64 = 200_000_000
    /// Runs of a scenario in the first round, where there is no number of them.
    private static let firstRound = 64

    /// - Parameter page: nil where nobody watches.
    package init(_ job: SearchJob, of image: KernelImage, page: WorkerPage? = nil) {
        self.image = image
        plan = job.plan
        shard = job.shard
        skip = Set(job.skip)
        sharesOut = job.sharesOut
        canary = job.canary
        self.page = page
        judge = Judge(image: image)
        failures = FailureTable(of: image)
        watch = job.hunks.map { HunkWatch($0, in: image) }
        tally.scenariosOfLines = Array(repeating: 0, count: job.hunks?.lines.count ?? 0)
        deadline = plan.seconds.map { monotonicNanoseconds() &+ UInt64($0 * 1e9) } ?? .max
        tally.nextGenerated = job.nextGenerated
    }

    /// Makes all runs.
    ///
    /// - Parameter checkpoint: called between scenarios, with all that is known so far.
    package mutating func run(checkpoint: (SearchTally) throws -> Void) throws {
        var left = plan.scenarios.indices.filter(isMine)
        for place in left where !image.supports(plan.scenarios[place]) {
            tally.countUnsupported(plan.scenarios[place], by: image)
        }
        left.removeAll { !image.supports(plan.scenarios[$0]) }
        let isOnce = plan.runs != nil || plan.seconds == nil
        var quota = plan.share ?? (isOnce ? .max : OrderSearch.firstRound)
        tally.isCut = true
        while !hasToEnd {
            let start = monotonicNanoseconds()
            for place in left where !hasToEnd {
                try search(place, for: quota, isLast: isOnce)
                try checkpointIfDue(checkpoint)
            }
            guard !hasToEnd else { break }
            left = isOnce ? [] : left.filter { searches[$0] != nil }
            let spent = monotonicNanoseconds() &- start
            let isGenerating = try generate(
                until: isOnce || left.isEmpty ? .max : monotonicNanoseconds() &+ spent, checkpoint)
            if left.isEmpty && !isGenerating {
                tally.isCut = false
                break
            }
            quota *= 2
        }
        makeCanary()
        tally.isInterrupted = page?.isStopRequested == true
        complete(&tally)
        page?.enter(.finished)
    }

    private func isMine(_ place: Int) -> Bool {
        place % shard.count == shard.index && !skip.contains(place)
    }

    private var hasToEnd: Bool {
        page?.isStopRequested == true || monotonicNanoseconds() > deadline
    }

    /// What is kept apart while it changes, put into a tally.
    private func complete(_ tally: inout SearchTally) {
        tally.coverage = coverage.values.sorted { $0.index < $1.index }
        tally.lockOrder.merge(judge.lockOrder)
    }

    private mutating func checkpointIfDue(_ checkpoint: (SearchTally) throws -> Void) throws {
        let now = monotonicNanoseconds()
        guard now > nextCheckpoint else { return }
        page?.enter(.between)
        var tally = self.tally
        complete(&tally)
        try checkpoint(tally)
        // Never more than a small part of the time, however much there is to write.
        let end = monotonicNanoseconds()
        nextCheckpoint = end &+ max(OrderSearch.checkpointInterval, 20 * (end &- now))
    }

    // MARK: - Scenarios

    private mutating func search(_ place: Int, for quota: Int, isLast: Bool) throws {
        var search =
            searches.removeValue(forKey: place)
            ?? ScenarioSearch(
                plan.scenarios[place], at: place, of: plan, sharesOut: sharesOut)
        try goOn(&search, for: quota)
        coverage[place] = search.coverage
        if !search.isFinished && !isLast { searches[place] = search }
    }

    /// Draws scenarios; false when there are no more of them.
    private mutating func generate(
        until end: UInt64, _ checkpoint: (SearchTally) throws -> Void
    ) throws -> Bool {
        guard let generated = plan.generated else { return false }
        while plan.scenarios.count + tally.nextGenerated < plan.scenarioCount {
            guard !hasToEnd, monotonicNanoseconds() < end else { return true }
            let number = tally.nextGenerated
            tally.nextGenerated += 1
            let place = plan.scenarios.count + number
            guard isMine(place),
                generated.tasks.map({
                    $0 == GeneratedScenarios.tasks(seed: plan.seed, number: UInt32(number))
                }) ?? true
            else { continue }
            let scenario = GeneratedScenarios.scenario(seed: plan.seed, number: UInt32(number))
            guard !scenario.isLeftOut({ image.supports($0, on: scenario.geometry.filesystem) })
            else { continue }
            guard image.supports(scenario) else {
                tally.countUnsupported(scenario, by: image)
                continue
            }
            var search = ScenarioSearch(scenario, at: place, of: plan, sharesOut: true)
            try goOn(&search, for: plan.generatedShare)
            tally.generated.add(scenario, search.coverage)
            try checkpointIfDue(checkpoint)
        }
        return false
    }

    private mutating func goOn(_ search: inout ScenarioSearch, for quota: Int) throws {
        try search.goOn(for: quota, errors: image.legalErrors) { search in
            try make(&search)
            if let canary, runs >= canary.after {
                noteLines(of: &search)
                makeCanary()
            }
            return runs & 31 != 0 || !hasToEnd
        }
        noteLines(of: &search)
    }

    /// Counts the scenario for each line that it has come to for the first time.
    private mutating func noteLines(of search: inout ScenarioSearch) {
        guard watch != nil else { return }
        for line in watch!.linesRun() where search.lines.insert(line).inserted {
            tally.scenariosOfLines[line] += 1
        }
    }

    // MARK: - One run

    private mutating func make(_ search: inout ScenarioSearch) throws {
        let ordinal = RunOrdinal(scenario: search.coverage.index, run: search.coverage.runs)
        runs += 1
        page?.note(search.run.schedule, recordsSteps: search.run.recordsSteps)
        page?.begin(ordinal, runs: runs, injections: search.injections)
        image.run(search.run) { outcome in
            page?.enter(.judging)
            search.learn(from: outcome)
            if outcome.end == .refused, !search.injections.isEmpty {
                search.coverage.misplacedFailures += 1
            } else if outcome.end.isHarnessError {
                search.coverage.harnessErrors += 1
                let finding = FoundRun(outcome, search.scenario, search.injections, ordinal)
                count(SearchHarnessError(outcome, finding), of: ordinal.scenario)
            } else {
                tallyUp(outcome, search.scenario, search.injections, ordinal)
            }
        }
    }

    /// A run that is known to fail.
    private mutating func makeCanary() {
        guard let canary = canary.take() else { return }
        image.make(canary.canary, noting: page, runs: runs) { judgement, _, _, scenario in
            count(judgement, canary.found(scenario))
            tally.canaries = [CanaryResult(judgement, of: canary.canary.ordinal)]
        }
        // The lines that it runs are none of the scenario's.
        _ = watch?.hasRun()
    }

    private mutating func count(_ harnessError: SearchHarnessError, of scenario: UInt32) {
        var harnessError = harnessError
        if lastScenarios.updateValue(scenario, forKey: harnessError.message) == scenario {
            harnessError.scenarios = 0
        }
        tally.merge(harnessError)
    }

    private mutating func tallyUp(
        _ outcome: borrowing Outcome, _ scenario: Scenario, _ injections: [Injection],
        _ ordinal: RunOrdinal
    ) {
        let judgement = judge.judge(
            outcome, of: scenario, injections: injections, runKey: ordinal.packed)
        guard judgement.hasFailure else { return countApplying(judgement) }
        failures.count(
            judgement, by: judge, outcome, of: scenario, ordinal, injections: injections,
            order: outcome.takenOrder(), into: &tally.failures)
        count(judgement, FoundRun(outcome, scenario, injections, ordinal))
    }

    private mutating func countApplying(_ judgement: Judgement) {
        var applies = judgement.applies.rawValue
        while applies != 0 {
            tally.lines[applies.trailingZeroBitCount].runs += 1
            applies &= applies - 1
        }
    }

    private mutating func count(_ judgement: Judgement, _ finding: FoundRun) {
        countApplying(judgement)
        for index in tally.findings.indices where judgement.findings & 1 << UInt64(index) != 0 {
            tally.findings[index].failures += 1
            tally.findings[index].consider(finding)
        }
        for expectation in judgement.fails.members {
            tally.lines[expectation.index].failures += 1
            tally.lines[expectation.index].consider(finding)
        }
    }
}

extension SearchHarnessError {
    package init(_ outcome: borrowing Outcome, _ first: FoundRun) {
        self.init(
            end: outcome.end, message: outcome.message, runs: 1, scenarios: 1, first: first)
    }
}

extension SearchTally {
    /// Counts a scenario that was not run, under the first operation that is in its way.
    package mutating func countUnsupported(_ scenario: Scenario, by image: KernelImage) {
        let filesystem = scenario.geometry.filesystem
        let missing = scenario.operations.first { !image.supports($0.kind, on: filesystem) }
        guard let kind = missing?.kind else { return }
        unsupported[UnsupportedOperation(filesystem: filesystem, kind: kind), default: 0] += 1
    }
}
