// SPDX-License-Identifier: GPL-2.0-only

// Reads a unified diff, with git's headers or without. Text around and between the files is skipped,
// as git does. A hunk that is not what its header says is an error here, with the line of the patch:
// whoever has a truncated mail should not be told that a hunk does not apply.

import System

/// Reads one diff.
package struct DiffParser {
    /// The patch as the user named it, for errors.
    private let patch: String
    /// The line of the user's file that the first line of the diff is, from 1.
    private let firstLine: Int

    private let lines: [ArraySlice<UInt8>]
    private var index = 0
    private var files: [Patch.FileDiff] = []

    /// The files of a diff, in order; none if the text has no diff in it.
    ///
    /// - Throws: `QuestionError`, unreadable or refused.
    package static func parse(
        _ bytes: [UInt8], patch: String, firstLine: Int = 1
    ) throws -> [Patch.FileDiff] {
        var parser = DiffParser(bytes, patch: patch, firstLine: firstLine)
        return try parser.parse()
    }

    private init(_ bytes: [UInt8], patch: String, firstLine: Int) {
        self.patch = patch
        self.firstLine = firstLine
        lines = Self.lines(of: bytes)
    }

    /// The lines without their line feeds; and without carriage returns if the diff's own header
    /// lines end with one, because then a mailer has added them to every line.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let header = lines.first { $0.starts(with: "--- ") || $0.starts(with: "diff --git ") }
        guard header?.last == UInt8(ascii: "\r") else { return lines }
        return lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    }

    // MARK: - Files

    private mutating func parse() throws -> [Patch.FileDiff] {
        while index < lines.count {
            let line = lines[index]
            if line.starts(with: "diff --git ") {
                try parseFile(try FileHeader(gitHeader: line, at: here))
            } else if line.starts(with: "--- "), index + 1 < lines.count,
                lines[index + 1].starts(with: "+++ ")
            {
                try parseFile(FileHeader(line: here.line))
            } else if line.starts(with: "diff --cc ") || line.starts(with: "diff --combined ") {
                throw refusal("is the combined diff of a merge, which cannot be applied")
            } else if line.starts(with: "@@ -") {
                throw unreadable("a hunk without a file header above it")
            } else if line.starts(with: "Binary files ") && line.ends(with: " differ") {
                throw refusal("is a binary diff")
            } else {
                index += 1
            }
        }
        return files
    }

    /// From the line after `diff --git`, or from `---`, to the last hunk.
    private mutating func parseFile(_ start: FileHeader) throws {
        var header = start
        if header.isGit { index += 1 }
        headers: while index < lines.count {
            let line = lines[index]
            if line.starts(with: "--- "), index + 1 < lines.count,
                lines[index + 1].starts(with: "+++ ")
            {
                try header.takeNames(old: line, new: lines[index + 1], at: here)
                index += 2
                break headers
            }
            if line.starts(with: "diff --git ") { break headers }
            guard header.isGit, try header.take(line, at: here) else { break headers }
            index += 1
        }
        var hunks: [Patch.Hunk] = []
        while index < lines.count, lines[index].starts(with: "@@ ") {
            hunks.append(try parseHunk(number: hunks.count + 1, of: header))
        }
        if hunks.isEmpty && header.hasNames {
            throw unreadable("ends before the first hunk: the patch is truncated", header: header)
        }
        if let file = try header.fileDiff(hunks: hunks, patch: patch) { files.append(file) }
    }

    // MARK: - Hunks

    private mutating func parseHunk(
        number: Int, of header: FileHeader
    ) throws -> Patch.Hunk {
        guard let range = HunkRange(lines[index]) else {
            throw unreadable("header is malformed", header: header, hunk: number)
        }
        var hunk = Patch.Hunk(
            oldStart: range.oldStart, oldCount: range.oldCount, newStart: range.newStart,
            newCount: range.newCount, lines: [], line: here.line)
        index += 1
        var old = 0
        var new = 0
        while old < hunk.oldCount || new < hunk.newCount {
            let missing = "\(hunk.oldCount) lines before and \(hunk.newCount) after"
            guard index < lines.count else {
                throw unreadable(
                    "is truncated: its header announces \(missing), the patch ends after"
                        + " \(old) and \(new)", header: header, hunk: number)
            }
            let line = lines[index]
            switch line.first {
            case nil, UInt8(ascii: " "): (old, new) = (old + 1, new + 1)
            case UInt8(ascii: "-"): old += 1
            case UInt8(ascii: "+"): new += 1
            case UInt8(ascii: "\\"): break
            default:
                throw unreadable(
                    "is corrupt: its header announces \(missing), this line ends it after"
                        + " \(old) and \(new)", header: header, hunk: number)
            }
            guard old <= hunk.oldCount, new <= hunk.newCount else {
                throw unreadable(
                    "is corrupt: its header announces \(missing), there are more",
                    header: header, hunk: number)
            }
            hunk.lines.append(Self.line(line))
            index += 1
        }
        if index < lines.count, lines[index].first == UInt8(ascii: "\\") {
            hunk.lines.append(Self.line(lines[index]))
            index += 1
        }
        guard hunk.lines.contains(where: { $0.change == .added || $0.change == .removed }) else {
            throw unreadable(
                "changes nothing: it has neither added nor removed lines", header: header,
                hunk: number)
        }
        if index < lines.count, Self.continuesHunk(lines[index]) {
            throw unreadable(
                "is corrupt: more lines follow than its header announces", header: header,
                hunk: number)
        }
        return hunk
    }

    private static func line(_ line: ArraySlice<UInt8>) -> Patch.HunkLine {
        switch line.first {
        case UInt8(ascii: "-"): Patch.HunkLine(change: .removed, bytes: Array(line.dropFirst()))
        case UInt8(ascii: "+"): Patch.HunkLine(change: .added, bytes: Array(line.dropFirst()))
        case UInt8(ascii: "\\"): Patch.HunkLine(change: .unended, bytes: Array(line.dropFirst()))
        // Mailers remove the blank of an empty context line.
        default: Patch.HunkLine(change: .kept, bytes: Array(line.dropFirst()))
        }
    }

    /// Whether a line below a complete hunk looks like a part of it. `--- ` begins the next file, and
    /// `-- ` a mail's signature.
    private static func continuesHunk(_ line: ArraySlice<UInt8>) -> Bool {
        switch line.first {
        case UInt8(ascii: "+"), UInt8(ascii: " "): true
        case UInt8(ascii: "-"): !line.starts(with: "--")
        default: false
        }
    }

    // MARK: - Errors

    /// The line that is being read.
    private var here: PatchLocation { PatchLocation(patch: patch, line: firstLine + index) }

    private func refusal(_ reason: String) -> QuestionError {
        QuestionError(.refused, patch: patch, patchLine: here.line, reason: reason)
    }

    private func unreadable(
        _ reason: String, header: FileHeader? = nil, hunk: Int? = nil
    ) -> QuestionError {
        QuestionError(
            .unreadable, patch: patch, patchLine: here.line, file: header?.displayName,
            hunk: hunk, reason: reason)
    }
}

/// `@@ -12,3 +12,4 @@ function`.
private struct HunkRange {
    var oldStart, oldCount, newStart, newCount: Int

    init?(_ line: ArraySlice<UInt8>) {
        let fields = String(anyBytes: line).split(separator: " ", maxSplits: 4)
        guard fields.count >= 4, fields[0] == "@@", fields[3].hasPrefix("@@"),
            let old = Self.range(fields[1], after: "-"), let new = Self.range(fields[2], after: "+")
        else { return nil }
        (oldStart, oldCount) = old
        (newStart, newCount) = new
    }

    private static func range(_ field: Substring, after sign: String) -> (Int, Int)? {
        guard field.hasPrefix(sign) else { return nil }
        let parts = field.dropFirst().split(separator: ",", omittingEmptySubsequences: false)
        // A limit on both keeps all sums of line numbers far from overflow.
        guard (1...2).contains(parts.count), let start = Int(parts[0]),
            let count = parts.count == 2 ? Int(parts[1]) : 1, (0...100_000_000).contains(start),
            (0...100_000_000).contains(count)
        else { return nil }
        return (start, count)
    }
}
