// SPDX-License-Identifier: GPL-2.0-only

// A bisection as plain text, 72 columns: what was searched, the steps, and for each change that a
// failure came or went with what there is to know of it. No times are in it: the same series gives
// the same text.

import Bisection
import Expectations
import Exploration

/// Writes what a bisection found.
package struct BisectionText {
    private let report: BisectionReport

    package init(_ report: BisectionReport) { self.report = report }

    package func render() -> StyledText {
        var lines: [StyledText] = []
        lines += [
            Layout.entry("tree", report.tree.chosen, indent: 0),
            Layout.entry("series", report.words, indent: 0), "",
        ]
        let width = report.steps.map { report.states[$0.state].name.count }.max() ?? 0
        var label = ""
        for (number, step) in report.steps.enumerated() {
            let next = number < 2 ? "ends" : step.isWhole ? "checked" : "steps"
            lines.append(
                (next == label ? "" : next).padded(to: 11)
                    + BisectionText.line(step, report.states[step.state], width))
            label = next
        }
        for answer in report.answers { lines += [""] + self.lines(of: answer) }
        if !report.notes.isEmpty {
            lines.append("")
            lines += report.notes.map { Layout.entry("note", $0, indent: 0) }
        }
        lines += ["", conclusion]
        return lines.joined()
    }

    /// One step: which state, what it showed.
    ///
    /// - Parameter width: of the longest name.
    static func line(
        _ step: BisectionReport.Step, _ state: BisectionStates.State, _ width: Int
    ) -> String {
        let start = state.name.padded(to: width + 2) + step.verdict.rawValue.padded(to: 6)
        let indent = String(repeating: " ", count: 11 + start.count)
        let filled = Layout.fill(step.findings, first: indent, rest: indent)
        return Layout.trimmed(start + filled.dropFirst(indent.count))
    }

    /// The same as it happens, with what it took.
    package static func progress(
        _ step: BisectionReport.Step, _ state: BisectionStates.State
    ) -> String {
        let what = step.findings
        let title = state.title.map { " (\($0))" } ?? ""
        return "\(state.name)\(title): \(step.verdict.rawValue)"
            + (what.isEmpty ? "" : ", \(what)")
            + " [\(step.isWhole ? "all scenarios" : "a few scenarios"), \(decimal(step.seconds)) s]"
    }

    // MARK: - Answers

    private func lines(of answer: BisectionReport.Answer) -> [StyledText] {
        var lines: [StyledText] = []
        let kind = answer.comes ? "first bad" : "fixed by"
        let role: StyledText.Role = answer.comes ? .bad : .good
        if answer.suspects.count == 1 {
            lines.append(Layout.entry(kind, name(answer.suspects[0]), role: role, indent: 0))
        } else {
            lines.append(
                Layout.entry(
                    kind, "one of \(answer.suspects.count), because some could not be tested:",
                    role: role, indent: 0))
            for index in answer.suspects {
                let reason = answer.skipped[index].map { ": \($0)" } ?? ""
                lines.append(
                    Layout.fill(
                        name(index) + reason, first: String(repeating: " ", count: 13),
                        rest: String(repeating: " ", count: 15)))
            }
        }
        lines += signatures(answer)
        if let witness = answer.witness { lines += self.lines(of: witness, answer) }
        if answer.suspects.count == 1, report.states[answer.suspects[0]].isMerge,
            let commit = report.states[answer.suspects[0]].place
        {
            let name = commit.prefix(12)
            lines.append(
                Layout.entry(
                    "", "This is a merge: bisect its commits with --rev \(name)^1..\(name)^2.",
                    indent: 0))
        }
        return lines
    }

    /// Name and subject of a change; without a subject, where it is.
    private func name(_ index: Int) -> String {
        let state = report.states[index]
        return state.name + (state.title.map { ": \($0)" } ?? state.place.map { ": \($0)" } ?? "")
    }

    private func signatures(_ answer: BisectionReport.Answer) -> [String] {
        var lines: [String] = []
        let verb = answer.comes ? "breaks" : "fixes"
        for name in names(answer.signatures) {
            let kinds = answer.signatures.filter { $0.expectation == name }.map(\.kind)
            var text = "\(name): \(kinds[0])"
            if kinds.count > 1 { text += ", and \((kinds.count - 1).of("more way"))" }
            let possible = answer.possible.count { $0.expectation == name }
            if possible > 0 {
                text +=
                    "; \(possible.of("more way")) may come from it: not every state could be tested"
                    + " for that"
            }
            let others = answer.others.filter { $0.expectation == name }
            if !others.isEmpty {
                text += answer.comes ? "; it was broken before, by " : "; it is still broken, by "
                text += others[0].kind
                if others.count > 1 { text += " and \((others.count - 1).of("more way"))" }
            }
            lines.append(Layout.entry(verb, text, indent: 0))
        }
        return lines
    }

    private func names(_ signatures: [FailureSignature]) -> [String] {
        Expectations.all.map(\.name).filter { name in
            signatures.contains { $0.expectation == name }
        }
    }

    private func lines(of witness: Witness, _ answer: BisectionReport.Answer) -> [String] {
        var lines = [Layout.entry("scenario", witness.words, indent: 0)]
        for call in witness.failedCalls {
            lines.append(
                Layout.entry("failure", OperationText.failure(call, of: 1), indent: 0))
        }
        lines.append(
            Layout.entry(
                "see it",
                "faultline replay \(witness.id)"
                    + (answer.comes ? "" : " (of the code before the fix)"), indent: 0))
        return lines
    }

    private var conclusion: String {
        let asked = Set(report.steps.map(\.state))
        let skipped = Set(report.steps.filter { $0.verdict == .skip }.map(\.state))
        return "\(asked.count) of \(report.states.count.of("state")) tested"
            + (skipped.isEmpty ? "" : ", \(skipped.count) of them without an answer")
    }
}

extension BisectionReport.Step {
    /// What the state breaks, or why it could not be tested.
    fileprivate var findings: String { reason ?? breaks.joined(separator: ", ") }
}
