// SPDX-License-Identifier: GPL-2.0-only

// The patches of a series that come one at a time. `b4 am` and `b4 review` run a check for each mail
// alone, in order, and the third may not apply without the first two: so each is kept, under its
// thread and the tree, and applied before the later ones. After a week they are removed.

import Glibc
import Patches
import System

/// Patches of a series, in the build cache.
package struct SeriesMemory {
    private let directory: String
    private let toolchain: Toolchain
    private let cache: BuildCache
    private let number: Patch.Number

    /// The series that a mail belongs to; nil if it belongs to none.
    ///
    /// - Parameter tree: what the series is applied to.
    package init?(of patch: Patch, on tree: Tree, toolchain: Toolchain, cache: BuildCache) {
        guard let number = patch.number, number.of > 1, number.part > 0,
            let thread = patch.origin.references.first ?? patch.origin.messageID
        else { return nil }
        self.toolchain = toolchain
        self.cache = cache
        self.number = number
        directory =
            SeriesMemory.root(in: cache) + "/"
            + ContentHash.of([
                tree.root, tree.rev ?? "", thread, number.version, "\(number.of)",
            ])
    }

    private static func root(in cache: BuildCache) -> String { cache.root + "/series" }

    /// The patches before this one, in order; nil if one of them was never seen.
    package func earlier() -> [Patch]? {
        var patches: [Patch] = []
        for part in 1..<number.part {
            guard
                let read = try? Patch.read(
                    path(of: part), toolchain: toolchain, cache: cache)
            else { return nil }
            patches += read
        }
        return patches
    }

    /// Keeps a patch for the later ones. If the cache cannot be written, only that is lost.
    package func remember(_ patch: Patch) {
        forget()
        try? cache.withTemporaryDirectory { temporary in
            try Disk.write(patch.text, to: temporary + "/patch")
            try Disk.makeDirectory(directory)
            try Disk.move(temporary + "/patch", to: path(of: number.part))
        }
    }

    private func path(of part: Int) -> String { "\(directory)/\(part).patch" }

    /// Removes what nobody has added to for a week.
    private func forget() {
        let root = SeriesMemory.root(in: cache)
        for path in Disk.names(in: root).map({ "\(root)/\($0)" }) {
            guard let stamp = Disk.stamp(path) else { continue }
            if Int64(time(nil)) - stamp.modified / 1_000_000_000 > 7 * 86_400 { Disk.remove(path) }
        }
    }
}
