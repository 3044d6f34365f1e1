// SPDX-License-Identifier: GPL-2.0-only

// A comparison as text, 72 columns wide: what was compared, the changes by group with their counts,
// and the smallest run that shows each, side by side. One run often shows several changes; it is
// shown once, for all of them.

import Comparison
import Exploration

/// Writes comparisons.
package struct DiffText {
    private let report: DifferenceReport

    package init(_ report: DifferenceReport) { self.report = report }

    package func render() -> String {
        var lines = [
            Layout.entry("before", describe(report.before), indent: 0),
            Layout.entry("after", describe(report.after), indent: 0),
            Layout.entry("compared", compared, indent: 0),
        ]
        if let only { lines.append(Layout.entry("only in", only, indent: 0)) }
        lines += notes.map { Layout.entry("note", $0, indent: 0) }
        guard !report.isEmpty else { return (lines + ["", nothing]).joined(separator: "\n") }
        lines += ["", Layout.fill(summary)]
        for facet in ObservableKind.allCases { lines += group(facet) }
        lines += examples()
        return lines.joined(separator: "\n")
    }

    private func describe(_ side: DifferenceReport.Side) -> String {
        let patches = side.patches.isEmpty ? "no patch" : side.patches.joined(separator: ", ")
        return "\(side.name): \(patches), on \(TreeText.inSentence(side.tree))"
    }

    // MARK: - What was compared

    private var compared: String {
        let done = report.compared
        var words =
            "\(done.runs.of("run")) of \(done.scenarios.of("scenario")), without failure and "
            + "with each call failing that both make"
        if done.races > 0 {
            words += "; all outcomes of \(done.races.of("race")) of two tasks, in "
            words +=
                done.ordersBefore == done.ordersAfter
                ? done.ordersBefore.of("order")
                : "\(done.ordersBefore.of("order")) before and \(done.ordersAfter.grouped) after"
            words += ": every order that can matter"
            if done.boundedRaces > 0 {
                words +=
                    ", and of \(done.boundedRaces.grouped) larger ones every order with at "
                    + "most \(done.preemptions.of("preemption"))"
            }
        }
        return words
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

    private var nothing: String {
        Layout.fill(
            "Nothing observable changed: op results, data, blocks, begin/end calls and their "
                + "arguments, lock sequences, injection points and verdicts are the same in all "
                + "that was compared.")
    }

    private var summary: String {
        let done = report.compared
        var words = "\(done.differentRuns.of("run")) of \(done.runs.grouped) differ"
        if done.races > 0 {
            words += ", and \(done.differentRaces.of("race")) of \(done.races.grouped)"
        }
        return words + ": \(report.changes.count.of("kind")) of difference."
    }

    // MARK: - Changes

    /// Those that are shown, in order; their numbers are their places here.
    private var shown: [DifferenceReport.Change] { report.changes.filter { $0.example != nil } }

    private func group(_ facet: ObservableKind) -> [String] {
        let all = report.changes.filter { $0.kind.facet == facet }
        guard !all.isEmpty else { return [] }
        var lines = ["", facet.words]
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
        var words = parts.joined(separator: "; ")
        words += "; on \(change.filesystems.map(\.name).joined(separator: ", "))"
        if !change.operations.isEmpty {
            words += "; in \(change.operations.map(\.name).joined(separator: ", "))"
        }
        return words
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
            lines += ["", String(repeating: "-", count: Layout.mailWidth)]
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
        func words(_ witness: Witness) -> String {
            let marks = witness.order ?? []
            return marks.isEmpty
                ? "one task after the other" : marks.map(\.description).joined(separator: "; ")
        }
        guard let before = example.before, let after = example.after else { return [] }
        guard Set(before.run.operations.map(\.task)).count > 1 else { return [] }
        if before.run.schedule == after.run.schedule {
            return [Layout.entry("order", words(before))]
        }
        return [
            Layout.entry("order", "on \(report.before.name): \(words(before))"),
            Layout.entry("", "on \(report.after.name): \(words(after))"),
            Layout.entry("", "that is what is most alike there, shown task after task"),
        ]
    }

    private func failures(_ example: DifferenceReport.Example) -> [String] {
        guard let any = example.before ?? example.after else { return [] }
        if any.run.geometry.hasBadMedium, any.run.injections.isEmpty {
            return [Layout.entry("failure", "the medium under the file reports errors")]
        }
        if any.run.injections.isEmpty {
            return [Layout.entry("failure", "none is needed: every call succeeds")]
        }
        let tasks = Set(any.run.operations.map(\.task)).count
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
