// SPDX-License-Identifier: GPL-2.0-only

// Where a kernel's tree is expected, and whether one is there. Someone who names the wrong directory
// is told which one is right, if that can be seen.

import System

/// A directory before it is known to be a kernel's tree.
struct TreeLocation {
    struct Revision {
        /// Its full name.
        var commit: String
        /// As the user named it.
        var name: String
    }

    var kind: Tree.Kind
    /// The directory that the user named, absolute.
    var root: String
    /// Where its files are read from: `root`, or a copy of the revision's in the cache.
    var sources: String
    var revision: Revision?
    var head: Tree.Head?
    /// Not all files of the repository are on disk.
    var isSparse = false
    /// As the user names the tree, and why it is this one.
    var name: String
    var choice: TreeChoice?

    /// The name to print: `linux-6.12`, `linux at v6.12`. A bare repository is named after the
    /// directory that it is in.
    var displayName: String {
        let parent = fileName(root).hasSuffix(".git") ? fileName(directoryName(root)) : ""
        let name = parent.isEmpty ? fileName(root) : parent
        return revision.map { "\(name) at \($0.name)" } ?? name
    }

    /// The version of the kernel in it.
    ///
    /// - Throws: `QuestionError` if it is no kernel's tree, or lacks something that a slice needs.
    func version() throws -> String {
        var missing = SliceFiles.landmarks.filter { !Disk.isFile(sources + "/" + $0) }
        if !SliceFiles.iomap.contains(where: { Disk.isFile(sources + "/" + $0) }) {
            missing.append("fs/iomap.c or fs/iomap/")
        }
        let text = (try? Disk.read(sources + "/Makefile")).map { String(anyBytes: $0) } ?? ""
        let version = Self.version(inMakefile: text)
        if missing.isEmpty, let version { return version }

        var reason = "is not a kernel tree that can be judged: "
        var notes: [String] = []
        if missing.contains("Makefile") || version == nil {
            reason += missing.contains("Makefile") ? "no Makefile" : "no VERSION in its Makefile"
            if revision == nil, Disk.exists(root + "/objects"), Disk.exists(root + "/HEAD") {
                reason = "is a bare git repository: --rev names the revision to read"
            }
        } else {
            reason =
                "Linux \(version ?? "") has no \(missing.joined(separator: ", no ")):"
                + " the tree is incomplete, or its version is too old or too new"
        }
        if isSparse, let version {
            reason =
                "is a sparse checkout of Linux \(version), without \(missing.joined(separator: ", "))"
            notes = ["--rev HEAD reads all files from git, whatever is checked out"]
            throw QuestionError(.tree, file: root, reason: reason, notes: notes)
        }
        if let above = kernelAbove, revision == nil {
            notes.append("the kernel tree that it is part of is \(above)")
        }
        notes.append(KnownVersions.description)
        throw QuestionError(
            .tree, file: revision.map { "\(root) at \($0.name)" } ?? root, reason: reason,
            notes: notes)
    }

    private var kernelAbove: String? {
        var path = directoryName(root)
        while !path.isEmpty {
            if SliceFiles.landmarks.allSatisfy({ Disk.isFile(path + "/" + $0) }) { return path }
            path = directoryName(path)
        }
        return nil
    }

    /// `VERSION = 6` and so on, joined as `make kernelversion` does.
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
}
