// SPDX-License-Identifier: GPL-2.0-only

// A report as plain text, 72 columns, fit for a mail: which code, the table, and for every failure
// either its witness (one variant) or a line that leads to it (several).

import Expectations
import Exploration

/// Writes reports.
package struct ReportText {
    private let report: Report

    package init(_ report: Report) { self.report = report }

    /// One variant with the witnesses of its failures.
    package func renderCheck() -> StyledText {
        guard let variant = report.variants.first else { return "nothing was judged" }
        var lines: [StyledText] = []
        lines += code(variant)
        if variant.hasNothingToRun {
            lines += time
            return (lines + end(of: variant)).joined()
        }
        if let filter = variant.filter {
            lines.append(Layout.entry("only", filter, indent: 0))
        }
        lines.append(Layout.entry("runs", runs(variant), indent: 0))
        lines += time
        lines += orders(variant)
        lines += notRun(variant)
        lines.append("")
        lines += variant.verdictLines
        lines += CoverageText(variant).lines()
        lines += known(report.variants)
        lines += end(of: variant)
        return lines.joined()
    }

    /// Notes, errors of the harness, witnesses, and the conclusion.
    func end(of variant: VariantReport) -> [StyledText] {
        var lines: [StyledText] = []
        lines += notes(variant.notes)
        lines += harnessErrors(variant)
        if let groups = variant.failingGroups {
            return lines + FailingList(groups).lines + ["", variant.conclusion]
        }
        for verdict in variant.verdicts {
            guard let witness = verdict.witness else { continue }
            lines += ["", Layout.rule]
            lines.append(WitnessText(witness).styled(for: verdict.expectation))
        }
        return lines + ["", variant.conclusion]
    }

    /// Which code it was.
    func code(_ variant: VariantReport) -> [String] {
        var lines = [tree]
        if variant.patches.isEmpty {
            lines.append(Layout.entry("code", "as it is, no patch applied", indent: 0))
        }
        lines += variant.titles.map { "patch".padded(to: 11) + $0 }
        lines += scope
        if let baseline = variant.baseline {
            lines.append(Layout.entry("before", baseline.description, indent: 0))
        }
        return lines
    }

    /// The filesystems, where they are not those of every check.
    private var scope: [String] {
        guard let scope = report.variants.first?.scope else { return [] }
        return [Layout.entry("fs", scope.description, indent: 0)]
    }

    private var tree: String { Layout.entry("tree", report.tree.chosen, indent: 0) }

    /// All variants side by side.
    package func renderMatrix() -> StyledText {
        let table = VerdictTable(report)
        var lines: [StyledText] = []
        lines += [tree] + scope + columns(table)
        lines.append("")
        lines += table.lines()
        lines += known(report.variants)
        let shared =
            report.variants.first?.notes.filter { note in
                report.variants.allSatisfy { $0.notes.contains(note) }
            } ?? []
        for variant in report.variants {
            let own = variant.notes.filter { !shared.contains($0) }
            guard variant.hasFailures || !own.isEmpty || !variant.harnessErrors.isEmpty else {
                continue
            }
            lines += ["", "\(variant.name):"] + variant.failing.map(brief)
            lines += notes(own) + harnessErrors(variant)
        }
        if let base = report.variants.first {
            if !base.notRun.isEmpty { lines += [""] + notRun(base) }
            lines += [""] + fewestOrders()
        }
        if !shared.isEmpty { lines += [""] + notes(shared) }
        let runs = report.variants.reduce(0) { $0 + $1.runs }
        lines += [
            "",
            "\(runs.of("run")); n.a.: no run says anything about it",
            "A witness in full: faultline replay ID",
        ]
        lines += time
        return lines.joined()
    }

    /// What each column is; of a series, only what it adds to the column before.
    private func columns(_ table: VerdictTable) -> [String] {
        var below: [String] = []
        return zip(table.labels, report.variants).map { label, variant in
            let standsOnIt = !below.isEmpty && variant.titles.starts(with: below)
            let own = standsOnIt ? variant.titles.dropFirst(below.count) : variant.titles[...]
            let patches = (standsOnIt ? "+ " : "") + own.joined(separator: " ")
            below = variant.titles
            return label.padded(to: 11) + (own.isEmpty ? "no patch" : patches)
        }
    }

    private func runs(_ variant: VariantReport) -> String {
        let left = variant.notRun.reduce(0) { $0 + $1.scenarios }
        let scenarios =
            left == 0
            ? variant.scenarios.of("scenario")
            : "\(variant.scenarios.grouped) of \((variant.scenarios + left).of("scenario"))"
        return "\(variant.runs.grouped), of \(scenarios) without failure and with each call "
            + "failing (and up to \(SingleFailures.secondsEach) calls of its error paths with it)"
            + (variant.orders == nil ? "" : ", and of races in many orders")
            + (variant.areRunsKept ? "; kept from an earlier check of the same code" : "")
            + (variant.runsReused > 0
                ? "; \(variant.runsReused.grouped) of them reused: they enter nothing that is changed"
                : "")
    }

    /// What was waited for.
    private var time: [String] {
        guard let time = report.time else { return [] }
        return [Layout.entry("time", time.description, indent: 0)]
    }

    /// In which orders the races were run.
    private func orders(_ variant: VariantReport) -> [String] {
        let sentence = variant.orders?.sentence ?? "no scenario of several tasks was run"
        return [Layout.entry("orders", sentence, indent: 0)]
    }

    /// The same of several variants: of the one that fewest scenarios were gone through with.
    private func fewestOrders() -> [String] {
        let least = report.variants.min {
            ($0.orders?.completeScenarios ?? 0) < ($1.orders?.completeScenarios ?? 0)
        }
        guard let least, report.variants.count > 1, let covered = least.orders else {
            return report.variants.first.map(orders) ?? []
        }
        return [
            Layout.entry(
                "orders", "\(least.name), all others at least as many: \(covered.sentence)",
                indent: 0)
        ]
    }

    /// What of the catalogue this tree cannot be asked.
    func notRun(_ variant: VariantReport) -> [String] {
        variant.notRun.map { Layout.entry("not run", $0.description, indent: 0) }
    }

    /// Runs that say nothing, because the harness failed in them.
    private func harnessErrors(_ variant: VariantReport) -> [String] {
        guard !variant.harnessErrors.isEmpty else { return [] }
        var lines = [""]
        for error in variant.harnessErrors {
            lines.append(
                Layout.entry(
                    error.end == .trap ? "trap" : "error",
                    "\(error.description); \(error.witness.id)", indent: 0))
        }
        let all = variant.scenarios + (variant.orders?.scenarios ?? 0)
        lines.append(
            Layout.entry(
                "",
                "No verdict rests on these runs. They belong to "
                    + "\(variant.scenariosWithErrors.of("scenario")) of \(all.grouped); the verdicts "
                    + "above rest on all other runs.",
                indent: 0))
        return lines
    }

    private func brief(_ verdict: ExpectationVerdict) -> String {
        guard let witness = verdict.witness else { return "" }
        let failures = witness.failedCalls.map { ", " + OperationText.failure($0, of: 1) }
        return Layout.fill(
            "\(verdict.failedRuns); \(witness.scenario)\(failures.joined()); \(witness.id)",
            first: "  " + verdict.expectation.name.padded(to: 20),
            rest: String(repeating: " ", count: 22))
    }

    /// What it means that runs broke an expectation in a way that is on record.
    func known(_ variants: [VariantReport]) -> [String] {
        let known = variants.flatMap(\.known)
        guard !known.isEmpty else { return [] }
        guard variants.allSatisfy({ $0.baseline == nil }) else {
            let verb = Set(known.map(\.finding)).count == 1 ? "describes" : "describe"
            let hides = variants.flatMap(\.verdicts).contains { $0.hidden > 0 }
            return [
                "",
                Layout.entry(
                    "known",
                    "Some runs fail in the way that \(known.findings) of FINDINGS.md \(verb), and "
                        + "the patch is not to blame: "
                        + (hides
                            ? "they do so without it, or end there in another failure before they "
                                + "come to it (\"hidden before\")."
                            : "they do so without it."),
                    indent: 0),
            ]
        }
        let mark = variants.count > 1 ? "*: some" : "Some"
        return [
            "",
            Layout.entry(
                "known",
                "\(mark) runs break an expectation exactly as \(known.findings) of FINDINGS.md "
                    + "\(Set(known.map(\.finding)).count == 1 ? "describes" : "describe"). The tree "
                    + "does so without any patch, so these runs do not count as failures; with "
                    + "--count-known they do.",
                indent: 0),
        ]
    }

    private func notes(_ notes: [String]) -> [String] {
        notes.map { Layout.entry("note", $0, indent: 0) }
    }
}

extension TimeSpent {
    /// "4.21 s: 0.12 to read, 1.80 to build, 2.20 to run, 0.09 to write witnesses".
    package var description: String {
        let parts = [
            (reading, "read"), (building, "build"), (running, "run"),
            (witnessing, "write witnesses"),
        ]
        let words = parts.map { "\(decimal($0)) to \($1)" }.joined(separator: ", ")
        return "\(decimal(total)) s: \(words)"
    }
}
