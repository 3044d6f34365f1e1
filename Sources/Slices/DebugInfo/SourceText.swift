// SPDX-License-Identifier: GPL-2.0-only

// Which lines of a C file are code. A coverage map has a region for every line of a function, even for
// comments and lone braces; which of them a reader calls a line that runs is decided by their text.

/// The lines of C source.
enum SourceText {
    /// The lines, from 1, that have a letter or a digit outside of comments and are no
    /// preprocessor directive.
    static func linesWithCode(in bytes: [UInt8]) -> Set<Int> {
        enum Context {
            case code, lineComment, blockComment, directive
            case string(end: UInt8)
        }
        var lines: Set<Int> = []
        var context = Context.code
        var number = 1
        var isFirst = true  // nothing but blanks in this line so far
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if byte == UInt8(ascii: "\n") {
                let isContinued = index > 0 && bytes[index - 1] == UInt8(ascii: "\\")
                if case .blockComment = context {} else if !isContinued { context = .code }
                number += 1
                isFirst = true
                index += 1
                continue
            }
            switch context {
            case .code:
                if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                    context = .blockComment
                    index += 1
                } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
                    context = .lineComment
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    context = .string(end: byte)
                    lines.insert(number)
                } else if byte == UInt8(ascii: "#"), isFirst {
                    context = .directive
                } else if byte.isWordCharacter {
                    lines.insert(number)
                }
            case .blockComment:
                if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                    context = .code
                    index += 1
                }
            case .string(let end):
                if byte == UInt8(ascii: "\\") {
                    index += next == UInt8(ascii: "\n") ? 0 : 1
                } else if byte == end {
                    context = .code
                }
            case .lineComment, .directive:
                break
            }
            if !byte.isBlank { isFirst = false }
            index += 1
        }
        return lines
    }
}
