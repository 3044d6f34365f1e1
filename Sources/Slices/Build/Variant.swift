// SPDX-License-Identifier: GPL-2.0-only

// What a build leaves behind: the name under which a tree with patches is judged, and where its
// shared object lies. A worker process gets one as JSON and needs nothing else of this room.

/// A tree with patches applied, built into one shared object.
package struct Variant: Hashable, Codable, Sendable {
    /// `base`, or the file name of the patch without its ending.
    package var name: String
    /// The patches, in order, as the user named them.
    package var patches: [String]
    /// The shared object, an absolute path in the build cache. It exports `faultline_image`.
    package var image: String
    /// Names the contents: the same sources and flags give the same key on every machine that has
    /// the same compiler.
    package var key: String
    /// The patched tree that was compiled, an absolute path: the place of `fs/dax.c` for excerpts.
    package var sources: String
    /// The lines that the patches added, at their places after the last patch, ascending.
    package var addedLines: [SourceLine]
    /// What the user should know: files that were ignored, a working copy that was not used.
    package var notes: [String]

    package init(
        name: String, patches: [String], image: String, key: String, sources: String,
        addedLines: [SourceLine], notes: [String]
    ) {
        self.name = name
        self.patches = patches
        self.image = image
        self.key = key
        self.sources = sources
        self.addedLines = addedLines
        self.notes = notes
    }
}
