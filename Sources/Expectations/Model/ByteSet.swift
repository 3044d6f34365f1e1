// SPDX-License-Identifier: GPL-2.0-only

// A set of byte values in four words: what a stretch of a file may hold is asked in every run of several
// tasks, and a `Set` would be allocated for each answer.

/// A set of bytes.
struct ByteSet: Equatable {
    private var words: SIMD4<UInt64> = .zero

    /// No byte.
    init() {}

    /// One byte.
    init(_ byte: UInt8) { insert(byte) }

    /// Every byte.
    static let all: ByteSet = {
        var set = ByteSet()
        set.words = SIMD4(repeating: .max)
        return set
    }()

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 &<< UInt64(byte & 63) }

    mutating func formUnion(_ other: ByteSet) { words |= other.words }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] & 1 &<< UInt64(byte & 63) != 0 }
}
