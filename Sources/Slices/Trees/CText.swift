// SPDX-License-Identifier: GPL-2.0-only

// C source as words, to look something up in headers that do not compile here. Comments are gone, and
// so are the preprocessor's conditions: both branches of an #if are there. A string is one word. So
// `u64   addr ;` over two lines and `u64 addr;` are the same.

/// The words of a C file.
struct CText: Sendable {
    struct Word: Sendable {
        var text: Substring
        /// From 1.
        var line: Int
        /// Whether it is the first character of its line.
        var isFirst: Bool
    }

    let words: [Word]
    /// The indices of each word, ascending.
    private let indices: [Substring: [Int]]

    init(_ bytes: [UInt8]) {
        // One ASCII character for every byte: nothing can fail, and offsets stay.
        let text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0 & 0x7f) }))
        var scanner = CScanner(text: text)
        words = scanner.words()
        var indices: [Substring: [Int]] = [:]
        for (index, word) in words.enumerated() { indices[word.text, default: []].append(index) }
        self.indices = indices
    }

    /// The first range of words that match a pattern. A pattern is words with blanks between them;
    /// `…` stands for any number of words within a statement.
    func find(_ pattern: [Substring], in range: Range<Int>) -> Range<Int>? {
        guard let first = pattern.first else { return nil }
        for start in indices[first] ?? [] where range.contains(start) {
            if let end = match(pattern[...], at: start, limit: range.upperBound) {
                return start..<end
            }
        }
        return nil
    }

    func find(_ pattern: String, in range: Range<Int>? = nil) -> Range<Int>? {
        find(pattern.split(separator: " "), in: range ?? words.indices)
    }

    private func match(_ pattern: ArraySlice<Substring>, at start: Int, limit: Int) -> Int? {
        var index = start
        var rest = pattern
        while let wanted = rest.popFirst() {
            if wanted == "…" {
                var next = index
                while next < limit, ![";", "{", "}"].contains(words[next].text) {
                    if let end = match(rest, at: next, limit: limit) { return end }
                    next += 1
                }
                return nil
            }
            guard index < limit, words[index].text == wanted else { return nil }
            index += 1
        }
        return index
    }

    /// The words between the braces of `struct NAME {`; nil if it is not defined here.
    func body(ofStruct name: String) -> Range<Int>? {
        var from = words.startIndex
        while let found = find(["struct", name[...], "{"], in: from..<words.endIndex) {
            if let body = body(openedAt: found.upperBound - 1) { return body }
            from = found.upperBound
        }
        return nil
    }

    /// The words between the braces of a function; nil if it is only declared here.
    func body(ofFunction name: String) -> Range<Int>? {
        var from = words.startIndex
        while let found = find([name[...], "("], in: from..<words.endIndex) {
            var index = found.upperBound
            var depth = 1
            while index < words.endIndex, depth > 0 {
                if words[index].text == "(" { depth += 1 }
                if words[index].text == ")" { depth -= 1 }
                index += 1
            }
            if index < words.endIndex, words[index].text == "{", let body = body(openedAt: index) {
                return body
            }
            from = found.upperBound
        }
        return nil
    }

    /// To the brace that closes, or, because two branches of an #if can open what is closed once,
    /// to the first one in column 0.
    private func body(openedAt brace: Int) -> Range<Int>? {
        var depth = 0
        for index in brace..<words.endIndex {
            switch words[index].text {
            case "{": depth += 1
            case "}":
                depth -= 1
                if depth == 0 || words[index].isFirst { return (brace + 1)..<index }
            default: break
            }
        }
        return nil
    }
}

/// Splits a text into words.
private struct CScanner {
    let text: String
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    init(text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    mutating func words() -> [CText.Word] {
        var words: [CText.Word] = []
        words.reserveCapacity(bytes.count / 5)
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                index += 1
            case _ where byte.isBlank, UInt8(ascii: "\\"):
                index += 1
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                skipComment()
            case UInt8(ascii: "/") where next == UInt8(ascii: "/"):
                skipLine()
            case UInt8(ascii: "#") where isCondition:
                skipLine()
            default:
                let start = index
                if byte.isWordCharacter {
                    while index < bytes.count, bytes[index].isWordCharacter { index += 1 }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    skipString(byte)
                } else {
                    index += 1
                }
                words.append(
                    CText.Word(
                        text: self[start..<index], line: line,
                        isFirst: start == 0 || bytes[start - 1] == UInt8(ascii: "\n")))
            }
        }
        return words
    }

    private subscript(range: Range<Int>) -> Substring {
        let utf8 = text.utf8
        return text[
            utf8.index(
                utf8.startIndex, offsetBy: range.lowerBound)..<utf8.index(
                    utf8.startIndex, offsetBy: range.upperBound)]
    }

    private var next: UInt8 { index + 1 < bytes.count ? bytes[index + 1] : 0 }

    /// Whether a directive is to be skipped: all but `#define`, whose names can be looked up.
    private var isCondition: Bool {
        var at = index + 1
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        let word = bytes[at...].prefix { $0.isWordCharacter }
        return !word.elementsEqual("define".utf8)
    }

    private mutating func skipLine() {
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
            if bytes[index] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                skipComment()
                continue
            }
            if bytes[index] == UInt8(ascii: "\\"), next == UInt8(ascii: "\n") {
                index += 1
                line += 1
            }
            index += 1
        }
    }

    private mutating func skipComment() {
        index += 2
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                index += 2
                return
            }
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }
    }

    private mutating func skipString(_ quote: UInt8) {
        index += 1
        while index < bytes.count, bytes[index] != quote, bytes[index] != UInt8(ascii: "\n") {
            index += bytes[index] == UInt8(ascii: "\\") && next != UInt8(ascii: "\n") ? 2 : 1
        }
        if index < bytes.count, bytes[index] == quote { index += 1 }
        index = min(index, bytes.count)
    }
}
