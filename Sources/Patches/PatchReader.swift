// SPDX-License-Identifier: GPL-2.0-only

// From an argument of the command line to patches: a file, standard input, or a directory with a
// series. Mails go through `Mailbox`; a plain diff starts no process.

import System

/// Reads patches.
package struct PatchReader {
    private let toolchain: Toolchain
    private let cache: BuildCache

    package init(toolchain: Toolchain, cache: BuildCache) {
        self.toolchain = toolchain
        self.cache = cache
    }

    /// The largest series on a list is a tenth of that.
    static let largest = 16 << 20
    /// Mails with a diff.
    static let mostPatches = 256

    package func read(_ argument: String) throws -> [Patch] {
        if argument == "-" {
            return try patches(in: try bytes(of: argument), of: argument)
        }
        guard Disk.exists(argument) else {
            throw QuestionError(.unreadable, patch: argument, reason: "no such file")
        }
        if Disk.isDirectory(argument) {
            return try patches(in: SeriesDirectory(argument))
        }
        return try patches(in: try bytes(of: argument), of: argument)
    }

    private func patches(in directory: SeriesDirectory) throws -> [Patch] {
        switch try directory.contents() {
        case .stack(let paths): return try paths.flatMap { try read($0) }
        case .mails(let paths):
            let all = try paths.flatMap { try mails(in: bytes(of: $0), of: $0) }
            return try patches(of: Series(mails: all, path: directory.path))
        }
    }

    private func bytes(of path: String) throws -> [UInt8] {
        do {
            return path == "-"
                ? try Disk.read(0, named: "standard input", atMost: Self.largest)
                : try Disk.read(path, atMost: Self.largest)
        } catch let error as QuestionError {
            throw QuestionError(.unreadable, patch: path, reason: error.reason)
        }
    }

    /// The patches in a text that the user calls `path`.
    package func patches(in bytes: [UInt8], of path: String) throws -> [Patch] {
        try patches(of: Series(mails: try mails(in: bytes, of: path), path: path))
    }

    /// The mails in a text, or the one diff that it is.
    private func mails(in bytes: [UInt8], of path: String) throws -> [Mail] {
        guard bytes.count <= Self.largest else {
            throw QuestionError(
                .unreadable, patch: path, reason: "is larger than \(Self.largest >> 20) MiB")
        }
        guard bytes.contains(where: { !$0.isBlank }) else {
            throw QuestionError(.unreadable, patch: path, reason: "is empty")
        }
        if bytes.starts(with: [0x1f, 0x8b]) {
            throw QuestionError(.unreadable, patch: path, reason: "is compressed: gunzip it first")
        }
        guard !bytes.contains(0) else {
            throw QuestionError(
                .unreadable, patch: path, reason: "is not text: it has zero bytes in it")
        }
        if Mailbox.isMail(bytes) {
            return try Mailbox(toolchain: toolchain, cache: cache).mails(in: bytes, of: path)
        }
        return [
            Mail(path: path, subject: "", diff: ClearSignature.removed(from: bytes), isPlain: true)
        ]
    }

    private func patches(of series: Series) throws -> [Patch] {
        // A single diff is not a series: the parser's errors say more.
        let isDiff = series.mails.count == 1 && series.mails[0].isPlain
        let (mails, notes) = isDiff ? (series.mails, []) : try series.inOrder()
        guard mails.count <= Self.mostPatches else {
            throw QuestionError(
                .unreadable, patch: series.path,
                reason: "has \(mails.count) patches; a series has at most \(Self.mostPatches)")
        }
        var patches = try mails.map { try patch(of: $0, isOneOfMany: series.mails.count > 1) }
        patches[0].notes = notes
        return patches
    }

    private func patch(of mail: Mail, isOneOfMany: Bool) throws -> Patch {
        do {
            let files = try DiffParser.parse(
                mail.diff, patch: mail.path, firstLine: mail.firstLine)
            guard !files.isEmpty else { throw Self.withoutDiff(mail) }
            return Patch(
                name: Self.name(of: mail.path), path: mail.path, subject: mail.title,
                files: files, number: mail.number, origin: mail.origin,
                caution: mail.isFlowed ? Self.flowed : nil)
        } catch var error as QuestionError {
            if isOneOfMany, !mail.subject.isEmpty { error.mail = mail.subject }
            if mail.isFlowed, error.kind == .unreadable { error.notes.append(Self.flowed) }
            throw error
        }
    }

    private static func withoutDiff(_ mail: Mail) -> QuestionError {
        let changesModes = mail.diff.split(separator: UInt8(ascii: "\n")).contains {
            $0.starts(with: "new mode ".utf8)
        }
        var error = QuestionError(
            .unreadable, patch: mail.path,
            reason: changesModes
                ? "changes nothing but the modes of files" : "has no unified diff in it")
        error.isWithoutDiff = changesModes
        return error
    }

    private static let flowed =
        "the mail is format=flowed: a mailer has broken and joined its lines, and blanks at line ends"
        + " may be lost; git send-email, or an attachment, leaves lines as they are"

    /// `patches/option-2.patch` is option-2.
    private static func name(of path: String) -> String {
        guard path != "-" else { return "stdin" }
        let name = fileName(path)
        for ending in SeriesDirectory.endings + [".txt"]
        where name.hasSuffix(ending) && name.count > ending.count {
            return String(name.dropLast(ending.count))
        }
        return name
    }
}

extension Patch {
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
    /// Reads a patch from the text that it was kept as: a witness carries the patches that it was
    /// found with, because the user's files may have changed since.
    ///
    /// - Throws: `QuestionError` as for a file: what is refused there is refused here, too.
    package static func parse(
        _ text: [UInt8], name: String, path: String, subject: String?
    ) throws -> Patch {
        let files = try DiffParser.parse(text, patch: path)
        guard !files.isEmpty else {
            throw QuestionError(.unreadable, patch: path, reason: "has no unified diff in it")
        }
        return Patch(name: name, path: path, subject: subject, files: files)
    }
}
