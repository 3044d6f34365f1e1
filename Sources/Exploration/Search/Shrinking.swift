// SPDX-License-Identifier: GPL-2.0-only

// The smallest run that breaks an expectation. One that a search has come upon is seldom it: it
// has switches that do not matter, and operations that are only there because the scenario has
// them. What can be left out is left out, one thing at a time, and what remains is searched by the
// number of preemptions, so that of all its orders one with the fewest is found, whichever order
// the search had found.
//
// A thing that cannot be left out costs all the runs that there are for it, and there are many more of
// these than of the others. So everything is tried in few runs at first, and only what is small by then
// in many.

import Expectations
import Interleavings
import Machine
import Workers

/// Makes findings smaller.
package struct Shrinking {
    /// What a smaller run has to show.
    package struct Goal {
        package var expectation: Expectation
        /// In which way it breaks it, without the function; nil for any.
        package var kind: String?

        package init(expectation: Expectation, kind: String? = nil) {
            self.expectation = expectation
            self.kind = kind
        }
    }

    /// An image, and what judges its runs.
    fileprivate struct Judged {
        let image: KernelImage
        var judge: Judge

        init(_ image: KernelImage) {
            self.image = image
            judge = Judge(image: image)
        }
    }

    private var judged: Judged
    /// Must not show what a smaller scenario shows.
    private var base: Judged?
    /// Runs for each thing that might be left out.
    private let limit: Int

    /// The same at first.
    private static let limitAtFirst = 200

    /// Runs for one finding: what has not become smaller by then is small enough.
    private static let most: UInt64 = 20_000

    private let page: WorkerPage?
    private var runs: UInt64 = 0

    /// - Parameter base: an image that must not break the expectation so in a smaller scenario.
    package init(
        of image: KernelImage, beside base: KernelImage? = nil, limit: Int = 1000,
        page: WorkerPage? = nil
    ) {
        judged = Judged(image)
        self.base = base.map(Judged.init)
        self.page = page
        self.limit = limit
    }

    /// The smallest run like the one found that breaks an expectation.
    package mutating func shrink(_ finding: FoundRun, to goal: Goal) -> FoundRun {
        var best = finding
        for limit in [min(limit, Shrinking.limitAtFirst), limit] {
            while let smaller = smaller(than: best, goal, limit) { best = smaller }
        }
        return search(best.scenario, best.injections, best, goal, limit) ?? best
    }

    /// A run with one thing less; nil if there is nothing that can be left out.
    private mutating func smaller(
        than best: FoundRun, _ goal: Goal, _ limit: Int
    ) -> FoundRun? {
        for trial in SmallerScenarios(than: best).trials where runs < Shrinking.most {
            guard
                let found = search(trial.scenario, trial.injections, best, goal, limit),
                !isShownByBase(trial.scenario, trial.injections, best, goal)
            else { continue }
            return found
        }
        return nil
    }

    private mutating func isShownByBase(
        _ scenario: Scenario, _ injections: [Injection], _ known: FoundRun, _ goal: Goal
    ) -> Bool {
        guard var base else { return false }
        defer { self.base = base }
        guard
            scenario.operations.allSatisfy({
                base.image.supports($0.kind, on: scenario.geometry.filesystem)
            })
        else { return false }
        return first(of: &base, scenario, injections, known, goal, limit) != nil
    }

    /// The first run that reaches the goal, by preemptions, if it is smaller than what is known.
    private mutating func search(
        _ scenario: Scenario, _ injections: [Injection], _ known: FoundRun, _ goal: Goal,
        _ limit: Int
    ) -> FoundRun? {
        var judged = self.judged
        defer { self.judged = judged }
        guard let found = first(of: &judged, scenario, injections, known, goal, limit) else {
            return nil
        }
        return found.isSmaller(than: known) || scenario != known.scenario ? found : nil
    }

    private mutating func first(
        of judged: inout Judged, _ scenario: Scenario, _ injections: [Injection],
        _ known: FoundRun, _ goal: Goal, _ limit: Int
    ) -> FoundRun? {
        var strategy = BoundedOrders(preemptions: 3)
        var run = scenario.run(injections: injections)
        var count = 0
        while count < limit, strategy.next(&run) {
            count += 1
            runs += 1
            page?.begin(known.ordinal, runs: runs, injections: injections)
            let found = judged.image.run(run) { outcome -> FoundRun? in
                guard !outcome.end.isHarnessError else { return nil }
                strategy.learn(from: outcome)
                let judgement = judged.judge.judge(outcome, of: scenario, injections: injections)
                guard judged.reaches(goal, judgement, outcome, scenario) else { return nil }
                return FoundRun(outcome, scenario, injections, known.ordinal)
            }
            if let found { return found }
        }
        return nil
    }
}

extension Shrinking.Judged {
    fileprivate func reaches(
        _ goal: Shrinking.Goal, _ judgement: Judgement, _ outcome: borrowing Outcome,
        _ scenario: Scenario
    ) -> Bool {
        guard let wanted = goal.kind else {
            return judgement.fails.contains(goal.expectation.mask)
        }
        guard judgement.hasFailure else { return false }
        // A failure with the shape of a finding is one, too.
        return judge.kinds(judgement, outcome, of: scenario).contains {
            $0.expectation == goal.expectation.index
                && $0.description(lockClasses: image.lockClassNames()) == wanted
        }
    }
}
