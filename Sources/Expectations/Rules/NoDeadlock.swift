// SPDX-License-Identifier: GPL-2.0-only

/// `no-deadlock`: at the end of a run no set of tasks waits in a cycle, and no task waits for a
/// wakeup that no other task can give.
///
/// Models a circular dependency that has come true, and the hung-task detector for a waiter of a
/// DAX entry that `dax_wake_mapping_entry_waiter()` forgot.
///
/// Does not apply to a run that ended in a self-deadlock: the other tasks wait for that task, and
/// `no-self-deadlock` reports it. Nor to one in which an operation returned holding something:
/// later tasks wait for that, and `locks-released` reports it.
enum NoDeadlock: Rule {
    static let name = "no-deadlock"
    static let rule = "no set of tasks waits in a cycle; no wakeup is lost"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        switch facts.end {
        case .selfDeadlock: .notApplicable
        case .deadlock, .lostWakeup:
            facts.isCutShort ? .notApplicable : .broken(RuleFailure(event: facts.lastWait))
        default: .kept
        }
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let tasks = facts.waits.map { "\($0.task)" }.joined(separator: ", ")
        let isCycle = facts.end == .deadlock
        return Explanation(
            expected: isCycle ? "tasks wait in no cycle" : "every waiter is woken",
            actual: isCycle
                ? "tasks \(tasks) wait for each other"
                : "task \(tasks) is blocked for ever and nobody is left to wake it",
            event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "deadlock"
    }
}
