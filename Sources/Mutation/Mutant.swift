// SPDX-License-Identifier: GPL-2.0-only

// One small mistake, as somebody could have made it: a piece of a file and what stands there instead.
// It is shown as a diff and applied as a patch, in the way of every other patch.

import Slices

/// A change of one place.
package struct Mutant: Hashable, Sendable {
    /// What kind of mistake it is.
    package enum Kind: String, CaseIterable, Sendable {
        case statement, call, check, condition, bound, error, arguments, flag
    }

    package var kind: Kind
    package var place: SourceLine
    /// What a reviewer would say of the changed code: `the call of put_page() were missing`.
    package var words: String
    /// Of bytes in the file.
    var range: Range<Int>
    var replacement: String

    /// The file with the mistake in it.
    func applied(to bytes: [UInt8]) -> [UInt8] {
        bytes[..<range.lowerBound] + Array(replacement.utf8) + bytes[range.upperBound...]
    }

    /// The mistake as a unified diff of one hunk.
    func diff(of bytes: [UInt8]) -> String {
        func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
            var lines = bytes.split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines
        }
        let changed = applied(to: bytes)
        let (old, new) = (lines(bytes), lines(changed))
        var first = 0
        while first < min(old.count, new.count), old[first] == new[first] { first += 1 }
        var last = 0
        while last < min(old.count, new.count) - first,
            old[old.count - 1 - last] == new[new.count - 1 - last]
        {
            last += 1
        }
        let before = max(0, first - 3)
        let after = min(3, last)
        let oldEnd = old.count - last
        let newEnd = new.count - last
        func text(_ mark: String, _ lines: ArraySlice<ArraySlice<UInt8>>) -> String {
            lines.map { mark + String(decoding: $0, as: UTF8.self) + "\n" }.joined()
        }
        return "--- a/\(place.file)\n+++ b/\(place.file)\n"
            + "@@ -\(before + 1),\(oldEnd + after - before) "
            + "+\(before + 1),\(newEnd + after - before) @@\n"
            + text(" ", old[before..<first]) + text("-", old[first..<oldEnd])
            + text("+", new[first..<newEnd]) + text(" ", old[oldEnd..<(oldEnd + after)])
    }
}
