// SPDX-License-Identifier: GPL-2.0-only

// Lines of a fixed width, for text that ends up in a mail. Only words are moved to the next line,
// never cut: a function name or a path that is too long for a line is worth more whole, and a
// function stands on one line with its location.

/// Text laid out in columns.
enum Layout {
    /// The width of a line that is meant for a mail.
    static let mailWidth = 72

    /// Fills lines with words.
    ///
    /// - Parameters:
    ///   - first: what the first line starts with.
    ///   - rest: what every other line starts with; spaces as wide as `first` if nil.
    static func fill(
        _ text: String, first: String = "", rest: String? = nil, width: Int = mailWidth
    ) -> String {
        let rest = rest ?? String(repeating: " ", count: first.count)
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = rest
                isEmpty = true
            }
            line += isEmpty ? String(word) : " " + word
            isEmpty = false
        }
        lines.append(line)
        return breakable(lines.joined(separator: "\n"))
    }

    /// A space at which `fill` starts no new line.
    static let unbreakable: Character = "\u{a0}"

    /// A text that stays on one line.
    static func unbroken(_ text: String) -> String {
        String(text.map { $0 == " " ? unbreakable : $0 })
    }

    /// A text whose lines may be broken at every space.
    static func breakable(_ text: String) -> String {
        String(text.map { $0 == unbreakable ? " " : $0 })
    }

    /// A text on one line, for forms that break lines themselves or not at all.
    static func plain(_ text: String) -> String {
        text.split(whereSeparator: { $0.isWhitespace || $0 == unbreakable }).joined(separator: " ")
    }

    /// Without blanks at its end.
    static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// A labelled paragraph: the label in a column of its own, the text filled beside it.
    static func entry(_ label: String, _ text: String, indent: Int = 2, column: Int = 11) -> String
    {
        let start = String(repeating: " ", count: indent)
        return fill(
            text, first: start + label.padded(to: column),
            rest: start + String(repeating: " ", count: column))
    }

    /// The same with a role for the label.
    static func entry(
        _ label: String, _ text: String, role: StyledText.Role, indent: Int = 2, column: Int = 11
    ) -> StyledText {
        let filled = entry(label, text, indent: indent, column: column)
        let start = filled.prefix(indent)
        return StyledText(String(start)) + StyledText(label, role)
            + StyledText(String(filled.dropFirst(indent + label.count)))
    }

    /// A line across the page.
    static let rule = String(repeating: "-", count: mailWidth)
}

extension String {
    /// With spaces behind it, at least one wide where it is already too long.
    func padded(to width: Int) -> String {
        count < width ? self + String(repeating: " ", count: width - count) : self + " "
    }

    /// With spaces before it.
    func rightAligned(to width: Int) -> String {
        count < width ? String(repeating: " ", count: width - count) + self : self
    }
}

extension Int {
    /// With a comma between groups of three digits.
    package var grouped: String {
        var digits = String(magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (self < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// "1 run", "2 runs".
    package func of(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }
}

/// Seconds and the like with two decimals.
func decimal(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = String(abs(hundredths) % 100)
    return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100)."
        + String(repeating: "0", count: 2 - fraction.count) + fraction
}
