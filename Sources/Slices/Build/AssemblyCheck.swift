// SPDX-License-Identifier: GPL-2.0-only

// Assembly that a patch brings: nobody can judge it, and it is a way around the machine. What counts is
// what the compiler sees, so the word in a comment, in a string or in a longer name is none, and a word
// that a macro puts together is one. A compiler barrier, asm(""), has no instruction in it. What the
// tree has without the patch stays what it was.

import System

/// The check of one file.
struct AssemblyCheck {
    private let unit: TranslationUnit
    private let work: BuildWork

    init(of unit: TranslationUnit, in work: BuildWork) {
        self.unit = unit
        self.work = work
    }

    /// - Parameters:
    ///   - dump: of the file with the patches.
    ///   - unpatched: makes the same without them, if there is such a file; it is asked only if there
    ///     is assembly at all.
    /// - Throws: `QuestionError` for assembly that is not in both.
    func refuse(_ dump: TokenDump, unpatched: () throws -> TokenDump?) throws {
        let brought = Self.statements(in: dump)
        guard !brought.isEmpty else { return }
        let known = try unpatched().map { Set(Self.statements(in: $0).map(\.text)) } ?? []
        guard let first = brought.first(where: { !known.contains($0.text) }) else { return }
        throw unit.refusal(
            "the patch brings assembly (\(first.word)), which the machine cannot judge",
            at: place(of: first))
    }

    /// An asm that has something in it.
    struct Statement {
        var word: String
        /// All of its tokens.
        var text: [String]
        /// Of its first tokens: a pasted word has no place of its own, but what follows it does.
        var tokens: ArraySlice<TokenDump.Token>
    }

    static func statements(in dump: TokenDump) -> [Statement] {
        let tokens = dump.tokens
        return tokens.indices.compactMap { start in
            guard tokens[start].has(kind: "asm") else { return nil }
            var at = start + 1
            while at < tokens.count,
                ["volatile", "inline", "goto", "const"].contains(where: { tokens[at].has(kind: $0) }
                )
            { at += 1 }
            if at < tokens.count, tokens[at].has(kind: "l_paren") { at += 1 }
            let strings = at
            while at < tokens.count, isEmptyString(tokens[at]) { at += 1 }
            // Nothing but empty strings up to the operands or the end.
            if at > strings, at < tokens.count,
                ["colon", "coloncolon", "r_paren"].contains(where: { tokens[at].has(kind: $0) })
            {
                return nil
            }
            let end = closing(tokens, from: start)
            return Statement(
                word: String(Substring(tokens[start].text)),
                text: tokens[start..<end].map { String(Substring($0.text)) },
                tokens: tokens[start..<end])
        }
    }

    private static func isEmptyString(_ token: TokenDump.Token) -> Bool {
        token.has(kind: "string_literal") && token.text.elementsEqual("\"\"".utf8)
    }

    /// The index behind the parenthesis that ends a statement.
    private static func closing(_ tokens: [TokenDump.Token], from start: Int) -> Int {
        var depth = 0
        for index in start..<tokens.count {
            if tokens[index].has(kind: "l_paren") { depth += 1 }
            if tokens[index].has(kind: "r_paren") {
                depth -= 1
                if depth <= 0 { return index + 1 }
            }
        }
        return tokens.count
    }

    /// The line of the patch that it stands in, as far as that can be told.
    private func place(of statement: Statement) -> SourceLine? {
        let added = Set(work.tree.addedLines)
        let places = statement.tokens.compactMap(unit.roots.line)
        return places.first(where: added.contains)
            ?? AddedText(of: work.tree).firstAssembly?.at ?? places.first
    }
}
