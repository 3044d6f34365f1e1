// SPDX-License-Identifier: GPL-2.0-only

// From an argument of the command line to patches: a file, standard input, or a directory with a
// series. What is a mail goes through `Mailbox`; a plain diff needs none of that and starts no
// process.

import System

package struct PatchReader {
    package let toolchain: Toolchain
    package let cache: BuildCache

    package init(toolchain: Toolchain, cache: BuildCache) {
        self.toolchain = toolchain
        self.cache = cache
    }

    /// A series of a thousand patches to the whole kernel is a tenth of that.
    package static let largest = 64 << 20

    package func read(_ argument: String) throws -> [Patch] {
        if argument == "-" {
            let bytes = try Disk.read(0, named: "standard input")
            return try patches(in: bytes, of: argument)
        }
        guard Disk.exists(argument) else {
            throw QuestionError(.unreadable, patch: argument, reason: "no such file")
        }
        if Disk.isDirectory(argument) {
            return try SeriesDirectory(argument, reader: self).patches()
        }
        return try patches(in: try bytes(of: argument), of: argument)
    }

    package func bytes(of path: String) throws -> [UInt8] {
        do {
            return try Disk.read(path)
        } catch let error as QuestionError {
            throw QuestionError(.unreadable, patch: path, reason: error.reason)
        }
    }

    /// The patches in a text that the user calls `path`.
    package func patches(in bytes: [UInt8], of path: String) throws -> [Patch] {
        try patches(of: Series(mails: try mails(in: bytes, of: path), path: path))
    }

    /// The mails in a text, or the one diff that it is.
    package func mails(in bytes: [UInt8], of path: String) throws -> [Mail] {
        guard bytes.count <= Self.largest else {
            throw QuestionError(
                .unreadable, patch: path,
                reason: "is larger than \(Self.largest >> 20) MiB, which no series of patches is")
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
        return [Mail(path: path, subject: "", diff: bytes, isPlain: true)]
    }

    package func patches(of series: Series) throws -> [Patch] {
        // The parser knows better why a diff is none.
        let isDiff = series.mails.count == 1 && series.mails[0].isPlain
        let (mails, notes) = isDiff ? (series.mails, []) : try series.inOrder()
        var patches = try mails.map { try patch(of: $0, isOneOfMany: series.mails.count > 1) }
        patches[0].notes = notes
        return patches
    }

    private func patch(of mail: Mail, isOneOfMany: Bool) throws -> Patch {
        do {
            let files = try DiffParser.parse(
                mail.diff, patch: mail.path, firstLine: mail.firstLine)
            guard !files.isEmpty else {
                throw QuestionError(
                    .unreadable, patch: mail.path, reason: "has no unified diff in it")
            }
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

    private static let flowed =
        "the mail is format=flowed: a mailer has broken and joined its lines, and lines that end"
        + " in a blank may be lost; git send-email, or an attachment, leaves them as they are"

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

extension UInt8 {
    package var isBlank: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
}
