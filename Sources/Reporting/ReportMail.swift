// SPDX-License-Identifier: GPL-2.0-only

// A report to be pasted into a mail, laid out like those of the 0-day robot: what was tested and
// how to do the same, what came of it, and what to add to the commit. 72 columns, so that it can be
// quoted; no colour; no line that a mail program or `git am` would take for the end of something
// ("-- ", "---", "From "). What the report does not say stands in it too: a reader of a list has
// nothing else to go by.

import Expectations
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
        var lines = [entry("tree", TreeText.words(report.tree))]
        if let rev = report.tree.rev { lines.append(entry("base", rev)) }
        for mail in mails() {
            lines.append(entry("patch", mail.title))
            if let id = mail.messageID { lines.append(Layout.entry("", "<\(id)>", indent: 0)) }
        }
        let titles = mails().isEmpty ? report.variants.flatMap(\.titles) : []
        lines += titles.map { entry("patch", $0) }
        if mails().isEmpty, titles.isEmpty {
            lines.append(entry("patch", "none, the code as it is"))
        }
        lines.append(
            entry(
                "config",
                "the tree's own files, compiled into a program and run on a simulated machine that "
                    + "can fail every call and switch tasks at every step; Faultline "
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
        var words = "\(runs.of("run")) were made. "
        if report.variants.count > 1 {
            words += "Each column of the table is one variant of the code, each line one "
            words += "expectation that every run of it has to keep."
        } else if let variant = report.variants.first {
            let failing = variant.verdicts.count { $0.verdict == .fail }
            words +=
                failing == 0
                ? "Every expectation that applies holds\(knownSuffix(variant))."
                : "\(failing.of("expectation")) of \(variant.verdicts.count) "
                    + "\(failing == 1 ? "does" : "do") not hold\(knownSuffix(variant))."
            if !variant.harnessErrors.isEmpty {
                words += " Not every run could be made; see below."
            }
        }
        return Layout.fill(words)
    }

    private func knownSuffix(_ variant: VariantReport) -> String {
        let known = Set(variant.verdicts.flatMap(\.known).map(\.finding)).sorted()
        guard !known.isEmpty else { return "" }
        return ", but for \(known.count == 1 ? "finding" : "findings") "
            + known.map(String.init).joined(separator: ", ")
            + " of FINDINGS.md, which the tree has without the patch"
    }

    private func table() -> [String] {
        if report.variants.count > 1 { return TableText(report).lines() }
        return report.variants.first.map { ReportText(report).verdicts($0) } ?? []
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
        if report.variants.count == 1, context.isOfTheCatalogue {
            lines.append(
                remark(
                    "covered",
                    "\(variant.scenarios.of("scenario")), each without failure and with each "
                        + "fallible call failing alone"))
            if let orders = variant.orders {
                lines.append(
                    remark(
                        "orders",
                        "\(orders.runs.of("run")) of \(orders.scenarios.of("scenario")) of two "
                            + "tasks: \(orders.words)"))
            }
        }
        for left in variant.notRun {
            lines.append(
                remark(
                    "not run",
                    "\(left.scenarios.of("scenario")) on \(left.filesystem): \(left.reason)"))
        }
        for error in variant.harnessErrors {
            lines.append(remark("error", HarnessErrorText.words(error)))
        }
        for note in variant.notes { lines.append(remark("note", note)) }
        let coverage = CoverageText(variant).lines().drop { $0.isEmpty }
        return [lines, Array(coverage)].filter { !$0.isEmpty }
    }

    // MARK: - What to make of it

    private func limits() -> [String] {
        let single = report.variants.count == 1 ? report.variants.first : nil
        let silent = single?.verdicts.filter { $0.verdict == .notApplicable } ?? []
        var words =
            "What this does not say: only fs/dax.c, iomap and ext2 ran, everything else of the "
            + "kernel is a model, with one order of memory accesses on all processors, and no "
            + "hardware. Holding means that none of these runs broke the rule, not that none can."
        if !silent.isEmpty {
            words += " Nothing is said of " + silent.map(\.expectation.name).joined(separator: ", ")
            words += "."
        }
        return [Layout.fill(words)]
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
                "If that is enough for you, with your name for the one here, which",
                "git config user.name and user.email do not say:", "",
                "Tested-by: YOUR NAME <YOUR ADDRESS>",
            ]
        }
        return ["If that is enough for you:", "", "Tested-by: \(tester)"]
    }
}

/// When a patch can be called tested.
enum TestedBy {
    /// Why it cannot; nil if it can: everything holds, nothing was left out, and the patch ran.
    static func objection(to variant: VariantReport) -> String? {
        if variant.hasFailures { return "not every expectation holds" }
        if !variant.harnessErrors.isEmpty { return "not every run could be made" }
        if let first = variant.leftOut.first { return first }
        if variant.runs == 0 { return "nothing was run" }
        if let coverage = variant.coverage, coverage.addedLines > 0, coverage.executed == 0 {
            return "no added line ever ran"
        }
        return nil
    }
}
