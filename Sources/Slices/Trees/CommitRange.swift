// SPDX-License-Identifier: GPL-2.0-only

// A range of commits as a series of patches, or as a list of trees. Only first parents are followed,
// so that each patch applies to what the one before it has left, and the last one leaves exactly what
// its commit has: a merge is one patch, with everything that it brought to the branch.

import Patches
import System

/// The commits of `A..B`, along first parents.
package struct CommitRange {
    private let reader: TreeReader
    private let repository: Repository
    private let place: TreePlace
    /// `A..B`, as the user named it.
    private let text: String
    /// Newest first, each with its parents.
    private let commits: [String]
    private let last: String
    /// The commit that the range starts from, and the name to print for it.
    private let base: TreeLocation.Revision
    private var notes: [String] = []

    /// - Throws: `QuestionError` if there is no such range in the repository that `directory` is in.
    package init(_ text: String, in directory: String, by reader: TreeReader) throws {
        try self.init(text, in: TreePlace(named: directory), by: reader)
    }

    /// - Throws: `QuestionError` if there is no such range in the repository that `place` is in.
    package init(_ text: String, in place: TreePlace, by reader: TreeReader) throws {
        self.reader = reader
        self.place = place
        self.text = text
        let (first, last) = try Self.ends(of: text)
        guard let root = realPath(place.path), Disk.isDirectory(root) else {
            throw QuestionError(.tree, file: place.path, reason: "no such directory")
        }
        repository = try Repository(root, toolchain: reader.installation.toolchain)
        let from = try repository.commit(first)
        self.last = try repository.commit(last)
        commits = try repository.lines(
            ["rev-list", "--first-parent", "--parents", "\(from)..\(self.last)"])
        guard let oldest = commits.last else {
            throw QuestionError(
                .tree, file: root,
                reason: "\(text) is empty: \(last) has no commit that \(first) does not have")
        }
        let names = oldest.split(separator: " ")
        guard names.count > 1 else {
            throw QuestionError(
                .tree, file: root,
                reason: "\(text) goes back to a commit without a parent: "
                    + (repository.isShallow
                        ? "this is a shallow clone, and its history ends there"
                        : "\(first) and \(last) have no history in common"),
                notes: repository.isShallow ? [repository.deepening] : [])
        }
        let parent = String(names[1])
        if parent == from {
            base = TreeLocation.Revision(commit: parent, name: first)
        } else {
            base = TreeLocation.Revision(commit: parent, name: String(parent.prefix(12)))
            notes = [
                "\(first) is not among the first parents of \(last): the series starts at"
                    + " \(base.name), where they leave it"
            ]
        }
    }

    /// The commits, oldest first, as patches, and the tree that they apply to. Patches are reduced to
    /// the slice's files; commits that touch none of them are left out, and a note counts them.
    ///
    /// - Throws: `QuestionError` if no commit touches the slice.
    package func series() throws -> (tree: Tree, patches: [Patch]) {
        var notes = notes
        let merges = commits.count { $0.split(separator: " ").count > 2 }
        if merges > 0 {
            notes.append(
                "\(merges) of \(counted(commits.count)) of \(text)"
                    + (merges == 1 ? " is a merge" : " are merges")
                    + ": each is taken as one patch, against its first parent")
        }
        let patches = try repository.patches(of: commits, with: reader.filesystems)
        if let note = try noteOnOthers(than: patches.count) { notes.append(note) }
        let location = TreeLocation(
            kind: .git, root: repository.root,
            sources: try repository.extract(
                base.commit, named: base.name, with: reader.filesystems,
                into: reader.installation.cache),
            revision: base, name: place.name, choice: place.choice)
        return (try reader.tree(at: location, notes: notes), patches)
    }

    /// The commits that change the slice, oldest first, each to be judged as the tree that it has
    /// left; and the commit that they start from.
    ///
    /// - Throws: `QuestionError` if no commit touches the slice.
    package func history() throws -> (base: Commit, commits: [Commit], notes: [String]) {
        let first = commits.last?.split(separator: " ").first.map(String.init) ?? ""
        let touching = try repository.commits(
            ["--first-parent", "\(first)^1..\(last)", "--"] + slice
                + InterfaceTable.files(with: reader.filesystems))
        let note = try noteOnOthers(than: touching.count)
        guard let base = try repository.commits(["--max-count=1", base.commit]).first else {
            throw QuestionError(.tree, file: repository.root, reason: "has no \(base.commit)")
        }
        return (base, touching.reversed(), notes + [note].compactMap(\.self))
    }

    private var slice: [String] { SliceFiles.pathspecs(with: reader.filesystems) }

    /// How many commits do not touch the slice; nil if all of them do.
    ///
    /// - Parameter count: how many do.
    private func noteOnOthers(than count: Int) throws -> String? {
        guard count > 0 else {
            throw QuestionError(
                .outside, file: repository.root,
                reason: commits.count == 1
                    ? "the commit of \(text) touches no file of the slice"
                    : "none of the \(commits.count) commits of \(text) touches a file of the slice",
                notes: ["the slice: \(slice.joined(separator: ", "))"])
        }
        let others = commits.count - count
        guard others > 0 else { return nil }
        return "\(others) of \(counted(commits.count)) of \(text)"
            + " \(others == 1 ? "touches" : "touch") no file of the slice"
    }

    private static func ends(of range: String) throws -> (String, String) {
        guard let dots = range.firstRange(of: "..") else {
            throw QuestionError(
                .tree, reason: "\(range) is not a range of commits, which is written A..B")
        }
        let first = String(range[..<dots.lowerBound])
        let last = String(range[dots.upperBound...])
        guard !last.hasPrefix("."), !last.contains("..") else {
            throw QuestionError(
                .tree,
                reason: "\(range) is not a range of commits, which is written A..B, with two dots")
        }
        // As in git, an empty side is HEAD.
        return (first.isEmpty ? "HEAD" : first, last.isEmpty ? "HEAD" : last)
    }

    private func counted(_ commits: Int) -> String {
        commits == 1 ? "1 commit" : "\(commits) commits"
    }
}
