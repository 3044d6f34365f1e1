// SPDX-License-Identifier: GPL-2.0-only

// From a tally to verdicts: one for each expectation, each failure with its witness, and beside them
// what was not run and what is to be known of the runs.

import Expectations
import Glibc
import Machine
import Patches
import Slices
import Workers

extension CheckSession {
    func report(
        of judged: JudgedVariant, _ request: BuildRequest, beside base: BaselineRecord?
    ) throws -> VariantReport {
        let (variant, hunks, shown) = (judged.variant, judged.hunks, judged.shown)
        let isFirst = if case .first = baseline { true } else { false }
        let compared = base.map {
            ComparedFailures(
                judged.tally, shown, of: variant, beside: $0, excusesOnlyFindings: isFirst,
                filter: filter)
        }
        let tally = countsKnown && compared == nil ? judged.tally.countingKnown() : judged.tally
        let verdicts = try verdicts(of: tally, shown, compared, variant, request)
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
            runs: tally.runs, seconds: judged.runs.seconds, verdicts: verdicts,
            coverage: try coverage(of: variant, hunks, tally.scenariosOfLines), notes: notes,
            titles: titles(of: variant, request), notRun: NotRun.all(tally.unsupported),
            harnessErrors: try harnessErrors(of: tally, variant, request),
            scenariosWithErrors: tally.scenariosWithHarnessErrors,
            orders: orders.map { OrdersCovered(tally.races, $0, of: filter.scope) },
            patchTexts: request.patches.map(Witness.PatchText.init))
        report.areRunsKept = judged.runs.areKept
        report.runsReused = judged.runs.reused
        report.leftOut = CheckSession.outside(of: variant, request) + leftOut
        report.mails = request.patches.map(PatchMail.init)
        report.baseline = isFirst ? nil : base?.description
        noteWhatNeverRan(&report, variant, request, hunks, tally)
        (report.failures, report.mended) = reported(shown, compared)
        if let asked = filter.expectations {
            report.verdicts.removeAll { !filter.asks($0.expectation) }
            report.failures.removeAll { !asked.contains($0.expectation) }
            report.mended.removeAll { !asked.contains($0.expectation) }
        }
        if !filter.isEmpty {
            report.filter = filter.description(of: filter.scope.places(with: orders).count)
        }
        report.scope = reportedScope
        let failing = FailingScenarios(judged.tally, shown, compared, by: self)
        report.failingScenarios = failing.names
        if listsFailing {
            let subject = subject(of: variant, request)
            let groups = failing.groups(of: subject)
            try store.save(groups, of: subject)
            report.failingGroups = groups
        }
        report.failuresLeftOut =
            shown.left + max(0, shown.cases.count - ShownFailures.reportLimit)
        report.deaths = deaths
        return report
    }

    private var reportedScope: ReportedScope? {
        scopeReason.map { ReportedScope(filter.scope, reason: $0) }
    }

    /// The report on patches that change nothing that runs.
    ///
    /// - Parameter base: the code without them.
    func sameCode(
        _ variant: Variant, as base: Variant, _ request: BuildRequest
    ) -> VariantReport {
        var report = VariantReport(
            name: variant.name, patches: variant.patches, scenarios: 0, runs: 0, seconds: 0,
            verdicts: Expectations.all.map {
                ExpectationVerdict(expectation: $0, verdict: .notApplicable, runs: 0, failures: 0)
            }, notes: variant.notes, titles: titles(of: variant, request),
            patchTexts: request.patches.map(Witness.PatchText.init))
        report.outcome = CheckSession.outcome(ofSameCode: variant, as: base, request)
        report.scope = reportedScope
        report.leftOut = CheckSession.outside(of: variant, request)
        report.mails = request.patches.map(PatchMail.init)
        return report
    }

    func coverage(
        of variant: Variant, _ hunks: HunkCounters?, _ scenarios: [Int]
    ) throws -> Coverage? {
        guard let hunks else { return nil }
        guard hunks.areAdded else {
            return variant.addedLines.isEmpty ? nil : Coverage(lines: [])
        }
        return try Coverage(of: variant, hunks, scenarios: scenarios)
    }

    /// If nothing ran of what patches add or change, no run says that they keep anything.
    private func noteWhatNeverRan(
        _ report: inout VariantReport, _ variant: Variant, _ request: BuildRequest,
        _ hunks: HunkCounters?, _ tally: Tally
    ) {
        guard !request.patches.isEmpty, !report.hasFailures, let hunks,
            !tally.scenariosOfLines.contains(where: { $0 > 0 }),
            let reason = NotJudged(hunks, of: variant)
        else { return }
        report.noteNotJudged(reason)
    }

    private func verdicts(
        of tally: Tally, _ shown: ShownFailures, _ compared: ComparedFailures?,
        _ variant: Variant, _ request: BuildRequest
    ) throws -> [ExpectationVerdict] {
        let counted = Expectations.all.map {
            filter.asks($0)
                ? CountedFailures(of: tally, breaking: $0, compared, countsKnown: countsKnown)
                : CountedFailures()
        }
        let cases = try failingRuns(
            of: tally, counted, .file(variant.image),
            base: (compared?.baseline.variant?.image).map { .file($0) })
        let witnesses = try witness(
            cases.map { ($0.scenario, $0.run) }, of: variant, request)
        return try zip(Expectations.all, counted).map { expectation, counted in
            let index = cases.firstIndex { $0.expectation == expectation }
            var witness = index.map { witnesses[$0] }
            if let index, let inversion = cases[index].inversion {
                witness = witness?.adding(inversion, to: expectation)
            }
            if let witness { try store.save(witness) }
            let runs = tally.lines[expectation.index].runs
            let verdict: Verdict =
                index != nil
                ? .fail
                : counted.asBefore > 0 ? .failAsBefore : runs == 0 ? .notApplicable : .pass
            var line = ExpectationVerdict(
                expectation: expectation, verdict: verdict, runs: runs,
                failures: max(counted.new, index == nil ? 0 : 1), witness: witness,
                known: counted.known)
            if let compared, !compared.excusesOnlyFindings {
                line.before = compared.baseline.verdicts[expectation.index]
            }
            if compared == nil, verdict == .fail {
                line.described = shown.described(breaking: expectation)
            }
            line.asBefore = counted.asBefore
            line.counted = counted.counted
            line.hidden = counted.hidden
            line.mended = counted.mended
            line.mendedFindings = counted.mendedFindings
            return line
        }
    }

    private func reported(
        _ shown: ShownFailures, _ compared: ComparedFailures?
    ) -> (failures: [ReportedFailure], mended: [ReportedFailure]) {
        guard let compared else {
            return (
                shown.reported({ _ in nil }, inversions: shown.inversions.map { ($0, nil) }), []
            )
        }
        let comparison = compared.comparison
        let failures = shown.reported(
            { comparison.isHidden[$0] ? .hidden : comparison.isNew[$0] ? .new : .asBefore },
            inversions: shown.inversions.map {
                ($0, comparison.newInversions.contains($0) ? .new : .asBefore)
            })
        guard compared.isWhole else { return (failures, []) }
        let mended = compared.baseline.shown.reported(
            { _ in nil },
            inversions: compared.baseline.shown.inversions.filter {
                comparison.goneInversions.contains($0)
            }.map { ($0, nil) }, where: { comparison.isGone[$0] })
        return (failures, mended)
    }

    /// What of the patches is not about the slice, and was ignored.
    private static func outside(of variant: Variant, _ request: BuildRequest) -> [String] {
        let outside = request.patches.flatMap(\.files).compactMap(\.newPath).filter { path in
            // A later patch may have removed it again.
            !variant.has(path)
                && !request.patches.flatMap(\.files).contains { $0.oldPath == path }
        }
        return outside.isEmpty
            ? []
            : [
                "files outside of the slice were ignored, the first is "
                    + Patch.pathInTree(outside[0])
            ]
    }

    /// What it means that patches change nothing that runs: they say the same in other words, or they
    /// are about something else.
    ///
    /// - Parameter base: the code without them.
    static func outcome(
        ofSameCode variant: Variant, as base: Variant, _ request: BuildRequest
    ) -> VariantReport.Outcome {
        let files = request.patches.dropFirst(request.below).flatMap(\.files)
        let isOutside = files.allSatisfy { file in
            !(file.newPath.map(variant.has) ?? false) && !(file.oldPath.map(base.has) ?? false)
        }
        guard isOutside, let first = files.first?.path else { return .sameCode }
        return .notJudged(NotJudged(outside: Patch.pathInTree(first)))
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

extension Variant {
    /// Whether a file of a patch is a part of the slice.
    fileprivate func has(_ path: String) -> Bool {
        access("\(sources)/\(Patch.pathInTree(path))", F_OK) == 0
    }
}

extension NotJudged {
    /// What is to be said if nothing of it runs; nil where nothing is watched.
    init?(_ hunks: HunkCounters, of variant: Variant) {
        guard let first = hunks.lines.first?.location else { return nil }
        var functions = SourceFunctions(of: variant)
        var names: [String] = []
        for line in hunks.lines {
            if let name = functions.name(at: line.location), !names.contains(name) {
                names.append(name)
            }
        }
        self.init(
            lines: hunks.areAdded ? hunks.lines.count : 0, functions: names,
            location: "\(first.file):\(first.line)")
    }
}

extension VariantReport {
    /// Nothing ran of what the patches change, so no run says that they keep anything.
    mutating func noteNotJudged(_ reason: NotJudged) {
        outcome = .notJudged(reason)
        verdicts = verdicts.map { verdict in
            guard verdict.verdict == .pass else { return verdict }
            return ExpectationVerdict(
                expectation: verdict.expectation, verdict: .notApplicable, runs: verdict.runs,
                failures: 0, known: verdict.known)
        }
    }
}
