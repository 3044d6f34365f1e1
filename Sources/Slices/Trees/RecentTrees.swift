// SPDX-License-Identifier: GPL-2.0-only

// The trees that the user has asked about: a patch that does not apply to one of them may apply to
// another, and the error says so.

import System

/// The latest trees, from a file in the cache.
struct RecentTrees {
    private let cache: BuildCache
    private let path: String

    private static let limit = 16

    init(of cache: BuildCache) {
        self.cache = cache
        path = cache.notes + "/trees"
    }

    func remember(_ tree: Tree) {
        let line = "\(tree.sources)\t\(tree.root)\t\(tree.displayName)"
        let known = lines
        guard known.first != line else { return }
        let kept = [line] + known.filter { $0 != line }.prefix(Self.limit - 1)
        // An error here would cost only a hint; a cache that cannot be written fails elsewhere.
        try? cache.keep(kept.map { $0 + "\n" }.joined(), at: path)
    }

    /// Where they are, the latest first: each directory once.
    var roots: [String] {
        var known: Set<String> = []
        return lines.compactMap { line in
            let fields = line.split(separator: "\t").map(String.init)
            return fields.count == 3 && known.insert(fields[1]).inserted ? fields[1] : nil
        }
    }

    /// Those that are still there, the latest first.
    var trees: [Tree] {
        lines.compactMap { line in
            let fields = line.split(separator: "\t").map(String.init)
            guard fields.count == 3, Disk.isDirectory(fields[0]) else { return nil }
            return Tree(
                kind: .directory, root: fields[1], version: "", rev: nil, revName: nil,
                digest: "", notes: [], displayName: fields[2], sources: fields[0], kernel: nil)
        }
    }

    private var lines: [String] {
        let text = cache.kept(at: path).map { String(anyBytes: $0) } ?? ""
        return text.split(separator: "\n").map(String.init)
    }
}
