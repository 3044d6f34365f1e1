// SPDX-License-Identifier: GPL-2.0-only

// The copy of a tree that is compiled, with the patches applied.
//
// What must hold: it lies in the cache under a name made from the tree's contents and the patches,
// appears there only when it is complete, and is never changed afterwards.

import System

/// A complete copy.
struct PreparedTree: Sendable {
    let root: String
    /// The hash of each file, by its path in the tree.
    let digests: [String: String]
    let addedLines: [SourceLine]
    let notes: [String]

    /// The directory of headers that taken files include, and that neither the tree's taken headers
    /// nor the stubs have: last in the search path, and empty.
    static let emptyHeaders = "left-empty"
    /// The header that answers `#if HAVE_…`, relative to the tree.
    static let interfaceHeader = "include/interfaces.h"

    /// Beside the files of the tree; begins with a dot so that it is none of them.
    private static let record = "/.prepared"

    /// A complete copy; nil if there is none at `root`, or if it was changed since. Then it is removed.
    init?(finishedAt root: String) {
        guard SealedDirectory.isWhole(root) else { return nil }
        self.init(recordedAt: root)
    }

    private init?(recordedAt root: String) {
        guard let bytes = SealedFile.read(root + Self.record) else { return nil }
        var digests: [String: String] = [:]
        var addedLines: [SourceLine] = []
        var notes: [String] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2)
            guard fields.count == 3 else { return nil }
            let text = String(fields[2])
            switch fields[0] {
            case "file": digests[text] = String(fields[1])
            case "added":
                guard let line = Int(fields[1]) else { return nil }
                addedLines.append(SourceLine(file: text, line: line))
            case "note": notes.append(text)
            default: return nil
            }
        }
        self.root = root
        self.digests = digests
        self.addedLines = addedLines
        self.notes = notes
    }

    /// Writes the record that makes a copy a complete one.
    static func finish(
        _ root: String, addedLines: [SourceLine], notes: [String]
    ) throws -> PreparedTree {
        var text = ""
        for file in Disk.files(under: root) {
            text += "file \(ContentHash.of(try Disk.read(root + "/" + file))) \(file)\n"
        }
        for added in addedLines { text += "added \(added.line) \(added.file)\n" }
        for note in notes {
            text += "note - \(note.split(separator: "\n").joined(separator: " "))\n"
        }
        try SealedFile.write(Array(text.utf8), to: root + record)
        try SealedDirectory.seal(root)
        return try read(root)
    }

    /// The same at its name in the cache.
    func moved(to path: String) throws -> PreparedTree {
        try Disk.makeDirectory(directoryName(path))
        try Disk.move(root, to: path)
        return try Self.read(path)
    }

    private static func read(_ path: String) throws -> PreparedTree {
        guard let tree = PreparedTree(recordedAt: path) else { throw unreadable(path) }
        return tree
    }

    static func unreadable(_ path: String) -> QuestionError {
        QuestionError(.disk, file: path, reason: "is not what was just written there")
    }
}
