// SPDX-License-Identifier: GPL-2.0-only

// From an argument of the command line to patches. Mails are taken apart by git's own mailsplit and
// mailinfo, which know quoted-printable, base64, MIME parts, format=flowed and the ways of mailers
// better than anything written here would; a plain diff needs neither and starts no process.

struct PatchReader {
    let toolchain: Toolchain
    let cache: BuildCache

    func read(_ argument: String) throws -> [Patch] {
        let bytes: [UInt8]
        if argument == "-" {
            bytes = try Disk.read(0, named: "standard input")
        } else {
            guard !Disk.isDirectory(argument) else {
                throw SliceError(.unreadable, patch: argument, reason: "is a directory")
            }
            guard Disk.exists(argument) else {
                throw SliceError(.unreadable, patch: argument, reason: "no such file")
            }
            do {
                bytes = try Disk.read(argument)
            } catch let error as SliceError {
                throw SliceError(.unreadable, patch: argument, reason: error.reason)
            }
        }
        return try patches(in: bytes, of: argument)
    }

    /// The patches in a text that the user calls `path`.
    func patches(in bytes: [UInt8], of path: String) throws -> [Patch] {
        guard bytes.contains(where: { !$0.isBlank }) else {
            throw SliceError(.unreadable, patch: path, reason: "is empty")
        }
        guard !bytes.contains(0) else {
            throw SliceError(
                .unreadable, patch: path, reason: "is not text: it has zero bytes in it")
        }
        if Self.isMail(bytes) { return try mails(in: bytes, of: path) }
        let files = try DiffParser.parse(bytes, patch: path)
        guard !files.isEmpty else {
            throw SliceError(.unreadable, patch: path, reason: "has no unified diff in it")
        }
        return [Patch(name: Self.name(of: path), path: path, subject: nil, files: files)]
    }

    /// `patches/option-2.patch` is option-2.
    private static func name(of path: String) -> String {
        guard path != "-" else { return "stdin" }
        let name = fileName(path)
        for ending in [".patch", ".diff", ".mbox", ".mbx", ".eml", ".txt"]
        where name.hasSuffix(ending) && name.count > ending.count {
            return String(name.dropLast(ending.count))
        }
        return name
    }

    // MARK: - Mails

    /// A mail begins with `From ` of an mbox or with a header field; a diff with neither.
    private static func isMail(_ bytes: [UInt8]) -> Bool {
        let start = bytes.drop { $0.isBlank }
        let line = start.prefix { $0 != UInt8(ascii: "\n") }
        if line.starts(with: "From ") { return true }
        let name = line.prefix { $0.isFieldName }
        guard !name.isEmpty, line.dropFirst(name.count).first == UInt8(ascii: ":") else {
            return false
        }
        return String(anyBytes: name).lowercased() != "index"
    }

    private func mails(in bytes: [UInt8], of path: String) throws -> [Patch] {
        // mailsplit wants the first line to be one; leading blank lines are a paste's.
        let blank = bytes.prefix { $0.isBlank }
        let skippedLines = blank.count { $0 == UInt8(ascii: "\n") }
        let text = Array(bytes[blank.count...])
        return try cache.withTemporaryDirectory { directory in
            let names = try split(text, in: directory, of: path)
            var mails: [Mail] = []
            var searchFrom = 0
            for name in names {
                var mail = try mail(directory + "/" + name, in: directory, of: path)
                if let found = Self.place(of: mail.diff, in: text, from: searchFrom) {
                    mail.firstLine = found.line + skippedLines
                    searchFrom = found.offset
                }
                mails.append(mail)
            }
            return try Series(mails: mails, path: path).inOrder().map { mail in
                let files = try DiffParser.parse(
                    mail.diff, patch: path, firstLine: mail.firstLine)
                guard !files.isEmpty else {
                    throw SliceError(
                        .unreadable, patch: path, reason: "has no unified diff in it")
                }
                return Patch(
                    name: Self.name(of: path), path: path, subject: mail.title, files: files)
            }
        }
    }

    /// One file for each mail, in the order of the mbox.
    private func split(_ text: [UInt8], in directory: String, of path: String) throws -> [String] {
        let done = try Command.git(
            toolchain, in: directory, ["mailsplit", "-b", "-d4", "-o\(directory)"], input: text
        ).run()
        let names = Disk.names(in: directory)
        guard done.status == 0, !names.isEmpty else {
            throw SliceError(
                .unreadable, patch: path, reason: "cannot be read as a mail",
                output: done.words)
        }
        return names
    }

    private func mail(_ file: String, in directory: String, of path: String) throws -> Mail {
        // -n: the message is not recoded. A mail whose bytes are not what it says they are would be
        // an error otherwise, and the diff is never recoded anyway.
        let done = try Command.git(
            toolchain, in: directory,
            ["mailinfo", "-k", "-n", "--no-scissors", file + ".message", file + ".diff"],
            input: try Disk.read(file)
        ).run()
        guard done.status == 0 else {
            throw SliceError(
                .unreadable, patch: path, reason: "cannot be read as a mail", output: done.words)
        }
        let subject = done.output.split(separator: UInt8(ascii: "\n"))
            .first { $0.starts(with: "Subject: ") }
            .map { String(anyBytes: $0.dropFirst("Subject: ".utf8.count)) }
        return Mail(subject: subject ?? "", diff: try Disk.read(file + ".diff"))
    }

    /// Where the diff of a mail stands in the file, unless the mail was encoded.
    private static func place(
        of diff: [UInt8], in text: [UInt8], from start: Int
    ) -> (line: Int, offset: Int)? {
        func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
            bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        }
        guard diff.count > 1 else { return nil }
        var wanted = lines(diff[...])
        if wanted.last?.isEmpty == true { wanted.removeLast() }
        let all = lines(text[start...])
        guard let first = wanted.first, wanted.count <= all.count else { return nil }
        for index in 0...(all.count - wanted.count)
        where all[index] == first && all[index..<(index + wanted.count)].elementsEqual(wanted) {
            let offset = all[index].startIndex
            let above = text[..<offset].count { $0 == UInt8(ascii: "\n") }
            return (above + 1, all[index + wanted.count - 1].endIndex)
        }
        return nil
    }
}

extension UInt8 {
    var isBlank: Bool { self == 0x20 || (0x09...0x0d).contains(self) }

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
