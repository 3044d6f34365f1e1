// SPDX-License-Identifier: GPL-2.0-only

// What a build makes: a shared object, and the name under which a tree with patches is judged. A worker
// process gets one as JSON and needs nothing else of this module.

/// A tree with patches applied, built into one shared object.
package struct Variant: Hashable, Codable, Sendable {
    /// `base`, or the file name of the patch without its ending.
    package var name: String
    /// The patches, in order, as the user named them.
    package var patches: [String]
    /// The shared object, an absolute path in the build cache. It exports `faultline_image`.
    package var image: String
    /// Identifies the contents: the same sources and flags give the same key on every machine that
    /// has the same compiler.
    package var key: String
    /// The patched tree that was compiled, an absolute path: excerpts of `fs/dax.c` are read there.
    package var sources: String
    /// The lines that the patches added, numbered after the last patch, ascending.
    package var addedLines: [SourceLine]
    /// What the user should know: files that were ignored, a working copy that was not used.
    package var notes: [String]
}
