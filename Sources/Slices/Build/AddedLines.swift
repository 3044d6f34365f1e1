// SPDX-License-Identifier: GPL-2.0-only

// Which lines a series has added, as its hunks say. A diff of the first state and the last would not
// do: where git's diff may choose between equal lines it can choose others than the patch's author
// did, and the user counts the lines with a `+` in the mail.

import Patches

/// Which lines of a file were added, from hunk to hunk and from patch to patch.
struct AddedLines {
    private var isAdded: [Bool]

    init(count: Int) { isAdded = Array(repeating: false, count: count) }

    var count: Int { isAdded.count }

    /// From 1.
    var numbers: [Int] { isAdded.indices.filter { isAdded[$0] }.map { $0 + 1 } }

    /// - Parameter start: the first line of the hunk in the file as it is between hunks, from 1.
    mutating func apply(_ hunk: Patch.Hunk, at start: Int) {
        // A hunk that leaves nothing of its lines names the line before it.
        var index = hunk.newCount == 0 && start == hunk.newStart ? start : start - 1
        index = max(0, index)
        for line in hunk.lines {
            switch line.change {
            case .kept: index += 1
            case .removed where index < isAdded.count: isAdded.remove(at: index)
            case .added where index <= isAdded.count:
                isAdded.insert(true, at: index)
                index += 1
            case .removed, .added, .unended: break
            }
        }
    }

    /// Line ends, and a last line without one.
    static func lineCount(_ bytes: [UInt8]) -> Int {
        let ends = bytes.count { $0 == UInt8(ascii: "\n") }
        return bytes.isEmpty || bytes.last == UInt8(ascii: "\n") ? ends : ends + 1
    }
}
