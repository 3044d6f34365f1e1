// SPDX-License-Identifier: GPL-2.0-only

// What the rest of the program knows of a rule: its name and its sentence. A set of expectations is
// a machine word, because every run of a check is judged against all of them.

/// A named rule that every run must keep, the same for every variant.
public struct Expectation: Hashable, Sendable, CustomStringConvertible {
    /// Position in `Expectations.all`.
    public let index: Int
    /// Stable, hyphenated: as tables and JSON have it.
    public let name: String
    /// The rule in one sentence.
    public let rule: String

    /// The set of this expectation alone.
    public var mask: ExpectationSet { ExpectationSet(index: index) }
    public var description: String { name }
}

/// All expectations, in the order in which they are reported: that of `AllRules`.
public enum Expectations {
    public static let all: [Expectation] = AllRules.types.enumerated().map { index, rule in
        Expectation(index: index, name: rule.name, rule: rule.rule)
    }

    public static func named(_ name: String) -> Expectation? { all.first { $0.name == name } }
}

/// A set of expectations: bit n is `Expectations.all[n]`.
@frozen
public struct ExpectationSet: OptionSet, Hashable, Codable, Sendable {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The set of one expectation.
    init(index: Int) { rawValue = 1 << UInt32(index) }

    /// The set of these rules.
    init(_ rules: any Rule.Type...) {
        let indices = AllRules.types.indices.filter { index in
            rules.contains { $0 == AllRules.types[index] }
        }
        rawValue = indices.reduce(0) { $0 | 1 << UInt32($1) }
    }

    // Those that other modules treat in a way of their own.
    public static let lockOrder = ExpectationSet(LockOrder.self)
    public static let locksReleased = ExpectationSet(LocksReleased.self)
    public static let noLeak = ExpectationSet(NoLeak.self)
    public static let noWarning = ExpectationSet(NoWarning.self)

    /// The expectations themselves, in order.
    public var members: [Expectation] {
        Expectations.all.filter { contains($0.mask) }
    }
}
