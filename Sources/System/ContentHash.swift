// SPDX-License-Identifier: GPL-2.0-only

// The names of contents in the build cache: 128-bit FNV-1a. It is twenty lines, has published test
// values, and needs no library. It does not resist collisions made on purpose, and need not: the
// cache belongs to its user. By accident, two of a million contents collide once in 10^26 caches.
//
// Names in caches and in witnesses rest on it: another hash would make every witness unknown.

/// A 128-bit digest of everything fed into it, in order.
package struct ContentHash: Hashable {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    package init() {}

    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    package mutating func feed(_ bytes: some Sequence<UInt8>) {
        var state = self.state
        for byte in bytes {
            state = (state ^ UInt128(byte)) &* Self.prime
        }
        self.state = state
    }

    package mutating func feed(_ bytes: [UInt8]) {
        var state = self.state
        bytes.withUnsafeBufferPointer {
            for byte in $0 { state = (state ^ UInt128(byte)) &* Self.prime }
        }
        self.state = state
    }

    /// A string with an end: `"ab", "c"` and `"a", "bc"` differ.
    package mutating func feed(_ text: String) {
        feed(text.utf8)
        feed(CollectionOfOne(0))
    }

    /// 32 hexadecimal digits.
    package var digest: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    package static func of(_ bytes: [UInt8]) -> String {
        var hash = ContentHash()
        hash.feed(bytes)
        return hash.digest
    }

    package static func of(_ texts: [String]) -> String {
        var hash = ContentHash()
        for text in texts { hash.feed(text) }
        return hash.digest
    }
}
