// SPDX-License-Identifier: GPL-2.0-only

// A report as plain text, 72 columns, fit for a mail: which code, the table, and for every failure
// either its witness (one variant) or a line that leads to it (several).

import Expectations
import Exploration

/// Writes reports.
public struct ReportText {
    private let report: Report

    public init(_ report: Report) { self.report = report }

    /// One variant with the witnesses of its failures.
    public func renderCheck() -> String {
        guard let variant = report.variants.first else { return "nothing was judged" }
        var lines = [
            Layout.entry("tree", "\(report.tree.kind), \(report.tree.version)", indent: 0)
        ]
        if variant.patches.isEmpty {
            lines.append(Layout.entry("code", "as it is, no patch applied", indent: 0))
        }
        for patch in variant.patches {
            lines.append("patch".padded(to: 11) + patch)
        }
        lines.append(Layout.entry("runs", runs(variant), indent: 0))
        lines.append("")
        lines += verdicts(variant)
        lines += coverage(variant)
        lines += notes(variant.notes)
        for verdict in variant.verdicts {
            guard let witness = verdict.witness else { continue }
            lines += ["", String(repeating: "-", count: Layout.mailWidth)]
            lines.append(WitnessText(witness).render(for: verdict.expectation))
        }
        lines += ["", conclusion(variant)]
        return lines.joined(separator: "\n")
    }

    /// What a search found, and what it covered: what "nothing found" is worth.
    public static func render(_ search: SearchReport) -> String {
        let text = ReportText(search.report)
        guard let variant = search.report.variants.first else { return "nothing was searched" }
        var lines = [
            Layout.entry(
                "tree", "\(search.report.tree.kind), \(search.report.tree.version)", indent: 0)
        ]
        for patch in variant.patches { lines.append("patch".padded(to: 11) + patch) }
        lines.append(
            Layout.entry(
                "runs", "\(variant.runs), in \((variant.seconds * 100).rounded() / 100) s",
                indent: 0))
        lines.append(Layout.entry("orders", orders(search), indent: 0))
        lines.append(Layout.entry("covered", covered(search), indent: 0))
        lines.append("")
        lines += text.verdicts(variant)
        lines += text.notes(variant.notes)
        for verdict in variant.verdicts {
            guard let witness = verdict.witness else { continue }
            lines += ["", String(repeating: "-", count: Layout.mailWidth)]
            lines.append(WitnessText(witness).render(for: verdict.expectation))
        }
        lines += ["", text.conclusion(variant)]
        return lines.joined(separator: "\n")
    }

    private static func orders(_ search: SearchReport) -> String {
        let plan = search.plan
        var words = "\(plan.strategy.rawValue): \(plan.strategy.words)"
        switch plan.strategy {
        case .bounded: words += ", at most \(plan.preemptions) preemptions"
        case .pct:
            words += ", depth \(plan.preemptions + 1), seed \(plan.seed)"
            if let least = search.coverage.compactMap(\.bound).min() {
                words +=
                    "; a run finds a bug of that depth with a probability of at least 1 in "
                    + "\(Int((1 / least).rounded(.up)))"
            }
        case .random: words += ", seed \(plan.seed)"
        case .reduced:
            let redundant = search.coverage.reduce(0) { $0 + $1.redundant }
            words += "; \(redundant) of them twice"
        case .exhaustive: break
        }
        return words
    }

    private static func covered(_ search: SearchReport) -> String {
        let coverage = search.coverage
        let complete = coverage.count { $0.isComplete }
        var words = "\(coverage.count) of \(search.plan.scenarios.count) scenarios"
        if search.shard.count > 1 {
            words += " (shard \(search.shard.index + 1) of \(search.shard.count))"
        }
        words += ", \(complete) in all orders"
        let sets = coverage.reduce(0) { $0 + $1.failureSets }
        switch search.plan.failures {
        case 0: words += "; no call was made to fail"
        default:
            let done = coverage.reduce(0) { $0 + $1.completeFailureSets }
            let kind = search.plan.failures == 1 ? "single failures" : "failures and pairs"
            words += "; \(done) of \(sets) \(kind) in all orders"
        }
        if search.isCut { words += "; time ran out" }
        return words
    }

    /// All variants side by side.
    public func renderMatrix() -> String {
        var lines = ["tree       \(report.tree.kind), \(report.tree.version)"]
        for (label, variant) in zip(TableText(report).labels, report.variants) {
            let patches = variant.patches.joined(separator: " ")
            lines.append(label.padded(to: 11) + (patches.isEmpty ? "no patch" : patches))
        }
        lines.append("")
        lines += TableText(report).lines()
        let shared =
            report.variants.first?.notes.filter { note in
                report.variants.allSatisfy { $0.notes.contains(note) }
            } ?? []
        for variant in report.variants {
            let own = variant.notes.filter { !shared.contains($0) }
            guard variant.hasFailures || !own.isEmpty else { continue }
            lines += ["", "\(variant.name):"]
            for verdict in variant.verdicts where verdict.verdict == .fail {
                lines.append(brief(verdict))
            }
            lines += notes(own)
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
        "\(variant.runs.grouped), of \(variant.scenarios.of("scenario")) without failure and with "
            + "each call failing, in \(decimal(variant.seconds)) s"
    }

    private func verdicts(_ variant: VariantReport) -> [String] {
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

    private func coverage(_ variant: VariantReport) -> [String] {
        guard let coverage = variant.coverage else { return [] }
        guard coverage.addedLines > 0 else {
            return ["", "coverage   the patch adds no line that makes code"]
        }
        var lines = [
            "",
            Layout.entry(
                "coverage",
                "\(coverage.executed) of \(coverage.addedLines.of("added line")) ran", indent: 0),
        ]
        for line in coverage.missed.prefix(20) {
            lines.append("           never ran: \(line.file):\(line.line)")
        }
        if coverage.missed.count > 20 {
            lines.append("           and \((coverage.missed.count - 20).of("line")) more")
        }
        return lines
    }

    private func notes(_ notes: [String]) -> [String] {
        notes.map { Layout.fill($0, first: "note       ", rest: "           ") }
    }

    private func conclusion(_ variant: VariantReport) -> String {
        let failing = variant.verdicts.filter { $0.verdict == .fail }
        guard !failing.isEmpty else {
            return "Every expectation that applies holds."
        }
        return Layout.fill(
            "\(failing.count.of("expectation")) of \(variant.verdicts.count) "
                + "fail\(failing.count == 1 ? "s" : ""): "
                + failing.map(\.expectation.name).joined(separator: ", "))
    }
}

/// Seconds and the like with two decimals.
func decimal(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = String(abs(hundredths) % 100)
    return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100)."
        + String(repeating: "0", count: 2 - fraction.count) + fraction
}
