// SPDX-License-Identifier: GPL-2.0-only

// A patch as this room sees it: a unified diff cut into files and hunks. Where it was found (file,
// mail, mbox, standard input) is behind it once it is one of these; what it may not do has been
// refused. git never sees the user's bytes but a diff written anew from these values, so what was
// checked is what is applied.

/// One unified diff.
public struct Patch: Hashable, Sendable {
    /// The file name without directories and ending: `option-2-iomap-fault-flag`; `stdin` for
    /// standard input.
    public var name: String
    /// As the user named it; `-` for standard input.
    public var path: String
    /// The subject without `[PATCH n/m]`; nil if there is none.
    public var subject: String?
    /// The files it touches, in order; never empty.
    public var files: [FileDiff]
    /// Its place in a series; nil if the subject does not say.
    public var number: Number?
    /// The mail that it came in.
    public var origin = Origin()
    /// What may be the cause if it does not apply: what happened to it on its way.
    var caution: String?
    /// What was left out beside it.
    public internal(set) var notes: [String] = []

    /// `[PATCH v3 2/7]`.
    public struct Number: Hashable, Sendable {
        /// `3`, or `3.1`.
        public var version: String
        public var part: Int
        public var of: Int
    }

    /// Who sent it, and in answer to what; empty of a plain diff.
    public struct Origin: Hashable, Sendable {
        /// `Name <address>`.
        public var author: String?
        /// Without `<` and `>`.
        public var messageID: String?
        /// The mails that it answers, the first one first.
        public var references: [String] = []
    }

    /// The part of a patch that is about one file.
    public struct FileDiff: Hashable, Sendable {
        /// The path before, without `a/`; nil if the patch creates the file.
        public var oldPath: String?
        /// The path after, without `b/`; nil if the patch deletes the file.
        public var newPath: String?
        /// Whether the file of `oldPath` stays, and `newPath` starts as a copy of it.
        public var isCopy: Bool
        public var hunks: [Hunk]
        /// The line of the patch at which it starts, from 1.
        public var line: Int

        /// The name to speak of it by.
        public var path: String { newPath ?? oldPath ?? "" }
    }

    /// One `@@` block.
    public struct Hunk: Hashable, Sendable {
        /// The lines replaced, numbered in the file before the patch.
        public var oldStart: Int
        public var oldCount: Int
        /// The lines put there, numbered in the file after the patch.
        public var newStart: Int
        public var newCount: Int
        /// The lines below `@@`, with their first column, each ended by a line feed.
        public var lines: [Line]
        /// The line of the patch at which `@@` stands, from 1.
        public var line: Int
    }

    /// A line of a hunk.
    public struct Line: Hashable, Sendable {
        /// What it does.
        public enum Change: Hashable, Sendable {
            case kept, removed, added
            /// `\ No newline at end of file`: about the line before.
            case unended
        }

        public var change: Change
        /// Without the first column and the line feed.
        public var bytes: [UInt8]
    }

    /// Reads the patches that an argument of the command line names: a file, `-` for standard
    /// input, or a directory with a series. A file is a plain unified diff, a mail as `git
    /// format-patch`, `git send-email` or a mail program makes it, or an mbox with a series in any
    /// order. Cover letters and replies are left out, with a note.
    ///
    /// - Returns: the patches in the order of the series; never empty.
    /// - Throws: `SliceError` if there is no diff in it, if it ends in the middle, or if it asks
    ///   for something that is refused: see `SliceError.Kind.refused`.
    public static func read(
        _ argument: String, toolchain: Toolchain, cache: BuildCache
    ) throws -> [Patch] {
        try PatchReader(toolchain: toolchain, cache: cache).read(argument)
    }
}

extension Patch {
    /// The diff as git is given it: header lines of ours, hunks of the patch's.
    public var text: [UInt8] { files.flatMap(\.text) }
}

extension Patch.FileDiff {
    var text: [UInt8] {
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
    var text: [UInt8] {
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
