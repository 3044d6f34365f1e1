// SPDX-License-Identifier: GPL-2.0-only

// A name in patched code that the stub headers do not have is either the patch's mistake or a gap in
// the stubs. The tree's own headers tell: what they declare becomes a trap, what they do not declare
// is an error of the patch.

import System

/// What the tree knows of the names that the compiler complains about in one file.
struct NameCheck {
    private let unit: TranslationUnit
    private let work: BuildWork
    private let toolchain: Toolchain

    init(of unit: TranslationUnit, in work: BuildWork, toolchain: Toolchain) {
        self.unit = unit
        self.work = work
        self.toolchain = toolchain
    }

    private var tree: Tree { work.request.tree }

    /// Checks the calls of undeclared functions in lines that patches have added.
    ///
    /// - Throws: `QuestionError` for a function that the tree declares nowhere.
    func checkCalls(_ messages: String) throws {
        guard !work.tree.addedLines.isEmpty, messages.contains("warning: ") else { return }
        let added = Set(work.tree.addedLines)
        let text = unit.roots.relative(messages)
        let warnings = CompilerError.all(in: text, "warning").filter {
            added.contains(SourceLine(file: $0.file, line: $0.line))
        }
        func error(_ warning: CompilerError, _ note: String) -> QuestionError {
            // Without the name of the option, which the user has not set.
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
            guard let name = Self.quotedName(in: warning.message) else { continue }
            if try !headers.mention(name) {
                throw error(warning, "\(name) is declared nowhere in \(tree.displayName)")
            }
        }
        // The compiler takes the result of an undeclared function for an int: the patch is not at
        // fault for that.
        for warning in warnings
        where warning.message.contains("-Wint-conversion") && !undeclared.contains(warning.line) {
            throw error(warning, "a kernel's build takes this for an error, too")
        }
    }

    /// An error of the compiler, with a note if the tree has the name that it is about: a patch can
    /// be right about something that the stub headers do not have.
    func explained(_ error: QuestionError) -> QuestionError {
        var error = error
        if case .csrc = unit.source, !work.request.patches.isEmpty {
            error.notes.insert(
                "a file of Faultline's own, which uses what the patch changes", at: 0)
            return error
        }
        guard let file = error.file, let line = error.line,
            work.tree.addedLines.contains(SourceLine(file: file, line: line)),
            let name = Self.quotedName(in: error.reason), (try? headers.mention(name)) == true
        else { return error }
        error.notes.insert(
            "\(tree.displayName) has '\(name)' in its headers, but Faultline's stub headers"
                + " (csrc/stubs) do not: the patch may be right", at: 0)
        return error
    }

    private var headers: TreeHeaders { TreeHeaders(of: tree, toolchain: toolchain) }

    /// The first identifier between quotes.
    private static func quotedName(in message: String) -> String? {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count > 2, !parts[1].isEmpty, parts[1].utf8.allSatisfy(\.isWordCharacter)
        else { return nil }
        return String(parts[1])
    }
}
