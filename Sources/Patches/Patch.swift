// SPDX-License-Identifier: GPL-2.0-only

// A patch: a unified diff, taken apart into files and hunks. Whether it came as a file, a mail or an
// mbox makes no difference from here on.
//
// What must hold: what is checked is what is applied. git never gets the user's bytes, but a diff
// that is written from these values.

/// One unified diff.
package struct Patch: Hashable, Sendable {
    /// The file name without directories and ending: `option-2-iomap-fault-flag`; `stdin` for
    /// standard input.
    package var name: String
    /// As the user named it; `-` for standard input.
    package var path: String
    /// The subject without `[PATCH n/m]`; nil if there is none.
    package var subject: String?
    /// The files it touches, in order; never empty.
    package var files: [FileDiff]
    /// Its number in a series; nil if the subject has none.
    package var number: Number?
    /// The mail that it came in.
    package var origin = Origin()
    /// A likely cause, if it does not apply: what a mailer did to it.
    package var caution: String?
    /// What was left out of the series.
    package internal(set) var notes: [String] = []

    package init(
        name: String, path: String, subject: String? = nil, files: [FileDiff],
        number: Number? = nil, origin: Origin = Origin(), caution: String? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.path = path
        self.subject = subject
        self.files = files
        self.number = number
        self.origin = origin
        self.caution = caution
        self.notes = notes
    }

    /// `[PATCH v3 2/7]`.
    package struct Number: Hashable, Sendable {
        /// `3`, or `3.1`.
        package var version: String
        package var part: Int
        package var of: Int
    }

    /// Who sent it, and in reply to what; empty for a plain diff.
    package struct Origin: Hashable, Sendable {
        /// `Name <address>`.
        package var author: String?
        /// Without `<` and `>`.
        package var messageID: String?
        /// The mails that it replies to, the first one of the thread first.
        package var references: [String] = []
    }

    /// The part of a patch that is about one file.
    package struct FileDiff: Hashable, Sendable {
        /// The path before, without `a/`; nil if the patch creates the file.
        package var oldPath: String?
        /// The path after, without `b/`; nil if the patch deletes the file.
        package var newPath: String?
        /// Whether the file of `oldPath` stays, and `newPath` starts as a copy of it.
        package var isCopy: Bool
        package var hunks: [Hunk]
        /// The line of the patch at which it starts, from 1.
        package var line: Int

        /// The name to print.
        package var path: String { newPath ?? oldPath ?? "" }
    }

    /// One `@@` block.
    package struct Hunk: Hashable, Sendable {
        /// The lines replaced, numbered in the file before the patch.
        package var oldStart: Int
        var oldCount: Int
        /// The lines put there, numbered in the file after the patch.
        package var newStart: Int
        package var newCount: Int
        /// The lines below `@@`, with their first column, each ended by a line feed.
        package var lines: [HunkLine]
        /// The line of the patch at which `@@` stands, from 1.
        package var line: Int
    }

    /// A line of a hunk.
    package struct HunkLine: Hashable, Sendable {
        /// What it does.
        package enum Change: Hashable, Sendable {
            case kept, removed, added
            /// `\ No newline at end of file`: about the line before.
            case unended
        }

        package var change: Change
        /// Without the first column and the line feed.
        package var bytes: [UInt8]
    }
}

extension Patch {
    /// The diff as git gets it: our header lines, the patch's hunks.
    package var text: [UInt8] { files.flatMap(\.text) }

    /// Whether both do the same, wherever in the file it stands: one commit, mailed twice.
    package func isSameChange(as other: Patch) -> Bool {
        files.count == other.files.count
            && zip(files, other.files).allSatisfy { one, other in
                one.oldPath == other.oldPath && one.newPath == other.newPath
                    && one.hunks.map(\.lines) == other.hunks.map(\.lines)
            }
    }
}

extension Patch.FileDiff {
    package var text: [UInt8] {
        var header = "diff --git a/\(oldPath ?? path) b/\(newPath ?? path)\n"
        if oldPath == nil { header += "new file mode 100644\n" }
        if newPath == nil { header += "deleted file mode 100644\n" }
        if let oldPath, let newPath, oldPath != newPath {
            let verb = isCopy ? "copy" : "rename"
            header += "\(verb) from \(oldPath)\n\(verb) to \(newPath)\n"
        }
        if !hunks.isEmpty {
            header += "--- \(oldPath.map { "a/" + $0 } ?? "/dev/null")\n"
            header += "+++ \(newPath.map { "b/" + $0 } ?? "/dev/null")\n"
        }
        return Array(header.utf8) + hunks.flatMap(\.text)
    }
}

extension Patch.Hunk {
    package var text: [UInt8] {
        var text = Array("@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@\n".utf8)
        for line in lines {
            switch line.change {
            case .kept: text.append(UInt8(ascii: " "))
            case .removed: text.append(UInt8(ascii: "-"))
            case .added: text.append(UInt8(ascii: "+"))
            case .unended: text.append(UInt8(ascii: "\\"))
            }
            text += line.bytes
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}
