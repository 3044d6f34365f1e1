// SPDX-License-Identifier: GPL-2.0-only

// Text for a terminal: characters, and for a few of them the role that they play. Roles become
// colours where somebody looks at a terminal; everywhere else the text is the very same, byte for
// byte, without them. Only what an eye looks for first has a role: verdicts, what was expected and
// what came, the heading of a splat.

import System

/// Text in pieces, some of which have a role.
package struct StyledText: Sendable, ExpressibleByStringLiteral {
    /// What a piece is to its reader; the value is the colour of a terminal (ECMA-48, SGR).
    package enum Role: String, Sendable {
        case bad = "1;31"
        case good = "32"
        case warning = "1;33"
        case faint = "2"
    }

    private struct Span: Sendable {
        var text: String
        var role: Role?
    }

    private var spans: [Span]

    package init(_ text: String, _ role: Role? = nil) { spans = [Span(text: text, role: role)] }

    package init(stringLiteral text: String) { self.init(text) }

    /// The characters alone.
    package var plain: String { VisibleText.of(spans.map(\.text).joined()) }

    /// With escape sequences for colours. A line that ends within a piece ends its colour as well.
    package var coloured: String {
        spans.map { span in
            let text = VisibleText.of(span.text)
            guard let role = span.role else { return text }
            return text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "" : "\u{1b}[\(role.rawValue)m\($0)\u{1b}[0m" }
                .joined(separator: "\n")
        }.joined()
    }

    static func + (one: StyledText, other: StyledText) -> StyledText {
        var sum = one
        sum += other
        return sum
    }

    static func + (one: StyledText, other: String) -> StyledText { one + StyledText(other) }

    static func += (one: inout StyledText, other: StyledText) { one.spans += other.spans }
}

extension [StyledText] {
    /// Lines as one text.
    func joined(separator: String = "\n") -> StyledText {
        guard var text = first else { return "" }
        for line in dropFirst() { text += StyledText(separator) + line }
        return text
    }

    static func += (lines: inout [StyledText], others: [String]) {
        lines += others.map { StyledText($0) }
    }

    mutating func append(_ line: String) { append(StyledText(line)) }
}
