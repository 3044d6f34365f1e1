// SPDX-License-Identifier: GPL-2.0-only

// What there is to say of a variant beside its verdicts, as labelled sentences in one order for all
// forms: what was run, what was left out, and which of the added lines ran.

import Exploration

/// The sentences about a variant as a whole.
struct ReportNotes {
    let entries: [LabelledText]
    /// The source around added lines that never ran, laid out.
    let source: [String]

    init(_ variant: VariantReport) {
        let coverage = CoverageText(variant)
        var entries = [LabelledText("summary", variant.summary)]
        entries += variant.titles.map { LabelledText("patch", $0) }
        if let baseline = variant.baseline {
            entries.append(LabelledText("before", baseline.description))
        }
        if !variant.hasNothingToRun {
            entries.append(
                LabelledText(
                    "runs", "\(variant.runs.grouped), of \(variant.scenarios.of("scenario"))"))
        }
        if let orders = variant.orders { entries.append(LabelledText("orders", orders.sentence)) }
        entries += variant.scope.map { [LabelledText("fs", $0.description)] } ?? []
        entries += variant.remarks.map { LabelledText($0.label, $0.text) }
        entries += variant.notRun.map { LabelledText("not run", $0.description) }
        if let sentence = coverage.sentence { entries.append(LabelledText("coverage", sentence)) }
        if let lines = variant.coverage?.lines, let coverage = variant.coverage {
            entries += lines.map { line in
                let count =
                    line.scenarios == 0 ? "never ran" : "ran in \(line.scenarios.of("scenario"))"
                return LabelledText(
                    "line", "\(line.file):\(line.line) \(count): \(coverage.text(of: line))")
            }
        }
        entries += variant.notes.map { LabelledText("note", $0) }
        self.entries = entries
        source = coverage.source().filter { !$0.isEmpty }
    }
}
