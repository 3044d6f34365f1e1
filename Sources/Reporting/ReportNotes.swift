// SPDX-License-Identifier: GPL-2.0-only

// What there is to say of a variant beside its verdicts, as labelled sentences in one order for all
// forms: what was run, what was left out, and which of the added lines ran.

import Exploration

/// The sentences about a variant as a whole.
struct ReportNotes {
    let entries: [WitnessSummary.Entry]
    /// The source around added lines that never ran, laid out.
    let source: [String]

    init(_ variant: VariantReport) {
        var entries: [WitnessSummary.Entry] = []
        func add(_ label: String, _ text: String) {
            entries.append(WitnessSummary.Entry(label: label, text: text))
        }
        for title in variant.titles { add("patch", title) }
        add(
            "runs", "\(variant.runs.grouped), of \(variant.scenarios.of("scenario"))")
        if let orders = variant.orders { add("orders", orders.sentence) }
        for left in variant.notRun {
            add("not run", "\(left.scenarios.of("scenario")) on \(left.filesystem): \(left.reason)")
        }
        if let coverage = variant.coverage, let words = CoverageText(variant).words {
            add("coverage", words)
            for line in coverage.lines {
                let count =
                    line.scenarios == 0 ? "never ran" : "ran in \(line.scenarios.of("scenario"))"
                add("line", "\(line.file):\(line.line) \(count): \(coverage.text(of: line))")
            }
        }
        for note in variant.notes { add("note", note) }
        self.entries = entries
        source = CoverageText(variant).source().filter { !$0.isEmpty }
    }
}

extension OrdersCovered {
    /// How many runs and scenarios, and in which orders.
    var sentence: String {
        "\(runs.of("run")) of \(scenarios.of("scenario")) of two tasks: \(words)"
    }
}
