// SPDX-License-Identifier: GPL-2.0-only

// The smallest runs that show differences, each once with the numbers of all differences that it
// shows, both sides beside each other.

import Comparison
import Exploration

extension DiffText {
    /// The runs, each once, with the numbers of the changes that it shows.
    func examples() -> [String] {
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
                    "\(example.before == nil ? names.0 : names.1) has no such run: it does not make "
                        + "the call that fails here.", first: "  "))
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
            Layout.entry("", "the most similar order of each side, shown task by task"),
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
