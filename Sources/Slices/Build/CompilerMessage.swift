// SPDX-License-Identifier: GPL-2.0-only

// The first error of clang and ld.lld, with its place in the tree's own files. The rest usually
// follows from it, and all of it is kept for those who ask.

import System

extension QuestionError {
    /// What clang said about a file.
    static func compilation(
        of unit: TranslationUnit, messages: String, variant: String
    ) -> QuestionError {
        let text = unit.roots.spoken(messages)
        let errors = CompilerError.all(in: text)
        let first = errors.first
        let count = errors.count
        let others = count > 1 ? " (and \(count - 1) more)" : ""
        return QuestionError(
            .doesNotCompile, file: first?.file ?? unit.source.path, line: first?.line,
            reason: "error: \(first?.message ?? "the compiler failed")\(others)",
            notes: ["variant \(variant) does not compile"], output: text)
    }

    /// What ld.lld said about an image.
    static func linking(messages: String, roots: SourceRoots, variant: String) -> QuestionError {
        let text = roots.spoken(messages)
        let lines = text.split(separator: "\n")
        let errors = lines.filter { $0.contains("error: ") }
        var error = QuestionError(
            .doesNotCompile, reason: "the linker failed",
            notes: ["variant \(variant) does not link"], output: text)
        guard let first = errors.first, let start = first.firstRange(of: "error: ") else {
            return error
        }
        error.reason = "error: " + first[start.upperBound...]
        if errors.count > 1 { error.reason += " (and \(errors.count - 1) more)" }
        // >>> referenced by dax.c:1203 (fs/dax.c:1203)
        for line in lines.drop(while: { $0 != first }).dropFirst() where line.hasPrefix(">>> ") {
            if let open = line.lastIndex(of: "("), line.hasSuffix(")") {
                let place = line[line.index(after: open)...].dropLast()
                if let colon = place.lastIndex(of: ":"),
                    let number = Int(place[place.index(after: colon)...])
                {
                    error.file = Symbolizer.treePath(String(place[..<colon]))
                    error.line = number
                    break
                }
            }
        }
        return error
    }
}
