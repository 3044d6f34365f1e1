// SPDX-License-Identifier: GPL-2.0-only

// Text on its way into a page. Names of files, messages of commits and lines of patches come from
// people who are not asked what they mean by a bracket, so every text goes through here, and a page
// is put together from nothing else than texts that did and the tags written in this room.

/// Makes text into HTML.
enum HTMLText {
    /// A text that means what it says, in elements and in attributes within double quotes.
    static func escape(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            case "\u{a0}": out += " "
            // No page may contain them, escaped or not.
            case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{202a}"..."\u{202e}",
                "\u{2066}"..."\u{2069}":
                out += "\u{fffd}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Terms with their descriptions.
    static func definitions(_ entries: [WitnessSummary.Entry]) -> String {
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
