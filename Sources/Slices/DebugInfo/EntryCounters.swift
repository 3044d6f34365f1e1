// SPDX-License-Identifier: GPL-2.0-only

// The counters of an image that say which functions a run enters. A function has several where objects
// have functions of one name, or a copy each of an inline one: any of them says that it was entered,
// which is a little too often and never too seldom.

import System

/// The functions of an image and the counters of their entries.
package struct EntryCounters: Codable, Hashable, Sendable {
    /// Ascending.
    package var functions: [String]
    /// Of all functions, one function behind the other.
    package var counters: [Int]
    /// For each counter the index of its function.
    package var functionOf: [Int]

    /// Nil for an image without counters, or of a clang whose table is not known.
    package init?(of variant: Variant) throws {
        guard let file = ELFFile(try Disk.read(variant.image)),
            let entries = ProfileCounters(of: file)?.entries()
        else { return nil }
        functions = entries.keys.sorted()
        counters = []
        functionOf = []
        for (index, name) in functions.enumerated() {
            counters += entries[name]!
            functionOf += entries[name]!.map { _ in index }
        }
    }
}
