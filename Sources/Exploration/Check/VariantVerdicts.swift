// SPDX-License-Identifier: GPL-2.0-only

// From a tally to verdicts: one for each expectation, each failure with its witness, and beside them
// what was not run and what is to be known of the runs.

import Expectations
import Glibc
import Machine
import Slices
import Workers

extension CheckSession {
    func report(
        of variant: Variant, _ request: BuildRequest, _ result: WorkerPool.Checked,
        hunks: HunkCounters?
    ) throws -> VariantReport {
        let tally = countsKnown ? result.tally.countingKnown() : result.tally
        let cases = try failingRuns(of: tally, .file(variant.image))
        let witnesses = try witness(
            cases.map { ($0.scenario, $0.run) }, of: variant, request)
        var verdicts: [ExpectationVerdict] = []
        for (expectation, line) in zip(Expectations.all, tally.lines) {
            let index = cases.firstIndex { $0.expectation == expectation }
            let verdict: Verdict =
                index != nil ? .fail : line.runs == 0 ? .notApplicable : .pass
            var witness = index.map { witnesses[$0] }
            if let index, let inversion = cases[index].inversion {
                witness = witness?.adding(inversion, to: expectation)
            }
            if let witness { try store.save(witness) }
            verdicts.append(
                ExpectationVerdict(
                    expectation: expectation, verdict: verdict, runs: line.runs,
                    failures: max(line.failures, index == nil ? 0 : 1), witness: witness,
                    known: tally.known(breaking: expectation)))
        }
        var leftOut = tally.leftOut
        if let note = SingleFailures.note(leftOut: tally.callsNotFailed) { leftOut.append(note) }
        var notes = variant.notes + leftOut
        if measuresCoverage, hunks == nil, !variant.addedLines.isEmpty {
            notes.append(
                "which added lines ran is not known: the coverage map of this clang cannot be read")
        }
        let deaths = tally.deaths.map {
            ReportedDeath($0, of: ScenarioIndex.scenario(of: $0.ordinal).name)
        }
        if let note = ReportedDeath.note(on: deaths) {
            notes.append(note + "; coverage does not know of them")
        }
        var report = VariantReport(
            name: variant.name, patches: variant.patches, scenarios: tally.scenarios,
            runs: tally.runs, seconds: result.seconds, verdicts: verdicts,
            coverage: try hunks.map {
                try Coverage(of: variant, $0, scenarios: tally.scenariosOfLines)
            }, notes: notes,
            titles: titles(of: variant, request), notRun: NotRun.all(tally.unsupported),
            harnessErrors: try harnessErrors(of: tally, variant, request),
            scenariosWithErrors: tally.scenariosWithHarnessErrors,
            orders: orders.map { OrdersCovered(tally.races, $0) },
            patchTexts: request.patches.map(Witness.PatchText.init))
        report.leftOut = CheckSession.outside(of: variant, request) + leftOut
        report.mails = request.patches.map(PatchMail.init)
        report.deaths = deaths
        return report
    }

    /// What of the patches is not about the slice, and was ignored.
    private static func outside(of variant: Variant, _ request: BuildRequest) -> [String] {
        let paths = request.patches.flatMap(\.files).compactMap(\.newPath).map {
            $0.hasPrefix("csrc/kernel/") ? String($0.dropFirst("csrc/kernel/".count)) : $0
        }
        let outside = paths.filter { path in
            // A later patch may have removed it again.
            access("\(variant.sources)/\(path)", F_OK) != 0
                && !request.patches.flatMap(\.files).contains { $0.oldPath == path }
        }
        return outside.isEmpty
            ? [] : ["files outside of the slice were ignored, the first is \(outside[0])"]
    }

    package func titles(of variant: Variant, _ request: BuildRequest) -> [String] {
        variant.patches.map { path in
            let patches = request.patches.filter { $0.path == path }
            guard path == "-", let first = patches.first else { return path }
            let subject = first.subject ?? "a diff"
            return patches.count == 1
                ? "\(subject) (standard input)"
                : "\(subject) and \(patches.count - 1) more (standard input)"
        }
    }

    /// The first run of each error of the harness, written down, to see who made the call.
    private func harnessErrors(
        of tally: Tally, _ variant: Variant, _ request: BuildRequest
    ) throws -> [ReportedHarnessError] {
        let harnessErrors = tally.harnessErrors.sorted {
            ($0.ordinal, $0.message) < ($1.ordinal, $1.message)
        }
        let witnesses = try witness(
            harnessErrors.map { harnessError in
                let scenario = ScenarioIndex.scenario(of: harnessError.ordinal)
                return (
                    scenario,
                    scenario.run(
                        injections: harnessError.injections,
                        schedule: Schedule(choices: harnessError.choices))
                )
            }, of: variant, request)
        return try zip(harnessErrors, witnesses).map { harnessError, witness in
            try store.save(witness)
            return ReportedHarnessError(
                end: harnessError.end, message: harnessError.message, runs: harnessError.runs,
                scenarios: harnessError.scenarios, witness: witness)
        }
    }
}
