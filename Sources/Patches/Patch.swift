// SPDX-License-Identifier: GPL-2.0-only

// A patch as this room sees it: a unified diff cut into files and hunks. Where it was found (file,
// mail, mbox, standard input) is behind it once it is one of these; what it may not do has been
// refused. git never sees the user's bytes but a diff written anew from these values, so what was
// checked is what is applied.

import System

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
    /// Its place in a series; nil if the subject does not say.
    package var number: Number?
    /// The mail that it came in.
    package var origin = Origin()
    /// What may be the cause if it does not apply: what happened to it on its way.
    package var caution: String?
    /// What was left out beside it.
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

        package init(version: String, part: Int, of: Int) {
            self.version = version
            self.part = part
            self.of = of
        }
    }

    /// Who sent it, and in answer to what; empty of a plain diff.
    package struct Origin: Hashable, Sendable {
        /// `Name <address>`.
        package var author: String?
        /// Without `<` and `>`.
        package var messageID: String?
        /// The mails that it answers, the first one first.
        package var references: [String] = []

        package init(author: String? = nil, messageID: String? = nil, references: [String] = []) {
            self.author = author
            self.messageID = messageID
            self.references = references
        }
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

        package init(
            oldPath: String? = nil, newPath: String? = nil, isCopy: Bool, hunks: [Hunk], line: Int
        ) {
            self.oldPath = oldPath
            self.newPath = newPath
            self.isCopy = isCopy
            self.hunks = hunks
            self.line = line
        }

        /// The name to speak of it by.
        package var path: String { newPath ?? oldPath ?? "" }
    }

    /// One `@@` block.
    package struct Hunk: Hashable, Sendable {
        /// The lines replaced, numbered in the file before the patch.
        package var oldStart: Int
        package var oldCount: Int
        /// The lines put there, numbered in the file after the patch.
        package var newStart: Int
        package var newCount: Int
        /// The lines below `@@`, with their first column, each ended by a line feed.
        package var lines: [Line]
        /// The line of the patch at which `@@` stands, from 1.
        package var line: Int

        package init(
            oldStart: Int, oldCount: Int, newStart: Int, newCount: Int, lines: [Line], line: Int
        ) {
            self.oldStart = oldStart
            self.oldCount = oldCount
            self.newStart = newStart
            self.newCount = newCount
            self.lines = lines
            self.line = line
        }
    }

    /// A line of a hunk.
    package struct Line: Hashable, Sendable {
        /// What it does.
        package enum Change: Hashable, Sendable {
            case kept, removed, added
            /// `\ No newline at end of file`: about the line before.
            case unended
        }

        package var change: Change
        /// Without the first column and the line feed.
        package var bytes: [UInt8]

        package init(change: Change, bytes: [UInt8]) {
            self.change = change
            self.bytes = bytes
        }
    }

    /// Reads the patches that an argument of the command line names: a file, `-` for standard
    /// input, or a directory with a series. A file is a plain unified diff, a mail as `git
    /// format-patch`, `git send-email` or a mail program makes it, or an mbox with a series in any
    /// order. Cover letters and replies are left out, with a note.
    ///
    /// - Returns: the patches in the order of the series; never empty.
    /// - Throws: `QuestionError` if there is no diff in it, if it ends in the middle, or if it asks
    ///   for something that is refused: see `QuestionError.Kind.refused`.
    package static func read(
        _ argument: String, toolchain: Toolchain, cache: BuildCache
    ) throws -> [Patch] {
        try PatchReader(toolchain: toolchain, cache: cache).read(argument)
    }
}

extension Patch {
    /// The diff as git is given it: header lines of ours, hunks of the patch's.
    package var text: [UInt8] { files.flatMap(\.text) }
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
