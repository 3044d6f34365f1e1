// SPDX-License-Identifier: GPL-2.0-only

import System

/// A prepared tree with something cut out of it.
struct CutTree {
    private let tree: PreparedTree
    private let cuts: [SourceCut]

    init(of tree: PreparedTree, _ cuts: [SourceCut]) {
        self.tree = tree
        self.cuts = cuts
    }

    /// The copy in the cache, which is made if there is none; the tree itself if nothing is cut.
    ///
    /// - Parameter directory: for unfinished work.
    func cached(in cache: BuildCache, _ directory: String) throws -> PreparedTree {
        guard !cuts.isEmpty else { return tree }
        let name = ContentHash.of(
            ["cut 1", fileName(tree.root)]
                + cuts.map { "\($0.kind) \($0.file) \($0.name) \($0.ordinal) \($0.member)" })
        let path = cache.trees + "/" + name
        if let known = PreparedTree(finishedAt: path) {
            Disk.touch(path)
            return known
        }
        return try write(to: "\(directory)/cut-\(name)").moved(to: path)
    }

    /// Writes a copy.
    func write(to copy: String) throws -> PreparedTree {
        let byFile = Dictionary(grouping: cuts, by: \.file)
        for file in tree.digests.keys {
            var bytes = try Disk.read(tree.root + "/" + file)
            if let cuts = byFile[file] {
                var items = SourceItems(bytes)
                for cut in cuts { items.apply(cut) }
                bytes = items.bytes
            }
            try Disk.makeDirectory(directoryName(copy + "/" + file))
            try Disk.write(bytes, to: copy + "/" + file)
        }
        return try PreparedTree.finish(copy, addedLines: tree.addedLines, notes: tree.notes)
    }
}
