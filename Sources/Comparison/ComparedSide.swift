// SPDX-License-Identifier: GPL-2.0-only

// One side of a comparison: makes all runs of a scenario on one variant, as `check` makes them, and
// keeps what was observed of each until the other side has made its own.

import Expectations
import Exploration
import Machine
import Workers

/// A run of one side, waiting to be compared.
package struct ObservedRun {
    package var key: InjectionKey
    package var number: Int
    package var injections: [Injection]
    package var marks: ObservationSet
    package var end: RunEnd
    /// What it breaks, and the bugs on record that it shows.
    package var fails: ExpectationSet
    package var findings: UInt64
    /// An operation returned with something held, and the run ended there.
    package var isCut = false
    /// Its process did not survive it.
    package var isDeadly = false
}

/// A run that killed the process in which it was compared.
package struct ComparisonDeath: Codable {
    /// 0 or 1.
    package var side: Int
    package var death: Death
}

/// Runs one variant.
package struct ComparedSide {
    package let image: KernelImage
    package let side: Int
    package private(set) var judge: Judge
    private var strategy: SingleFailures
    private var observer: Observer
    private let errors: ErrorNames
    /// Calls of the scenario's run without failure.
    private var unfailedCalls = FallibleCalls()
    private let page: WorkerPage?
    private let deaths: [RunOrdinal: Death]
    /// Runs of the scenario at hand, and their marks.
    package private(set) var runs: [ObservedRun] = []
    package private(set) var arena: [Observation] = []
    package private(set) var harnessErrors: [String: Int] = [:]
    package private(set) var made: UInt64 = 0

    package init(
        _ side: Int, of image: KernelImage, beside other: KernelImage, names: NameTable,
        isAcrossTrees: Bool, deaths: [ComparisonDeath], page: WorkerPage?
    ) {
        self.image = image
        self.side = side
        self.page = page
        judge = Judge(image: image)
        strategy = SingleFailures(legalErrors: image.legalErrors)
        observer = Observer(of: image, names: names, isAcrossTrees: isAcrossTrees)
        errors = ErrorNames(of: image, beside: other)
        self.deaths = Dictionary(
            deaths.filter { $0.side == side }.map { ($0.death.ordinal, $0.death) },
            uniquingKeysWith: { first, _ in first })
    }

    package var callsNotFailed: Int { strategy.leftOut }

    /// The n-th run of a scenario: both sides' runs have numbers of their own.
    package func ordinal(_ scenario: Int, _ number: Int) -> RunOrdinal {
        RunOrdinal(scenario: scenario, run: number * 2 + side)
    }

    /// Hands over what was counted since the last time.
    package mutating func moveMishaps(to counts: inout [String: Int]) {
        counts.merge(harnessErrors, uniquingKeysWith: +)
        harnessErrors = [:]
    }

    package mutating func clear() {
        runs.removeAll(keepingCapacity: true)
        arena.removeAll(keepingCapacity: true)
    }

    /// The marks of a facet of a run.
    package func marks(_ run: ObservedRun, _ facet: Int) -> ArraySlice<Observation> {
        arena[run.marks.range(of: facet)]
    }

    /// Makes all runs of a scenario: without failure, and with each call failing.
    ///
    /// - Parameters:
    ///   - index: the scenario's place, for the page on which a death is found.
    ///   - other: the side that has made its runs already; nil for the first one.
    package mutating func makeAll(
        _ scenario: Scenario, at index: Int, beside other: ComparedSide? = nil
    ) {
        clear()
        var run = scenario.run()
        var number = 0
        var unfailed = CallNames()
        var failed = CallNames()
        /// The last run with one failure, until its calls have been looked at.
        var single: Int?
        strategy.restart(followsEnds: scenario.wantsEndFailurePair)
        while strategy.next(&run.injections) {
            if run.injections.count == 1 { single = runs.count }
            if run.injections.count == 2, let place = single, place < runs.count {
                let theirs = other?.runs.first { $0.key == runs[place].key }
                failed = names(
                    calls(runs[place], scenario),
                    theirs.flatMap { run in other?.calls(run, scenario) })
                single = nil
            }
            let key = InjectionKey(run.injections, unfailed, failed, errors)
            let isKnown = make(run, scenario, ordinal(index, number), number, key) { outcome in
                // What was passed on the way to a missing function can still be failed.
                outcome.end.isHarnessError && outcome.end != .trap
            }
            if !isKnown { strategy.skip() }
            if number == 0, let first = runs.first {
                unfailedCalls = calls(first, scenario)
                unfailed = names(unfailedCalls, other?.unfailedCalls)
            }
            number += 1
        }
    }

    private func calls(_ run: ObservedRun, _ scenario: Scenario) -> FallibleCalls {
        FallibleCalls(marks(run, pointsFacet), scenario.operations)
    }

    private func names(_ calls: FallibleCalls, _ others: FallibleCalls?) -> CallNames {
        guard let others else { return CallNames(calls) }
        return CallNames(calls, beside: others)
    }

    private var pointsFacet: Int { ObservableKind.observed.count - 1 }

    /// Makes one run and keeps what is observed of it; false where nothing can be learnt from it.
    private mutating func make(
        _ run: Run, _ scenario: Scenario, _ ordinal: RunOrdinal, _ number: Int, _ key: InjectionKey,
        isUseless: (borrowing Outcome) -> Bool
    ) -> Bool {
        if let death = deaths[ordinal] {
            keep(death, run, number, key)
            return false
        }
        page?.begin(ordinal, runs: made, injections: run.injections)
        made += 1
        var isKnown = true
        image.run(run) { outcome in
            page?.enter(.judging)
            isKnown = !isUseless(outcome)
            if isKnown { strategy.learn(from: outcome) }
            keep(outcome, run, scenario, ordinal, number, key)
        }
        return isKnown
    }

    private mutating func keep(
        _ death: Death, _ run: Run, _ number: Int, _ key: InjectionKey
    ) {
        runs.append(
            ObservedRun(
                key: key, number: number, injections: run.injections,
                marks: Observer.observe(death, into: &arena), end: .oops, fails: .noWarning,
                findings: 0, isDeadly: true))
    }

    private mutating func keep(
        _ outcome: borrowing Outcome, _ run: Run, _ scenario: Scenario, _ ordinal: RunOrdinal,
        _ number: Int, _ key: InjectionKey
    ) {
        let marks = observer.observe(outcome, of: scenario, into: &arena)
        let judgement = judge.judge(
            outcome, of: scenario, injections: run.injections, runKey: ordinal.packed)
        if outcome.end.isHarnessError { harnessErrors[outcome.message, default: 0] += 1 }
        runs.append(
            ObservedRun(
                key: key, number: number, injections: run.injections, marks: marks,
                end: outcome.end, fails: judgement.fails, findings: judgement.findings,
                isCut: outcome.held.contains { $0.operation >= 0 }))
    }

    /// Makes one run in an order, and keeps what is observed of it alone.
    ///
    /// - Parameter learn: sees the outcome, unless the run killed its process.
    package mutating func make(
        _ run: Run, of scenario: Scenario, at ordinal: RunOrdinal,
        learn: (borrowing Outcome) -> Void
    ) -> ObservedRun {
        clear()
        if let death = deaths[ordinal] {
            keep(death, run, 0, .none)
        } else {
            page?.note(run.schedule, recordsSteps: run.recordsSteps)
            page?.begin(ordinal, runs: made, injections: run.injections)
            made += 1
            image.run(run) { outcome in
                page?.enter(.judging)
                learn(outcome)
                keep(outcome, run, scenario, ordinal, 0, .none)
            }
        }
        return runs[0]
    }
}
