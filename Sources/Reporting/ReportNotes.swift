// SPDX-License-Identifier: GPL-2.0-only

// What there is to say of a variant beside its verdicts, as labelled sentences in one order for all
// forms: what was run, what was left out, and which of the added lines ran.

import Exploration

/// The sentences about a variant as a whole.
struct ReportNotes {
    let entries: [WitnessSummary.Entry]

    init(_ variant: VariantReport) {
        var entries: [WitnessSummary.Entry] = []
        func add(_ label: String, _ text: String) {
            entries.append(WitnessSummary.Entry(label: label, text: text))
        }
        for title in variant.titles { add("patch", title) }
        add(
            "runs", "\(variant.runs.grouped), of \(variant.scenarios.of("scenario"))")
        for left in variant.notRun {
            add("not run", "\(left.scenarios.of("scenario")) on \(left.filesystem): \(left.reason)")
        }
        if let coverage = variant.coverage {
            add(
                "coverage",
                coverage.addedLines == 0
                    ? "the patch adds no line that makes code"
                    : "\(coverage.executed) of \(coverage.addedLines.of("added line")) ran")
            for line in coverage.missed { add("never ran", "\(line.file):\(line.line)") }
        }
        for note in variant.notes { add("note", note) }
        self.entries = entries
    }
}
