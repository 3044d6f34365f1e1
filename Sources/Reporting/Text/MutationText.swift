// SPDX-License-Identifier: GPL-2.0-only

// How much a verdict is worth, in a reviewer's words: how many mistakes in these lines somebody would
// have noticed, and each that nobody would, as a sentence and a diff.

import Exploration
import Mutation

/// Writes what came of mistakes.
package struct MutationText {
    private let report: MutationReport

    package init(_ report: MutationReport) { self.report = report }

    private var place: String {
        report.patches.isEmpty ? "the lines of the slice" : "your added lines"
    }

    package func render() -> StyledText {
        var lines: [StyledText] = [
            StyledText(Layout.entry("tree", report.tree.chosen, indent: 0))
        ]
        lines += report.patches.map { StyledText("patch".padded(to: 11) + $0) }
        lines.append(StyledText(Layout.entry("mistakes", mistakes, indent: 0)))
        lines += report.notes.map { StyledText(Layout.entry("note", $0, indent: 0)) }
        for mutant in report.mutants where mutant.outcome.isNotJudged {
            guard case .notJudged(let reason) = mutant.outcome else { continue }
            lines.append(
                StyledText(
                    Layout.entry(
                        "not judged", "\(location(mutant)), if \(mutant.mutant.words): \(reason)",
                        indent: 0)))
        }
        for mutant in report.unnoticed {
            lines += ["", StyledText(Layout.rule), StyledText(Layout.fill(sentence(mutant)), .bad)]
            lines.append(StyledText(String(mutant.diff.dropLast())))
        }
        lines += ["", StyledText(Layout.fill(summary), report.unnoticed.isEmpty ? .good : .bad)]
        return lines.joined()
    }

    /// "12 of 13 changes to your added lines would have been noticed."
    private var summary: String {
        guard report.judged > 0 else { return "No mistake could be judged." }
        let changes = report.judged == 1 ? "change" : "changes"
        var text =
            "\(report.noticed.grouped) of \(report.judged.grouped) \(changes) to \(place) would have "
            + "been noticed."
        let asleep = report.unnoticed.count { $0.outcome == .unnoticed(isRun: false) }
        if asleep > 0 {
            text +=
                " \(asleep.grouped) of the others \(asleep == 1 ? "is" : "are") in lines that "
                + "no run comes to."
        }
        return text
    }

    private var mistakes: String {
        var text = "\(report.mutants.count.grouped) of \(report.possible.grouped) tried"
        if let seed = report.seed { text += " (seed \(seed))" }
        if report.shard != .whole {
            text += ", part \(report.shard.index + 1) of \(report.shard.count)"
        }
        text += ": \(report.noticed.grouped) noticed, \(report.unnoticed.count.grouped) not"
        let same = report.count { $0 == .sameCode }
        let broken = report.count { $0 == .doesNotCompile }
        let unknown = report.count(\.isNotJudged)
        if same > 0 { text += ", \(same.grouped) compiled to the same code" }
        if broken > 0 { text += ", \(broken.grouped) not compiled" }
        if unknown > 0 { text += ", \(unknown.grouped) not judged" }
        if report.left > 0 { text += "; \(report.left.grouped) not tried: interrupted" }
        return text + "; \(decimal(report.seconds)) s"
    }

    private func location(_ mutant: JudgedMutant) -> String {
        "\(mutant.mutant.place.file):\(mutant.mutant.place.line)"
    }

    private func sentence(_ mutant: JudgedMutant) -> String {
        "\(location(mutant)): nobody would notice if \(mutant.mutant.words)"
            + (mutant.outcome == .unnoticed(isRun: false) ? "; no run comes to this line" : "")
            + "."
    }

    package var json: JSONObject {
        [
            "faultline": 1, "tree": report.tree.json, "patches": report.patches,
            "possible": report.possible, "tried": report.mutants.count, "noticed": report.noticed,
            "unnoticed": report.unnoticed.count, "not_tried": report.left,
            "seed": report.seed.map { Int(clamping: $0) },
            "shard": report.shard == .whole
                ? nil : "\(report.shard.index + 1)/\(report.shard.count)",
            "seconds": rounded(report.seconds), "summary": Layout.plain(summary),
            "mutants": report.mutants.map(json),
        ]
    }

    private func json(_ mutant: JudgedMutant) -> JSONObject {
        var outcome: String
        var (expectations, witness, reason): ([String]?, String?, String?) = (nil, nil, nil)
        var isRun: Bool?
        switch mutant.outcome {
        case .noticed(let names, let id): (outcome, expectations, witness) = ("noticed", names, id)
        case .unnoticed(let ran): (outcome, isRun) = ("unnoticed", ran)
        case .sameCode: outcome = "same-code"
        case .doesNotCompile: outcome = "not-compiled"
        case .notJudged(let why): (outcome, reason) = ("not-judged", why)
        }
        return [
            "file": mutant.mutant.place.file, "line": mutant.mutant.place.line,
            "kind": mutant.mutant.kind.rawValue, "words": mutant.mutant.words,
            "outcome": outcome, "expectations": expectations, "witness": witness,
            "line_runs": isRun, "reason": reason, "diff": mutant.diff,
        ]
    }
}
