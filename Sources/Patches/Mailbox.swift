// SPDX-License-Identifier: GPL-2.0-only

// Mails are taken apart by git's own mailsplit and mailinfo, which know mboxes, quoted-printable,
// base64, RFC 2047, format=flowed and the ways of mailers better than anything written here would.
// What they do not know is done before: see `MIMEParts`.

import System

package struct Mailbox {
    package let toolchain: Toolchain
    package let cache: BuildCache

    package init(toolchain: Toolchain, cache: BuildCache) {
        self.toolchain = toolchain
        self.cache = cache
    }

    /// Longer than any thread.
    package static let most = 4096

    /// A mail begins with `From ` of an mbox or with a header field; a diff with neither.
    package static func isMail(_ bytes: [UInt8]) -> Bool {
        let start = bytes.drop { $0.isBlank }
        let line = start.prefix { $0 != UInt8(ascii: "\n") }
        if line.starts(with: "From ") { return true }
        let name = line.prefix { $0.isFieldName }
        guard !name.isEmpty, line.dropFirst(name.count).first == UInt8(ascii: ":") else {
            return false
        }
        return String(anyBytes: name).lowercased() != "index"
    }

    /// The mails of an mbox, or the one that `bytes` is, in the order of the file.
    package func mails(in bytes: [UInt8], of path: String) throws -> [Mail] {
        // mailsplit wants the first line to be one; leading blank lines are a paste's.
        let blank = bytes.prefix { $0.isBlank }
        let text = Array(bytes[blank.count...])
        return try cache.withTemporaryDirectory { directory in
            let names = try split(text, in: directory, of: path)
            guard names.count <= Self.most else {
                throw QuestionError(
                    .unreadable, patch: path,
                    reason: "has \(names.count) mails; more than \(Self.most) are no series")
            }
            var lines = MailLines(text, skipped: blank.count { $0 == UInt8(ascii: "\n") })
            var mails: [Mail] = []
            for name in names {
                let raw = try Disk.read(directory + "/" + name)
                for entity in MIMEParts.mails(in: raw) {
                    var mail = try mail(entity, in: directory, of: path)
                    if let line = lines.place(of: mail.diff, inNext: raw) { mail.firstLine = line }
                    mails.append(mail)
                }
                lines.skip(raw)
            }
            return mails
        }
    }

    /// One file for each mail, in the order of the mbox.
    private func split(_ text: [UInt8], in directory: String, of path: String) throws -> [String] {
        let done = try Command.git(
            toolchain, in: directory, ["mailsplit", "-b", "-d4", "-o\(directory)"], input: text
        ).run()
        let names = Disk.names(in: directory)
        guard done.status == 0, !names.isEmpty else {
            throw QuestionError(
                .unreadable, patch: path, reason: "cannot be read as a mail",
                output: done.words)
        }
        return names
    }

    private func mail(_ entity: [UInt8], in directory: String, of path: String) throws -> Mail {
        // -n: the message is not recoded. A mail whose bytes are not what it says they are would be
        // an error otherwise, and the diff is never recoded anyway.
        let (message, diff) = (directory + "/message", directory + "/diff")
        defer {
            Disk.remove(message)
            Disk.remove(diff)
        }
        let done = try Command.git(
            toolchain, in: directory, ["mailinfo", "-k", "-n", "--no-scissors", message, diff],
            input: entity
        ).run()
        guard done.status == 0 else {
            throw QuestionError(
                .unreadable, patch: path, reason: "cannot be read as a mail", output: done.words)
        }
        let fields = String(anyBytes: done.output).split(separator: "\n")
        func field(_ name: String) -> String? {
            fields.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        let subject = field("Subject") ?? "no subject"
        let header = MIMEHeader(entity[...])
        let (words, decoded) = (try Disk.read(message), try Disk.read(diff))
        guard !decoded.contains(0), !words.contains(0) else {
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
            quotesDiff: Self.quotesDiff(words), origin: origin)
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

/// Where in the user's file a mail's diff stands, unless the mail was encoded.
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

    /// The line at which a diff starts, from 1.
    ///
    /// - Parameter mail: the next one of the file.
    func place(of diff: [UInt8], inNext mail: [UInt8]) -> Int? {
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

    /// Goes on behind a mail.
    mutating func skip(_ mail: [UInt8]) { next += count(mail) }

    private func count(_ mail: [UInt8]) -> Int { mail.count { $0 == UInt8(ascii: "\n") } }
}

extension UInt8 {
    /// Letters, digits and `-`: what the names of mail header fields are made of in practice.
    fileprivate var isFieldName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
