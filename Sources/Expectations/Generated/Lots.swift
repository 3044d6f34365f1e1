// SPDX-License-Identifier: GPL-2.0-only

// Lots that fall the same way on every machine: SplitMix64 from a seed, and draws from it that use
// nothing of the standard library whose algorithm might change with its version.

/// A deterministic source of random choices.
struct Lots {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: what the user gave.
    ///   - number: which of the things that are drawn with that seed; two numbers have nothing to
    ///     do with each other.
    init(seed: UInt64, number: UInt64) {
        state = seed
        state = next() ^ number &* 0xd6e8_feb8_6659_fd93
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// One of 0 to `count` - 1. What the multiplication prefers by is below one in 2^50.
    mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "nothing to draw from")
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

    /// True once in so many times.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// One of several things, each as often as its weight says.
    mutating func pick<T>(weighted items: [(T, Int)]) -> T {
        var left = below(items.reduce(0) { $0 + $1.1 })
        for (item, weight) in items {
            if left < weight { return item }
            left -= weight
        }
        return items[items.count - 1].0
    }
}
