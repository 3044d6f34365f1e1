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
    package func renderCheck() -> String {
        guard let variant = report.variants.first else { return "nothing was judged" }
        var lines = code(variant)
        lines.append(Layout.entry("runs", runs(variant), indent: 0))
        lines += orders(variant)
        lines += notRun(variant)
        lines.append("")
        lines += verdicts(variant)
        lines += CoverageText(variant).lines()
        lines += known(report.variants)
        lines += notes(variant.notes)
        lines += harnessErrors(variant)
        for verdict in variant.verdicts {
            guard let witness = verdict.witness else { continue }
            lines += ["", String(repeating: "-", count: Layout.mailWidth)]
            lines.append(WitnessText(witness).render(for: verdict.expectation))
        }
        lines += ["", conclusion(variant)]
        return lines.joined(separator: "\n")
    }

    /// Which code it was.
    func code(_ variant: VariantReport) -> [String] {
        var lines = [Layout.entry("tree", TreeText.words(report.tree), indent: 0)]
        if variant.patches.isEmpty {
            lines.append(Layout.entry("code", "as it is, no patch applied", indent: 0))
        }
        return lines + variant.titles.map { "patch".padded(to: 11) + $0 }
    }

    /// All variants side by side.
    package func renderMatrix() -> String {
        var lines = [Layout.entry("tree", TreeText.words(report.tree), indent: 0)]
        var below: [String] = []
        for (label, variant) in zip(TableText(report).labels, report.variants) {
            // Of a series, only what each column adds to the one before.
            let standsOnIt = !below.isEmpty && variant.titles.starts(with: below)
            let own = standsOnIt ? variant.titles.dropFirst(below.count) : variant.titles[...]
            let patches = (standsOnIt ? "+ " : "") + own.joined(separator: " ")
            lines.append(label.padded(to: 11) + (own.isEmpty ? "no patch" : patches))
            below = variant.titles
        }
        lines.append("")
        lines += TableText(report).lines()
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
            lines += ["", "\(variant.name):"]
            for verdict in variant.verdicts where verdict.verdict == .fail {
                lines.append(brief(verdict))
            }
            lines += notes(own) + harnessErrors(variant)
        }
        if let base = report.variants.first {
            if !base.notRun.isEmpty { lines += [""] + notRun(base) }
            lines += [""] + fewestOrders()
        }
        if !shared.isEmpty { lines += [""] + notes(shared) }
        let seconds = report.variants.reduce(0) { $0 + $1.seconds }
        let runs = report.variants.reduce(0) { $0 + $1.runs }
        lines += [
            "",
            "\(runs.of("run")) in \(decimal(seconds)) s; a verdict that rests on no run is n.a.",
            "A witness's story: faultline replay ID",
        ]
        return lines.joined(separator: "\n")
    }

    private func runs(_ variant: VariantReport) -> String {
        let left = variant.notRun.reduce(0) { $0 + $1.scenarios }
        let scenarios =
            left == 0
            ? variant.scenarios.of("scenario")
            : "\(variant.scenarios.grouped) of \((variant.scenarios + left).of("scenario"))"
        return "\(variant.runs.grouped), of \(scenarios) without failure and with each call "
            + "failing" + (variant.orders == nil ? "" : ", and of races in many orders")
            + ", in \(decimal(variant.seconds)) s"
    }

    /// In which orders the races were run.
    private func orders(_ variant: VariantReport) -> [String] {
        guard let orders = variant.orders else {
            return [Layout.entry("orders", "no scenario of several tasks was run", indent: 0)]
        }
        return [Layout.entry("orders", orders.sentence, indent: 0)]
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
                "orders", "\(least.name), the others no less: \(covered.sentence)", indent: 0)
        ]
    }

    /// What of the catalogue this tree cannot be asked.
    func notRun(_ variant: VariantReport) -> [String] {
        variant.notRun.map {
            Layout.entry(
                "not run", "\($0.scenarios.of("scenario")) on \($0.filesystem): \($0.reason)",
                indent: 0)
        }
    }

    /// Runs that say nothing, because the harness failed in them.
    func harnessErrors(_ variant: VariantReport) -> [String] {
        guard !variant.harnessErrors.isEmpty else { return [] }
        var lines = [""]
        for error in variant.harnessErrors {
            lines.append(
                Layout.entry(
                    error.end == .trap ? "trap" : "error",
                    HarnessErrorText.words(error) + "; \(error.witness.id)", indent: 0))
        }
        lines.append(
            Layout.entry(
                "",
                "No verdict rests on these runs. They are of "
                    + "\(variant.scenariosWithErrors.of("scenario")) of "
                    + "\((variant.scenarios + (variant.orders?.scenarios ?? 0)).grouped); what became "
                    + "of all others stands above.",
                indent: 0))
        return lines
    }

    func verdicts(_ variant: VariantReport) -> [String] {
        variant.verdicts.map { verdict in
            var line = verdict.expectation.name.padded(to: 20)
            line += TableText.word(verdict.verdict).padded(to: 6)
            switch verdict.verdict {
            case .pass: line += verdict.runs.of("run")
            case .fail:
                line += "\(verdict.failures.grouped) of \(verdict.runs.of("run"))"
                if let witness = verdict.witness { line += ", witness \(witness.id)" }
            case .notApplicable: line += "no run says anything about it"
            }
            if !verdict.known.isEmpty {
                let runs = verdict.known.reduce(0) { $0 + $1.runs }
                line += "; \(runs.grouped) by \(ReportText.findings(verdict.known))"
            }
            return line
        }
    }

    private func brief(_ verdict: ExpectationVerdict) -> String {
        guard let witness = verdict.witness else { return "" }
        var words = "\(verdict.failures.grouped) of \(verdict.runs.of("run")); \(witness.scenario)"
        for call in witness.failedCalls {
            words += ", " + OperationText.failure(call, of: 1)
        }
        words += "; \(witness.id)"
        return Layout.fill(
            words, first: "  " + verdict.expectation.name.padded(to: 20),
            rest: String(repeating: " ", count: 22))
    }

    /// What it means that runs broke an expectation in a way that is on record.
    func known(_ variants: [VariantReport]) -> [String] {
        let known = variants.flatMap(\.verdicts).flatMap(\.known)
        guard !known.isEmpty else { return [] }
        let mark = variants.count > 1 ? "*: some" : "Some"
        return [
            "",
            Layout.entry(
                "known",
                "\(mark) runs break an expectation in just the way of "
                    + "\(ReportText.findings(known)), which the tree had before any patch; they are "
                    + "not counted as failures, but with --count-known. See FINDINGS.md.",
                indent: 0),
        ]
    }

    private static func findings(_ known: [KnownFailures]) -> String {
        let numbers = Set(known.map(\.finding)).sorted().map(String.init)
        guard numbers.count > 1 else { return "finding \(numbers.first ?? "")" }
        return "findings " + numbers.dropLast().joined(separator: ", ") + " and \(numbers.last!)"
    }

    func notes(_ notes: [String]) -> [String] {
        notes.map { Layout.fill($0, first: "note       ", rest: "           ") }
    }

    func conclusion(_ variant: VariantReport) -> String {
        let failing = variant.verdicts.filter { $0.verdict == .fail }
        guard !failing.isEmpty else {
            var words = "Every expectation that applies holds"
            let known = variant.verdicts.flatMap(\.known)
            if !known.isEmpty { words += ", but for \(ReportText.findings(known))" }
            if !variant.harnessErrors.isEmpty { words += ", in the runs that could be made" }
            return Layout.fill(words + ".")
        }
        return Layout.fill(
            "\(failing.count.of("expectation")) of \(variant.verdicts.count) "
                + "fail\(failing.count == 1 ? "s" : ""): "
                + failing.map(\.expectation.name).joined(separator: ", "))
    }
}

/// Errors of the harness.
package enum HarnessErrorText {
    /// What is missing, who called it where, in how many runs, and the first of them.
    static func words(_ error: ReportedHarnessError) -> String {
        var words =
            "\(WitnessText(error.witness).missing()): \(error.runs.of("run")) of "
            + "\(error.scenarios.of("scenario")), first \(error.witness.scenario)"
        for call in error.witness.failedCalls {
            words += ", " + OperationText.failure(call, of: 1)
        }
        return words
    }

    /// The same on one line.
    package static func sentence(_ error: ReportedHarnessError) -> String {
        words(error).replacing("\u{a0}", with: " ")
    }
}

/// Seconds and the like with two decimals.
func decimal(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = String(abs(hundredths) % 100)
    return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100)."
        + String(repeating: "0", count: 2 - fraction.count) + fraction
}
