// SPDX-License-Identifier: GPL-2.0-only

// Colour for a terminal. It is put onto a text that is already laid out, so that without it the text
// is the very same, byte for byte; whether anybody is there to see it, the command knows. Only what
// an eye looks for first is coloured: verdicts, what was expected and what came, a splat's heading.

import Expectations

/// Paints text.
package enum Colour {
    private enum Style: String {
        case bad = "1;31"
        case good = "32"
        case warning = "1;33"
        case faint = "2"

        func callAsFunction(_ text: some StringProtocol) -> String {
            "\u{1b}[\(rawValue)m\(text)\u{1b}[0m"
        }
    }

    /// The same text with colours in it.
    package static func paint(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { paint(line: $0) }.joined(separator: "\n")
    }

    private static let expectations = Expectations.all.map(\.name)

    private static func paint(line: Substring) -> String {
        let label = line.drop { $0 == " " }.prefix { $0 != " " && $0 != ":" }
        if expectations.contains(where: { $0 == label }) { return verdicts(in: line) }
        if line.hasPrefix("WARNING:") || line.hasPrefix("INFO:") { return Style.warning(line) }
        if line.hasPrefix("Every expectation that applies holds")
            || line.hasPrefix("Nothing observable changed:")
        {
            return Style.good(line)
        }
        if line.hasPrefix("first bad ") { return painting(line.prefix(9), .bad, in: line) }
        if line.hasPrefix("fixed by ") { return painting(line.prefix(8), .good, in: line) }
        if line.firstMatch(of: /^\d+ expectations? of \d+ fails?:/) != nil {
            return Style.bad(line)
        }
        switch label {
        case "expected": return painting(label, .good, in: line)
        case "actual": return painting(label, .bad, in: line)
        default: break
        }
        if line.hasSuffix("MISSED") { return painting(line.suffix(6), .bad, in: line) }
        return doctor(line) ?? String(line)
    }

    /// What doctor found: a word in a column of its own.
    private static func doctor(_ line: Substring) -> String? {
        let state = line.dropFirst(Diagnosis.nameWidth)
        guard line.first != " ", line.dropLast(state.count).last == " " else { return nil }
        for (word, style) in [("ok", Style.good), ("MISSING", .bad), ("absent", .faint)] {
            let found = state.prefix(word.count)
            if found == word { return painting(found, style, in: line) }
        }
        return nil
    }

    /// A row of a table of verdicts, or the heading of a witness.
    private static func verdicts(in line: Substring) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map { word in
            switch word {
            case "FAIL": Style.bad(word)
            case "pass", "pass*": Style.good(word)
            case "n.a.", "-": Style.faint(word)
            default: String(word)
            }
        }.joined(separator: " ")
    }

    /// - Parameter part: of the line.
    private static func painting(_ part: Substring, _ style: Style, in line: Substring) -> String {
        "\(line[..<part.startIndex])\(style(part))\(line[part.endIndex...])"
    }
}
