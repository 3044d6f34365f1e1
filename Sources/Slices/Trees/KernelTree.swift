// SPDX-License-Identifier: GPL-2.0-only

// A directory that the user names, as a tree: is it a kernel's, which version, what of it is taken,
// which interfaces has it. Everything is looked up by what the files contain, and that by their
// times: an unchanged tree costs some sixty calls of stat().

import System

extension Builder {
    /// A directory with a kernel's sources: files on disk, or with `revision` those of a commit,
    /// read from git's objects. Nothing is written there, and a work tree's state does not matter
    /// to a revision.
    ///
    /// - Parameter directory: the top of the tree; with a revision also a bare repository, or the
    ///   place of the kernel within a larger repository.
    /// - Throws: `QuestionError` that names what is missing, and the versions that are known to work.
    package func tree(at directory: String, revision: String? = nil) throws -> Tree {
        let root = try root(directory)
        let hashes = FileHashes(savedAt: cache.notes + "/hashes")
        let tree: Tree
        if let revision {
            let repository = try Repository(root, toolchain: toolchain)
            let commit = try repository.commit(revision)
            let place = try repository.extract(commit, into: cache)
            tree = try kernelTree(
                .git, root: root, place: place, rev: commit, revName: revision, hashes: hashes)
        } else {
            // A bare repository has no files, and says so below.
            let kind: Tree.Kind = Disk.exists(root + "/.git") ? .git : .directory
            tree = try kernelTree(
                kind, root: root, place: root, rev: nil, revName: nil, hashes: hashes)
        }
        try cache.withTemporaryDirectory { hashes.save(in: $0) }
        remember(tree)
        return tree
    }

    private func root(_ directory: String) throws -> String {
        guard let root = realPath(directory) else {
            throw QuestionError(.tree, file: directory, reason: "no such directory")
        }
        guard Disk.isDirectory(root) else {
            throw QuestionError(
                .tree, file: directory, reason: "is a file; a kernel's source directory is wanted")
        }
        return root
    }

    /// - Parameter notes: what is to be said beside what is found here.
    func kernelTree(
        _ kind: Tree.Kind, root: String, place: String, rev: String?, revName: String?,
        notes: [String] = [], hashes: FileHashes
    ) throws -> Tree {
        let shown = rev == nil ? root : "\(root) at \(revName ?? rev ?? "")"
        let version = try version(of: place, root: root, shown: shown, isRevision: rev != nil)
        let taken = SliceFiles.files(in: place)
        var digests: [String: String] = [:]
        for path in Set(taken + Interfaces.files) {
            digests[path] = hashes.digest(of: place + "/" + path)
        }
        let interfaces = try interfaces(of: place, version: version, digests: digests)
        let files = taken.map { path in
            SliceFiles.Taken(
                path: path, role: SliceFiles.role(of: path, answering: interfaces) ?? .carried)
        }
        let named = fileName(root).hasSuffix(".git") ? fileName(directoryName(root)) : nil
        let name = named.flatMap { $0.isEmpty ? nil : $0 } ?? fileName(root)
        let spoken = revName.map { "\(name) at \($0)" } ?? name
        var notes = notes
        if !KnownVersions.isKnown(version) {
            notes.append(
                "\(version) is none of the versions that are known to work; it is tried with the"
                    + " interfaces that its headers show (\(KnownVersions.spoken))")
        }
        return Tree(
            kind: kind, root: root, version: version, rev: rev, revName: revName,
            digest: ContentHash.of(
                [version] + taken.flatMap { [$0, digests[$0] ?? "gone"] }
                    + interfaces.answers.map { "\($0.name) \($0.value)" }),
            notes: notes, spokenName: "\(spoken) (\(version))", place: place,
            kernel: Tree.Kernel(files: files, interfaces: interfaces))
    }

    // MARK: - Trees of late

    /// The trees that were asked about: a patch that does not fit one of them may fit another.
    private var latePath: String { cache.notes + "/trees" }

    private func remember(_ tree: Tree) {
        let line = "\(tree.place)\t\(tree.root)\t\(tree.spokenName)"
        let text = (try? Disk.read(latePath)).map { String(anyBytes: $0) } ?? ""
        let known = text.split(separator: "\n").map(String.init)
        guard known.first != line else { return }
        let lines = [line] + known.filter { $0 != line }.prefix(15)
        // Only a help for messages: a cache that cannot be written fails elsewhere.
        try? cache.keep(lines.map { $0 + "\n" }.joined(), at: latePath)
    }

    func treesOfLate() -> [Tree] {
        let text = (try? Disk.read(latePath)).map { String(anyBytes: $0) } ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: "\t").map(String.init)
            guard words.count == 3, Disk.isDirectory(words[0]) else { return nil }
            return Tree(
                kind: .directory, root: words[1], version: "", rev: nil, revName: nil, digest: "",
                notes: [], spokenName: words[2], place: words[0], kernel: nil)
        }
    }

    // MARK: - Whether it is one

    private func version(
        of place: String, root: String, shown: String, isRevision: Bool
    ) throws -> String {
        var missing = SliceFiles.landmarks.filter { !Disk.isFile(place + "/" + $0) }
        if !SliceFiles.iomap.contains(where: { Disk.isFile(place + "/" + $0) }) {
            missing.append("fs/iomap.c or fs/iomap/")
        }
        let text = (try? Disk.read(place + "/Makefile")).map { String(anyBytes: $0) } ?? ""
        let version = Self.version(inMakefile: text)
        if missing.isEmpty, let version { return version }

        var reason = "is not a kernel tree that can be judged: "
        var notes: [String] = []
        if missing.contains("Makefile") || version == nil {
            reason += missing.contains("Makefile") ? "no Makefile" : "no VERSION in its Makefile"
            if !isRevision, Disk.exists(root + "/objects"), Disk.exists(root + "/HEAD") {
                reason = "is a bare git repository: --rev names the revision to read"
            }
        } else {
            reason =
                "Linux \(version ?? "") has no \(missing.joined(separator: ", no ")):"
                + " not a whole tree, or a version that is too old or too new"
        }
        if let above = Self.kernelAbove(root), !isRevision {
            notes.append("the kernel tree that it is part of is \(above)")
        }
        notes.append(KnownVersions.spoken)
        throw QuestionError(.tree, file: shown, reason: reason, notes: notes)
    }

    private static func kernelAbove(_ root: String) -> String? {
        var path = directoryName(root)
        while !path.isEmpty {
            if SliceFiles.landmarks.allSatisfy({ Disk.isFile(path + "/" + $0) }) { return path }
            path = directoryName(path)
        }
        return nil
    }

    /// `VERSION = 6` and so on, as `make kernelversion` puts them together.
    static func version(inMakefile text: String) -> String? {
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n").prefix(100) {
            let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { continue }
            let name = sides[0].split { $0 == " " || $0 == "\t" }
            if name.count == 1, values[name[0]] == nil {
                values[name[0]] =
                    sides[1].split { $0 == " " || $0 == "\t" || $0 == "\r" }.first ?? ""
            }
        }
        guard let version = values["VERSION"], Int(version) != nil,
            let patchLevel = values["PATCHLEVEL"], Int(patchLevel) != nil
        else { return nil }
        var text = "\(version).\(patchLevel)"
        if let sublevel = values["SUBLEVEL"], !sublevel.isEmpty { text += ".\(sublevel)" }
        return text + (values["EXTRAVERSION"] ?? "")
    }

    // MARK: - Interfaces

    /// What the headers show, from the cache or read now.
    func interfaces(
        of place: String, version: String, digests: [String: String]
    ) throws -> Interfaces {
        let key = ContentHash.of(
            [Interfaces.tableKey, version] + Interfaces.files.map { digests[$0] ?? "none" })
        let path = cache.notes + "/interfaces-" + key
        if let bytes = try? Disk.read(path),
            let known = Interfaces(record: String(anyBytes: bytes), version: version)
        {
            return known
        }
        let interfaces = Interfaces.recognized(version: version) { file in
            (try? Disk.read(place + "/" + file)).map { CText($0) }
        }
        try cache.keep(interfaces.record, at: path)
        return interfaces
    }
}

extension SliceFiles {
    /// The slice's files that a directory has, ascending.
    static func files(in place: String) -> [String] {
        var found: Set<String> = []
        for row in rows {
            guard let star = row.path.lastIndex(of: "*") else {
                if Disk.isFile(place + "/" + row.path) { found.insert(row.path) }
                continue
            }
            let directory = directoryName(row.path)
            let ending = row.path[row.path.index(after: star)...]
            for name in Disk.names(in: place + "/" + directory)
            where name.hasSuffix(ending) && !name.hasPrefix(".")
                && Disk.isFile("\(place)/\(directory)/\(name)")
            {
                found.insert("\(directory)/\(name)")
            }
        }
        return found.sorted()
    }
}

extension Interfaces {
    /// Changes with the table.
    static let tableKey = ContentHash.of(rows.map { "\($0)" })

    /// One line for each answer.
    var record: String {
        answers.map { "\($0.name) \($0.value) \($0.place ?? "-")\n" }.joined()
    }

    init?(record: String, version: String) {
        var answers: [Answer] = []
        for line in record.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let value = Int(words[1]) else { return nil }
            answers.append(
                Answer(
                    name: String(words[0]), value: value,
                    place: words[2] == "-" ? nil : String(words[2])))
        }
        guard answers.map(\.name) == Self.rows.map(\.name) else { return nil }
        self.init(version: version, answers: answers)
    }
}

extension BuildCache {
    /// Writes a file of `notes` at once.
    func keep(_ text: String, at path: String) throws {
        try withTemporaryDirectory { directory in
            try Disk.makeDirectory(notes)
            try Disk.write(Array(text.utf8), to: directory + "/note")
            try Disk.move(directory + "/note", to: path)
        }
    }
}
