// SPDX-License-Identifier: GPL-2.0-only

// Mails are taken apart by git's own mailsplit and mailinfo, which know mboxes, quoted-printable,
// base64, RFC 2047, format=flowed and what mailers do. `MIMEParts` prepares mails for them.

import System

/// Takes mails apart.
struct Mailbox {
    let toolchain: Toolchain
    let cache: BuildCache

    /// A file with more mails is not a series. git takes a process for each of them.
    private static let limit = 512
    /// What git needs to take a mail apart it does not need longer for.
    private static let seconds = 10

    /// A mail begins with `From ` of an mbox or with a header field; a diff with neither.
    static func isMail(_ bytes: [UInt8]) -> Bool {
        let start = bytes.drop { $0.isBlank }
        let line = start.prefix { $0 != UInt8(ascii: "\n") }
        if line.starts(with: "From ") { return true }
        // What the names of header fields are made of in practice.
        let name = line.prefix { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
        guard !name.isEmpty, line.dropFirst(name.count).first == UInt8(ascii: ":") else {
            return false
        }
        return String(anyBytes: name).lowercased() != "index"
    }

    /// The mails of an mbox, or the one that `bytes` is, in the order of the file.
    func mails(in bytes: [UInt8], of path: String) throws -> [Mail] {
        // mailsplit reads the first line as a header; pasted mails begin with blank lines.
        let blank = bytes.prefix { $0.isBlank }
        let text = Array(bytes[blank.count...])
        return try cache.withTemporaryDirectory { directory in
            let names = try split(text, in: directory, of: path)
            guard names.count <= Self.limit else {
                throw QuestionError(
                    .unreadable, patch: path,
                    reason: "has \(names.count) mails; a series has at most \(Self.limit)")
            }
            var lines = MailLines(text, skipped: blank.count { $0 == UInt8(ascii: "\n") })
            var mails: [Mail] = []
            for name in names {
                let raw = try Disk.read(directory + "/" + name)
                for entity in MIMEParts.mails(in: raw) {
                    var mail = try mail(
                        ClearSignature.removed(from: entity), in: directory, of: path)
                    if let line = lines.line(of: mail.diff, inNext: raw) { mail.firstLine = line }
                    mails.append(mail)
                }
                lines.skip(raw)
            }
            return mails
        }
    }

    /// One file for each mail, in the order of the mbox.
    private func split(_ text: [UInt8], in directory: String, of path: String) throws -> [String] {
        let done = try git(
            ["mailsplit", "-b", "-d4", "-o\(directory)"], in: directory, of: path, text)
        let names = Disk.names(in: directory)
        guard done.status == 0, !names.isEmpty else {
            throw QuestionError(
                .unreadable, patch: path, reason: "cannot be read as a mail",
                output: done.messages)
        }
        return names
    }

    private func git(
        _ arguments: [String], in directory: String, of path: String, _ input: [UInt8]
    ) throws -> Command.Completion {
        var command = Command.git(toolchain, in: directory, arguments, input: input)
        command.seconds = Self.seconds
        do {
            return try command.run()
        } catch let error as QuestionError where error.kind == .toolchain {
            throw QuestionError(
                .unreadable, patch: path, reason: "cannot be read as a mail: git \(error.reason)")
        }
    }

    private func mail(_ entity: [UInt8], in directory: String, of path: String) throws -> Mail {
        // -n: the message is not recoded. A mail whose bytes are not what it says they are would be
        // an error otherwise, and the diff is never recoded anyway.
        let (message, diff) = (directory + "/message", directory + "/diff")
        defer {
            Disk.remove(message)
            Disk.remove(diff)
        }
        let done = try git(
            ["mailinfo", "-k", "-n", "--no-scissors", message, diff], in: directory, of: path,
            entity)
        guard done.status == 0 else {
            throw QuestionError(
                .unreadable, patch: path, reason: "cannot be read as a mail", output: done.messages)
        }
        let fields = String(anyBytes: done.output).split(separator: "\n")
        func field(_ name: String) -> String? {
            fields.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        let subject = field("Subject") ?? "no subject"
        let header = MIMEHeader(entity[...])
        let (text, decoded) = (try Disk.read(message), try Disk.read(diff))
        guard !decoded.contains(0), !text.contains(0) else {
            throw QuestionError(
                .unreadable, patch: path, mail: subject,
                reason: "is not text when decoded: it has zero bytes in it, as UTF-16 has")
        }
        var origin = header.origin
        if let name = field("Author"), let address = field("Email") {
            origin.author = "\(name) <\(address)>"
        }
        return Mail(
            path: path, subject: subject, diff: decoded, isFlowed: header.isFlowed,
            quotesDiff: Self.quotesDiff(text), origin: origin)
    }

    /// Whether lines behind `>` are those of a diff.
    private static func quotesDiff(_ message: [UInt8]) -> Bool {
        message.split(separator: UInt8(ascii: "\n")).contains { line in
            let quoted = line.drop { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: " ") }
            return line.first == UInt8(ascii: ">")
                && (quoted.starts(with: "diff --git ") || quoted.starts(with: "@@ -"))
        }
    }
}

/// Finds the diffs of mails in the user's file, to name its lines in errors.
private struct MailLines {
    private let lines: [ArraySlice<UInt8>]
    private let skipped: Int
    private var next = 0

    /// - Parameter skipped: lines of the file above the text.
    init(_ text: [UInt8], skipped: Int) {
        lines = Self.lines(of: text[...])
        self.skipped = skipped
    }

    private static func lines(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    }

    /// The line at which a diff starts, from 1; nil if the mail was encoded.
    ///
    /// - Parameter mail: the next mail of the file.
    func line(of diff: [UInt8], inNext mail: [UInt8]) -> Int? {
        var wanted = Self.lines(of: diff[...])
        while wanted.last?.isEmpty == true { wanted.removeLast() }
        let end = min(lines.count, next + count(mail))
        guard let first = wanted.first, next + wanted.count <= end else { return nil }
        // A line that begins a diff stands in a mail a few times at most.
        var tries = 0
        for index in next...(end - wanted.count) where lines[index] == first {
            if lines[index..<(index + wanted.count)].elementsEqual(wanted) {
                return skipped + index + 1
            }
            tries += 1
            if tries == 100 { return nil }
        }
        return nil
    }

    /// Goes on after a mail.
    mutating func skip(_ mail: [UInt8]) { next += count(mail) }

    private func count(_ mail: [UInt8]) -> Int { mail.count { $0 == UInt8(ascii: "\n") } }
}
