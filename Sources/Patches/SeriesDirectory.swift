// SPDX-License-Identifier: GPL-2.0-only

// A directory as a series: what git format-patch or b4 left there, a quilt stack, or a maildir that
// a mail program saved a thread to. Which files belong to it is found here; `PatchReader` reads them.

import System

/// A directory of patches.
struct SeriesDirectory {
    /// The files of a directory, as paths.
    enum Contents {
        /// One series. The subjects give the order, as in an mbox, and the file names give that of
        /// plain diffs.
        case mails([String])
        /// A quilt stack: each file is read alone, in this order.
        case stack([String])
    }

    let path: String

    /// How names of files with patches end.
    static let endings = [".patch", ".diff", ".mbox", ".mbx", ".eml"]
    /// A directory with more files is not a series.
    private static let limit = 4096

    init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    func contents() throws -> Contents {
        if Disk.isFile(path + "/series") { return .stack(try quiltStack()) }
        let isMaildir = ["cur", "new"].allSatisfy { Disk.isDirectory("\(path)/\($0)") }
        let files = isMaildir ? maildirFiles() : patchFiles()
        guard !files.isEmpty else {
            throw error(
                "is a directory without patches: names end in "
                    + Self.endings.dropLast().joined(separator: ", ") + " or \(Self.endings.last!)")
        }
        guard files.count <= Self.limit else {
            throw error("has \(files.count) files; a series has at most \(Self.limit)")
        }
        return .mails(files)
    }

    private func patchFiles() -> [String] {
        Disk.names(in: path).filter { name in
            !name.hasPrefix(".") && Self.endings.contains { name.hasSuffix($0) }
        }
        .sorted(by: isBefore).map { "\(path)/\($0)" }.filter(Disk.isFile)
    }

    private func maildirFiles() -> [String] {
        ["cur", "new"].map { "\(path)/\($0)" }.flatMap { folder in
            Disk.names(in: folder).filter { !$0.hasPrefix(".") }.map { "\(folder)/\($0)" }
        }
        .filter(Disk.isFile)
    }

    /// The patches that the file `series` lists: a name a line, options and comments behind it.
    private func quiltStack() throws -> [String] {
        let list = String(anyBytes: try Disk.read(path + "/series"))
        let names = list.split(separator: "\n").compactMap { line in
            line.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
        .filter { !$0.hasPrefix("#") }
        guard !names.isEmpty else { throw error("the file series lists no patch") }
        guard names.count <= Self.limit else {
            throw error(
                "the file series lists \(names.count) patches; at most \(Self.limit) are read")
        }
        return try names.map { name in
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw error("the file series names \(name), which leaves the directory")
            }
            guard Disk.isFile("\(path)/\(name)") else {
                throw error("the file series names \(name), which is not there")
            }
            return "\(path)/\(name)"
        }
    }

    private func error(_ reason: String) -> QuestionError {
        QuestionError(.unreadable, patch: path, reason: reason)
    }
}
