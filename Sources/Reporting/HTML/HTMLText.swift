// SPDX-License-Identifier: GPL-2.0-only

// Pieces of a page that several of its parts have.

/// Writes pieces of a page.
enum HTMLText {
    static func escape(_ text: String) -> String { MarkupText.html(text) }

    /// Terms with their descriptions.
    static func definitions(_ entries: [LabelledText]) -> String {
        let lines = entries.map { entry in
            "<div><dt>\(escape(entry.label))</dt><dd>\(escape(entry.text))</dd></div>"
        }
        return "<dl>\n\(lines.joined(separator: "\n"))\n</dl>"
    }

    /// Text as it is, behind a line that opens it.
    static func details(_ summary: String, _ text: String, isOpen: Bool = false) -> String {
        "<details\(isOpen ? " open" : "")><summary>\(escape(summary))</summary>\n"
            + region(summary, "<pre>\(escape(text))</pre>") + "\n</details>"
    }

    /// What may be wider than the page: it scrolls by itself, with the arrow keys too.
    static func region(_ label: String, _ content: String) -> String {
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(escape(label))\">"
            + "\(content)</div>"
    }
}
