// SPDX-License-Identifier: GPL-2.0-only

// What clang and ld.lld say, with locations in the tree's own files. The user gets the first error:
// the rest usually follows from it, and all of it is kept for those who ask.

import System

/// An error of the compiler.
struct CompilerError: Hashable, Sendable {
    /// Relative to the tree, or to csrc.
    var file: String
    var line: Int
    var message: String
    /// What the error is in conflict with, if the compiler says so.
    var previous: SourceLine?

    /// The errors, or the warnings, in a compiler's messages, in order.
    ///
    /// - Parameter text: with paths relative to their roots.
    static func all(in text: String, _ severity: String = "error") -> [CompilerError] {
        var found: [CompilerError] = []
        for line in text.split(separator: "\n") {
            // fs/dax.c:1203:5: error: use of undeclared identifier 'x'
            let parts = line.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
            guard parts.count == 5, let number = Int(parts[1]) else { continue }
            let file = normalizedPath(String(parts[0]))
            let message = String(parts[4].drop { $0 == " " })
            if parts[3].hasSuffix(" " + severity) {
                found.append(CompilerError(file: file, line: number, message: message))
            } else if parts[3] == " note", message.hasPrefix("previous "), !found.isEmpty {
                found[found.count - 1].previous = SourceLine(file: file, line: number)
            }
        }
        return found
    }

    /// The same error, at the location that it is in conflict with.
    var atPrevious: CompilerError? {
        previous.map { CompilerError(file: $0.file, line: $0.line, message: message) }
    }
}

extension SourceLine {
    /// The end of `>>> referenced by dax.c:1203 (./fs/dax.c:1203)`.
    init?(inLinkerMessage line: Substring) {
        guard let open = line.lastIndex(of: "("), line.hasSuffix(")") else { return nil }
        let location = line[line.index(after: open)...].dropLast()
        guard let colon = location.lastIndex(of: ":"),
            let number = Int(location[location.index(after: colon)...])
        else { return nil }
        self.init(file: normalizedPath(String(location[..<colon])), line: number)
    }
}

extension SourceLine {
    /// What a compiler that crashes was at: `1.	fs/dax.c:3:2: current parser token 'pragma'`.
    init?(inCrashOfCompiler text: String) {
        for line in text.split(separator: "\n") {
            guard let tab = line.firstIndex(of: "\t"), line[..<tab].last == ".",
                line[..<tab].dropLast().allSatisfy(\.isNumber)
            else { continue }
            let parts = line[line.index(after: tab)...].split(
                separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, let number = Int(parts[1]), Int(parts[2]) != nil else {
                continue
            }
            self.init(file: normalizedPath(String(parts[0])), line: number)
            return
        }
        return nil
    }
}

extension QuestionError {
    /// What clang said about a file. A compiler that fails and names no line (no space on the disk, a
    /// crash of its own) says nothing about the code.
    static func compilation(
        of unit: TranslationUnit, messages: String, variant: String
    ) -> QuestionError {
        let text = unit.roots.relative(messages)
        let errors = CompilerError.all(in: text)
        guard let first = errors.first else {
            let last = text.split(separator: "\n").last { line in
                line.contains("LLVM ERROR:")
                    || (line.contains("error:") && !line.contains("frontend command failed"))
            }
            let place = SourceLine(inCrashOfCompiler: text)
            let why = place == nil ? "it does not say why" : "it crashed here"
            return QuestionError(
                .toolchain, file: place?.file ?? unit.source.path, line: place?.line,
                reason: "the compiler failed: \(last ?? why[...])", output: text)
        }
        let others = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
        return QuestionError(
            .doesNotCompile, file: first.file, line: first.line,
            reason: "error: \(first.message)\(others)",
            notes: ["variant \(variant) does not compile"], output: text)
    }

    /// What ld.lld said about an image.
    static func linking(messages: String, of work: BuildWork) -> QuestionError {
        let text = work.units[0].roots.relative(messages)
        let lines = text.split(separator: "\n")
        let errors = lines.filter { $0.contains("error: ") }
        var error = QuestionError(
            .doesNotCompile, reason: "the linker failed",
            notes: ["variant \(work.request.name) does not link"], output: text)
        guard let first = errors.first, let start = first.firstRange(of: "error: ") else {
            return error
        }
        error.reason = "error: " + first[start.upperBound...]
        if errors.count > 1 { error.reason += " (and \(errors.count - 1) more)" }
        let places = lines.drop { $0 != first }.dropFirst().prefix { $0.hasPrefix(">>> ") }
            .compactMap { SourceLine(inLinkerMessage: $0) }
        // Of two definitions, the patch's; a variable's line is known to no object.
        let added = Set(work.tree.addedLines)
        let name = first.split(separator: " ").last ?? ""
        let place =
            places.first(where: added.contains)
            ?? AddedText(of: work.tree).lines.first { $0.hasWord(name) }?.at ?? places.first
        error.file = place?.file
        error.line = place?.line
        return error
    }
}
