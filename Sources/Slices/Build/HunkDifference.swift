// SPDX-License-Identifier: GPL-2.0-only

// Why a hunk does not apply: the line that is not as the hunk expects it.

import Patches

extension Patch.Hunk {
    /// The first line of the file that is not what the hunk expects, where most of the hunk's lines
    /// are found; nil if the hunk expects nothing.
    func difference(from bytes: [UInt8]) -> String? {
        let expected = lines.filter { $0.change == .kept || $0.change == .removed }.map(\.bytes)
        let found = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard !expected.isEmpty, !found.isEmpty else { return nil }

        var best = (matches: 0, distance: Int.max, start: 0)
        for start in 0..<found.count {
            var matches = 0
            for (offset, line) in expected.enumerated()
            // Blank lines and braces are everywhere.
            where start + offset < found.count && line.count > 2
                && found[start + offset].elementsEqual(line)
            {
                matches += 1
            }
            let distance = abs(start - (oldStart - 1))
            if matches > best.matches || (matches == best.matches && distance < best.distance) {
                best = (matches, distance, start)
            }
        }
        guard best.matches > 0 else { return "none of the lines it expects are in the file" }
        for (offset, line) in expected.enumerated() {
            let number = best.start + offset
            guard number < found.count else { return "the file ends at line \(found.count)" }
            if !found[number].elementsEqual(line) {
                if found[number].lazy.filter({ !$0.isBlank }).elementsEqual(
                    line.lazy.filter { !$0.isBlank })
                {
                    return "line \(number + 1) differs in white space only from what the patch"
                        + " expects: tabs or blanks were changed on its way"
                }
                return "line \(number + 1) is \(Self.quoted(found[number])),"
                    + " the patch expects \(Self.quoted(line[...]))"
            }
        }
        return nil
    }

    private static func quoted(_ line: ArraySlice<UInt8>) -> String {
        let text = String(anyBytes: line.drop { $0.isBlank })
        guard !text.isEmpty else { return "blank" }
        return "'" + (text.count > 60 ? text.prefix(57) + "..." : text) + "'"
    }
}
