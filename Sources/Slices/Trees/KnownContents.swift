// SPDX-License-Identifier: GPL-2.0-only

// A tree by its contents. A witness that comes from another machine, or from a directory that was
// moved, names files by their hash: any tree with the same files will do, whatever it is called.

import System

extension TreeReader {
    /// A tree with the same contents as one that was read before; nil if there is none.
    ///
    /// - Parameters:
    ///   - digest: of the tree that is wanted.
    ///   - places: where to look first. Behind them come the trees that were read last.
    ///   - revisions: to read at each place, before the files on disk.
    package func tree(
        withContents digest: String, at places: [TreePlace], revisions: [String]
    ) -> Tree? {
        var places = places
        if let here = Environment.directory, let around = SurroundingTree(of: here).place {
            places.append(around)
        }
        places += RecentTrees(of: installation.cache).roots.map { TreePlace(named: $0) }
        var known: Set<String> = []
        for place in places {
            guard let root = realPath(place.path), known.insert(root).inserted else { continue }
            for revision in revisions.map(Optional.some) + [nil] {
                let tree = try? tree(at: place, revision: revision)
                if let tree, tree.digest == digest { return tree }
            }
        }
        return nil
    }
}
