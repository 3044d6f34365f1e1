// SPDX-License-Identifier: GPL-2.0-only

// A directory as a series: what git format-patch or b4 left there, a quilt stack, or a maildir that
// a mail program saved a thread to. Mails in it are ordered by their subjects like those of an
// mbox, plain diffs by the names of their files; a quilt stack has its own list.

import System

package struct SeriesDirectory {
    package let path: String
    package let reader: PatchReader

    /// Of files that patches are kept in.
    package static let endings = [".patch", ".diff", ".mbox", ".mbx", ".eml"]
    /// More files are no series.
    package static let most = 4096

    package init(_ path: String, reader: PatchReader) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.reader = reader
    }

    package func patches() throws -> [Patch] {
        if Disk.isFile(path + "/series") { return try quiltStack() }
        let isMaildir = ["cur", "new"].allSatisfy { Disk.isDirectory("\(path)/\($0)") }
        let files = isMaildir ? maildirFiles() : patchFiles()
        guard !files.isEmpty else {
            throw error(
                "is a directory without patches: names end in "
                    + Self.endings.dropLast().joined(separator: ", ") + " or \(Self.endings.last!)")
        }
        guard files.count <= Self.most else {
            throw error("has \(files.count) files; more than \(Self.most) are no series")
        }
        let mails = try files.flatMap { try reader.mails(in: reader.bytes(of: $0), of: $0) }
        return try reader.patches(of: Series(mails: mails, path: path))
    }

    private func patchFiles() -> [String] {
        Disk.names(in: path).filter { name in
            !name.hasPrefix(".") && Self.endings.contains { name.hasSuffix($0) }
        }
        .sorted(by: isBefore).map { "\(path)/\($0)" }.filter(Disk.isFile)
    }

    private func maildirFiles() -> [String] {
        ["cur", "new"].flatMap { place in
            Disk.names(in: "\(path)/\(place)").filter { !$0.hasPrefix(".") }
                .map { "\(path)/\(place)/\($0)" }
        }
        .filter(Disk.isFile)
    }

    /// The patches that the file `series` lists: a name a line, options and comments behind it.
    private func quiltStack() throws -> [Patch] {
        let list = String(anyBytes: try Disk.read(path + "/series"))
        let names = list.split(separator: "\n").compactMap { line in
            line.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
        .filter { !$0.hasPrefix("#") }
        guard !names.isEmpty else { throw error("has a file series that lists no patch") }
        guard names.count <= Self.most else {
            throw error("has a series of \(names.count); more than \(Self.most) are no series")
        }
        return try names.flatMap { name in
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw error("the file series names \(name), which leaves the directory")
            }
            guard Disk.isFile("\(path)/\(name)") else {
                throw error("the file series names \(name), which is not there")
            }
            return try reader.read("\(path)/\(name)")
        }
    }

    private func error(_ reason: String) -> QuestionError {
        QuestionError(.unreadable, patch: path, reason: reason)
    }
}
