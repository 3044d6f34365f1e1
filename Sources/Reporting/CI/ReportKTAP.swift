// SPDX-License-Identifier: GPL-2.0-only

// A report as KTAP version 1, for kunit.py and whatever else reads kernel test results: a test a
// variant, in it a test an expectation. What a reader of the table would want to know beside a
// verdict stands in diagnostics before the result line that they belong to. A name never holds a
// `#`, which would begin a directive, and a variant's name is never that of one of its tests, which
// kunit.py takes for the variant's own result.

import Expectations
import Exploration

/// Writes reports as KTAP.
package enum ReportKTAP {
    package static func render(_ report: Report) -> String {
        var lines = ["KTAP version 1", "# tree: \(Layout.plain(report.tree.description))"]
        lines.append("1..\(report.variants.count)")
        for (index, variant) in report.variants.enumerated() {
            lines += ReportKTAP.lines(of: variant, number: index + 1)
        }
        return lines.joined(separator: "\n")
    }

    private static func lines(of variant: VariantReport, number: Int) -> [String] {
        let name = name(of: variant)
        if let reason = variant.withoutVerdict {
            // A test of its own, without tests in it.
            return ReportNotes(variant).entries.map(diagnostic) + [
                "ok \(number) \(name) # SKIP \(Layout.plain(reason).replacing("#", with: " "))"
            ]
        }
        var tests = variant.verdicts.enumerated().map {
            lines(of: $0.element, number: $0.offset + 1)
        }
        if !variant.harnessErrors.isEmpty {
            tests.append(harness(variant, number: tests.count + 1))
        }
        var inside = ["KTAP version 1", "# Subtest: \(name)", "1..\(tests.count)"]
        inside += tests.flatMap { $0 }
        let notes = ReportNotes(variant)
        inside += notes.entries.map(diagnostic) + notes.source.map { "# \($0)" }
        let word = variant.hasFailures || !variant.harnessErrors.isEmpty ? "not ok" : "ok"
        return inside.map { "  \($0)" } + ["\(word) \(number) \(name)"]
    }

    private static func name(of variant: VariantReport) -> String {
        let name = String(variant.name.map { $0 == "#" || $0.isWhitespace ? "_" : $0 })
        let isTaken =
            name == harnessTest || variant.verdicts.contains { $0.expectation.name == name }
        return isTaken ? "\(name).patch" : name
    }

    private static func lines(of verdict: ExpectationVerdict, number: Int) -> [String] {
        let name = verdict.expectation.name
        var known = verdict.known.map { diagnostic(LabelledText("known", $0.description)) }
        if verdict.verdict != .failAsBefore, let text = verdict.asBeforeText {
            known.append(diagnostic(LabelledText("before", text)))
        }
        if let text = verdict.mendedText { known.append(diagnostic(LabelledText("fixed", text))) }
        switch verdict.verdict {
        case .notApplicable:
            return ["ok \(number) \(name) # SKIP \(ExpectationVerdict.notApplicable)"]
        case .pass: return known + ["ok \(number) \(name)"]
        case .failAsBefore:
            // What kunit.py counts neither as passed nor as failed.
            return known + [
                "ok \(number) \(name) # SKIP known issue: \(verdict.asBeforeText ?? "as before")"
            ]
        case .fail:
            let story = verdict.witness.map {
                WitnessSummary($0).entries(for: verdict.expectation)
            }
            return ([LabelledText("failing", verdict.failedRuns)] + (story ?? []))
                .map(diagnostic) + known + ["not ok \(number) \(name)"]
        }
    }

    /// The test that fails where the question was not answered in full.
    private static let harnessTest = "every-run-was-made"

    private static func harness(_ variant: VariantReport, number: Int) -> [String] {
        variant.harnessErrors.flatMap { error in
            [
                LabelledText("error", error.sentence),
                LabelledText("replay", WitnessSummary(error.witness).replay),
            ].map(diagnostic)
        } + ["not ok \(number) \(harnessTest)"]
    }

    private static func diagnostic(_ entry: LabelledText) -> String { "# \(entry.line)" }
}
