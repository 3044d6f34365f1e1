// SPDX-License-Identifier: GPL-2.0-only

// A report as JUnit XML, in the dialect that build servers share: what Jenkins' schema (junit-10)
// allows, and nothing of it that other readers are known to trip over. A suite a variant, a case an
// expectation. Text is whatever a patch, a path or a dying process put there, so every character
// that XML 1.0 cannot carry is replaced, not dropped: something was there.

import Expectations
import Exploration

/// Writes reports as JUnit XML.
package enum ReportJUnit {
    package static func render(_ report: Report) -> String {
        let cases = report.variants.map { $0.verdicts.count + ($0.harnessErrors.isEmpty ? 0 : 1) }
        var root = Element(
            "testsuites",
            [
                ("name", "faultline"), ("tests", "\(cases.reduce(0, +))"),
                ("failures", "\(report.variants.map(failures).reduce(0, +))"),
                ("errors", "\(report.variants.count { !$0.harnessErrors.isEmpty })"),
                ("time", seconds(report.variants.map(\.seconds).reduce(0, +))),
            ])
        for (index, variant) in report.variants.enumerated() {
            root.children.append(suite(variant, tree: report.tree, id: index))
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.lines().joined(separator: "\n")
    }

    private static func failures(_ variant: VariantReport) -> Int {
        variant.failing.count
    }

    private static func seconds(_ value: Double) -> String {
        let thousandths = Int((value * 1000).rounded())
        let fraction = String(1000 + thousandths % 1000).dropFirst()
        return "\(thousandths / 1000).\(fraction)"
    }

    private static func suite(
        _ variant: VariantReport, tree: Witness.TreeIdentity, id: Int
    ) -> Element {
        let hasErrors = !variant.harnessErrors.isEmpty
        var suite = Element(
            "testsuite",
            [
                ("name", variant.name), ("id", "\(id)"),
                ("tests", "\(variant.verdicts.count + (hasErrors ? 1 : 0))"),
                ("failures", "\(failures(variant))"), ("errors", hasErrors ? "1" : "0"),
                ("skipped", "\(variant.verdicts.count(where: \.isSkipped))"),
                ("time", seconds(variant.seconds)),
            ])
        var list = Element("properties")
        list.children = [
            Element("property", [("name", "tree"), ("value", Layout.plain(tree.description))])
        ]
        suite.children.append(list)
        suite.children += variant.verdicts.map { testcase($0, of: variant) }
        if hasErrors { suite.children.append(harness(variant)) }
        let notes = ReportNotes(variant)
        let lines = notes.entries.map(\.line) + notes.source
        suite.children.append(Element("system-out", text: lines.joined(separator: "\n")))
        return suite
    }

    /// A case takes no time of its own: all expectations are asked of the same runs.
    private static func testcase(
        _ verdict: ExpectationVerdict, of variant: VariantReport
    ) -> Element {
        var element = Element(
            "testcase",
            [
                ("name", verdict.expectation.name), ("classname", "faultline.\(variant.name)"),
                ("time", "0"),
            ])
        switch verdict.verdict {
        case .pass: break
        case .failAsBefore:
            element.children.append(
                Element(
                    "skipped",
                    [("message", "known issue: \(verdict.asBeforeText ?? "as before")")]))
        case .notApplicable:
            element.children.append(
                Element(
                    "skipped",
                    [("message", variant.withoutVerdict ?? ExpectationVerdict.notApplicable)]))
        case .fail:
            let text = verdict.witness.map { WitnessText($0).render(for: verdict.expectation) }
            let held = verdict.witness.map {
                WitnessSummary($0).entries(for: verdict.expectation).filter { $0.label == "held" }
                    .map { "; held: \($0.text)" }.joined()
            }
            element.children.append(
                Element(
                    "failure",
                    [
                        ("message", "\(verdict.failedRuns): \(verdict.expectation.rule)\(held ?? "")"),
                        ("type", verdict.expectation.name),
                    ], text: text ?? ""))
        }
        var known = verdict.known.map { "known: \($0.description)" }
        if verdict.verdict != .failAsBefore, let text = verdict.asBeforeText {
            known.append("before: \(text)")
        }
        if let text = verdict.mendedText { known.append("fixed: \(text)") }
        if !known.isEmpty {
            element.children.append(Element("system-out", text: known.joined(separator: "\n")))
        }
        return element
    }

    /// An error, in the words of JUnit: the tests were not made as they should have been.
    private static func harness(_ variant: VariantReport) -> Element {
        var element = Element(
            "testcase",
            [
                ("name", "every-run-was-made"), ("classname", "faultline.\(variant.name)"),
                ("time", "0"),
            ])
        let errors = variant.harnessErrors
        element.children.append(
            Element(
                "error",
                [
                    ("message", errors[0].sentence), ("type", "harness"),
                ],
                text: errors.map {
                    "\($0.sentence); \(WitnessSummary($0.witness).replay)"
                }.joined(separator: "\n")))
        return element
    }

    /// An XML element: children or text, not both.
    private struct Element {
        var name: String
        var attributes: [(String, String)]
        var text: String
        var children: [Element] = []

        init(_ name: String, _ attributes: [(String, String)] = [], text: String = "") {
            self.name = name
            self.attributes = attributes
            self.text = text
        }

        func lines(indent: String = "") -> [String] {
            let head = attributes.reduce("\(indent)<\(name)") {
                "\($0) \($1.0)=\"\(MarkupText.xml($1.1))\""
            }
            if !children.isEmpty {
                return ["\(head)>"] + children.flatMap { $0.lines(indent: indent + "  ") }
                    + ["\(indent)</\(name)>"]
            }
            return [text.isEmpty ? "\(head)/>" : "\(head)>\(MarkupText.xml(text))</\(name)>"]
        }
    }
}

extension ExpectationVerdict {
    /// In the words of JUnit.
    fileprivate var isSkipped: Bool { verdict == .notApplicable || verdict == .failAsBefore }
}
