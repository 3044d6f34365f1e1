// SPDX-License-Identifier: GPL-2.0-only

// Random numbers that are the same on every machine: they use nothing of the standard library whose
// algorithm may change with its version.

import System

/// A deterministic source of random choices.
struct SeededRandom {
    private var numbers: SplitMix

    /// - Parameters:
    ///   - seed: what the user gave.
    ///   - number: which random scenario of that seed; two numbers give independent sequences.
    init(seed: UInt64, number: UInt64) {
        var first = SplitMix(seed: seed)
        var second = SplitMix(seed: first.next() ^ number &* 0xd6e8_feb8_6659_fd93)
        numbers = SplitMix(seed: second.next())
    }

    /// Uniform in 0 to `count` - 1. Modulo bias is below 2^-50.
    mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "nothing to choose from")
        return Int(numbers.next().multipliedFullWidth(by: UInt64(count)).high)
    }

    mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

    /// True with probability 1 / `count`.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// One of several items, each with a probability in proportion to its weight.
    mutating func pick<T>(weighted items: [(T, Int)]) -> T {
        var left = below(items.reduce(0) { $0 + $1.1 })
        for (item, weight) in items {
            if left < weight { return item }
            left -= weight
        }
        return items[items.count - 1].0
    }
}
