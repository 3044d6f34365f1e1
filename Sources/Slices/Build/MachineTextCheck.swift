// SPDX-License-Identifier: GPL-2.0-only

// Files of the machine include headers of the tree: they must know the structures as the patched code
// has them. So a patch to such a header is in the machine's own text as well, and a macro there could
// take the machine's words out of its mouth, or a function there could use its variables.
//
// What must hold: but for what comes out of the tree's headers, the machine's file has the same tokens
// with the patch as without it; and what comes out of them does not know the machine.

import System

/// The check of one file of Faultline's own that includes what a patch has changed.
struct MachineTextCheck {
    private let unit: TranslationUnit
    private let work: BuildWork
    private let csrc: String
    private let names: MachineNames

    init(of unit: TranslationUnit, in work: BuildWork, csrc: String, _ names: MachineNames) {
        self.unit = unit
        self.work = work
        self.csrc = csrc
        self.names = names
    }

    /// - Parameters:
    ///   - dump: of the file with the patches.
    ///   - unpatched: the same without them.
    /// - Throws: `QuestionError` where the machine would not be the same.
    func check(_ dump: TokenDump, against unpatched: TokenDump) throws {
        let ours = words(of: dump)
        let before = words(of: unpatched)
        for file in Set(ours.keys).union(before.keys).sorted() {
            try compare(ours[file] ?? [], before[file] ?? [])
        }
        try checkNames(of: dump, unpatched)
    }

    /// The tokens that were written in files of the machine's own, by file: a patch may have more of
    /// the stubs included, and in another order. No file of the machine's has a #line.
    private func words(of dump: TokenDump) -> [String: [TokenDump.Token]] {
        var words: [String: [TokenDump.Token]] = [:]
        for run in runs(of: dump) where run.isOurs { words[run.file, default: []] += run.tokens }
        return words
    }

    /// Tokens in a row that were written in one file.
    private struct Run {
        var file: String
        var isOurs: Bool
        var tokens: ArraySlice<TokenDump.Token>
    }

    private func runs(of dump: TokenDump) -> [Run] {
        let tokens = dump.tokens
        var runs: [Run] = []
        var start = 0
        for index in 1..<max(1, tokens.count + 1) {
            if index < tokens.count, tokens[index].file.elementsEqual(tokens[start].file) {
                continue
            }
            guard start < tokens.count else { break }
            let file = String(Substring(tokens[start].file))
            runs.append(
                Run(
                    file: file, isOurs: PreprocessedText.isOurs(file, csrc: csrc),
                    tokens: tokens[start..<index]))
            start = index
        }
        return runs
    }

    private func compare(_ ours: [TokenDump.Token], _ before: [TokenDump.Token]) throws {
        let both = min(ours.count, before.count)
        guard
            let index = (0..<both).first(where: {
                !ours[$0].text.elementsEqual(before[$0].text)
            }) ?? (ours.count == before.count ? nil : both)
        else { return }
        let word = (index < before.count ? before[index] : before.last).map(text) ?? ""
        let at = (index < ours.count ? ours[index] : ours.last)?.line.map { ":\($0)" } ?? ""
        throw refusal(
            "changes what \(unit.source.path)\(at) of the machine says (\(word))",
            mentioning: word)
    }

    /// What comes from the tree or from the stubs does not name what only the machine has.
    private func checkNames(of dump: TokenDump, _ unpatched: TokenDump) throws {
        func identifiers(_ dump: TokenDump) -> Set<String> {
            Set(
                runs(of: dump).filter { !$0.isOurs }.flatMap(\.tokens).lazy
                    .filter(\.isIdentifier).map(text))
        }
        let brought = identifiers(dump).subtracting(identifiers(unpatched))
        guard let name = brought.filter(names.contains).sorted().first else { return }
        throw refusal(
            "refers to \(name) of the machine, which kernel code does not know", mentioning: name)
    }

    private func text(_ token: TokenDump.Token) -> String { String(Substring(token.text)) }

    private func refusal(_ reason: String, mentioning word: String) -> QuestionError {
        let lines = AddedText(of: work.tree).lines.filter { $0.at.file.hasSuffix(".h") }
        let line = lines.first { !word.isEmpty && $0.text.contains(word) } ?? lines.first
        return unit.refusal(reason, at: line?.at)
    }
}
