// SPDX-License-Identifier: GPL-2.0-only

// Where the code under test comes from. Only the embedded slice so far; a Linux source directory
// and a git revision will be further kinds, which is why nothing but this file knows that the
// embedded slice lies in csrc/kernel.
//
// Two views of the embedded slice exist. The working copy is csrc/kernel as it is on disk, with
// whatever the user applied by hand: what `check` without a patch judges. The pristine one is what
// Faultline's own history says: what patches are applied to, so that a half-finished edit can
// neither break nor bend the verdict on somebody else's patch.

/// A source tree that a slice is taken from.
public struct Tree: Hashable, Sendable {
    /// The sorts of tree, named as the JSON output names them.
    public enum Kind: String, Hashable, Sendable, Codable {
        case embedded
    }

    public let kind: Kind
    /// The directory that holds `fs/` and `include/`. Never written to.
    public let root: String
    /// The kernel version whose interfaces the tree has: `4.9.0-rc`.
    public let version: String
    /// The git revision that was asked for; nil for files on disk.
    public let rev: String?
    /// What a user should know about the choice of the tree.
    public let notes: [String]
    /// The tree in the words of a message: "the working copy of csrc/kernel".
    let spokenName: String

    /// The embedded slice as it is on disk.
    public static func embedded(of home: Home) -> Tree {
        Tree(
            kind: .embedded, root: home.kernel, version: embeddedVersion, rev: nil, notes: [],
            spokenName: "the working copy of csrc/kernel")
    }

    /// The embedded slice as it was committed, in a directory of its own or, if it was not changed
    /// since, in its place.
    static func pristine(at root: String, notes: [String]) -> Tree {
        Tree(
            kind: .embedded, root: root, version: embeddedVersion, rev: nil, notes: notes,
            spokenName: "csrc/kernel as it was committed")
    }

    private static let embeddedVersion = "4.9.0-rc"
}
