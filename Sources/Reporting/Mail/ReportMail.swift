// SPDX-License-Identifier: GPL-2.0-only

// A report to be pasted into a mail, laid out like those of the 0-day robot: what was tested and
// how to do the same, what came of it, and what to add to the commit. 72 columns, so that it can be
// quoted; no colour; no line that a mail program or `git am` would take for the end of something
// ("-- ", "---", "From "). What the report does not say stands in it too: a reader of a list has
// nothing else to go by.

import Exploration

/// Writes reports as text for a mail.
package struct ReportMail {
    private let report: Report
    private let context: ReportContext

    private init(_ report: Report, _ context: ReportContext) {
        self.report = report
        self.context = context
    }

    package static func render(_ report: Report, context: ReportContext) -> String {
        let mail = ReportMail(report, context)
        var parts = [mail.head()]
        parts.append(mail.reproduce())
        parts.append([mail.summary()])
        parts.append(mail.table())
        for variant in report.variants {
            parts += mail.failures(of: variant)
            parts += mail.remarks(of: variant)
        }
        parts.append(mail.limits())
        parts.append(mail.tag())
        let lines = parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
        return lines.joined(separator: "\n\n")
    }

    private func entry(_ label: String, _ text: String) -> String {
        Layout.entry(label + ":", text, indent: 0)
    }

    private func remark(_ label: String, _ text: String) -> String {
        Layout.entry(label, text, indent: 0)
    }

    // MARK: - What was tested

    private func head() -> [String] {
        var lines = [entry("tree", report.tree.description)]
        if let commit = report.tree.rev ?? report.tree.head {
            let isModified = report.tree.isModified == true
            lines.append(entry("base", commit + (isModified ? ", modified" : "")))
        }
        for mail in mails() {
            lines.append(entry("patch", mail.title))
            if let id = mail.messageID { lines.append(Layout.entry("", "<\(id)>", indent: 0)) }
        }
        let titles = mails().isEmpty ? report.variants.flatMap(\.titles) : []
        lines += titles.map { entry("patch", $0) }
        if mails().isEmpty, titles.isEmpty {
            lines.append(entry("patch", "none, the code as it is"))
        }
        if let baseline = report.variants.first?.baseline {
            lines.append(entry("before", baseline.description))
        }
        lines.append(
            entry(
                "config",
                "the tree's own files, compiled into a program that runs on a simulated machine; the "
                    + "machine can fail every call and switch tasks at every step; Faultline "
                    + context.version))
        lines.append(entry("machine", context.host))
        lines.append(entry("compiler", context.compiler))
        return lines
    }

    /// Every patch of the report once, in order.
    private func mails() -> [PatchMail] {
        var known: Set<PatchMail> = []
        return report.variants.flatMap(\.mails).filter { known.insert($0).inserted }
    }

    private func reproduce() -> [String] {
        let indent = "        "
        var lines = ["reproduce:"]
        if context.arguments.contains("-") {
            let ids = mails().filter { $0.path == "-" }.compactMap(\.messageID)
            lines += ids.map { "\(indent)b4 mbox -o - \($0) |" }.prefix(1)
            if ids.isEmpty { lines.append("\(indent)(with the mail on standard input)") }
        }
        return lines + context.command(indent: indent)
    }

    // MARK: - What came of it

    private func summary() -> String {
        let runs = report.variants.map(\.runs).reduce(0, +)
        var text = "\(runs.of("run")) were made. "
        if report.variants.count > 1 {
            text += "Each column of the table is one variant of the code. Each line is one "
            text += "expectation, which every run must keep."
        } else if let variant = report.variants.first {
            if variant.hasNothingToRun { return Layout.fill(variant.summary) }
            text += variant.baseline == nil ? summaryAlone(variant) : variant.summary
            if !variant.harnessErrors.isEmpty {
                text += " The harness could not make every run; see below."
            }
        }
        return Layout.fill(text)
    }

    /// Of a variant that is compared with nothing.
    private func summaryAlone(_ variant: VariantReport) -> String {
        if let reason = variant.withoutVerdict { return reason }
        let failing = variant.failing.count
        let text =
            failing == 0
            ? "Every expectation that applies holds\(knownSuffix(variant))."
            : "\(failing.of("expectation")) of \(variant.verdicts.count) "
                + "\(failing == 1 ? "does" : "do") not hold\(knownSuffix(variant))."
        return text + (variant.neverRan.map { " \($0)" } ?? "")
    }

    private func knownSuffix(_ variant: VariantReport) -> String {
        variant.known.isEmpty
            ? ""
            : ", except for \(variant.known.findings) of FINDINGS.md, which the tree has without the "
                + "patch"
    }

    private func table() -> [String] {
        if report.variants.count > 1 { return VerdictTable(report).lines().map(\.plain) }
        guard let variant = report.variants.first, !variant.hasNothingToRun else { return [] }
        return variant.verdictLines.map(\.plain)
    }

    private func failures(of variant: VariantReport) -> [[String]] {
        variant.verdicts.compactMap { verdict in
            guard let witness = verdict.witness else { return nil }
            let name = report.variants.count > 1 ? "\(variant.name): " : ""
            var lines = [
                Layout.fill(
                    "\(name)\(verdict.expectation.name) fails. The rule: \(verdict.expectation.rule)."
                )
            ]
            for item in WitnessSummary(witness).entries(for: verdict.expectation) {
                // Its name has no place to be broken at, and replay tells it.
                let text = item.label == "scenario" ? witness.words : item.text
                lines.append(Layout.entry(item.label, text))
            }
            if let story = DeadlockStory(witness: witness).sentences() {
                lines.append(Layout.entry("that is", story))
            }
            return lines
        }
    }

    /// What was covered, what was left out, what else there is to know.
    private func remarks(of variant: VariantReport) -> [[String]] {
        guard report.variants.count == 1 || variant.hasFailures || !variant.harnessErrors.isEmpty
        else { return [] }
        var lines: [String] = []
        if report.variants.count == 1, context.isOfTheCatalogue, !variant.hasNothingToRun {
            lines.append(
                remark(
                    "covered",
                    "\(variant.scenarios.of("scenario")), each without failure and with each "
                        + "fallible call failing alone"))
            if let orders = variant.orders {
                lines.append(remark("orders", orders.sentence))
            }
        }
        lines += variant.remarks.map { remark($0.label, $0.text) }
        lines += variant.notRun.map { remark("not run", $0.description) }
        lines += variant.harnessErrors.map { remark("error", $0.description) }
        lines += variant.notes.map { remark("note", $0) }
        let coverage = CoverageText(variant).lines().drop { $0.isEmpty }
        return [lines, Array(coverage)].filter { !$0.isEmpty }
    }

    // MARK: - What to make of it

    private func limits() -> [String] {
        let single = report.variants.count == 1 ? report.variants.first : nil
        let silent =
            single?.withoutVerdict == nil
            ? single?.verdicts.filter { $0.verdict == .notApplicable } ?? [] : []
        var text =
            "Limits: only fs/dax.c, iomap and ext2 ran. The rest of the kernel is a model: all "
            + "processors see memory accesses in one order, and there is no hardware. \"Holds\" "
            + "means that none of these runs broke the rule, not that none can."
        if !silent.isEmpty {
            text += " No run says anything about "
            text += silent.map(\.expectation.name).joined(separator: ", ") + "."
        }
        return [Layout.fill(text)]
    }

    /// A tag to add, or why there is none.
    private func tag() -> [String] {
        guard report.variants.count == 1, let variant = report.variants.first,
            !variant.patches.isEmpty, context.arguments.first == "check"
        else { return [] }
        if let reason = TestedBy.objection(to: variant) {
            return [Layout.fill("No Tested-by is suggested: \(reason).")]
        }
        guard let tester = context.tester else {
            return [
                "If that is enough for you, add this line with your name and address",
                "(git config user.name and user.email are not set):", "",
                "Tested-by: YOUR NAME <YOUR ADDRESS>",
            ]
        }
        return ["If that is enough for you, add:", "", "Tested-by: \(tester)"]
    }
}

/// When a patch can be called tested.
enum TestedBy {
    /// Why it cannot; nil if it can: everything holds, nothing was left out, and the patch ran.
    static func objection(to variant: VariantReport) -> String? {
        if variant.hasFailures { return "not every expectation holds" }
        if variant.outcome == .sameCode { return "the patch compiles to the same code" }
        if !variant.harnessErrors.isEmpty { return "the harness could not make every run" }
        if let first = variant.leftOut.first { return first }
        if variant.runs == 0 { return "no run was made" }
        if let coverage = variant.coverage, coverage.addedLines > 0, coverage.executed == 0 {
            return "no added line ever ran"
        }
        return nil
    }
}
