// SPDX-License-Identifier: GPL-2.0-only

// The lines of a patch, each added one with what became of it. Coverage speaks of lines of the tree
// behind the last patch of a series, so the number of a line is carried through the hunks of the
// patches that follow. Hunks may have been applied elsewhere than they say; so a line counts as found
// only where its text stands, and is looked for by its text otherwise.

import Exploration
import FoundationEssentials

/// A line of a patch.
struct PatchLine {
    enum Kind: String { case meta, hunk, context, added, removed }

    /// What became of an added line.
    enum Fate: Equatable {
        case ran(scenarios: Int)
        case missed
    }

    var kind: Kind
    var text: String
    /// As the patch names it behind the change, without the first part of the path.
    var file = ""
    /// Of the changed file; of the line that follows, for one that is removed.
    var number = 0
    var fate: Fate?
}

/// The patches of a variant, line by line.
struct PatchMarks {
    private(set) var patches: [[PatchLine]]

    init(_ patches: [Witness.PatchText], _ coverage: Coverage?) {
        self.patches = patches.map { Self.lines(of: String(decoding: $0.text, as: UTF8.self)) }
        guard let coverage else { return }
        var added: [String: [SourceExcerpt.Line]] = [:]
        for excerpt in coverage.excerpts {
            added[excerpt.file, default: []] += excerpt.lines.filter(\.isAdded)
        }
        for patch in self.patches.indices {
            for index in self.patches[patch].indices
            where self.patches[patch][index].kind == .added {
                self.patches[patch][index].fate = fate(of: index, in: patch, added)
            }
        }
    }

    private func fate(
        of index: Int, in patch: Int, _ added: [String: [SourceExcerpt.Line]]
    ) -> PatchLine.Fate? {
        let line = patches[patch][index]
        var number = line.number
        for later in patches[(patch + 1)...] {
            guard let next = Self.number(of: number, in: line.file, behind: later) else {
                return nil
            }
            number = next
        }
        let text = line.text.dropFirst()
        let same = (added[line.file] ?? []).filter { $0.text == text }
        let nearest = same.min { abs($0.number - number) < abs($1.number - number) }
        guard let scenarios = nearest?.scenarios else { return nil }
        return scenarios > 0 ? .ran(scenarios: scenarios) : .missed
    }

    /// What the number of a line becomes when a patch is applied; nil if the patch removes it.
    private static func number(
        of number: Int, in file: String, behind patch: [PatchLine]
    ) -> Int? {
        var shift = 0
        for line in patch where line.file == file {
            let old = line.number - shift
            guard old <= number else { break }
            switch line.kind {
            case .added: shift += 1
            case .removed:
                if old == number { return nil }
                shift -= 1
            default: break
            }
        }
        return number + shift
    }

    /// A mail or a diff as lines.
    static func lines(of text: String) -> [PatchLine] {
        var lines: [PatchLine] = []
        var file = ""
        var number = 0
        var (old, new) = (0, 0)
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = part.last == "\r" ? String(part.dropLast()) : String(part)
            if old > 0 || new > 0 {
                var entry = PatchLine(kind: .context, text: line, file: file, number: number)
                switch line.first {
                case "+":
                    entry.kind = .added
                    new -= 1
                    number += 1
                case "-":
                    entry.kind = .removed
                    old -= 1
                case "\\": entry.kind = .meta
                default:
                    old -= 1
                    new -= 1
                    number += 1
                }
                lines.append(entry)
            } else if let counts = hunk(line) {
                (number, old, new) = counts
                lines.append(PatchLine(kind: .hunk, text: line))
            } else {
                if line.hasPrefix("+++ ") { file = path(line.dropFirst(4)) }
                lines.append(PatchLine(kind: .meta, text: line))
            }
        }
        if lines.last?.text.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func path(_ field: Substring) -> String {
        let path = field.prefix { $0 != "\t" }
        return path.firstIndex(of: "/").map { String(path[path.index(after: $0)...]) }
            ?? String(path)
    }

    /// First new line, old lines, new lines of `@@ -a,b +c,d @@`.
    private static func hunk(_ line: String) -> (Int, Int, Int)? {
        guard let match = line.firstMatch(of: /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/),
            let number = Int(match.2)
        else { return nil }
        let old = match.1.map { Int($0) ?? 0 } ?? 1
        let new = match.3.map { Int($0) ?? 0 } ?? 1
        return (number, old, new)
    }
}
