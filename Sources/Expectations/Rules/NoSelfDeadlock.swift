// SPDX-License-Identifier: GPL-2.0-only

/// `no-self-deadlock`: the wait-for graph at the end of a run has no cycle of one.
///
/// Models the AA case of lockdep ("possible recursive locking detected"): rwsem, mutex, page lock,
/// locked DAX entry and freeze protection are not recursive, not even for read, because a waiting
/// writer blocks new readers.
///
/// A recursion that did not hang in this run does not break it.
enum NoSelfDeadlock: Rule {
    static let name = "no-self-deadlock"
    static let rule = "no task ever waits for something that it holds itself"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        guard facts.end == .selfDeadlock else { return .kept }
        return .broken(RuleFailure(event: facts.lastWait))
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let task = facts.waits.first { $0.isInCycle }.map { "task \($0.task)" } ?? "a task"
        return Explanation(
            expected: "every lock that \(task) waits for is held by another task",
            actual: "\(task) waits for a lock that it holds itself", event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "self-deadlock"
    }
}
