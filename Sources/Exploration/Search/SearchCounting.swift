// SPDX-License-Identifier: GPL-2.0-only

// Which of a search's failing runs count: those that the baseline does not show, told apart as a check
// does. A search cannot make all runs of the baseline. Where it was not searched as far as the code
// that is judged, and the very run does not fail there, a failure may still be one of the baseline's:
// such runs count, and are said to be untold.

import Expectations

/// Counts a search's failures beside those of a baseline.
struct SearchCounting {
    let plan: SearchPlan
    /// Beside a baseline.
    let compared: ComparedFailures
    /// Whether findings on record count.
    let countsKnown: Bool
    /// Names of scenarios in which the baseline was searched as far as the code that is judged.
    let searched: Set<String>
    /// Whether the baseline can show no more than it has shown.
    let isBaselineWhole: Bool

    /// Ways of failing of which one case is known to be new: others of them are taken to be like it.
    private let newWays: Set<Int>

    init(
        _ compared: ComparedFailures, of plan: SearchPlan, countsKnown: Bool,
        searched: Set<String>, isBaselineWhole: Bool
    ) {
        self.compared = compared
        self.plan = plan
        self.countsKnown = countsKnown
        self.searched = searched
        self.isBaselineWhole = isBaselineWhole
        let shown = compared.shown
        newWays = Set(
            shown.cases.indices.filter {
                compared.comparison.isNew[$0] && !compared.comparison.isHidden[$0]
                    && searched.contains(shown.scenarios[shown.cases[$0].scenario])
            }.map { shown.cases[$0].way })
    }

    /// Whether a case is new; nil where that is not known.
    func change(of index: Int) -> ReportedFailure.Change? {
        let comparison = compared.comparison
        if comparison.isHidden[index] { return .hidden }
        guard comparison.isNew[index] else { return .asBefore }
        let item = compared.shown.cases[index]
        let isTold =
            isBaselineWhole || newWays.contains(item.way)
            || searched.contains(compared.shown.scenarios[item.scenario])
        return isTold ? .new : nil
    }

    /// Leaves in a tally only what counts, and says what became of the rest.
    ///
    /// - Returns: by the name of an expectation, in which way its smallest run fails that is new.
    func count(
        in tally: inout SearchTally, into comparison: inout SearchComparison
    ) -> [String: String] {
        var kinds: [String: String] = [:]
        let shown = compared.shown
        comparison.changes = shown.cases.indices.map(change)
        var lines = Expectations.all.map { expectation in
            var line = comparison.lines[expectation.index]
            line.failsBefore = compared.baseline.shown.breaks(expectation)
            return line
        }
        var counted = tally.lines
        for index in counted.indices {
            let expectation = Expectations.all[index].mask
            let known = zip(Findings.all, tally.findings).filter { $0.0.expectation == expectation }
            counted[index].failures += known.reduce(0) { $0 + $1.1.failures }
            counted[index].finding = nil
        }
        for (index, item) in shown.cases.enumerated() {
            let way = shown.ways[item.way]
            guard let place = Expectations.named(way.expectation)?.index else { continue }
            if let finding = way.numberOnRecord { lines[place].shown.insert(finding) }
            guard compared.excuses(index, countsKnown: countsKnown) else {
                switch comparison.changes[index] {
                case nil: lines[place].untold += item.runs
                case .new: break
                case .asBefore, .hidden:
                    lines[place].counted[way.numberOnRecord ?? 0, default: 0] += item.runs
                }
                continue
            }
            counted[place].failures -= item.runs
            if comparison.changes[index] == .hidden {
                lines[place].hidden += item.runs
            } else {
                lines[place].asBefore += item.runs
            }
            if let finding = way.numberOnRecord {
                lines[place].known[finding, default: 0] += item.runs
            }
        }
        for index in counted.indices {
            counted[index].failures = max(0, counted[index].failures)
            guard counted[index].failures > 0 else { continue }
            let smallest = smallest(of: index, tally)
            counted[index].finding = smallest?.run
            kinds[Expectations.all[index].name] = smallest?.kind
        }
        tally.lines = counted
        tally.findings = SearchTally().findings
        comparison.lines = lines
        return kinds
    }

    /// The smallest run that breaks an expectation and counts, one that is known to be new first; and
    /// in which way, if it is new.
    private func smallest(
        of expectation: Int, _ tally: SearchTally
    ) -> (run: FoundRun, kind: String?)? {
        let shown = compared.shown
        let name = Expectations.all[expectation].name
        let cases = shown.cases.indices.filter {
            shown.ways[shown.cases[$0].way].expectation == name
                && !compared.excuses($0, countsKnown: countsKnown)
        }
        let told = cases.filter { change(of: $0) != nil }
        let runs = (told.isEmpty ? cases : told).map { index in
            (run: tally.foundRun(ofCase: index, in: plan), index: index)
        }
        if let first = runs.min(by: { $0.run.isSmaller(than: $1.run) }) {
            let way = shown.ways[shown.cases[first.index].way]
            return (first.run, change(of: first.index) == .new ? way.signature.kind : nil)
        }
        // It has no place in the log.
        return tally.countingKnown().lines[expectation].finding.map { ($0, nil) }
    }
}

extension SearchTally {
    /// Which run a case is.
    func ordinal(ofCase index: Int) -> RunOrdinal {
        index < failures.entries.count
            ? failures.entries[index].ordinal
            : deaths[index - failures.entries.count].ordinal
    }

    /// The run of a case, as `ShownFailures` has them: entries of the log, and deaths behind them.
    func foundRun(ofCase index: Int, in plan: SearchPlan) -> FoundRun {
        guard index < failures.entries.count else {
            let death = deaths[index - failures.entries.count]
            let scenario = plan.scenario(at: Int(death.ordinal.scenario))
            return FoundRun(
                scenario: scenario, injections: death.injections, choices: [], preemptions: 0,
                ordinal: death.ordinal,
                deadly: death.run ?? scenario.run(injections: death.injections))
        }
        let entry = failures.entries[index]
        return FoundRun(
            scenario: plan.scenario(at: Int(entry.ordinal.scenario)),
            injections: failures.calls[entry.calls].map(\.injection),
            choices: failures.orders[entry.order], preemptions: entry.preemptions,
            ordinal: entry.ordinal)
    }
}
