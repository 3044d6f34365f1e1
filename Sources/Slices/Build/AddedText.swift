// SPDX-License-Identifier: GPL-2.0-only

// The lines that patches have added to a tree, with their text: an error names the one that it is about.
// Nothing is decided by them: see `TokenDump` for what the compiler makes of a text.

import System

/// The text that patches have added to a tree.
struct AddedText {
    struct Line {
        var at: SourceLine
        var text: Substring

        /// Words as C has them: comments and strings have them, too.
        fileprivate var words: [Substring] {
            text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        }

        func hasWord(_ word: some StringProtocol) -> Bool {
            words.contains { $0.elementsEqual(word) }
        }
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

    /// Names by which assembly begins.
    static let assembly: Set = ["asm", "__asm", "__asm__"]

    /// The first line that seems to have assembly in it.
    var firstAssembly: Line? {
        lines.first { line in line.words.contains { Self.assembly.contains(String($0)) } }
    }
}
