// SPDX-License-Identifier: GPL-2.0-only

// Which scenarios failed the last time: what is worth running first after the next change. What is
// asked again is the same patches, whatever they contain by now; of patches that are new, what failed
// of the tree last is the best guess. A note of convenience and no result: losing it costs a whole
// check, and it is never the basis of a verdict.

import FoundationEssentials
import Slices
import System
import Workers

/// The failing scenarios of the last check of some patches, and of the last one of their tree.
package struct LastFailing: Sendable {
    private let cache: BuildCache
    private let ofPatches: String
    private let ofTree: String

    /// - Parameters:
    ///   - request: what the files of the tree and the patches say does not matter: their changes
    ///     are what is tried.
    ///   - scope: a check of other filesystems is another check.
    package init(of request: BuildRequest, _ scope: CheckScope, in cache: BuildCache) {
        func path(_ names: [String]) -> String {
            var digest = Digest()
            digest.add("last failing 2")
            digest.add(request.tree.kind.rawValue)
            digest.add(request.tree.kind == .embedded ? "" : request.tree.root)
            if !scope.isStandard {
                digest.add(scope.filesystems.map(\.name).joined(separator: " "))
            }
            for name in names { digest.add(name) }
            return "\(cache.root)/last-failing/\(digest.hexadecimal).json"
        }
        self.cache = cache
        ofTree = path([])
        // What comes from standard input has no name but its subject.
        ofPatches = path(
            ["patches"] + request.patches.map { $0.path == "-" ? $0.name : $0.path })
    }

    /// Names of scenarios; nil if no check of the tree is known.
    package func read() -> [String]? {
        for path in [ofPatches, ofTree] {
            if let bytes = cache.kept(at: path),
                let names = try? JSONDecoder().decode([String].self, from: Data(bytes))
            {
                return names
            }
        }
        return nil
    }

    /// Only a saving of time: a cache that cannot be written fails elsewhere.
    package func keep(_ names: [String]) {
        guard let data = try? JSONEncoder().encode(names) else { return }
        for path in [ofPatches, ofTree] { try? cache.keep(Array(data), at: path) }
    }
}
