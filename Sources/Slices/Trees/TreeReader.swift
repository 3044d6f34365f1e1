// SPDX-License-Identifier: GPL-2.0-only

// A directory that the user names becomes a tree: is it a kernel's, which version, which of its files
// are taken, which interfaces does it have. Every answer is kept under the contents of the files that
// it was read from, and contents are known by size and time: an unchanged tree costs some sixty calls
// of stat().

import System

/// Reads trees. Nothing is written but the cache.
package struct TreeReader: Sendable {
    package let installation: Installation
    /// What is taken beside ext2.
    let filesystems: [SliceFilesystem]
    /// Whether a tree may lack some of them.
    private let areOptional: Bool

    /// - Parameters:
    ///   - filesystems: what is taken beside ext2.
    ///   - areOptional: take those that the tree has; else each that it lacks is an error.
    package init(
        _ installation: Installation, filesystems: [SliceFilesystem] = [],
        areOptional: Bool = false
    ) {
        self.installation = installation
        self.filesystems = filesystems
        self.areOptional = areOptional
    }

    private var cache: BuildCache { installation.cache }

    /// The tree in a directory that the user has named.
    ///
    /// - Throws: `QuestionError` that names what is missing, and the versions that are known to work.
    package func tree(at directory: String, revision: String? = nil) throws -> Tree {
        try tree(at: TreePlace(named: directory), revision: revision)
    }

    /// The tree in a directory with a kernel's sources: the files on disk, or with `revision` those
    /// of a commit, read from git's objects. The state of a work tree does not matter to a revision.
    ///
    /// - Parameter place: the top of the tree; with a revision also a bare repository, or the
    ///   directory of the kernel within a larger repository.
    /// - Throws: `QuestionError` that names what is missing, and the versions that are known to work.
    package func tree(at place: TreePlace, revision: String? = nil) throws -> Tree {
        let root = try root(place.path)
        var location = TreeLocation(
            kind: .directory, root: root, sources: root, name: place.name, choice: place.choice)
        if let revision {
            let repository = try Repository(root, toolchain: installation.toolchain)
            let commit = try repository.commit(revision)
            location.kind = .git
            location.sources = try repository.extract(
                commit, named: revision, with: filesystems, into: cache)
            location.revision = TreeLocation.Revision(commit: commit, name: revision)
        } else if Disk.exists(root + "/.git") {
            // A bare repository has no files; the error says so.
            location.kind = .git
            let repository = try? Repository(root, toolchain: installation.toolchain)
            location.head = repository?.head(with: filesystems)
            location.isSparse =
                SliceFiles.landmarks.contains { !Disk.isFile(root + "/" + $0) }
                && repository?.isSparse == true
        }
        let tree = try tree(at: location)
        RecentTrees(of: cache).remember(tree)
        return tree
    }

    /// The embedded slice as it was committed: see `PristineSlice`.
    package func pristineTree() throws -> Tree { try PristineSlice(of: installation).tree() }

    private func root(_ directory: String) throws -> String {
        guard let root = realPath(directory) else {
            throw QuestionError(.tree, file: directory, reason: "no such directory")
        }
        guard Disk.isDirectory(root) else {
            throw QuestionError(
                .tree, file: directory, reason: "is a file, not a directory with a kernel's sources"
            )
        }
        return root
    }

    /// - Parameter notes: what the user should know beside what is found here.
    func tree(at location: TreeLocation, notes: [String] = []) throws -> Tree {
        let version = try location.version()
        let sources = location.sources
        let hashes = FileHashes(of: cache)
        var digests: [String: String] = [:]
        func note(_ paths: [String]) {
            for path in paths where digests[path] == nil {
                digests[path] = hashes.digest(of: sources + "/" + path)
            }
        }
        note(InterfaceTable.allFiles)
        var interfaces = try interfaces(of: sources, version: version, digests: digests)
        let filesystems = try filesystems(that: interfaces, of: location)
        interfaces = interfaces.with(filesystems)
        let taken = SliceFiles.files(in: sources, with: filesystems)
        note(taken)
        let files = taken.map { path in
            SliceFiles.TakenFile(
                path: path,
                role: SliceFiles.role(
                    of: path, answering: interfaces, with: filesystems) ?? .carried)
        }
        var notes = notes
        if !KnownVersions.isKnown(version) {
            notes.append(
                "\(version) is none of the versions that are known to work; it is tried with the"
                    + " interfaces that its headers show (\(KnownVersions.description))")
        }
        try cache.withTemporaryDirectory { hashes.save(in: $0) }
        return Tree(
            kind: location.kind, root: location.root, version: version, choice: location.choice,
            name: location.name, rev: location.revision?.commit,
            revName: location.revision?.name, head: location.head,
            digest: digest(of: version, taken, digests, interfaces),
            notes: notes, displayName: "\(location.displayName) (\(version))", sources: sources,
            kernel: Tree.Kernel(
                files: files, interfaces: interfaces, filesystems: filesystems))
    }

    /// The hash of all that is taken of a tree, and of what its headers show.
    private func digest(
        of version: String, _ taken: [String], _ digests: [String: String],
        _ interfaces: Interfaces
    ) -> String {
        var parts = [version]
        for path in taken { parts += [path, digests[path] ?? "gone"] }
        for (row, answer) in zip(InterfaceTable.rows, interfaces.answers) where row.isOfDigest {
            parts.append("\(answer.name) \(answer.value)")
        }
        return ContentHash.of(parts)
    }

    /// Those that can be driven.
    private func filesystems(
        that interfaces: Interfaces, of location: TreeLocation
    ) throws -> [SliceFilesystem] {
        let (there, missing) = (
            filesystems.filter { interfaces[$0.macro] != 0 },
            filesystems.first { interfaces[$0.macro] == 0 }
        )
        if let missing, !areOptional {
            throw QuestionError(
                .tree, file: location.root,
                reason: "has no \(missing.name) with DAX that can be driven")
        }
        return there
    }

    /// What the headers show, from the cache or read now.
    private func interfaces(
        of sources: String, version: String, digests: [String: String]
    ) throws -> Interfaces {
        let key = ContentHash.of(
            [InterfaceTable.key, version] + InterfaceTable.allFiles.map { digests[$0] ?? "none" })
        let path = cache.notes + "/interfaces-" + key
        if let bytes = cache.kept(at: path),
            let known = Interfaces(record: String(anyBytes: bytes), version: version)
        {
            return known
        }
        let interfaces = Interfaces.recognized(version: version) { file in
            (try? Disk.read(sources + "/" + file)).map { CText($0) }
        }
        try cache.keep(interfaces.record, at: path)
        return interfaces
    }
}
