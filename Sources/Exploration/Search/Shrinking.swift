// SPDX-License-Identifier: GPL-2.0-only

// The smallest run that breaks an expectation. One that a search has come upon is seldom it: it
// has switches that do not matter, and operations that are only there because the scenario has
// them. What can be left out is left out, one thing at a time, and what remains is searched by the
// number of preemptions, so that of all its orders one with the fewest is found, whichever order
// the search had found.

import Expectations
import Interleavings
import Machine
import Workers

/// Makes findings smaller.
package struct Shrinking {
    private let image: KernelImage
    private var judge: Judge
    /// Runs for each thing that might be left out.
    private let limit: Int

    /// Runs for one finding: what has not become smaller by then is small enough.
    private static let most: UInt64 = 100_000

    private let page: WorkerPage?
    private var runs: UInt64 = 0

    package init(of image: KernelImage, limit: Int = 5000, page: WorkerPage? = nil) {
        self.image = image
        self.page = page
        self.limit = limit
        judge = Judge(image: image)
    }

    /// The smallest run like the one found that breaks an expectation.
    package mutating func shrink(_ finding: FoundRun, breaking expectation: Expectation)
        -> FoundRun
    {
        var best = finding
        var goesOn = true
        while goesOn {
            goesOn = false
            for trial in SmallerScenarios(than: best).trials where runs < Shrinking.most {
                guard let found = search(trial.scenario, trial.injections, best, expectation) else {
                    continue
                }
                best = found
                goesOn = true
                break
            }
        }
        return search(best.scenario, best.injections, best, expectation) ?? best
    }

    /// The first run that breaks the expectation, by preemptions.
    private mutating func search(
        _ scenario: Scenario, _ injections: [Injection], _ known: FoundRun,
        _ expectation: Expectation
    ) -> FoundRun? {
        var strategy = BoundedOrders(preemptions: 3)
        var run = scenario.run(injections: injections)
        var count = 0
        while count < limit, strategy.next(&run) {
            count += 1
            runs += 1
            page?.begin(known.ordinal, runs: runs, injections: injections)
            let found = image.run(run) { outcome -> FoundRun? in
                guard !outcome.end.isHarnessError else { return nil }
                strategy.learn(from: outcome)
                let judgement = judge.judge(outcome, of: scenario, injections: injections)
                guard judgement.fails.contains(expectation.mask) else { return nil }
                return FoundRun(outcome, scenario, injections, known.ordinal)
            }
            if let found {
                return found.isSmaller(than: known) || scenario != known.scenario ? found : nil
            }
        }
        return nil
    }
}
