// SPDX-License-Identifier: GPL-2.0-only

// Seeded bugs in the trees that ship, made from their own files: what an expectation notices in the
// embedded slice it notices there, too. None of these fails without its seed.

import Expectations
import Foundation
import Patches
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct TreeSeedTests {
    /// Lines that go before the first one with a landmark.
    struct Seed: Sendable, CustomTestStringConvertible {
        let fails: String
        let file: String
        let landmark: String
        let lines: [String]
        var testDescription: String { fails }
    }

    static let seeds: [Seed] = [
        Seed(
            fails: "locks-released", file: "fs/ext2/inode.c",
            landmark: "\tif (iomap->type == IOMAP_MAPPED &&",
            lines: ["\tmutex_lock(&EXT2_I(inode)->truncate_mutex);"]),
        Seed(
            fails: "fault-keeps-blocks", file: "fs/ext2/inode.c",
            landmark: "\tif (iomap->type == IOMAP_MAPPED &&",
            lines: [
                "\tif ((flags & IOMAP_FAULT) && (flags & IOMAP_WRITE))",
                "\t\text2_free_blocks(inode, iomap->addr >> inode->i_blkbits, 1);",
            ]),
        Seed(
            fails: "fault-code", file: "fs/dax.c",
            landmark: "\tret = vmf_insert_mixed(vmf->vma, vaddr, pfn);",
            lines: ["\treturn VM_FAULT_SIGBUS;"]),
        Seed(
            fails: "data-intact", file: "fs/dax.c", landmark: "\tif (dirty)",
            lines: ["\tdirty = false;"]),
        Seed(
            fails: "no-warning", file: "fs/dax.c", landmark: "\tif (dirty)",
            lines: ["\tWARN_ON(flags & DAX_ZERO_PAGE);"]),
    ]

    /// Tallies by tree, in the order of the seeds.
    private static let tallies: [KernelTree: Result<[Tally], any Error>] = {
        var tallies: [KernelTree: Result<[Tally], any Error>] = [:]
        for tree in KernelTree.withExt2 { tallies[tree] = Result { try judge(tree) } }
        return tallies
    }()

    private static func judge(_ tree: KernelTree) throws -> [Tally] {
        let variants = try Variants()
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        let directory = try TemporaryDirectory.make()
        let requests = try seeds.map { seed in
            let file = directory.appending(path: "\(seed.fails).patch")
            let patch = try tree.inserting(seed.lines, before: seed.landmark, of: seed.file)
            try Data(patch.utf8).write(to: file)
            return BuildRequest(
                name: seed.fails, tree: kernel,
                patches: try Patch.read(
                    file.path, toolchain: variants.builder.toolchain,
                    cache: variants.builder.cache))
        }
        let images = try variants.builder.build(requests).map { try $0.get().image }
        return try variants.pool.check(
            images.map { .file($0) },
            untilBreaking: seeds.map { seed in
                try #require(Expectations.all.firstIndex { $0.name == seed.fails })
            })
    }

    @Test(arguments: KernelTree.withExt2, seeds) func isNoticed(_ tree: KernelTree, _ seed: Seed)
        throws
    {
        let place = try #require(Self.seeds.firstIndex { $0.fails == seed.fails })
        let tally = try Self.tallies[tree]!.get()[place]
        let index = try #require(Expectations.all.firstIndex { $0.name == seed.fails })
        #expect(tally.lines[index].failures > 0)
        let base = try JudgedTree.of(tree).base.verdict(of: seed.fails)
        #expect(base.verdict == .pass, "it fails without the seed, so it proves nothing")
    }
}
