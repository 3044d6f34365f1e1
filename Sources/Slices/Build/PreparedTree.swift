// SPDX-License-Identifier: GPL-2.0-only

// The copy of a tree that is compiled, with the patches applied. It lies in the cache under a name
// made from the tree's contents and the patches, so the same question is prepared once; it appears
// there only when it is complete, and is never changed afterwards.

import System

struct PreparedTree: Sendable {
    /// Where the copy lies.
    let root: String
    /// The hash of each file, by its path in the tree.
    let digests: [String: String]
    let addedLines: [SourceLine]
    let notes: [String]

    /// Beside the files of the tree; begins with a dot so that it is none of them.
    private static let record = "/.prepared"

    /// A finished copy; nil if there is none at `root`.
    init?(finishedAt root: String) {
        guard let bytes = try? Disk.read(root + Self.record) else { return nil }
        var digests: [String: String] = [:]
        var addedLines: [SourceLine] = []
        var notes: [String] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2)
            guard words.count == 3 else { return nil }
            let text = String(words[2])
            switch words[0] {
            case "file": digests[text] = String(words[1])
            case "added":
                guard let line = Int(words[1]) else { return nil }
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

    /// Writes the record that makes a copy a finished one.
    static func finish(
        _ root: String, addedLines: [SourceLine], notes: [String]
    ) throws {
        var text = ""
        for file in Disk.files(under: root) {
            text += "file \(ContentHash.of(try Disk.read(root + "/" + file))) \(file)\n"
        }
        for place in addedLines { text += "added \(place.line) \(place.file)\n" }
        for note in notes {
            text += "note - \(note.split(separator: "\n").joined(separator: " "))\n"
        }
        try Disk.write(Array(text.utf8), to: root + record)
    }
}

extension Builder {
    /// The copy of `tree` with the patches of a request, from the cache or made now.
    ///
    /// - Parameter headers: the names of the stub headers, which decide what a kernel's tree lacks.
    func prepare(
        _ request: Request, hashes: FileHashes, headers: [String]
    ) throws -> PreparedTree {
        let origins = try origins(of: request)
        var key = key(of: request, origins: origins, hashes: hashes)
        if let kernel = request.tree.kernel {
            key = ContentHash.of(
                ["kernel 1", key, kernel.interfaces.header]
                    + kernel.files.map { "\($0.path) \($0.role)" } + headers)
        }
        let path = cache.trees + "/" + key
        if let prepared = PreparedTree(finishedAt: path) {
            Disk.touch(path)
            return prepared
        }
        return try cache.withTemporaryDirectory { directory in
            let copy = directory + "/tree"
            for (file, origin) in origins {
                try Disk.makeDirectory(directoryName(copy + "/" + file))
                try Disk.write(try Disk.read(origin), to: copy + "/" + file)
            }
            var application = PatchApplication(
                copy: copy, toolchain: toolchain, allowsOutside: allowsOutside)
            for (index, patch) in request.patches.enumerated() {
                do {
                    // A later patch stands on the earlier ones: no other tree has those.
                    try application.apply(
                        patch, others: index == 0 ? others(than: request.tree) : [])
                } catch var error as QuestionError {
                    let isSeries = request.patches.contains {
                        $0.path == patch.path && $0 != patch
                    }
                    if isSeries, let subject = patch.subject {
                        error.notes.insert("in patch \(index + 1): \(subject)", at: 0)
                    }
                    throw error
                }
            }
            if let kernel = request.tree.kernel {
                var preparation = KernelPreparation(
                    copy: copy, request: request, kernel: kernel, csrc: home.csrc,
                    application: application)
                try preparation.finish()
                try PreparedTree.finish(
                    copy, addedLines: preparation.addedLines, notes: preparation.notes)
            } else {
                try PreparedTree.finish(
                    copy, addedLines: application.addedLines, notes: application.notes)
            }
            try Disk.makeDirectory(cache.trees)
            try Disk.move(copy, to: path)
            guard let prepared = PreparedTree(finishedAt: path) else {
                throw QuestionError(.disk, file: path, reason: "is not what was just written")
            }
            return prepared
        }
    }

    /// The files of a request's tree: path in the copy, path on disk.
    private func origins(of request: Request) throws -> [(file: String, origin: String)] {
        let files =
            request.tree.kernel?.files.map(\.path)
            ?? Disk.files(under: request.tree.place).filter { !$0.hasSuffix(".md") }
        var origins = files.map { (file: $0, origin: request.tree.place + "/" + $0) }
        guard !origins.isEmpty else {
            throw QuestionError(.home, file: request.tree.root, reason: "has no sources in it")
        }
        let patchesStrict = request.patches.contains { patch in
            patch.files.contains { $0.path.hasPrefix("strictfs/") }
        }
        if allowsStrictFilesystem && patchesStrict {
            origins += Disk.files(under: home.csrc + "/strictfs")
                .filter { !$0.hasSuffix(".md") }
                .map { (file: "strictfs/" + $0, origin: home.csrc + "/strictfs/" + $0) }
        }
        return origins
    }

    private func key(
        of request: Request, origins: [(file: String, origin: String)], hashes: FileHashes
    ) -> String {
        var hash = ContentHash()
        hash.feed("prepared 1")
        for (file, origin) in origins {
            hash.feed(file)
            hash.feed(hashes.digest(of: origin) ?? "gone")
        }
        for patch in request.patches {
            // The name too: notes speak of it.
            hash.feed(patch.path)
            hash.feed(patch.text)
        }
        hash.feed(allowsOutside ? "outside" : "inside")
        return hash.digest
    }

    /// The other trees that a patch might have been made for.
    private func others(than tree: Tree) -> [Tree] {
        ([Tree.embedded(of: home), try? pristineTree()].compactMap { $0 } + treesOfLate())
            .filter { $0.place != tree.place }
    }
}
