// SPDX-License-Identifier: GPL-2.0-only

// Which tree a question is about, and what is made of it: a directory, a git revision, a range of
// commits, which is a revision and a series of patches on top of it, or the embedded slice. Who
// stands in a kernel tree means that one; in Faultline's own checkout the slice is meant.

import ArgumentParser
import Patches
import Slices
import System

/// The tree that the user names, or stands in.
struct TreeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Judge this Linux source tree; it is never written to (default: the kernel tree around "
                + "the current directory, or else the embedded slice).",
            valueName: "dir"), completion: .directory)
    var tree: String?

    @Option(
        help: ArgumentHelp(
            "Read the tree at this git revision; the work tree does not matter. A..B in check, "
                + "matrix, explore and bisect: the tree at A, with the commits up to B as a series "
                + "of patches.",
            valueName: "rev"), completion: .revisions)
    var rev: String?

    @Flag(help: "Judge the embedded slice, wherever you are.")
    var embedded = false

    /// A tree of the user's.
    struct Choice {
        var tree: Tree
        /// The commits of a range, oldest first.
        var series: [Patch] = []
        /// The range as the user gave it.
        var range: String?
    }

    func validate() throws {
        if let tree, tree.isEmpty { throw ValidationError("--tree takes a directory") }
        if let rev, rev.isEmpty { throw ValidationError("--rev takes a git revision") }
        if embedded, tree != nil || rev != nil {
            throw ValidationError(
                "--embedded asks for the slice that faultline carries, \(tree != nil ? "--tree" : "--rev") "
                    + "for another tree: they cannot be used together")
        }
    }

    /// The tree; nil for the embedded slice.
    ///
    /// - Parameter takesRange: whether a range of commits can be an answer.
    func choose(_ trees: TreeReader, takesRange: Bool = false) throws -> Choice? {
        guard let place = try place() else { return nil }
        guard let rev, isRange else {
            return Choice(tree: try trees.tree(at: place, revision: rev))
        }
        guard takesRange else {
            throw CommandFailure(
                "--rev \(rev): this command takes one revision; check, matrix, explore and bisect take "
                    + "a range")
        }
        let (base, series) = try CommitRange(rev, in: place, by: trees).series()
        return Choice(tree: base, series: series, range: rev)
    }

    /// Whether the revision is a range of commits.
    var isRange: Bool { rev?.contains("..") == true }

    /// Where the tree is; nil for the embedded slice.
    func place() throws -> TreePlace? {
        guard !embedded else { return nil }
        if let tree { return TreePlace(named: tree) }
        return try rev == nil ? surroundings.place : surroundings.repository()
    }

    /// The repository that revisions are read from, if the user means one.
    func repository() throws -> TreePlace {
        try tree.map(TreePlace.init(named:)) ?? surroundings.repository()
    }

    /// Why it is the embedded slice, where it is.
    var sliceChoice: TreeChoice {
        embedded ? .embedded : surroundings.isInFaultline ? .checkout : .nothingAround
    }

    private var surroundings: SurroundingTree {
        SurroundingTree(of: Environment.directory ?? "/")
    }
}

extension TreeOptions.Choice? {
    /// The tree that patches are applied to.
    func base(_ builder: Builder) throws -> Tree {
        try self?.tree ?? builder.trees.pristineTree()
    }
}
