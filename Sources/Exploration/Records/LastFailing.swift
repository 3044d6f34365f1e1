// SPDX-License-Identifier: GPL-2.0-only

// Which scenarios failed when a tree was checked last: what is worth running first after the next
// change. A note of convenience and no result: losing it costs a whole check, and it is never the
// basis of a verdict.

import FoundationEssentials
import System
import Workers

/// The failing scenarios of the last check of each tree.
package struct LastFailing: Sendable {
    private let cache: BuildCache
    private let path: String

    /// - Parameter tree: patches do not matter, nor do changes of its files: they are what is tried.
    package init(of tree: Witness.TreeIdentity, in cache: BuildCache) {
        var digest = Digest()
        digest.add("last failing 1")
        digest.add(tree.kind)
        digest.add(tree.root ?? "")
        self.cache = cache
        path = "\(cache.root)/last-failing/\(digest.hexadecimal).json"
    }

    /// Names of scenarios; nil if no check of the tree is known.
    package func read() -> [String]? {
        guard let bytes = cache.kept(at: path) else { return nil }
        return try? JSONDecoder().decode([String].self, from: Data(bytes))
    }

    /// Only a saving of time: a cache that cannot be written fails elsewhere.
    package func keep(_ names: [String]) {
        guard let data = try? JSONEncoder().encode(names) else { return }
        try? cache.keep(Array(data), at: path)
    }
}
