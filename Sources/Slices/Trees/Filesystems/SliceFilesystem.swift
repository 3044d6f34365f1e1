// SPDX-License-Identifier: GPL-2.0-only

// A filesystem that is a part of the slice when somebody asks for it, and otherwise not: trees, their
// digests and their images are then as if there were none. What is known of one stands in a file of
// its own beside this one; the machine's part of it is in csrc/filesystems/NAME.

/// What a filesystem adds to the slice of a kernel's tree.
package struct SliceFilesystem: Hashable, Sendable {
    /// As `--fs` has it, and csrc/filesystems.
    package let name: String
    /// Files that are taken.
    let rows: [SliceFiles.Row]
    /// Questions about the tree's interfaces; the first is whether it can be driven at all.
    let interfaces: [InterfaceTable.Row]
    /// Functions that may not be cut.
    let needed: [SliceFiles.Needed]

    /// What is included before its files, by the path of a file of the tree; relative to
    /// csrc/filesystems.
    let preludes: [String: String]

    /// The macro that is 1 where the filesystem can be driven.
    var macro: String { interfaces[0].name }
    /// Where there is any: functions whose callers call the machine instead, one a line, relative to
    /// csrc.
    static let wrapped = "filesystems/wrapped.txt"
    /// What preludes have in common, relative to csrc/filesystems.
    static let sharedPrelude = "watched_inlined.h"

    /// Whether a file is its own, and no library that is taken for it.
    package func owns(_ path: String) -> Bool { path.hasPrefix(directory + "/") }

    /// Where a tree has its files.
    package var directory: String { "fs/" + name }

    /// What is included before a file of a kernel's tree.
    static func prelude(of path: String) -> String? {
        all.lazy.compactMap { $0.preludes[path] }.first
    }

    package static func == (one: SliceFilesystem, other: SliceFilesystem) -> Bool {
        one.name == other.name
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// All of them.
    package static let all: [SliceFilesystem] = [.fuse, .erofs]

    package static func named(_ name: String) -> SliceFilesystem? { all.first { $0.name == name } }
}
