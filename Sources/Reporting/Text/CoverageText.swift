// SPDX-License-Identifier: GPL-2.0-only

// Which added lines ran, as text of 72 columns: a sentence with the counts, and behind it the
// source around what never ran, as a developer would look it up, each added line with the number of
// scenarios that ran it. Source keeps its own layout as far as there is room: what all lines of an
// excerpt are indented by is taken off, a tab is four columns wide, and what does not fit ends in
// three dots; the line number tells where to find all of it.

import Exploration

/// Writes coverage of hunks.
struct CoverageText {
    private let variant: VariantReport

    /// Lines of source that a report has room for.
    private static let limit = 60

    init(_ variant: VariantReport) { self.variant = variant }

    /// In one sentence; nil where no coverage was asked for or nothing was added.
    var sentence: String? {
        guard let coverage = variant.coverage else { return nil }
        guard coverage.addedLines > 0 else { return "the patch adds no line that makes code" }
        var text = "\(coverage.executed) of \(coverage.addedLines.of("added line")) ran"
        let counts = coverage.lines.map(\.scenarios).filter { $0 > 0 }
        if let least = counts.min(), let most = counts.max() {
            text += least == most ? ", in \(least.grouped)" : ", each in \(least.grouped) to "
            text += least == most ? "" : most.grouped
            let all = variant.scenarios + (variant.orders?.scenarios ?? 0)
            text += " of \(all.of("scenario"))"
        }
        if !coverage.missed.isEmpty { text += "; \(coverage.missed.count.grouped) never ran" }
        return text
    }

    /// A paragraph, and the source of what never ran.
    func lines() -> [String] {
        guard let sentence else { return [] }
        return ["", Layout.entry("coverage", sentence, indent: 0)] + source()
    }

    /// The source around what never ran; empty if all did.
    func source() -> [String] {
        var lines: [String] = []
        var left = CoverageText.limit
        var unseen = 0
        for excerpt in (variant.coverage?.excerpts ?? []).flatMap({ $0.missed() }) {
            unseen += excerpt.lines.dropFirst(left).count { $0.scenarios == 0 }
            let shown = SourceExcerpt(file: excerpt.file, lines: Array(excerpt.lines.prefix(left)))
            guard !shown.lines.isEmpty else { continue }
            left -= shown.lines.count
            lines += ["", "  \(excerpt.file):"] + CoverageText.lines(of: shown)
        }
        return unseen == 0
            ? lines : lines + ["", "  and \(unseen.of("more line")) that never ran"]
    }

    private static func lines(of excerpt: SourceExcerpt) -> [String] {
        let texts = excerpt.lines.map { expanded($0.text) }
        let indentation =
            texts.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return zip(excerpt.lines, texts).map { line, text in
            let count = line.scenarios.map { $0 == 0 ? "never" : $0.grouped } ?? ""
            let head =
                count.rightAligned(to: 8) + (line.isAdded ? " + " : "   ")
                + "\(line.number)".rightAligned(to: 5) + "  "
            let room = Layout.mailWidth - head.count
            let code = String(text.dropFirst(indentation))
            let shown = code.count <= room ? code : String(code.prefix(room - 3)) + "..."
            return Layout.trimmed(head + shown)
        }
    }

    /// Tabs as spaces, and whatever is no text as a question mark.
    private static func expanded(_ text: String) -> String {
        var result = ""
        for character in text where character != "\r" {
            if character == "\t" {
                result += String(repeating: " ", count: 4 - result.count % 4)
            } else if character.unicodeScalars.contains(where: {
                $0.value < 0x20 || (0x7f..<0xa0).contains($0.value)
            }) {
                result += "?"
            } else {
                result.append(character)
            }
        }
        return Layout.trimmed(result)
    }
}
