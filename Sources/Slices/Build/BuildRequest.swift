// SPDX-License-Identifier: GPL-2.0-only

import Patches

/// What to build: a tree with patches.
package struct BuildRequest: Sendable {
    package var name: String
    package var tree: Tree
    /// Applied in order.
    package var patches: [Patch]
    /// The first so many patches are there already: what the others change is asked.
    package var below: Int

    package init(name: String, tree: Tree, patches: [Patch], below: Int = 0) {
        self.name = name
        self.tree = tree
        self.patches = patches
        self.below = below
    }
}

/// Which files a patch may change, beside those of the slice.
struct PatchScope: Sendable {
    /// Whether files that the slice does not have are ignored with a note, instead of being an error.
    var allowsOutside = false
    var trustsPatches = false
    /// Whether patches may change `filesystems/strict/…`: for the seeded bugs of the tests.
    var allowsStrictFilesystem = false
}
