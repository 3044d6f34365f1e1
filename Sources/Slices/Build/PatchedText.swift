// SPDX-License-Identifier: GPL-2.0-only

// The checks of what the compiler read in a file that has a patch in it, before its object is taken
// into the cache. Who trusts the patch has objects of other names: see `BuildSetup.units`.

import System

/// A file that a patch has changed, or a header that it includes.
struct PatchedText {
    private let unit: TranslationUnit
    private let work: BuildWork
    private let setup: BuildSetup
    private let trees: UnpatchedTrees

    init(
        of unit: TranslationUnit, in work: BuildWork, _ setup: BuildSetup,
        unpatched trees: UnpatchedTrees
    ) {
        self.unit = unit
        self.work = work
        self.setup = setup
        self.trees = trees
    }

    /// Whether any of these files has lines that patches have added.
    static func isIn(_ names: [SourceName], of work: BuildWork) -> Bool {
        let added = Set(work.tree.addedLines.map(\.file))
        return !added.isEmpty
            && names.contains {
                if case .tree(let path) = $0 { added.contains(path) } else { false }
            }
    }

    /// Looks for assembly in a file that may not even compile.
    ///
    /// - Throws: `QuestionError` for assembly of a patch's.
    func checkAssembly() throws {
        guard let text = try preprocessed() else { return }
        try checkAssembly(in: text)
    }

    private func checkAssembly(in text: PreprocessedText) throws {
        guard text.mayHaveAssembly else { return }
        try AssemblyCheck(of: unit, in: work).refuse(tokens(), unpatched: unpatchedTokens)
    }

    /// What the machine's own files say in that way, they say without the patch, too.
    private func checkWords(in text: PreprocessedText) throws {
        guard !text.ofCompiler.isEmpty else { return }
        let known = try unpatchedText()?.ofCompiler ?? []
        guard let word = text.ofCompiler.subtracting(known).sorted().first else { return }
        let line = AddedText(of: work.tree).lines.first { $0.hasWord(word) }
        throw unit.refusal(
            "says \(word), which is the compiler's: kernel code here does not", at: line?.at)
    }

    private func unpatchedText() throws -> PreprocessedText? {
        guard let (unit, header) = try unpatched() else { return nil }
        return try PreprocessedText(
            of: unit, toolchain: setup.toolchain, csrc: setup.checkout.csrc, behind: header)
    }

    /// Nil where the compiler does not get through the file, and for who trusts the patch.
    func preprocessed() throws -> PreprocessedText? {
        guard !setup.scope.trustsPatches else { return nil }
        return try PreprocessedText(of: unit, toolchain: setup.toolchain, csrc: setup.checkout.csrc)
    }

    /// - Parameter known: what `preprocessed()` has returned; nil if it was not asked.
    /// - Throws: `QuestionError` for what kernel code has no business with.
    func check(_ known: PreprocessedText?) throws {
        guard !setup.scope.trustsPatches else { return }
        let text = try shown(known ?? preprocessed())
        try checkAssembly(in: text)
        try checkWords(in: text)
        guard case .csrc = unit.source, try mayChangeMachine(text) else { return }
        try MachineTextCheck(of: unit, in: work, csrc: setup.checkout.csrc, trees.machineNames)
            .check(tokens(), against: shown(unpatchedTokens()))
    }

    /// Whether a file of the machine's has other words than without the patch, or what is around them
    /// has words that only the machine knows.
    private func mayChangeMachine(_ text: PreprocessedText) throws -> Bool {
        let before = try shown(unpatchedText())
        if text.ours != before.ours { return true }
        let names = trees.machineNames
        return text.words.subtracting(before.words).contains(where: names.contains)
    }

    private func tokens() throws -> TokenDump {
        try shown(TokenDump(of: unit, toolchain: setup.toolchain))
    }

    private func unpatchedTokens() throws -> TokenDump? {
        guard let (unit, header) = try unpatched() else { return nil }
        return try shown(TokenDump(of: unit, toolchain: setup.toolchain, behind: header))
    }

    private func shown<T>(_ text: T?) throws -> T {
        guard let text else {
            throw QuestionError(
                .toolchain, file: unit.source.path,
                reason: "the compiler does not show what it reads")
        }
        return text
    }

    /// The same file in the tree without any patch, and a header to be read before it, by which it
    /// answers `#if HAVE_...` as with them: a patch can give a kernel another interface, for which the
    /// machine has other text.
    private func unpatched() throws -> (TranslationUnit, header: String?)? {
        let interfaces = work.tree.root + "/" + PreparedTree.interfaceHeader
        return try trees.unit(like: unit, in: work).map {
            ($0, Disk.isFile(interfaces) ? interfaces : nil)
        }
    }
}
