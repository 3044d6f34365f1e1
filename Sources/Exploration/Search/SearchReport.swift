// SPDX-License-Identifier: GPL-2.0-only

// The report of a search: the same verdicts as a check's, each failure with the smallest run
// that shows it, and beside them what was covered.

import Expectations

/// A search of one variant, as it is shown.
package struct SearchReport: Sendable {
    /// Verdicts, as `check` has them.
    package let report: Report
    /// All that the report was made of.
    package let result: SearchResult

    package var plan: SearchPlan { result.plan }
    package var shard: Shard { result.shard }
    package var coverage: [ScenarioCoverage] { result.tally.coverage }
    package var generated: GeneratedCoverage { result.tally.generated }
    package var runs: Int { report.variants[0].runs }
    package var hasFailures: Bool { report.hasFailures }

    package init(_ result: SearchResult) {
        self.result = result
        let tally = result.tally
        let inversion = result.inversion()
        let verdicts = zip(Expectations.all, tally.lines).map { expectation, line in
            let compared = result.comparison?.lines[expectation.index]
            var witness = result.witnesses[expectation.name]
            if expectation.mask == .lockOrder, let inversion {
                witness = witness?.adding(inversion.cycle, to: expectation)
            }
            let asBefore = result.asBefore(breaking: expectation)
            let verdict: Verdict =
                witness != nil
                ? .fail
                : asBefore > 0 ? .failAsBefore : line.runs == 0 ? .notApplicable : .pass
            var verdictLine = ExpectationVerdict(
                expectation: expectation, verdict: verdict, runs: line.runs,
                failures: max(line.failures, witness == nil ? 0 : 1), witness: witness,
                known: compared?.knownFailures ?? tally.known(breaking: expectation))
            if let compared {
                verdictLine.before =
                    compared.failsBefore ? .fail : compared.before > 0 ? .pass : .notApplicable
                verdictLine.asBefore = asBefore
                verdictLine.counted = compared.countedFailures
                verdictLine.hidden = compared.hidden
                verdictLine.mended =
                    compared.mended
                    + (expectation.mask == .lockOrder ? result.goneInversions : 0)
                verdictLine.mendedFindings = compared.gone.subtracting(compared.shown).sorted()
            }
            if compared == nil, verdict == .fail {
                verdictLine.described = result.shown.described(breaking: expectation)
            }
            return verdictLine
        }
        let errors = zip(tally.harnessErrors, result.errors).map { harnessError, witness in
            ReportedHarnessError(
                end: harnessError.end, message: harnessError.message, runs: harnessError.runs,
                scenarios: harnessError.scenarios, witness: witness)
        }
        var variant = VariantReport(
            name: result.subject.variant, patches: result.patches,
            scenarios: tally.coverage.count + tally.generated.count, runs: tally.runs,
            seconds: result.seconds, verdicts: verdicts,
            notes: result.notes + SearchReport.notes(of: result), titles: result.titles,
            notRun: NotRun.all(tally.unsupported), harnessErrors: errors,
            scenariosWithErrors: tally.generated.scenariosWithErrors
                + tally.coverage.count { $0.harnessErrors > 0 },
            patchTexts: result.subject.patches)
        variant.deaths = SearchReport.deaths(of: result)
        variant.baseline = result.comparison?.description
        (variant.failures, variant.mended) = result.reported
        variant.failuresLeftOut = result.shown.left
        if result.isSameCode {
            variant.outcome =
                result.outside.map { .notJudged(NotJudged(outside: $0)) } ?? .sameCode
        }
        variant.coverage = result.coverage
        if let reason = result.unreached, !result.hasRunChange, !variant.hasFailures {
            variant.noteNotJudged(reason)
        }
        var report = Report(tree: result.subject.tree, variants: [variant])
        report.isBaselinePartial = report.hasFailures && !result.isTold
        self.report = report
    }

    private static func notes(of result: SearchResult) -> [String] {
        let tally = result.tally
        var notes = tally.leftOut
        let diverged = tally.coverage.reduce(tally.generated.diverged) { $0 + $1.diverged }
        if diverged > 0 {
            notes.append(
                "\(diverged) runs did not go as their schedule said: the reduction may have missed "
                    + "orders")
        }
        let misplaced = tally.coverage.reduce(tally.generated.misplacedFailures) {
            $0 + $1.misplacedFailures
        }
        if misplaced > 0 {
            notes.append(
                "\(misplaced) runs say nothing: in their order the call that was to fail was "
                    + "another one")
        }
        if let note = ReportedDeath.note(on: deaths(of: result)) { notes.append(note) }
        let untold = result.comparison?.lines.reduce(0) { $0 + $1.untold } ?? 0
        if untold > 0 {
            notes.append(
                "\(untold) of the failing runs may fail without the patch, too: it was not run long "
                    + "enough to tell")
        }
        return notes
    }

    private static func deaths(of result: SearchResult) -> [ReportedDeath] {
        result.tally.deaths.map {
            ReportedDeath($0, of: result.scenarioName(at: Int($0.ordinal.scenario)))
        }
    }
}

extension SearchComparison.Line {
    fileprivate var knownFailures: [KnownFailures] { KnownFailures.list(known) }
    fileprivate var countedFailures: [KnownFailures] { KnownFailures.list(counted) }
}

extension SearchResult {
    /// Runs that break an expectation as the baseline does; of inversions, their number.
    fileprivate func asBefore(breaking expectation: Expectation) -> Int {
        guard let comparison else { return 0 }
        let runs = comparison.lines[expectation.index].asBefore
        guard expectation.mask == .lockOrder else { return runs }
        return runs + tally.lockOrder.inversions().count - newInversions.count
    }

    /// Whether one of the failures at least is known to be new.
    fileprivate var isTold: Bool {
        guard let comparison else { return true }
        return !newInversions.isEmpty
            || zip(tally.lines, comparison.lines).contains { $0.failures > $1.untold }
    }

    /// The failures as a report has them, in an order that does not depend on shards.
    fileprivate var reported: (failures: [ReportedFailure], mended: [ReportedFailure]) {
        let (sorted, changes) = shown.sorted(with: comparison?.changes)
        let new = Set(newInversions.map { $0.map(\.held) })
        let cycles = tally.lockOrder.inversions().map { $0.map(\.held) }
        let isCompared = comparison != nil
        return (
            sorted.reported(
                { changes?[$0] },
                inversions: cycles.map { cycle in
                    let change: ReportedFailure.Change = new.contains(cycle) ? .new : .asBefore
                    return (cycle, isCompared ? change : nil)
                }),
            comparison?.mended.sorted(with: nil).shown.reported({ _ in nil }, inversions: []) ?? []
        )
    }

    /// Its witnesses as a report shows them, for whoever keeps them.
    package func save(to store: WitnessStore) throws {
        let report = SearchReport(self)
        for verdict in report.report.variants[0].verdicts {
            if let witness = verdict.witness { try store.save(witness) }
        }
        for error in errors { try store.save(error) }
    }
}
