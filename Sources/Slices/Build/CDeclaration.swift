// SPDX-License-Identifier: GPL-2.0-only

// Names in the headers of functions, tables and macros, found without a parser: kernel headers use
// attributes and macros that only the kernel's own compiler flags define.

/// What the text of a declaration declares.
enum CDeclaration {
    /// Words before `(` that are no function's name.
    private static func isAttribute(_ word: Substring) -> Bool {
        let known = [
            "__attribute__", "__printf", "__scanf", "__aligned", "__section", "__alloc_size",
            "__acquires", "__releases", "__must_hold", "__cond_acquires", "__malloc", "__nonnull",
            "__diagnose_as", "__error", "__assume_aligned", "__realloc_size", "__no_sanitize",
        ]
        return known.contains(String(word)) || word.isEmpty
    }

    /// The word before the first parenthesis that is no attribute's.
    static func functionName(header: String) -> String? {
        var word: Substring = ""
        var depth = 0
        var index = header.startIndex
        while index < header.endIndex {
            let character = header[index]
            if character == "_" || character.isLetter || character.isNumber {
                let end = header[index...].firstIndex {
                    $0 != "_" && !$0.isLetter && !$0.isNumber
                }
                if depth == 0 { word = header[index..<(end ?? header.endIndex)] }
                index = end ?? header.endIndex
                continue
            }
            if character == "(" {
                if depth == 0, !isAttribute(word) { return String(word) }
                depth += 1
            } else if character == ")" {
                depth -= 1
                word = ""
            } else if character == "=" && depth == 0 {
                return nil
            } else if character != " " && character != "\t" && depth == 0 {
                word = ""
            }
            index = header.index(after: index)
        }
        return nil
    }

    /// Of `static const struct x name = {`, `struct x name[] = {` and `struct x {`.
    static func tableName(_ text: String) -> String? {
        let left = text.prefix { $0 != "[" && $0 != "=" && $0 != "{" }
        return left.split { !($0 == "_" || $0.isLetter || $0.isNumber) }.last.map(String.init)
    }

    /// Of `module_init(x);`, `EXPORT_SYMBOL(x);`, `TRACE_EVENT_X(x)`: one word, then parentheses to
    /// the end of the line.
    static func macroName(_ text: String) -> String? {
        guard let open = text.firstIndex(of: "("),
            text.hasSuffix(")") || text.hasSuffix(");")
        else { return nil }
        let word = text[..<open]
        guard !word.isEmpty, word.allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber }) else {
            return nil
        }
        return String(text.prefix { $0 != ";" })
    }

    /// A macro that stands for itself, not for an attribute of the function below.
    static func isLoneMacro(_ text: String) -> Bool {
        macroName(text) != nil && !isAttribute(text.prefix { $0 != "(" })
    }
}
