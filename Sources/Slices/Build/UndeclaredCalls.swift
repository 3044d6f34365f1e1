// SPDX-License-Identifier: GPL-2.0-only

// A name in patched code that the stub headers do not have is either the patch's mistake or a gap
// of ours. The tree's own headers know: what they declare becomes a trap, what they do not is an
// error of the patch.

import Glibc
import System

extension BuildJob {
    /// Looks at the calls of undeclared functions in the lines that patches have added.
    ///
    /// - Throws: `QuestionError` for a function that the tree declares nowhere.
    func checkCalls(of unit: TranslationUnit, in work: Work, messages: String) throws {
        guard !work.tree.addedLines.isEmpty, messages.contains("warning: ") else { return }
        let added = Set(work.tree.addedLines)
        let text = unit.roots.spoken(messages)
        let warnings = CompilerError.all(in: text, "warning").filter {
            added.contains(SourceLine(file: $0.file, line: $0.line))
        }
        func error(_ warning: CompilerError, _ note: String) -> QuestionError {
            // Without the option's name, which is none of the user's.
            let message = warning.message.firstRange(of: " [-W").map {
                String(warning.message[..<$0.lowerBound])
            }
            return QuestionError(
                .doesNotCompile, file: warning.file, line: warning.line,
                reason: "error: \(message ?? warning.message)",
                notes: [note, "variant \(work.request.name) does not compile"], output: text)
        }
        var undeclared: Set<Int> = []
        for warning in warnings where warning.message.hasPrefix("call to undeclared ") {
            undeclared.insert(warning.line)
            guard let name = Self.quoted(warning.message) else { continue }
            if try !TreeText(of: work.request.tree, toolchain: toolchain).has(name) {
                throw error(
                    warning, "\(name) is declared nowhere in \(work.request.tree.spokenName)")
            }
        }
        // What an undeclared function returns is taken for an int: that is not the patch's fault.
        for warning in warnings
        where warning.message.contains("-Wint-conversion") && !undeclared.contains(warning.line) {
            throw error(warning, "a kernel's build takes this for an error, too")
        }
    }

    /// An error of the compiler's, with what the tree knows of the name that it is about: a patch can
    /// be right about something that the stub headers do not have.
    func explained(
        _ error: QuestionError, of unit: TranslationUnit, in work: Work
    ) -> QuestionError {
        if case .csrc = unit.source, !work.request.patches.isEmpty {
            var error = error
            error.notes.insert(
                "a file of Faultline's own, which uses what the patch changes", at: 0)
            return error
        }
        guard let file = error.file, let line = error.line,
            work.tree.addedLines.contains(SourceLine(file: file, line: line)),
            let name = Self.quoted(error.reason),
            (try? TreeText(of: work.request.tree, toolchain: toolchain).has(name)) == true
        else { return error }
        var error = error
        error.notes.insert(
            "\(work.request.tree.spokenName) has '\(name)' in its headers, but Faultline's stub"
                + " headers (csrc/stubs) do not: the patch may be right", at: 0)
        return error
    }

    /// The first name between quotes.
    static func quoted(_ message: String) -> String? {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count > 2, !parts[1].isEmpty, parts[1].utf8.allSatisfy(\.isOfWord) else {
            return nil
        }
        return String(parts[1])
    }
}

/// All headers of a tree, as far as a name is to be found in them.
struct TreeText {
    let tree: Tree
    let toolchain: Toolchain

    init(of tree: Tree, toolchain: Toolchain) {
        self.tree = tree
        self.toolchain = toolchain
    }

    /// Where a function of a filesystem can be declared.
    private static let places = ["include", "arch/x86/include", "fs", "mm", "lib"]

    /// Whether a header has the word.
    func has(_ name: String) throws -> Bool {
        if let rev = tree.rev {
            let repository = try Repository(tree.root, toolchain: toolchain)
            let done = try repository.git(
                ["grep", "-q", "-w", "-F", "-e", name, rev, "--"]
                    + Self.places.map { "\($0)/*.h" })
            return done.status == 0
        }
        let wanted = Array(name.utf8)
        for place in Self.places {
            for file in Disk.files(under: tree.root + "/" + place) where file.hasSuffix(".h") {
                if let bytes = try? Disk.read("\(tree.root)/\(place)/\(file)"),
                    Self.has(wanted, in: bytes)
                {
                    return true
                }
            }
        }
        return false
    }

    private static func has(_ word: [UInt8], in bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, !word.isEmpty else { return false }
        return bytes.withUnsafeBytes { text in
            var from = 0
            while let start = memchr(text.baseAddress! + from, Int32(word[0]), text.count - from) {
                let place = UnsafeRawPointer(start) - text.baseAddress!
                let end = place + word.count
                if end <= text.count, place == 0 || !text[place - 1].isOfWord,
                    memcmp(start, word, word.count) == 0, end == text.count || !text[end].isOfWord
                {
                    return true
                }
                from = place + 1
                if from >= text.count { return false }
            }
            return false
        }
    }
}
