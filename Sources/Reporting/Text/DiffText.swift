// SPDX-License-Identifier: GPL-2.0-only

// A comparison as text, 72 columns wide: what was compared, the changes by group with their counts,
// and the smallest run that shows each, side by side. One run often shows several changes; it is
// shown once, for all of them.

import Exploration

/// Writes comparisons.
package struct DiffText {
    private let report: DifferenceReport

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
    }

    // MARK: - What was compared

    private var compared: String {
        let done = report.compared
        var text =
            "\(done.runs.of("run")) of \(done.scenarios.of("scenario")), without failure and "
            + "with each call failing that both make"
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
                    "\(side.name): \(runs.of("run")), for a call that can fail there and that the "
                        + "other one does not make; judged, and not compared")
            }
            if scenarios > 0 {
                parts.append(
                    "\(side.name): \(scenarios.of("scenario")) that the other tree cannot be asked")
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
                    "\(side.name): \(runs.of("run")) ended in an error of the harness and say "
                        + "nothing: \(message)")
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
    private var shown: [DifferenceReport.Change] { report.changes.filter { $0.example != nil } }

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

    // MARK: - Examples

    /// The runs, each once, with the numbers of the changes that it shows.
    private func examples() -> [String] {
        var lines: [String] = []
        var told: Set<[String]> = []
        for change in shown {
            let example = change.example!
            let key = DiffText.key(example)
            guard told.insert(key).inserted else { continue }
            let numbers = shown.indices.filter { DiffText.key(shown[$0].example!) == key }
            lines += ["", Layout.rule]
            lines += self.example(example, numbers)
        }
        return lines
    }

    private static func key(_ example: DifferenceReport.Example) -> [String] {
        [example.before?.id ?? "", example.after?.id ?? ""]
    }

    private func example(
        _ example: DifferenceReport.Example, _ numbers: [Int]
    ) -> [String] {
        guard let any = example.before ?? example.after else { return [] }
        var lines = numbers.map {
            Layout.fill(
                shown[$0].kind.words, first: "\($0 + 1)".rightAligned(to: 4) + "  ")
        }
        lines.append("")
        lines.append(Layout.entry("scenario", any.words))
        lines.append("             (\(any.scenario))")
        lines += failures(example)
        lines += orders(example)
        lines.append("")
        let kinds = Set(numbers.map { shown[$0].kind.facet })
        let names = (report.before.name, report.after.name)
        if let before = example.before, let after = example.after {
            let isByTask = before.run.schedule != after.run.schedule
            lines += DiffColumns.lines(
                DiffLines(before, kinds: kinds).all(isByTask: isByTask),
                DiffLines(after, kinds: kinds).all(isByTask: isByTask), heads: names)
        } else {
            lines.append(
                Layout.fill(
                    "\(example.before == nil ? names.0 : names.1) has no such run: the call "
                        + "that fails is not made there.", first: "  "))
            lines += DiffLines(any, kinds: kinds).all().map { line in
                Layout.fill(
                    line.text, first: String(repeating: " ", count: 4 + line.depth * 2))
            }
        }
        lines.append("")
        for (name, witness) in [(names.0, example.before), (names.1, example.after)] {
            guard let witness else { continue }
            lines.append("  see it on \(name): faultline replay \(witness.id)")
        }
        return lines
    }

    /// The order of a race; where each side has one of its own, both.
    private func orders(_ example: DifferenceReport.Example) -> [String] {
        func order(_ witness: Witness) -> String {
            witness.order?.isEmpty == false
                ? witness.orderDescription : "one task after the other"
        }
        guard let before = example.before, let after = example.after else { return [] }
        guard before.taskCount > 1 else { return [] }
        if before.run.schedule == after.run.schedule {
            return [Layout.entry("order", order(before))]
        }
        return [
            Layout.entry("order", "on \(report.before.name): \(order(before))"),
            Layout.entry("", "on \(report.after.name): \(order(after))"),
            Layout.entry("", "that is what is most alike there, shown task after task"),
        ]
    }

    private func failures(_ example: DifferenceReport.Example) -> [String] {
        guard let any = example.before ?? example.after else { return [] }
        if any.run.injections.isEmpty, let reason = any.noFailure {
            return [Layout.entry("failure", reason)]
        }
        let tasks = any.taskCount
        let named = [example.before, example.after].compactMap { $0 }.map { witness in
            witness.failedCalls.map { OperationText.failure($0, of: tasks) }
                .joined(separator: "; ")
        }
        var lines = [Layout.entry("failure", named[0])]
        if named.count > 1, named[1] != named[0] {
            lines.append(Layout.entry("", "on \(report.after.name): \(named[1])"))
        }
        return lines
    }
}
