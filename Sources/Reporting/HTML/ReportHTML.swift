// SPDX-License-Identifier: GPL-2.0-only

// A report as a page: one file that needs nothing else, no network, no script, to be opened from a
// mail or kept beside a build. The table of verdicts leads to the witnesses, each with a picture of
// its run, and to the patches with what of them ran. It can be read by keyboard, by a screen reader,
// in light and dark, and on paper. It tells no times, so the same question gives the same page, byte
// for byte.

import Expectations
import Exploration
import Slices

/// Writes reports as HTML.
package enum ReportHTML {
    package static func render(_ report: Report) throws -> String {
        HTMLPage(report).render()
    }
}

/// The page of a report.
private struct HTMLPage {
    private let report: Report
    private let title: String

    init(_ report: Report) {
        self.report = report
        let tree = Layout.breakable(report.tree.inSentence)
        let names = report.variants.map(\.name)
        title =
            names.count == 1
            ? "Faultline: \(names[0]) on \(tree)"
            : "Faultline: \(names.count) variants of \(tree)"
    }

    func render() -> String {
        let head = [
            "<!DOCTYPE html>",
            "<html lang=\"en\">",
            "<head>",
            "<meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            // Nothing is fetched, whatever a name or a patch says.
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                + "style-src 'unsafe-inline'; img-src data:\">",
            "<link rel=\"icon\" href=\"data:,\">",
            "<title>\(HTMLText.escape(title))</title>",
            "<style>\n\(HTMLStyle.sheet)</style>",
            "</head>",
            report.variants.count > 1 ? "<body class=\"several\">" : "<body>",
            "<a class=\"skip\" href=\"#verdicts\">Skip to the verdicts</a>",
            "<header>",
            "<h1>\(HTMLText.escape(title))</h1>",
            "<p>\(conclusion)</p>",
            "</header>",
            contents,
            "<main>",
            verdicts,
        ]
        let sections = report.variants.indices.map(section)
        let foot = [
            "</main>",
            "<footer><p class=\"soft\">Made by faultline. n.a.: no run says anything about it. "
                + "To replay a witness: <code>faultline replay ID</code>.</p></footer>",
            "</body>",
            "</html>",
        ]
        return (head + sections + foot).joined(separator: "\n") + "\n"
    }

    private var conclusion: String {
        let failed = report.variants.count { $0.hasFailures }
        let runs = report.variants.reduce(0) { $0 + $1.runs }
        let made = HTMLText.escape("\(runs.of("run")) in all.")
        guard report.variants.count == 1 else {
            let which = report.variants.indices.filter { report.variants[$0].hasFailures }.map {
                "\(HTMLText.escape(report.variants[$0].name)) (\(failing($0)))"
            }
            return "\(failed) of \(report.variants.count) variants break an expectation"
                + (which.isEmpty ? ". " : ": \(which.joined(separator: ", ")). ") + made
        }
        let variant = report.variants[0]
        let word = variant.hasFailures ? "fail" : variant.notJudged == nil ? "pass" : "none"
        let links = failing(0)
        return "<strong class=\"\(word)\">\(HTMLText.escape(variant.summary))</strong> "
            + (links.isEmpty ? "" : "See \(links). ") + made
    }

    /// The expectations that a variant breaks, each leading to its witness.
    private func failing(_ variant: Int) -> String {
        report.variants[variant].verdicts.compactMap { verdict in
            guard verdict.verdict == .fail, let witness = verdict.witness else { return nil }
            return "<a class=\"fail\" href=\"#\(name(of: witness, variant))\">"
                + "\(HTMLText.escape(verdict.expectation.name))</a>"
        }.joined(separator: ", ")
    }

    private var contents: String {
        let links = report.variants.indices.map { index in
            "<li><a href=\"#variant-\(index)\">\(HTMLText.escape(report.variants[index].name))"
                + "</a></li>"
        }
        return "<nav aria-label=\"Contents\"><ul>\n<li><a href=\"#verdicts\">Verdicts</a></li>\n"
            + links.joined(separator: "\n") + "\n</ul></nav>"
    }

    // MARK: - The table

    private var verdicts: String {
        var rows = [
            "<section id=\"verdicts\" tabindex=\"-1\" aria-labelledby=\"verdicts-head\">",
            "<h2 id=\"verdicts-head\">Verdicts</h2>",
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table of verdicts\">",
            "<table class=\"verdicts\">",
            "<caption>\(HTMLText.escape("Tree: \(report.tree)"))</caption>",
            "<thead><tr><th scope=\"col\">Expectation</th>",
        ]
        rows += report.variants.map { "<th scope=\"col\">\(HTMLText.escape($0.name))</th>" }
        rows.append("</tr></thead>\n<tbody>")
        for (index, verdict) in (report.variants.first?.verdicts ?? []).enumerated() {
            let expectation = verdict.expectation
            rows.append(
                "<tr><th scope=\"row\">\(HTMLText.escape(expectation.name))"
                    + "<span>\(HTMLText.escape(expectation.rule))</span></th>")
            rows += report.variants.indices.map { cell(report.variants[$0].verdicts[index], $0) }
            rows.append("</tr>")
        }
        rows.append("</tbody></table></div>")
        if report.variants.contains(where: {
            $0.baseline == nil && $0.verdicts.contains { !$0.known.isEmpty }
        }) {
            rows.append(
                "<p>*: some runs break it exactly as a finding in FINDINGS.md describes. The tree does "
                    + "so without any patch, so these runs do not count as failures.</p>")
        }
        if report.variants.count > 1 {
            rows.append(
                "<p class=\"onPaper soft\">Pictures, texts and patches are left out on paper: "
                    + "<code>faultline replay ID</code> has those of a witness.</p>")
        }
        return rows.joined(separator: "\n") + "\n</section>"
    }

    private func cell(_ verdict: ExpectationVerdict, _ variant: Int) -> String {
        let word = verdict.word.plain
        let hidden = verdict.hiddenText.map { "; \($0)" } ?? ""
        switch verdict.verdict {
        case .pass:
            let mended = verdict.mendedText.map { "; \($0)" } ?? ""
            return "<td class=\"pass\">\(word)<small>"
                + "\(HTMLText.escape(verdict.runs.of("run") + mended + hidden))</small></td>"
        case .notApplicable: return "<td class=\"none\">\(word)</td>"
        case .failAsBefore:
            return "<td class=\"none\">\(word)<small>"
                + "\(HTMLText.escape((verdict.asBeforeText ?? "") + hidden))</small></td>"
        case .fail:
            let link = verdict.witness.map {
                "<a class=\"fail\" href=\"#\(name(of: $0, variant))\">\(word)</a>"
            }
            let old = verdict.asBeforeText.map { "; \($0)" } ?? ""
            return "<td class=\"fail\">\(link ?? word)<small>"
                + "\(HTMLText.escape(verdict.failedRuns + old + hidden))</small></td>"
        }
    }

    // MARK: - A variant

    private func name(of witness: Witness, _ variant: Int) -> String {
        HTMLText.escape("witness-\(variant)-\(witness.id)")
    }

    private func section(_ index: Int) -> String {
        let variant = report.variants[index]
        var parts = [
            "<section id=\"variant-\(index)\" aria-labelledby=\"variant-\(index)-head\">",
            "<h2 id=\"variant-\(index)-head\">\(HTMLText.escape(variant.name))</h2>",
            // Which line ran stands beside the line, in the patch.
            HTMLText.definitions(
                ReportNotes(variant).entries.filter {
                    (variant.patchTexts.isEmpty || $0.label != "line")
                        && (report.variants.count > 1 || $0.label != "summary")
                }),
        ]
        var shown: [String] = []
        for verdict in variant.verdicts {
            guard let witness = verdict.witness, !shown.contains(witness.id) else { continue }
            shown.append(witness.id)
            let broken = variant.verdicts.filter { $0.witness?.id == witness.id }
            parts.append(
                HTMLWitness(witness, broken.map(\.expectation), name: name(of: witness, index))
                    .render())
        }
        parts += variant.harnessErrors.map {
            "<p class=\"soft\">No verdict rests on: \(HTMLText.escape($0.sentence))"
                + "</p>"
        }
        parts.append(HTMLPatch(variant).render())
        return parts.joined(separator: "\n") + "\n</section>"
    }
}
