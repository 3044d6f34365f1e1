// SPDX-License-Identifier: GPL-2.0-only

// Whose files patches touch: those of one filesystem alone, or those that every slice has. That says
// which filesystems a patch is judged on where nobody names one. A file that no compiler sees counts
// for nothing.

import Patches

/// The compiled files that patches touch, in the order of the patches.
package struct TouchedFiles {
    /// Those that every slice has.
    package private(set) var ofEverySlice: [String] = []
    private var own: [SliceFilesystem: [String]] = [:]

    /// - Parameter filesystems: those whose files are looked for.
    package init(of patches: [Patch], among filesystems: [SliceFilesystem]) {
        var known: Set<String> = []
        for file in patches.flatMap(\.files) {
            for path in [file.oldPath, file.newPath].compactMap(\.self).map(Patch.pathInTree)
            where known.insert(path).inserted {
                note(path, filesystems)
            }
        }
    }

    /// Those that are taken for one filesystem.
    package func of(_ filesystem: SliceFilesystem) -> [String] { own[filesystem] ?? [] }

    private mutating func note(_ path: String, _ filesystems: [SliceFilesystem]) {
        if let row = SliceFiles.row(for: path) {
            if row.role != .carried { ofEverySlice.append(path) }
            return
        }
        for filesystem in filesystems {
            let row = SliceFiles.row(for: path, in: filesystem.rows)
            guard let row, row.role != .carried else { continue }
            own[filesystem, default: []].append(path)
        }
    }
}

extension Patch {
    /// A diff that was made in Faultline's own checkout has the paths of the checkout.
    package static func pathInTree(_ path: String) -> String {
        let prefix = "csrc/kernel/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}
