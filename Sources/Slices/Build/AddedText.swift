// SPDX-License-Identifier: GPL-2.0-only

// The lines that patches have added to a tree, with their text: an error names the one that it is about,
// and assembly is looked for in them before anything is compiled. What the tree has stays what it was; a
// patch brings none.

import System

/// The text that patches have added to a tree.
struct AddedText {
    struct Line {
        var at: SourceLine
        var text: Substring
    }

    let lines: [Line]

    init(of tree: PreparedTree) {
        var files: [String: [Substring]] = [:]
        lines = tree.addedLines.compactMap { added in
            if files[added.file] == nil {
                let bytes = (try? Disk.read("\(tree.root)/\(added.file)")) ?? []
                files[added.file] = String(anyBytes: bytes).split(
                    separator: "\n", omittingEmptySubsequences: false)
            }
            guard let all = files[added.file], all.indices.contains(added.line - 1) else {
                return nil
            }
            return Line(at: added, text: all[added.line - 1])
        }
    }

    /// The lines as the compiler sees them: one that ends with a backslash goes on in the next.
    private var logicalLines: [Line] {
        var result: [Line] = []
        var last: Line?
        for line in lines {
            let goesOn = last.map { last in
                last.at.file == line.at.file && last.at.line + 1 == line.at.line
                    && Self.withoutBackslash(last.text) != nil
            }
            let text = Self.withoutBackslash(line.text) ?? line.text
            if goesOn == true {
                result[result.count - 1].text += text
            } else {
                result.append(Line(at: line.at, text: text))
            }
            last = line
        }
        return result
    }

    /// A line without the backslash at its end, behind which compilers allow blanks; nil if it has none.
    private static func withoutBackslash(_ line: Substring) -> Substring? {
        var line = line
        while let last = line.last, last.isWhitespace { line.removeLast() }
        return line.last == "\\" ? line.dropLast() : nil
    }

    /// Names by which assembly begins.
    private static let assembly: Set = ["asm", "__asm", "__asm__"]

    /// The first line with assembly in it.
    var firstAssembly: (line: Line, word: String)? {
        for line in logicalLines where !Self.isInclude(line.text) {
            let words = line.text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            if let word = words.first(where: { Self.assembly.contains(String($0)) }) {
                return (line, String(word))
            }
        }
        return nil
    }

    /// A line that has "include" in a comment is none, and has no assembly either where it is one.
    private static func isInclude(_ line: Substring) -> Bool {
        let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = line.drop(while: blanks)
        return start.first == "#"
            && start.dropFirst().drop(while: blanks).hasPrefix("include")
    }

    /// - Throws: `QuestionError` for a line with assembly.
    func refuseAssembly() throws {
        guard let (line, word) = firstAssembly else { return }
        throw QuestionError(
            .refused, file: line.at.file, line: line.at.line,
            reason: "the patch brings assembly (\(word)), which the machine cannot judge",
            notes: ObjectCheck.notes)
    }
}
