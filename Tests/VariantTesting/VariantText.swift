// SPDX-License-Identifier: GPL-2.0-only

// What a JSON report says of its variant, as the text that it is: keys are in order, and each has a line of
// its own. Two such texts are compared in a hundredth of the time that it takes to read the reports.

import Glibc
import Testing

/// A report from its variants on.
package struct VariantText {
    /// With a zero behind them.
    private var bytes: [UInt8]

    /// - Parameter report: of one variant.
    package init(of report: String) throws {
        bytes = Array(report.utf8) + [0]
        let start = try #require(place(of: "\n  \"variants\" : ["), "it has no variants")
        bytes.removeFirst(start)
    }

    package var text: String { String(decoding: bytes.dropLast(), as: UTF8.self) }

    /// Takes a key of the variant's own out of it.
    ///
    /// - Returns: its value, as it is written; nil if there is none.
    package mutating func remove(_ key: String) -> String? {
        let name = "\n      \"\(key)\" : "
        guard let start = place(of: name),
            let end = place(of: "\n", from: start + name.utf8.count)
        else { return nil }
        let value = String(decoding: bytes[(start + name.utf8.count)..<end], as: UTF8.self)
        bytes.removeSubrange(start..<end)
        return value.hasSuffix(",") ? String(value.dropLast()) : value
    }

    private func place(of words: String, from start: Int = 0) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                let found = strstr(base + start, words)
            else { return nil }
            return base.distance(to: UnsafePointer(found))
        }
    }
}
