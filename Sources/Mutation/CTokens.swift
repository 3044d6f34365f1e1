// SPDX-License-Identifier: GPL-2.0-only

// The tokens of a C file, with their places. That is all a change needs: a statement ends at its
// semicolon, a condition at its bracket, and what does not compile after a change is no mutant. A
// parser would have to know the kernel's macros; tokens need not.

/// A token and where it stands.
struct CToken: Equatable {
    enum Kind { case word, number, text, mark }

    var kind: Kind
    var text: String
    /// Of bytes in the file.
    var range: Range<Int>
    /// From 1.
    var line: Int
}

/// The tokens of a file; no comments, no lines of the preprocessor.
struct CTokens {
    private(set) var all: [CToken] = []

    private static let marks: Set<String> = [
        "<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=",
        "-=", "*=", "/=", "%=", "&=", "|=", "^=",
    ]

    init(_ bytes: [UInt8]) {
        var at = 0
        var line = 1
        var isLineStart = true
        func byte(_ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }
        func skip(to end: Int) {
            for place in at..<min(end, bytes.count) where bytes[place] == UInt8(ascii: "\n") {
                line += 1
            }
            at = min(end, bytes.count)
        }
        func end(from place: Int, where isEnd: (Int) -> Bool) -> Int {
            var place = place
            while place < bytes.count, !isEnd(place) { place += 1 }
            return place
        }
        func add(_ kind: CToken.Kind, to end: Int) {
            let range = at..<min(end, bytes.count)
            all.append(
                CToken(
                    kind: kind, text: String(decoding: bytes[range], as: UTF8.self), range: range,
                    line: line))
            skip(to: end)
        }
        while at < bytes.count {
            let now = bytes[at]
            if now == UInt8(ascii: "\n") {
                isLineStart = true
                skip(to: at + 1)
                continue
            }
            if now == UInt8(ascii: " ") || now == UInt8(ascii: "\t") || now == UInt8(ascii: "\r") {
                at += 1
                continue
            }
            if now == UInt8(ascii: "#"), isLineStart {
                skip(
                    to: end(from: at) {
                        bytes[$0] == UInt8(ascii: "\n") && byte($0 - 1) != UInt8(ascii: "\\")
                    })
                continue
            }
            isLineStart = false
            switch now {
            case UInt8(ascii: "/") where byte(at + 1) == UInt8(ascii: "/"):
                skip(to: end(from: at) { bytes[$0] == UInt8(ascii: "\n") })
            case UInt8(ascii: "/") where byte(at + 1) == UInt8(ascii: "*"):
                skip(
                    to: 2
                        + end(from: at + 2) {
                            bytes[$0] == UInt8(ascii: "*") && byte($0 + 1) == UInt8(ascii: "/")
                        })
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                var place = at + 1
                while place < bytes.count, bytes[place] != now, bytes[place] != UInt8(ascii: "\n") {
                    place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
                }
                add(.text, to: place + 1)
            case _ where Self.isWord(now) && !Self.isDigit(now):
                add(.word, to: end(from: at) { !Self.isWord(bytes[$0]) })
            case _ where Self.isDigit(now):
                add(
                    .number,
                    to: end(from: at) {
                        !Self.isWord(bytes[$0]) && bytes[$0] != UInt8(ascii: ".")
                    })
            default:
                let length = [3, 2].first {
                    Self.marks.contains(
                        String(
                            decoding: bytes[at..<min(at + $0, bytes.count)], as: UTF8.self))
                }
                add(.mark, to: at + (length ?? 1))
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
            || byte >= 128
    }

    /// The index of the bracket that closes the one at an index; nil if none does.
    func closing(_ open: Int) -> Int? {
        let pairs = ["(": ")", "[": "]", "{": "}"]
        guard let close = pairs[all[open].text] else { return nil }
        var depth = 0
        for index in open..<all.count where all[index].kind == .mark {
            if all[index].text == all[open].text { depth += 1 }
            if all[index].text == close {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }
}
