// SPDX-License-Identifier: GPL-2.0-only

// What a bisection walks along: the states of the code from before the first change to behind the
// last one. A series of patches is one tree with ever more of them; commits are a tree each, because
// over many of them the interfaces change that the slice is compiled against.

import Exploration
import Patches
import Slices

/// The states of the code, and the changes between them.
package struct BisectionStates: Sendable {
    /// The code behind a change; the first one is that before all changes.
    package struct State: Sendable {
        /// "base", "patch 3 of 7", the first digits of a commit.
        package var name: String
        /// The subject of the change.
        package var title: String?
        /// Where the change is: a file, a commit.
        package var place: String?
        /// The change is a merge: what it brought is a series of its own.
        package var isMerge = false
    }

    /// In order; at least two.
    package let states: [State]
    /// "v2.mbx, 32 patches".
    package let words: String
    package let notes: [String]
    package let request: @Sendable (Int) throws -> BuildRequest

    package var last: Int { states.count - 1 }

    /// A series on a tree.
    ///
    /// - Parameter name: as the user named it.
    package init(_ patches: [Patch], named name: String, on tree: Tree) {
        let total = patches.count
        states =
            [State(name: "base")]
            + patches.enumerated().map { index, patch in
                State(
                    name: "patch \(index + 1) of \(total)", title: patch.subject, place: patch.path)
            }
        words = "\(name), \(total) patch\(total == 1 ? "" : "es")"
        notes = tree.notes + patches.flatMap(\.notes)
        request = { index in
            BuildRequest(
                name: index == 0 ? CheckSession.baseName : "patch-\(index)", tree: tree,
                patches: Array(patches.prefix(index)))
        }
    }

    /// A range of commits.
    package init(_ range: String, in place: TreePlace, _ builder: Builder) throws {
        let history = try CommitRange(range, in: place, by: builder.trees).history()
        let commits = [history.base] + history.commits
        states = commits.enumerated().map { index, commit in
            State(
                name: String(commit.name.prefix(12)), title: commit.subject, place: commit.name,
                isMerge: index > 0 && commit.isMerge)
        }
        let total = history.commits.count
        words = "\(range), \(total) commit\(total == 1 ? "" : "s") of the slice"
        notes = history.notes
        request = { index in
            let commit = commits[index]
            return BuildRequest(
                name: String(commit.name.prefix(12)),
                tree: try builder.trees.tree(at: place, revision: commit.name), patches: [])
        }
    }
}
