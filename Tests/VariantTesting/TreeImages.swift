// SPDX-License-Identifier: GPL-2.0-only

// The slice of each kernel tree as it ships, built once for all tests of a process, for those that make
// runs themselves.

import Machine
import Slices
import System

/// A tree without patches.
package struct BuiltTree: Sendable {
    package let variant: Variant
    package let image: KernelImage

    /// - Parameter filesystems: what is taken beside ext2.
    fileprivate init(_ tree: KernelTree, with filesystems: [SliceFilesystem]) throws {
        let variants = try Variants(filesystems: filesystems)
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        variant = try variants.builder.build(kernel, named: "base")
        image = try KernelImage(contentsOf: variant.image)
        try tree.noteTested()
    }
}

extension KernelTree {
    /// The tree without patches.
    ///
    /// - Throws: what kept it from being built.
    package var image: KernelImage { get throws { try KernelTree.plain[self]!.get().image } }

    /// The same with filesystems.
    package func built(with filesystems: [SliceFilesystem]) throws -> BuiltTree {
        try BuiltTree(self, with: filesystems)
    }

    private static let plain = built(there)

    /// Those with a filesystem that can be driven. A tree that was fetched before this was tested lacks
    /// the files.
    package static func there(with filesystem: SliceFilesystem) -> [KernelTree] {
        there.filter { tree in
            guard tree != .v510, let path = try? tree.directory.path else { return false }
            return Disk.exists("\(path)/\(filesystem.directory)")
        }
    }

    private static func built(
        _ trees: [KernelTree]
    ) -> [KernelTree: Result<BuiltTree, any Error>] {
        Dictionary(
            uniqueKeysWithValues: trees.map { tree in
                (tree, Result { try BuiltTree(tree, with: []) })
            })
    }
}
