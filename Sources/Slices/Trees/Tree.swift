// SPDX-License-Identifier: GPL-2.0-only

// Where the code under test comes from: the embedded slice, a directory with a kernel's sources, or
// a revision of a git repository. Nothing of a tree is ever written; what is compiled is a copy.
//
// Two views of the embedded slice exist. The working copy is csrc/kernel as it is on disk, with
// whatever the user applied by hand: what `check` without a patch judges. The pristine one is what
// Faultline's own history says: what patches are applied to, so that a half-finished edit can
// neither break nor bend the verdict on somebody else's patch.

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
    /// The directory that the user named, absolute, without links; of the embedded slice the one
    /// that holds `fs/` and `include/`. Never written to.
    package let root: String
    /// The kernel version: `6.12.117`, as `make kernelversion` says; `4.9.0-rc`.
    package let version: String
    /// The full name of the commit that was asked for; nil for files on disk.
    package let rev: String?
    /// The revision as the user named it: `v6.12`; nil for files on disk.
    package let revName: String?
    /// Names the contents of the files that are taken, unpatched; empty for the embedded slice.
    package let digest: String
    /// What a user should know about the choice of the tree.
    package let notes: [String]
    /// The tree in the words of a message: "the working copy of csrc/kernel",
    /// "linux-6.12 (6.12.117)".
    package let spokenName: String

    /// Where its files are read from: `root`, or a copy of the revision's in the cache.
    let place: String
    /// What a kernel's tree has of the files that a slice is made of; nil for the embedded slice,
    /// which is nothing else.
    let kernel: Kernel?

    /// What is known of a kernel's tree.
    struct Kernel: Hashable, Sendable {
        /// What is taken, by path, ascending.
        var files: [SliceFiles.Taken]
        var interfaces: Interfaces
    }

    /// The embedded slice as it is on disk.
    package static func embedded(of home: Checkout) -> Tree {
        embedded(at: home.kernel, notes: [], spokenName: "the working copy of csrc/kernel")
    }

    /// The embedded slice as it was committed, in a directory of its own or, if it was not changed
    /// since, in its place.
    static func pristine(at root: String, notes: [String]) -> Tree {
        embedded(at: root, notes: notes, spokenName: "csrc/kernel as it was committed")
    }

    private static func embedded(at root: String, notes: [String], spokenName: String) -> Tree {
        Tree(
            kind: .embedded, root: root, version: KnownVersions.embedded, rev: nil, revName: nil,
            digest: "", notes: notes, spokenName: spokenName, place: root, kernel: nil)
    }
}

/// Which versions are known to work. Others are tried: what they have is read from their headers.
enum KnownVersions {
    static let embedded = "4.9.0-rc"
    /// Every scenario of the catalogue runs on these, and tests run them.
    static let trees = ["5.10", "6.1", "6.12"]

    static func isKnown(_ version: String) -> Bool {
        trees.contains {
            version == $0 || version.hasPrefix($0 + ".") || version.hasPrefix($0 + "-")
        }
    }

    static var spoken: String {
        "known to work: " + trees.joined(separator: ", ") + " and the embedded slice (\(embedded))"
    }
}
