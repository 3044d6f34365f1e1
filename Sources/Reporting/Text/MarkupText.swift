// SPDX-License-Identifier: GPL-2.0-only

// Text on its way into a page or into XML. Names of files, messages of commits and lines of patches
// come from people who are not asked what they mean by a bracket, so every text goes through here,
// and a page is put together from nothing else than texts that did and the tags written in this
// module.

import System

/// Makes text fit for markup: in elements, and in attributes within double quotes.
enum MarkupText {
    /// For a page. Control characters and those that turn the direction of writing are replaced.
    static func html(_ text: String) -> String {
        escape(text) { scalar in
            switch scalar {
            case "'": "&#39;"
            case "\u{a0}": " "
            default: nil
            }
        }
    }

    /// For XML 1.0. Characters that it cannot carry are replaced by U+FFFD.
    static func xml(_ text: String) -> String {
        escape(text) { scalar in
            switch scalar {
            // A literal one would be read as a line feed.
            case "\r": "&#13;"
            case "\u{fffe}", "\u{ffff}": "\u{fffd}"
            default: nil
            }
        }
    }

    /// - Parameter special: what stands for a character in this language alone.
    private static func escape(
        _ text: String, _ special: (Unicode.Scalar) -> String?
    ) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                if let text = special(scalar) {
                    result += text
                } else if VisibleText.isHidden(scalar) {
                    result += "\u{fffd}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
