// SPDX-License-Identifier: GPL-2.0-only

// The list of rules. A new rule is entered here and nowhere else: its place in the list is its
// index in every tally, its bit in an `ExpectationSet`, and its row in verdict tables and JSON. So
// a new rule goes where a reader of the table looks for it, and an old one keeps its neighbours.
//
// The list is made of types, not of values: the compiler unrolls `judge` into one direct call for
// each rule. A loop over an array of existentials would make it an indirect call for each rule of
// each of 250,000 runs a second.

/// All rules, in the order in which verdict tables list them.
typealias AllRules = RuleList<
    NoSelfDeadlock, NoDeadlock, LockOrder, LocksReleased, BeginEndBalanced, BeginEndFlags,
    WrittenTruthful, FaultKeepsBlocks, ShortWriteTrims, FaultCode, ErrorKept, ErrorHasCause,
    PMDRules, DataIntact, Durability, TimesMarked, NoLeak, NoWarning
>

/// Rules by type, each asked by a direct call.
struct RuleList<each R: Rule> {
    /// The same rules as values, for whoever asks one of them.
    static var types: [any Rule.Type] {
        var types: [any Rule.Type] = []
        repeat types.append((each R).self)
        return types
    }

    /// Asks every rule about one run; `answer` gets the rule's index and its ruling.
    @inline(__always)
    static func judge(
        _ facts: borrowing RunFacts, _ answer: (Int, Ruling) -> Void
    ) {
        var index = 0
        for rule in repeat (each R).self {
            answer(index, rule.judge(facts))
            index += 1
        }
    }
}
