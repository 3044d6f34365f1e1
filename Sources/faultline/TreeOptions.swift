// SPDX-License-Identifier: GPL-2.0-only

// Which tree a question is about, and what is made of it: the embedded slice, a directory, a git
// revision, or a range of commits, which is a revision and a series of patches on top of it.

import ArgumentParser
import FoundationEssentials
import Glibc
import Patches
import Slices

/// The tree that the user names.
struct TreeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Judge this Linux source tree instead of the embedded slice; it is never written to.",
            valueName: "dir"), completion: .directory)
    var tree: String?

    @Option(
        help: ArgumentHelp(
            "Read the tree at this git revision; the work tree does not matter. Without --tree: of "
                + "the kernel tree around the current directory. A..B in check and matrix: the tree "
                + "at A, with the commits up to B as a series of patches.",
            valueName: "rev"), completion: .revisions)
    var rev: String?

    /// A tree of the user's.
    struct Choice {
        var tree: Tree
        /// As the user named it.
        var name: String
        /// The commits of a range, oldest first.
        var series: [Patch] = []
        /// The range as the user gave it.
        var range: String?
    }

    /// Whether the question is about the embedded slice.
    var isEmbedded: Bool { tree == nil && rev == nil }

    func validate() throws {
        if let tree, tree.isEmpty { throw ValidationError("--tree takes a directory") }
        if let rev, rev.isEmpty { throw ValidationError("--rev takes a git revision") }
    }

    /// The tree; nil for the embedded slice.
    ///
    /// - Parameter takesRange: whether a range of commits can be an answer.
    func choose(_ builder: Builder, takesRange: Bool = false) throws -> Choice? {
        guard !isEmbedded else { return nil }
        let directory = try directory()
        let name = TreeOptions.spoken(directory)
        guard let rev, rev.contains("..") else {
            return Choice(tree: try builder.trees.tree(at: directory, revision: rev), name: name)
        }
        guard takesRange else {
            throw CommandFailure(
                "--rev \(rev): this command takes one revision; check, matrix, explore and bisect take "
                    + "a range")
        }
        let (base, series) = try CommitRange(rev, in: directory, by: builder.trees).series()
        return Choice(tree: base, name: name, series: series, range: rev)
    }

    /// Where the tree is, as the user named it.
    func directory() throws -> String { try tree ?? TreeOptions.workTreeAroundHere() }

    /// The kernel's git work tree that the current directory is in.
    static func workTreeAroundHere() throws -> String {
        let start = FileManager.default.currentDirectoryPath
        guard let directory = gitTreeAroundHere() else {
            throw CommandFailure(
                "--rev needs a git tree, but \(start) is in none; name one with --tree DIR")
        }
        guard isKernel(directory) else {
            throw CommandFailure(
                "--rev needs a kernel tree, but \(directory) is none; name one with --tree DIR")
        }
        return directory
    }

    /// The same; nil if there is none, or if it is not a kernel's.
    static func kernelTreeAroundHere() -> String? {
        gitTreeAroundHere().flatMap { isKernel($0) ? $0 : nil }
    }

    private static func gitTreeAroundHere() -> String? {
        var directory = FileManager.default.currentDirectoryPath
        while access(directory + "/.git", F_OK) != 0 {
            guard let slash = directory.lastIndex(of: "/"), directory != "/" else { return nil }
            directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
        }
        return directory
    }

    private static func isKernel(_ directory: String) -> Bool {
        access(directory + "/fs/dax.c", F_OK) == 0 || access(directory + "/Kbuild", F_OK) == 0
    }

    /// Without the slashes that a shell leaves at the end.
    static func spoken(_ directory: String) -> String {
        var name = directory
        while name.count > 1, name.last == "/" { name.removeLast() }
        return name
    }
}

extension TreeOptions.Choice? {
    /// The tree that patches are applied to.
    func base(_ builder: Builder) throws -> Tree {
        try self?.tree ?? builder.trees.pristineTree()
    }
}
