// SPDX-License-Identifier: GPL-2.0-only

// A location in the tree's own files. Reports, coverage and compiler messages have these, and never a
// path in the build cache.

/// A line of a tree's file, after patches.
package struct SourceLine: Hashable, Codable, Sendable, Comparable {
    /// Relative to the tree: `fs/dax.c`; of Faultline's own code: `machine/lock.c`,
    /// `filesystems/strict/iomap.c`.
    package var file: String
    /// From 1.
    package var line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    package static func < (a: SourceLine, b: SourceLine) -> Bool {
        a.file != b.file ? a.file < b.file : a.line < b.line
    }
}

extension SourceLine: CustomStringConvertible {
    package var description: String { "\(file):\(line)" }
}
