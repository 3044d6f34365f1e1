// SPDX-License-Identifier: GPL-2.0-only

// What a rule is to the judge. A rule looks at the facts of one run and answers in three words:
// not applicable, kept, broken. It answers without allocating; the sentences that explain a broken
// one are made afterwards, and only for the runs that become witnesses.

/// One expectation's code.
protocol Rule: SendableMetatype {
    static var name: String { get }
    /// One sentence.
    static var rule: String { get }
    static func judge(_ facts: borrowing RunFacts) -> Ruling
    /// Sentences for a failure that `judge` has returned for the same facts.
    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation
    /// What `RuleFailure.what` means, in a few words and without numbers: the same for all runs that
    /// fail in that way.
    static func description(ofCase what: Int) -> String
}

/// A rule's answer for one run.
enum Ruling {
    case notApplicable
    case kept
    case broken(RuleFailure)

    /// Applicability is decided before the check that may break it.
    static func keptIf(applicable: Bool) -> Ruling { applicable ? .kept : .notApplicable }
}

/// What a rule remembers of a broken run: enough to make sentences of, without allocation.
struct RuleFailure {
    /// The event at which it shows; -1 where no single event does.
    var event: Int
    /// Which of the rule's own cases.
    var what = 0
    var expected: Int64 = 0
    var actual: Int64 = 0
}

/// Why a run breaks an expectation.
package struct Explanation: Sendable, Hashable, Codable {
    /// What the rule asks for here.
    package let expected: String
    /// What the run did instead.
    package let actual: String
    /// Index of the event at which it shows, where one does.
    package let event: Int?

    init(expected: String, actual: String, event: Int) {
        self.expected = expected
        self.actual = actual
        self.event = event >= 0 ? event : nil
    }

    package init(expected: String, actual: String) {
        self.expected = expected
        self.actual = actual
        event = nil
    }
}
