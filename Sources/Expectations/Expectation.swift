// SPDX-License-Identifier: GPL-2.0-only

// What an expectation is called and says. The list is closed and ordered as the design lists it: a
// verdict table has one row for each, and a set of them is a machine word, because a hundred
// thousand runs are judged against all of them.

/// A named rule that every run must keep, the same for every variant.
public struct Expectation: Hashable, Sendable, CustomStringConvertible {
    /// Position in `Expectations.all`.
    public let index: Int
    /// Stable, hyphenated: as tables and JSON have it.
    public let name: String
    /// The rule in one sentence.
    public let rule: String

    /// The set of this expectation alone.
    public var mask: ExpectationSet { ExpectationSet(rawValue: 1 << UInt32(index)) }
    public var description: String { name }
}

/// All expectations, in the order in which they are reported.
public enum Expectations {
    public static let all: [Expectation] = [
        expectation(NoSelfDeadlock.self), expectation(NoDeadlock.self),
        expectation(LockOrder.self), expectation(LocksReleased.self),
        expectation(BeginEndBalanced.self), expectation(BeginEndFlags.self),
        expectation(WrittenTruthful.self), expectation(FaultKeepsBlocks.self),
        expectation(ShortWriteTrims.self), expectation(FaultCode.self),
        expectation(ErrorKept.self), expectation(PMDRules.self), expectation(DataIntact.self),
        expectation(NoLeak.self), expectation(NoWarning.self),
    ]

    public static func named(_ name: String) -> Expectation? { all.first { $0.name == name } }

    private static func expectation<R: Rule>(_ rule: R.Type) -> Expectation {
        Expectation(index: R.set.rawValue.trailingZeroBitCount, name: R.name, rule: R.rule)
    }
}

/// A set of expectations.
@frozen
public struct ExpectationSet: OptionSet, Hashable, Codable, Sendable {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let noSelfDeadlock = ExpectationSet(rawValue: 1 << 0)
    public static let noDeadlock = ExpectationSet(rawValue: 1 << 1)
    public static let lockOrder = ExpectationSet(rawValue: 1 << 2)
    public static let locksReleased = ExpectationSet(rawValue: 1 << 3)
    public static let beginEndBalanced = ExpectationSet(rawValue: 1 << 4)
    public static let beginEndFlags = ExpectationSet(rawValue: 1 << 5)
    public static let writtenTruthful = ExpectationSet(rawValue: 1 << 6)
    public static let faultKeepsBlocks = ExpectationSet(rawValue: 1 << 7)
    public static let shortWriteTrims = ExpectationSet(rawValue: 1 << 8)
    public static let faultCode = ExpectationSet(rawValue: 1 << 9)
    public static let errorKept = ExpectationSet(rawValue: 1 << 10)
    public static let pmdRules = ExpectationSet(rawValue: 1 << 11)
    public static let dataIntact = ExpectationSet(rawValue: 1 << 12)
    public static let noLeak = ExpectationSet(rawValue: 1 << 13)
    public static let noWarning = ExpectationSet(rawValue: 1 << 14)

    /// The expectations themselves, in order.
    public var members: [Expectation] {
        Expectations.all.filter { contains($0.mask) }
    }
}
