// SPDX-License-Identifier: GPL-2.0-only

// Where the code under test comes from: the embedded slice, a directory with a kernel's sources, or
// a revision of a git repository. Nothing of a tree is ever written; what is compiled is a copy.
//
// There are two views of the embedded slice. The working copy is csrc/kernel as it is on disk, with
// what the user has applied by hand: `check` without a patch judges it. The pristine one is what was
// committed: patches are applied to it, so that a half-finished edit cannot change the verdict on
// somebody else's patch.

import System

/// A source tree that a slice is taken from.
package struct Tree: Hashable, Sendable {
    /// The sorts of tree, named as the JSON output names them.
    package enum Kind: String, Hashable, Sendable, Codable {
        /// `csrc/kernel` of Faultline.
        case embedded
        /// Sources on disk, as a tarball unpacks.
        case directory
        /// A git work tree, read as it is on disk, or a revision, read from git's objects.
        case git
    }

    package let kind: Kind
    /// The directory that the user named, absolute, without links; for the embedded slice the one
    /// with `fs/` and `include/`. Never written to.
    package let root: String
    /// The kernel version: `6.12.117`, as `make kernelversion` says; `4.9.0-rc`.
    package let version: String
    /// Why it is the one that is judged; nil where nobody was asked to choose.
    package var choice: TreeChoice?
    /// As the user names it; nil for the embedded slice.
    package var name: String?
    /// The full name of the commit that was asked for; nil for files on disk.
    package let rev: String?
    /// The revision as the user named it: `v6.12`; nil for files on disk.
    package let revName: String?
    /// What a git work tree's files on disk are based on.
    package var head: Head?
    /// Identifies the contents of the files that are taken, unpatched; empty for the embedded slice.
    package let digest: String
    /// What a user should know about the choice of the tree.
    package let notes: [String]
    /// The name to print: "the working copy of csrc/kernel", "linux-6.12 (6.12.117)".
    package let displayName: String

    /// Where its files are read from: `root`, or a copy of the revision's in the cache.
    let sources: String
    /// What a kernel's tree has of the slice; nil for the embedded slice, all of which is taken.
    let kernel: Kernel?
    /// What is taken of it beside ext2.
    package var filesystems: [SliceFilesystem] { kernel?.filesystems ?? [] }

    /// The commit that is checked out in a work tree.
    package struct Head: Hashable, Sendable {
        /// Its full name.
        package var commit: String
        /// A file of the slice differs from the commit's, or is not in it.
        package var isModified: Bool
    }

    /// A kernel's part in the slice.
    struct Kernel: Hashable, Sendable {
        /// What is taken, by path, ascending.
        var files: [SliceFiles.TakenFile]
        var interfaces: Interfaces
        /// What is taken beside ext2.
        var filesystems: [SliceFilesystem] = []
    }

    /// The embedded slice as it is on disk.
    package static func embedded(of checkout: Checkout) -> Tree {
        embedded(at: checkout.kernel, notes: [], displayName: "the working copy of csrc/kernel")
    }

    /// The embedded slice as it was committed: in `csrc/kernel`, or in a copy if that was changed.
    static func pristine(at root: String, notes: [String]) -> Tree {
        embedded(at: root, notes: notes, displayName: "csrc/kernel as it was committed")
    }

    private static func embedded(at root: String, notes: [String], displayName: String) -> Tree {
        Tree(
            kind: .embedded, root: root, version: KnownVersions.embedded, rev: nil, revName: nil,
            digest: "", notes: notes, displayName: displayName, sources: root, kernel: nil)
    }
}
