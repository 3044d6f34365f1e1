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
        let inversion = tally.inversion()
        let verdicts = zip(Expectations.all, tally.lines).map { expectation, line in
            var witness = result.witnesses[expectation.name]
            if expectation.mask == .lockOrder, let inversion {
                witness = witness?.adding(inversion.cycle, to: expectation)
            }
            let verdict: Verdict =
                witness != nil ? .fail : line.runs == 0 ? .notApplicable : .pass
            return ExpectationVerdict(
                expectation: expectation, verdict: verdict, runs: line.runs,
                failures: max(line.failures, witness == nil ? 0 : 1), witness: witness,
                known: tally.known(breaking: expectation))
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
        report = Report(tree: result.subject.tree, variants: [variant])
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
        return notes
    }

    private static func deaths(of result: SearchResult) -> [ReportedDeath] {
        result.tally.deaths.map {
            ReportedDeath($0, of: result.scenarioName(at: Int($0.ordinal.scenario)))
        }
    }
}

extension SearchResult {
    /// Its witnesses as a report shows them, for whoever keeps them.
    package func save(to store: WitnessStore) throws {
        let report = SearchReport(self)
        for verdict in report.report.variants[0].verdicts {
            if let witness = verdict.witness { try store.save(witness) }
        }
        for error in errors { try store.save(error) }
    }
}
