// SPDX-License-Identifier: GPL-2.0-only

// A file as the compiler reads it: its tokens, with all macros expanded and all headers in it. Whatever
// a patch does to hide a word (it pastes it together, breaks its line, says it in a comment), here is
// what was meant.
//
// What must hold: nothing that decides rests on where a token says that it stands. A #line can give a
// token any place; places are for messages, and a place that is made up costs only a refusal.

import System

/// The tokens of one translation unit, in order.
struct TokenDump {
    /// One token. Its bytes lie in the dump.
    struct Token {
        /// Of clang's names for kinds: `identifier`, `l_paren`, `string_literal`.
        var kind: Substring.UTF8View
        /// As it would be written in one line.
        var text: Substring.UTF8View
        /// Where it was written, and in which line: the macro's own, if it comes out of one.
        var file: Substring.UTF8View
        var line: Int?

        var isIdentifier: Bool { kind.elementsEqual("identifier".utf8) }

        func has(kind name: StaticString) -> Bool {
            kind.elementsEqual(
                UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
    }

    let tokens: [Token]

    /// More than the largest file of a kernel that is compiled here has, many times over.
    static let largest: UInt = 64 << 20

    /// Asks the compiler.
    ///
    /// - Returns: nil where it does not get through the file; its own errors say why.
    init?(
        of unit: TranslationUnit, toolchain: Toolchain, behind header: String? = nil
    ) throws {
        let done = try unit.tokens(clang: toolchain.clang, behind: header).run()
        guard done.status == 0 else { return nil }
        self.init(done.messages)
    }

    /// From what clang prints: `identifier 'f'	 [LeadingSpace]	Loc=<fs/dax.c:3:5>`, and behind that
    /// place ` <Spelling=fs/dax.c:1:9>` where a macro comes between. A token that goes over several
    /// lines is printed in several.
    init(_ text: String) {
        var tokens: [Token] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            if let token = Self.token(in: line) { tokens.append(token) }
        }
        self.tokens = tokens
    }

    private static func token(in line: Substring.UTF8View) -> Token? {
        guard let blank = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let kind = line[..<blank]
        var rest = line[line.index(after: blank)...]
        // The rest of a token that goes over several lines begins otherwise, or passes for one more:
        // too many tokens are no harm.
        guard !kind.isEmpty, kind.allSatisfy(isOfKind), rest.first == UInt8(ascii: "'") else {
            return nil
        }
        rest.removeFirst()
        let end = rest.firstIndex(of: UInt8(ascii: "\t")) ?? rest.endIndex
        var text = rest[..<end]
        if text.last == UInt8(ascii: "'") { text.removeLast() }
        let (file, number) = place(in: rest[end...])
        return Token(kind: kind, text: text, file: file, line: number)
    }

    private static func isOfKind(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_")
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }

    /// `Loc=<A:1:2>` or `Loc=<A:1:2 <Spelling=B:3:4>>`: the last place in the line.
    private static func place(
        in text: Substring.UTF8View
    ) -> (Substring.UTF8View, Int?) {
        var text = text
        while text.last == UInt8(ascii: ">") { text.removeLast() }
        guard let equal = text.lastIndex(of: UInt8(ascii: "=")) else {
            return (text[..<text.startIndex], nil)
        }
        // A name in angle brackets of its own is no file: <scratch space>, where words are pasted.
        let isLocation = text[..<equal].last == UInt8(ascii: "c")
        text = text[text.index(after: equal)...]
        if isLocation, text.first == UInt8(ascii: "<") { text.removeFirst() }
        let parts = text.split(separator: UInt8(ascii: ":"))
        guard parts.count >= 3, let number = Int(Substring(parts[parts.count - 2])) else {
            return (text, nil)
        }
        return (text[..<text.index(before: parts[parts.count - 2].startIndex)], number)
    }
}

extension SourceRoots {
    /// A place in a dump, relative to its root.
    func line(of token: TokenDump.Token) -> SourceLine? {
        guard token.file.first != UInt8(ascii: "<") else { return nil }
        return token.line.map {
            SourceLine(file: normalizedPath(relative(String(Substring(token.file)))), line: $0)
        }
    }
}
