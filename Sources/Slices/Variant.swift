// SPDX-License-Identifier: GPL-2.0-only

// What a build leaves behind: the name under which a tree with patches is judged, and where its
// shared object lies. A worker process gets one as JSON and needs nothing else of this room.

/// A tree with patches applied, built into one shared object.
public struct Variant: Hashable, Codable, Sendable {
    /// `base`, or the file name of the patch without its ending.
    public var name: String
    /// The patches, in order, as the user named them.
    public var patches: [String]
    /// The shared object, an absolute path in the build cache. It exports `faultline_image`.
    public var image: String
    /// Names the contents: the same sources and flags give the same key on every machine that has
    /// the same compiler.
    public var key: String
    /// The patched tree that was compiled, an absolute path: the place of `fs/dax.c` for excerpts.
    public var sources: String
    /// The lines that the patches added, at their places after the last patch, ascending.
    public var addedLines: [SourceLine]
    /// What the user should know: files that were ignored, a working copy that was not used.
    public var notes: [String]

    public init(
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
