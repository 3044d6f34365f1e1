// SPDX-License-Identifier: GPL-2.0-only

// The patches of a series that come one at a time. `b4 am` and `b4 review` run a check for each mail
// alone, in order, and the third may not apply without the first two: so each is kept, under its
// thread and the tree, and applied before the later ones. After a week they are removed.
//
// What must hold: anybody can write into a thread. The first mail that says it is a patch of the series
// stays; a later one that says the same and is another patch makes the series a contested one, and what
// is below a patch of a contested series excuses nothing.

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
        let reader = PatchReader(toolchain: toolchain, cache: cache)
        for part in 1..<number.part {
            let path = path(of: part)
            guard let text = cache.kept(at: path),
                let read = try? reader.patches(in: text, of: path)
            else { return nil }
            patches += read
        }
        return patches
    }

    /// Two mails of the thread say that they are the same patch, and are not.
    package var isContested: Bool { Disk.exists(contested) }

    /// Keeps a patch for the later ones. If the cache cannot be written, only that is lost.
    package func remember(_ patch: Patch) {
        forget()
        let path = path(of: number.part)
        guard let known = cache.kept(at: path) else {
            try? cache.keep(patch.text, at: path)
            return
        }
        if known != patch.text { try? cache.keep("", at: contested) }
    }

    private func path(of part: Int) -> String { "\(directory)/\(part).patch" }
    private var contested: String { directory + "/contested" }

    /// Removes what nobody has added to for a week.
    private func forget() {
        let root = SeriesMemory.root(in: cache)
        for path in Disk.names(in: root).map({ "\(root)/\($0)" }) {
            guard let stamp = Disk.stamp(path) else { continue }
            if Int64(time(nil)) - stamp.modified / 1_000_000_000 > 7 * 86_400 { Disk.remove(path) }
        }
    }
}
