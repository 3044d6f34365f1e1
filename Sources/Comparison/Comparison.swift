// SPDX-License-Identifier: GPL-2.0-only

// One part of a comparison, in a worker: both variants are loaded beside each other, and scenario
// by scenario each makes all its runs. Runs that are the same question are put side by side; what
// only one of them can be asked is counted, and what it breaks is told. Then the races, in another
// file.

import Expectations
import Exploration
import Interleavings
import Machine
import System
import Workers

/// Compares the runs of two images.
package struct Comparison {
    let page: WorkerPage?
    private let isAcrossTrees: Bool
    private let canaries: [Int: [ComparisonCanary]]
    /// Scenarios that killed an earlier worker.
    private let deadly: Set<Int>
    package let orders: OrderLimit?
    private let places: [Int]
    private let names = NameTable()
    private let pointNames: ([InjectionPoint: String], [InjectionPoint: String])
    package var before: ComparedSide
    package var after: ComparedSide
    package var count: DifferenceCount
    package var tally: DifferenceTally
    /// Where the second side's runs are, for scenarios in which they come in another order.
    private var numbers: [InjectionKey: Int] = [:]

    package init(_ job: CompareJob, page: WorkerPage?) throws {
        orders = job.orders
        places = job.mine
        self.page = page
        isAcrossTrees = job.isAcrossTrees
        deadly = Set(job.deaths.map { Int($0.death.ordinal.scenario) })
        tally = job.tally
        canaries = Dictionary(grouping: job.canaries, by: \.canary.place)
        count = DifferenceCount(tally.kinds)
        let images = (try job.before.load(), try job.after.load())
        func pointNames(_ image: KernelImage) -> [InjectionPoint: String] {
            Dictionary(
                uniqueKeysWithValues: InjectionPoint.allCases.map { ($0, image.name(of: $0)) })
        }
        self.pointNames = (pointNames(images.0), pointNames(images.1))
        before = ComparedSide(
            0, of: images.0, beside: images.1, names: names, isAcrossTrees: isAcrossTrees,
            deaths: job.deaths, page: page)
        after = ComparedSide(
            1, of: images.1, beside: images.0, names: names, isAcrossTrees: isAcrossTrees,
            deaths: job.deaths, page: page)
    }

    /// Compares all scenarios from the tally's places on.
    ///
    /// - Parameter checkpoint: called between scenarios with all that is known so far.
    package mutating func run(checkpoint: (DifferenceTally) throws -> Void) throws {
        var due = monotonicNanoseconds() &+ Comparison.checkpointInterval
        for index in places where index >= tally.nextScenario {
            if page?.isStopRequested == true { break }
            let scenario = ScenarioIndex.scenario(at: index)
            if !supports(scenario) {
                // Counted there.
            } else if let orders, ScenarioIndex.isRace(index) {
                compareOrders(of: scenario, at: index, within: orders)
            } else {
                compare(scenario, at: index)
            }
            for canary in canaries[index] ?? [] { make(canary) }
            tally.nextScenario = index + 1
            // Behind a run that killed the worker before this one at once: else a patch that kills
            // often sends every worker over the same ground.
            if deadly.contains(index) { due = 0 }
            try save(&due, checkpoint)
        }
        collect()
        tally.compared.callsNotFailed += before.callsNotFailed + after.callsNotFailed
        page?.enter(.finished)
    }

    private static let checkpointInterval: UInt64 = 200_000_000

    private mutating func save(
        _ due: inout UInt64, _ checkpoint: (DifferenceTally) throws -> Void
    ) throws {
        let now = monotonicNanoseconds()
        guard now > due else { return }
        page?.enter(.between)
        collect()
        try checkpoint(tally)
        due = now &+ Comparison.checkpointInterval
    }

    private mutating func collect() {
        tally.kinds = count.kinds
        tally.lockOrders[0].merge(before.judge.lockOrder)
        tally.lockOrders[1].merge(after.judge.lockOrder)
        before.moveMishaps(to: &tally.harnessErrors[0])
        after.moveMishaps(to: &tally.harnessErrors[1])
    }

    private mutating func supports(_ scenario: Scenario) -> Bool {
        switch (before.image.supports(scenario), after.image.supports(scenario)) {
        case (true, true): return true
        case (true, false): tally.compared.scenariosOnlyBefore += 1
        case (false, true): tally.compared.scenariosOnlyAfter += 1
        case (false, false): break
        }
        return false
    }

    // MARK: - One scenario, its failures

    private mutating func compare(_ scenario: Scenario, at index: Int) {
        before.makeAll(scenario, at: index)
        after.makeAll(scenario, at: index, beside: before)
        tally.compared.scenarios += 1
        let context = context(of: scenario)
        let base = base(of: scenario)
        var matched = 0
        var isIndexed = false
        var isMatched = [Bool](repeating: false, count: after.runs.count)
        for place in before.runs.indices {
            let run = before.runs[place]
            // Nearly always both make the same runs in the same order.
            var other = place
            if place >= after.runs.count || after.runs[place].key != run.key || isMatched[place] {
                if !isIndexed { indexRuns() }
                isIndexed = true
                guard let found = numbers[run.key], !isMatched[found] else {
                    tally.compared.onlyBefore += 1
                    countAlone(run, nil, scenario, index)
                    continue
                }
                other = found
            }
            isMatched[other] = true
            matched += 1
            compare(run, after.runs[other], scenario, index, context, base)
        }
        guard matched < after.runs.count else { return }
        for place in after.runs.indices where !isMatched[place] {
            tally.compared.onlyAfter += 1
            countAlone(nil, after.runs[place], scenario, index)
        }
    }

    private mutating func indexRuns() {
        numbers.removeAll(keepingCapacity: true)
        for (number, run) in after.runs.enumerated() { numbers[run.key] = number }
    }

    private mutating func compare(
        _ run: ObservedRun, _ other: ObservedRun, _ scenario: Scenario, _ index: Int,
        _ context: DifferenceContext, _ base: UInt64
    ) {
        guard !run.end.isHarnessError, !other.end.isHarnessError else {
            tally.compared.incomparable += 1
            return
        }
        tally.compared.runs += 1
        if !run.injections.isEmpty { tally.compared.failures += 1 }
        let sighting = sighting(run, scenario, index)
        let example = { Comparison.example(sighting.rank, run, other) }
        var isDifferent = false
        if run.fails != other.fails || run.findings != other.findings {
            isDifferent = true
            countVerdicts(run, other, sighting, example)
        }
        for facet in ObservableKind.observed.indices {
            guard let marks = marks(run, other, facet), !Comparison.areEqual(marks.0, marks.1)
            else { continue }
            isDifferent = true
            count.count(
                Comparison.hash(base, facet, marks.0, marks.1), sighting,
                describe: {
                    context.describe(
                        ObservableKind.observed[facet],
                        ObservationPair(before: marks.0, after: marks.1))
                }, example: example)
        }
        if isDifferent { tally.compared.differentRuns += 1 }
    }

    @inline(__always)
    package static func areEqual(_ one: ArraySlice<Observation>, _ other: ArraySlice<Observation>)
        -> Bool
    {
        guard one.count == other.count else { return false }
        return one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                for index in 0..<one.count where one[index] != other[index] { return false }
                return true
            }
        }
    }

    /// What words depend on beside the marks: which operations there are.
    package func base(of scenario: Scenario) -> UInt64 {
        var hash = ObservationHash()
        for operation in scenario.operations {
            hash.add(UInt64(operation.kind.rawValue) << 32 | operation.length)
        }
        return hash.value
    }

    package static func hash(
        _ base: UInt64, _ facet: Int, _ before: ArraySlice<Observation>,
        _ after: ArraySlice<Observation>
    ) -> UInt64 {
        var hash = ObservationHash()
        hash.add(base)
        hash.add(UInt64(facet))
        hash.add(before)
        hash.add(after)
        return hash.value
    }

    package func context(of scenario: Scenario) -> DifferenceContext {
        DifferenceContext(
            scenario: scenario.operations, names: names, pointNames: pointNames,
            interfaces: (before.image.interfaces, after.image.interfaces))
    }

    // MARK: - Counting

    private func sighting(
        _ run: ObservedRun, _ scenario: Scenario, _ index: Int
    ) -> DifferenceCount.Sighting {
        let failures = run.injections.count + (scenario.geometry.hasBadMedium ? 1 : 0)
        return DifferenceCount.Sighting(
            scenario: UInt64(index), filesystem: scenario.geometry.filesystem,
            isUnfailed: failures == 0,
            rank: ExampleRank(
                operations: scenario.operations.count, failures: failures, preemptions: 0,
                ordinal: RunOrdinal(scenario: index, run: run.number)))
    }

    private static func example(
        _ rank: ExampleRank, _ before: ObservedRun?, _ after: ObservedRun?
    ) -> DifferenceExample {
        DifferenceExample(
            rank: rank, before: before.map { DifferenceExample.Side(injections: $0.injections) },
            after: after.map { DifferenceExample.Side(injections: $0.injections) })
    }

    package mutating func countVerdicts(
        _ run: ObservedRun, _ other: ObservedRun, _ sighting: DifferenceCount.Sighting,
        _ example: () -> DifferenceExample
    ) {
        var changed = run.fails.symmetricDifference(other.fails)
        // Of a run that killed its process that is all that is known.
        if run.isDeadly || other.isDeadly { changed.formIntersection(.noWarning) }
        for expectation in changed.members {
            let (holds, fails) = ("holds", "fails")
            let isBroken = run.fails.contains(expectation.mask)
            count.count(
                ShownDifference(
                    kind: DifferenceKind(
                        .verdict, expectation.name, isBroken ? fails : holds,
                        isBroken ? holds : fails)),
                sighting, example: example)
        }
        for index in Findings.all.indices {
            let bit = UInt64(1) << UInt64(index)
            guard (run.findings ^ other.findings) & bit != 0 else { continue }
            let (seen, unseen) = ("shown", "not shown")
            let isSeen = run.findings & bit != 0
            let finding = Findings.all[index]
            count.count(
                ShownDifference(
                    kind: DifferenceKind(
                        .verdict, "finding \(finding.number) (\(finding.title))",
                        isSeen ? seen : unseen, isSeen ? unseen : seen)),
                sighting, example: example)
        }
    }

    /// A run that only one side has is no pair. What it breaks would be lost, so it is told, but for
    /// what some run of the scenario breaks on the other side, too.
    private mutating func countAlone(
        _ run: ObservedRun?, _ other: ObservedRun?, _ scenario: Scenario, _ index: Int
    ) {
        guard let alone = run ?? other, !alone.end.isHarnessError else { return }
        let others = (run == nil ? before : after).runs
        // Where a run took its process with it, nobody knows what could have failed behind it.
        guard !others.contains(where: { $0.isDeadly }) else { return }
        let sighting = sighting(alone, scenario, index)
        let broken = others.reduce(into: ExpectationSet()) { $0.formUnion($1.fails) }
        for expectation in alone.fails.subtracting(broken).members {
            let none = "no such call to fail"
            count.count(
                ShownDifference(
                    kind: DifferenceKind(
                        .verdict, expectation.name, run == nil ? none : "fails",
                        run == nil ? "fails" : none)),
                sighting, example: { Comparison.example(sighting.rank, run, other) })
        }
    }
}
