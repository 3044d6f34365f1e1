// SPDX-License-Identifier: GPL-2.0-only

// What an expectation is called and says. The list is closed and ordered as the design lists it: a
// verdict table has one row for each, and a set of them is a machine word, because a hundred
// thousand runs are judged against all of them.

/// A named rule that every run must keep, the same for every variant.
package struct Expectation: Hashable, Sendable, CustomStringConvertible {
    /// Position in `Expectations.all`.
    package let index: Int
    /// Stable, hyphenated: as tables and JSON have it.
    package let name: String
    /// The rule in one sentence.
    package let rule: String

    /// The set of this expectation alone.
    package var mask: ExpectationSet { ExpectationSet(rawValue: 1 << UInt32(index)) }
    package var description: String { name }
}

/// All expectations, in the order in which they are reported.
package enum Expectations {
    package static let all: [Expectation] = [
        expectation(NoSelfDeadlock.self), expectation(NoDeadlock.self),
        expectation(LockOrder.self), expectation(LocksReleased.self),
        expectation(BeginEndBalanced.self), expectation(BeginEndFlags.self),
        expectation(WrittenTruthful.self), expectation(FaultKeepsBlocks.self),
        expectation(ShortWriteTrims.self), expectation(FaultCode.self),
        expectation(ErrorKept.self), expectation(PMDRules.self), expectation(DataIntact.self),
        expectation(NoLeak.self), expectation(NoWarning.self),
    ]

    package static func named(_ name: String) -> Expectation? { all.first { $0.name == name } }

    private static func expectation<R: Rule>(_ rule: R.Type) -> Expectation {
        Expectation(index: R.set.rawValue.trailingZeroBitCount, name: R.name, rule: R.rule)
    }
}

/// A set of expectations.
@frozen
package struct ExpectationSet: OptionSet, Hashable, Codable, Sendable {
    package let rawValue: UInt32
    @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let noSelfDeadlock = ExpectationSet(rawValue: 1 << 0)
    package static let noDeadlock = ExpectationSet(rawValue: 1 << 1)
    package static let lockOrder = ExpectationSet(rawValue: 1 << 2)
    package static let locksReleased = ExpectationSet(rawValue: 1 << 3)
    package static let beginEndBalanced = ExpectationSet(rawValue: 1 << 4)
    package static let beginEndFlags = ExpectationSet(rawValue: 1 << 5)
    package static let writtenTruthful = ExpectationSet(rawValue: 1 << 6)
    package static let faultKeepsBlocks = ExpectationSet(rawValue: 1 << 7)
    package static let shortWriteTrims = ExpectationSet(rawValue: 1 << 8)
    package static let faultCode = ExpectationSet(rawValue: 1 << 9)
    package static let errorKept = ExpectationSet(rawValue: 1 << 10)
    package static let pmdRules = ExpectationSet(rawValue: 1 << 11)
    package static let dataIntact = ExpectationSet(rawValue: 1 << 12)
    package static let noLeak = ExpectationSet(rawValue: 1 << 13)
    package static let noWarning = ExpectationSet(rawValue: 1 << 14)

    /// The expectations themselves, in order.
    package var members: [Expectation] {
        Expectations.all.filter { contains($0.mask) }
    }
}
