// SPDX-License-Identifier: GPL-2.0-only

// The mistakes that some lines of a file could have: a statement left out, a check left out, a
// condition turned, a bound moved by one, an error dropped, arguments and flags mistaken. What a
// mistake is, is decided by the tokens; whether it is C, by the compiler afterwards.

import Slices

/// Makes mutants of a file.
struct MutantSource {
    private let file: String
    private let tokens: CTokens
    private let bytes: [UInt8]
    private let lines: Set<Int>
    private var mutants: [Mutant] = []

    /// The mutants of some lines, in the order of their places.
    ///
    /// - Parameter lines: of functions' bodies; what begins on others is left as it is.
    static func mutants(of file: String, _ bytes: [UInt8], lines: Set<Int>) -> [Mutant] {
        var source = MutantSource(file: file, tokens: CTokens(bytes), bytes: bytes, lines: lines)
        for index in source.tokens.all.indices where lines.contains(source.token(index).line) {
            source.look(at: index)
        }
        return source.mutants
    }

    private init(file: String, tokens: CTokens, bytes: [UInt8], lines: Set<Int>) {
        self.file = file
        self.tokens = tokens
        self.bytes = bytes
        self.lines = lines
    }

    private func token(_ index: Int) -> CToken { tokens.all[index] }

    private func text(_ index: Int) -> String {
        tokens.all.indices.contains(index) ? tokens.all[index].text : ""
    }

    private mutating func add(
        _ kind: Mutant.Kind, at index: Int, _ words: String, _ range: Range<Int>,
        _ replacement: String
    ) {
        mutants.append(
            Mutant(
                kind: kind, place: SourceLine(file: file, line: token(index).line), words: words,
                range: range, replacement: replacement))
    }

    private mutating func look(at index: Int) {
        if startsStatement(index) { leaveOut(index) }
        switch token(index).kind {
        case .word: lookAtWord(index)
        case .mark: lookAtMark(index)
        case .number, .text: break
        }
    }

    // MARK: - Statements

    /// Words that begin what is no statement to leave out.
    private static let noStatement: Set<String> = [
        "if", "else", "while", "for", "do", "switch", "case", "default", "struct", "union", "enum",
        "const", "static", "unsigned", "signed", "int", "long", "short", "char", "void", "bool",
        "typedef", "extern", "register", "volatile", "inline", "__always_inline",
    ]
    /// Words in front of a bracket that is no call's.
    private static let headers: Set<String> = ["if", "while", "for", "switch"]

    private func startsStatement(_ index: Int) -> Bool {
        guard token(index).kind == .word || ["*", "(", "++", "--"].contains(text(index)),
            !Self.noStatement.contains(text(index)), text(index + 1) != ":"
        else { return false }
        switch text(index - 1) {
        case ";", "{", "}", "else", "do": return true
        case ":": return isLabel(endingAt: index - 1)
        case ")": return header(closedAt: index - 1) != nil
        default: return false
        }
    }

    private func isLabel(endingAt colon: Int) -> Bool {
        if [";", "{", "}"].contains(text(colon - 2)) { return true }
        return text(colon - 2) == "case" || text(colon - 1) == "default"
    }

    /// The word in front of a bracket pair behind which a statement follows; nil for a call.
    private func header(closedAt close: Int) -> Int? {
        var depth = 0
        var index = close
        while index > 0 {
            if text(index) == ")" { depth += 1 }
            if text(index) == "(" {
                depth -= 1
                if depth == 0 { break }
            }
            index -= 1
        }
        let word = text(index - 1)
        return Self.headers.contains(word) || word.contains("for_each") ? index - 1 : nil
    }

    /// The semicolon that ends the statement which begins at an index.
    private func end(of start: Int) -> Int? {
        var index = start
        while index < tokens.all.count {
            switch text(index) {
            case ";": return index
            case "(", "[":
                guard let close = tokens.closing(index) else { return nil }
                index = close
            case "{", "}": return nil
            default: break
            }
            index += 1
        }
        return nil
    }

    private mutating func leaveOut(_ start: Int) {
        // "a b" and "a *b" at the beginning declare something.
        let isJump = ["return", "goto", "break", "continue"].contains(text(start))
        if !isJump, token(start).kind == .word, start + 1 < tokens.all.count {
            if token(start + 1).kind == .word { return }
            if text(start + 1) == "*" { return }
        }
        guard let end = end(of: start), end > start else { return }
        let needsBody = [")", "else", "do", ":"].contains(text(start - 1))
        let whole = token(start).range.lowerBound..<token(end).range.upperBound
        let name = call(at: start, to: end)
        let isAssignment = tokens.all[start..<end].contains { $0.text == "=" }
        let words: String
        if let name, !isAssignment {
            words = "the call of \(name)() were missing"
        } else if isJump {
            words = "\"\(shortened(start, end))\" were missing"
        } else {
            words = "the statement \"\(shortened(start, end))\" were missing"
        }
        if needsBody {
            add(name != nil && !isAssignment ? .call : .statement, at: start, words, whole, ";")
        } else {
            add(
                name != nil && !isAssignment ? .call : .statement, at: start, words,
                withItsLines(whole), "")
        }
        if isAssignment { dropResult(start, end) }
    }

    /// `error = f()` as `f()`: what it returns is dropped.
    private mutating func dropResult(_ start: Int, _ end: Int) {
        guard token(start).kind == .word, text(start + 1) == "=",
            let name = call(at: start + 2, to: end)
        else { return }
        add(
            .error, at: start, "what \(name)() returns were dropped",
            token(start).range.lowerBound..<token(start + 2).range.lowerBound, "")
    }

    /// The function that a statement consists in calling.
    private func call(at start: Int, to end: Int) -> String? {
        guard token(start).kind == .word, text(start + 1) == "(",
            tokens.closing(start + 1) == end - 1
        else { return nil }
        return text(start)
    }

    private func shortened(_ start: Int, _ end: Int) -> String {
        let range = token(start).range.lowerBound..<token(end).range.lowerBound
        let words = String(decoding: bytes[range], as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 48 ? words.prefix(45) + "..." : words
    }

    /// The whole lines, where nothing else stands on them.
    private func withItsLines(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start > 0, bytes[start - 1] == UInt8(ascii: "\t") || bytes[start - 1] == 32 {
            start -= 1
        }
        guard start == 0 || bytes[start - 1] == UInt8(ascii: "\n"), end < bytes.count,
            bytes[end] == UInt8(ascii: "\n")
        else { return range }
        end += 1
        return start..<end
    }

    // MARK: - Words

    private mutating func lookAtWord(_ index: Int) {
        switch text(index) {
        case "if", "while":
            guard text(index + 1) == "(", let close = tokens.closing(index + 1) else { return }
            let condition = token(index + 1).range.upperBound..<token(close).range.lowerBound
            let old = String(decoding: bytes[condition], as: UTF8.self)
            add(.condition, at: index, "the condition were turned", condition, "!(\(old))")
            if text(index) == "if" {
                add(.check, at: index, "the check were missing", condition, "0 && (\(old))")
            }
        case "true", "false":
            let other = text(index) == "true" ? "false" : "true"
            add(
                .flag, at: index, "\(text(index)) were \(other)", token(index).range, other)
        default:
            if text(index).hasPrefix("E"), text(index).dropFirst().allSatisfy(\.isUppercase),
                text(index).count > 2, text(index - 1) == "-",
                ["return", "=", "(", ":", ","].contains(text(index - 2))
            {
                add(
                    .error, at: index, "-\(text(index)) were 0",
                    token(index - 1).range.lowerBound..<token(index).range.upperBound, "0")
            }
            if text(index + 1) == "(", !Self.headers.contains(text(index)),
                text(index) != "sizeof"
            {
                swapArguments(of: index)
            }
        }
    }

    private mutating func swapArguments(of index: Int) {
        guard let close = tokens.closing(index + 1) else { return }
        var parts: [Range<Int>] = []
        var first = index + 2
        var at = first
        while at <= close {
            if text(at) == "," || at == close {
                if first < at { parts.append(first..<at) }
                first = at + 1
            } else if ["(", "["].contains(text(at)), let end = tokens.closing(at) {
                at = end
            }
            at += 1
        }
        func isSimple(_ part: Range<Int>) -> Bool {
            part.allSatisfy {
                token($0).kind == .word || token($0).kind == .number
                    || ["->", ".", "&", "*"].contains(text($0))
            }
        }
        func source(_ part: Range<Int>) -> String {
            String(
                decoding: bytes[
                    token(part.lowerBound).range
                        .lowerBound..<token(part.upperBound - 1).range
                        .upperBound], as: UTF8.self)
        }
        for (one, other) in zip(parts, parts.dropFirst())
        where isSimple(one) && isSimple(other) && source(one) != source(other) {
            let range =
                token(one.lowerBound).range
                .lowerBound..<token(other.upperBound - 1).range
                .upperBound
            add(
                .arguments, at: index,
                "\(source(one)) and \(source(other)) changed places in the call of \(text(index))()",
                range, "\(source(other)), \(source(one))")
            return
        }
    }

    // MARK: - Marks

    private static let bounds = ["<": "<=", "<=": "<", ">": ">=", ">=": ">"]

    private mutating func lookAtMark(_ index: Int) {
        let mark = text(index)
        if let other = Self.bounds[mark] {
            add(
                .bound, at: index, "the bound moved by one (\(mark) as \(other))",
                token(index).range, other)
        }
        if mark == "&&" || mark == "||" {
            let other = mark == "&&" ? "||" : "&&"
            add(.condition, at: index, "\(mark) were \(other)", token(index).range, other)
        }
        if mark == "+" || mark == "-", text(index + 1) == "1",
            token(index - 1).kind != .mark || [")", "]"].contains(text(index - 1))
        {
            add(
                .bound, at: index, "the bound moved by one (without \(mark) 1)",
                token(index).range.lowerBound..<token(index + 1).range.upperBound, "")
        }
        if mark == "|", isFlag(index - 1), isFlag(index + 1) {
            add(
                .flag, at: index, "the flag \(text(index + 1)) were missing",
                token(index - 1).range.upperBound..<token(index + 1).range.upperBound, "")
            add(
                .flag, at: index, "the flag \(text(index - 1)) were missing",
                token(index - 1).range.lowerBound..<token(index + 1).range.lowerBound, "")
        }
    }

    private func isFlag(_ index: Int) -> Bool {
        guard tokens.all.indices.contains(index), token(index).kind == .word else { return false }
        return text(index).allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }
    }
}
