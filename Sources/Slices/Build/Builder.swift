// SPDX-License-Identifier: GPL-2.0-only

// From a tree and patches to a shared object. Everything is looked up by content first, so that an
// unchanged question starts no process at all; what is missing for any of the variants asked for is
// compiled side by side, then linked side by side.
//
// What must hold: a variant's key names its contents. Sources of Faultline's own can change while
// they are compiled (an editor saves); an object is only taken into the cache if the hashes after
// compiling are those before.

import Patches
import System

/// Builds variants. A value without state of its own: all that lasts is in the cache directory, and
/// any number of them, in any number of processes, can share it.
package struct Builder: Sendable {
    package let home: Checkout
    package let toolchain: Toolchain
    package let cache: BuildCache
    /// How many compilers run at once.
    package var jobs: Int
    /// Whether files of a patch that the slice does not have are ignored with a note, instead of
    /// being an error.
    package var allowsOutside = false
    /// Whether patches may change `strictfs/…`: for the seeded bugs of the tests.
    package var allowsStrictFilesystem = false

    package init(home: Checkout, toolchain: Toolchain, cache: BuildCache, jobs: Int? = nil) {
        self.home = home
        self.toolchain = toolchain
        self.cache = cache
        self.jobs = jobs ?? Environment.processors
    }

    /// What to build.
    package struct Request: Sendable {
        package var name: String
        package var tree: Tree
        /// Applied in order.
        package var patches: [Patch]

        package init(name: String, tree: Tree, patches: [Patch]) {
            self.name = name
            self.tree = tree
            self.patches = patches
        }
    }

    /// Applies the patches to a copy of the tree and builds the result.
    ///
    /// - Throws: `QuestionError`.
    package func build(_ tree: Tree, patches: [Patch] = [], named name: String) throws -> Variant {
        try build([Request(name: name, tree: tree, patches: patches)])[0].get()
    }

    /// Builds several variants at once: what they have in common is compiled once, and no processor
    /// waits for the last file of a variant.
    ///
    /// - Returns: one result for each request, in order.
    /// - Throws: `QuestionError` if nothing can be built at all.
    package func build(_ requests: [Request]) throws -> [Result<Variant, QuestionError>] {
        try BuildJob(self).build(requests)
    }
}
