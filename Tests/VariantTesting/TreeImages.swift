// SPDX-License-Identifier: GPL-2.0-only

// The slice of each kernel tree as it ships, built once for all tests of a process, for those that make
// runs themselves.

import Machine
import Slices

extension KernelTree {
    /// The tree without patches.
    ///
    /// - Throws: what kept it from being built.
    package var image: KernelImage { get throws { try KernelTree.images[self]!.get() } }

    private static let images: [KernelTree: Result<KernelImage, any Error>] = {
        var images: [KernelTree: Result<KernelImage, any Error>] = [:]
        for tree in there {
            images[tree] = Result {
                let variants = try Variants()
                let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
                let built = try variants.builder.build([
                    BuildRequest(name: "base", tree: kernel, patches: [])
                ])
                try tree.noteTested()
                return try KernelImage(contentsOf: built[0].get().image)
            }
        }
        return images
    }()
}
