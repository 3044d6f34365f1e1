// SPDX-License-Identifier: GPL-2.0-only

// Which run is shown for an expectation that fails: the smallest that breaks it, and of an inversion
// of lock classes the one that closes the cycle.

import Expectations
import Machine

/// A run to be shown for an expectation.
struct FailingRun {
    var expectation: Expectation
    var scenario: Scenario
    var run: Run
    /// For `lock-order`: the cycle that this run's edge closes.
    var inversion: [LockOrderGraph.Edge]?
}

extension CheckSession {
    /// The runs to be shown, of each expectation that fails.
    ///
    /// - Parameter base: the code without what is judged, which must not fail as they do.
    func failingRuns(
        of tally: Tally, _ counted: [CountedFailures], _ image: ImageReference,
        base: ImageReference?
    ) throws -> [FailingRun] {
        var cases: [FailingRun] = []
        /// Concurrent runs, to be made smaller, and which of the cases they are.
        var found: [(index: Int, run: FoundRun, kind: String?)] = []
        for (expectation, counted) in zip(Expectations.all, counted) where counted.new > 0 {
            if let smallest = counted.smallest {
                let key = smallest.key
                let scenario = ScenarioIndex.scenario(of: key.ordinal)
                if ScenarioIndex.isRace(Int(key.ordinal.scenario)), key.deadly == nil {
                    found.append((cases.count, FoundRun(key, of: scenario), smallest.kind))
                }
                cases.append(
                    FailingRun(
                        expectation: expectation, scenario: scenario,
                        run: key.deadly ?? scenario.run(injections: key.injections)))
            } else if let cycle = counted.inversion,
                let closing = cycle.max(by: { $0.runKey < $1.runKey }),
                let scenario = ScenarioIndex.scenario(named: closing.scenario)
            {
                let run = scenario.run(
                    injections: closing.injections, schedule: Schedule(choices: closing.choices))
                cases.append(
                    FailingRun(
                        expectation: expectation, scenario: scenario, run: run, inversion: cycle))
            }
        }
        let smallest = try pool.shrink(
            found.map {
                ShrinkJob(
                    image: image, finding: $0.run,
                    expectation: cases[$0.index].expectation.name, kind: $0.kind, base: base)
            })
        for ((index, _, _), run) in zip(found, smallest) {
            (cases[index].scenario, cases[index].run) = (run.scenario, run.run)
        }
        return cases
    }
}

extension FoundRun {
    fileprivate init(_ key: WitnessKey, of scenario: Scenario) {
        self.init(
            scenario: scenario, injections: key.injections, choices: key.choices,
            preemptions: key.rank.preemptions, ordinal: key.ordinal)
    }
}
