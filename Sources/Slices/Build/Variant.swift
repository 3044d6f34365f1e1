// SPDX-License-Identifier: GPL-2.0-only

// What a build makes: a shared object, and the name under which a tree with patches is judged. A worker
// process gets one as JSON and needs nothing else of this module.

import System

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
    /// What it is linked of.
    package var objects: [Object]
    /// What the user should know: files that were ignored, a working copy that was not used.
    package var notes: [String]

    /// A compiled file.
    package struct Object: Hashable, Codable, Sendable {
        /// Of its source, in the tree or in csrc.
        package var name: String
        /// Of the object, an absolute path in the build cache. The name is made from the sources.
        package var path: String
    }
}

extension Variant {
    /// Whether it runs the same instructions on the same data as another one: their sources differ
    /// in nothing but comments, names and lines.
    package func hasCode(of other: Variant) throws -> Bool {
        guard objects.map(\.name) == other.objects.map(\.name) else { return false }
        return try zip(objects, other.objects).allSatisfy { mine, theirs in
            if mine.path == theirs.path { return true }
            guard let mine = ObjectCode(try Disk.read(mine.path)),
                let theirs = ObjectCode(try Disk.read(theirs.path))
            else { return false }
            return mine == theirs
        }
    }
}
