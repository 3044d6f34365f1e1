// SPDX-License-Identifier: GPL-2.0-only

// A rule answers for the facts of one run: not applicable, kept, or broken. It must not allocate,
// because every run of a check is judged. The sentences that explain a failure are made later, and
// only for runs that become witnesses.

/// One expectation's code.
protocol Rule: SendableMetatype {
    /// Stable, hyphenated: as tables and JSON have it.
    static var name: String { get }
    /// What must hold, in one sentence.
    static var rule: String { get }
    static func judge(_ facts: borrowing RunFacts) -> Ruling
    /// Sentences for a failure that `judge` has returned for the same facts.
    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation
    /// What `RuleFailure.what` means: short, and without numbers, so that it is the same for all
    /// runs that fail in this way.
    static func description(ofCase what: Int) -> String
}

/// A rule's answer for one run.
enum Ruling {
    case notApplicable
    case kept
    case broken(RuleFailure)

    /// For the end of a rule that found nothing broken.
    static func keptIf(applicable: Bool) -> Ruling { applicable ? .kept : .notApplicable }
}

/// How a run breaks a rule: enough to make sentences from, and no allocation.
struct RuleFailure {
    /// Index of the event at which it shows; -1: no single event.
    var event: Int
    /// Which of the rule's own cases; `description(ofCase:)` says what it means.
    var what = 0
    var expected: Int64 = 0
    var actual: Int64 = 0
}

/// Why a run breaks an expectation.
public struct Explanation: Sendable, Hashable, Codable {
    /// What the rule asks for in this run.
    public let expected: String
    /// What the run did instead.
    public let actual: String
    /// Index of the event at which it shows, where one does.
    public let event: Int?

    init(expected: String, actual: String, event: Int) {
        self.expected = expected
        self.actual = actual
        self.event = event >= 0 ? event : nil
    }

    init(expected: String, actual: String) {
        self.expected = expected
        self.actual = actual
        event = nil
    }
}
