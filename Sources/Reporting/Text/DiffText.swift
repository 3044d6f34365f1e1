// SPDX-License-Identifier: GPL-2.0-only

// A comparison as text, 72 columns wide: what was compared, the changes by group with their counts,
// and the smallest run that shows each, side by side. One run often shows several changes; it is
// shown once, for all of them.

import Comparison

/// Writes comparisons.
package struct DiffText {
    let report: DifferenceReport

    package init(_ report: DifferenceReport) { self.report = report }

    package func render() -> StyledText {
        var lines: [StyledText] = []
        lines += [
            Layout.entry("before", describe(report.before), indent: 0),
            Layout.entry("after", describe(report.after), indent: 0),
            Layout.entry("compared", compared, indent: 0),
        ]
        if let only { lines.append(Layout.entry("only in", only, indent: 0)) }
        lines += notes.map { Layout.entry("note", $0, indent: 0) }
        guard !report.isEmpty else { return (lines + ["", nothing]).joined() }
        lines += ["", Layout.fill(summary)]
        for facet in ObservableKind.allCases { lines += group(facet) }
        lines += examples()
        return lines.joined()
    }

    private func describe(_ side: DifferenceReport.Side) -> String {
        let patches = side.patches.isEmpty ? "no patch" : side.patches.joined(separator: ", ")
        return "\(side.name): \(patches), on \(side.tree.inSentence)"
            + (side.tree.choice.map { $0 == .named ? "" : " (\($0.reason))" } ?? "")
    }

    // MARK: - What was compared

    private var compared: String {
        let done = report.compared
        var text =
            "\(done.runs.of("run")) of \(done.scenarios.of("scenario")), without failure and "
            + "with each call failing that both sides make"
        if done.races > 0 {
            text += "; all outcomes of \(done.races.of("race")) of two tasks, in "
            text +=
                done.ordersBefore == done.ordersAfter
                ? done.ordersBefore.of("order")
                : "\(done.ordersBefore.of("order")) before and \(done.ordersAfter.grouped) after"
            text += ": every order that can matter"
            if done.boundedRaces > 0 {
                text +=
                    ", and of \(done.boundedRaces.grouped) larger ones every order with at "
                    + "most \(done.preemptions.of("preemption"))"
            }
        }
        return text
    }

    /// What one side alone could be asked.
    private var only: String? {
        let done = report.compared
        var parts: [String] = []
        for (side, runs, scenarios) in [
            (report.before, done.onlyBefore, done.scenariosOnlyBefore),
            (report.after, done.onlyAfter, done.scenariosOnlyAfter),
        ] {
            if runs > 0 {
                parts.append(
                    "\(side.name): \(runs.of("run")) in which a call fails that the other side does not "
                        + "make; judged, not compared")
            }
            if scenarios > 0 {
                parts.append(
                    "\(side.name): \(scenarios.of("scenario")) that the other tree cannot run")
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: ". ")
    }

    private var notes: [String] {
        var notes = report.notes
        if report.isSameCode { notes.append("both were built from the same contents") }
        for side in [report.before, report.after] {
            notes += side.notes.map { "\(side.name): \($0)" }
            for (message, runs) in side.harnessErrors.sorted(by: { $0.key < $1.key }) {
                notes.append(
                    "\(side.name): \(runs.of("run")) ended in an error of the harness and "
                        + "\(runs == 1 ? "says" : "say") nothing: \(message)")
            }
        }
        var known: Set<String> = []
        return notes.filter { known.insert($0).inserted }
    }

    private var nothing: StyledText {
        let text = Layout.fill(
            "Nothing observable changed: op results, data, blocks, begin/end calls and their "
                + "arguments, lock sequences, injection points and verdicts are the same in all "
                + "runs that were compared.")
        return StyledText(text, .good)
    }

    private var summary: String {
        let done = report.compared
        var text = "\(done.differentRuns.of("run")) of \(done.runs.grouped) differ"
        if done.races > 0 {
            text += ", and \(done.differentRaces.of("race")) of \(done.races.grouped)"
        }
        return text + ": \(report.changes.count.of("kind")) of difference."
    }

    // MARK: - Changes

    /// Those that are shown, in order; their numbers are their places here.
    var shown: [DifferenceReport.Change] { report.changes.filter { $0.example != nil } }

    private func group(_ facet: ObservableKind) -> [String] {
        let all = report.changes.filter { $0.kind.facet == facet }
        guard !all.isEmpty else { return [] }
        var lines = ["", facet.description]
        let numbers = shown.indices.filter { shown[$0].kind.facet == facet }
        for number in numbers {
            let label = "\(number + 1)".rightAligned(to: 4) + "  "
            lines.append(Layout.fill(shown[number].kind.words, first: label))
            lines.append(Layout.fill(count(shown[number]), first: "      "))
        }
        let rest = all.filter { $0.example == nil }
        if !rest.isEmpty {
            lines.append(
                Layout.fill(
                    "and \(rest.count.of("kind")) more, in "
                        + "\(rest.reduce(0) { $0 + $1.runs }.of("run")) and "
                        + "\(rest.reduce(0) { $0 + $1.orders }.of("order")); --limit "
                        + "\(all.count) shows them", first: "      "))
        }
        return lines
    }

    private func count(_ change: DifferenceReport.Change) -> String {
        guard !change.filesystems.isEmpty else { return "over all runs together" }
        var parts: [String] = []
        if change.runs > 0 {
            let how =
                change.unfailedRuns == 0
                ? "all with a failure"
                : change.unfailedRuns == change.runs
                    ? "all without failure" : "\(change.unfailedRuns.grouped) without failure"
            parts.append(
                "\(change.runs.of("run")) of \(change.scenarios.of("scenario")), \(how)")
        }
        if change.orders > 0 {
            parts.append("\(change.orders.of("order")) of \(change.races.of("race"))")
        }
        var text = parts.joined(separator: "; ")
        text += "; on \(change.filesystems.map(\.name).joined(separator: ", "))"
        if !change.operations.isEmpty {
            text += "; in \(change.operations.map(\.name).joined(separator: ", "))"
        }
        return text
    }
}
