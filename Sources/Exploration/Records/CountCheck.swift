// SPDX-License-Identifier: GPL-2.0-only

// Whether counts that somebody else sent can be worked with: none is negative, and none is so large that
// a sum of some thousands of them is more than a number can hold. A tally of a worker and a shard in a
// file are such claims.

/// The check of counts.
package enum CountCheck {
    /// No search counts so far, and a thousand of them add up without overflow.
    package static let most = 1 << 48

    package static func isCount(_ number: Int) -> Bool { 0...most ~= number }

    /// Whether all properties of a value that are `Int` are counts.
    package static func areCounts(in value: Any) -> Bool {
        Mirror(reflecting: value).children.allSatisfy { child in
            switch child.value {
            case let number as Int: isCount(number)
            case let numbers as [Int]: numbers.allSatisfy(isCount)
            default: true
            }
        }
    }
}
