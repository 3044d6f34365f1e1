// SPDX-License-Identifier: GPL-2.0-only

/// `no-warning`: no WARN, BUG, oops, division by zero, smashed or overflowing stack, endless loop
/// (soft lockup), sleep in atomic context or bad memory access, and no rule of the machine is
/// broken, such as unlocking a lock that is not held.
///
/// Models a kernel log that stays empty with KASAN, lockdep and DEBUG_ATOMIC_SLEEP enabled.
///
/// A filesystem whose begin answers nonsense is to be warned of: see `error-has-cause`.
///
/// A deadlock alone does not break it: it has its own rules. Applies to every run.
enum NoWarning: Rule {
    static let name = "no-warning"
    static let rule = "no WARN, BUG, oops, soft lockup, sleep in atomic context"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        if facts.firstWarning >= 0, facts.nonsense < 0 {
            return .broken(RuleFailure(event: facts.firstWarning, what: 0))
        }
        guard facts.end == .finished || facts.end.isDeadlock else {
            return .broken(RuleFailure(event: facts.events.count - 1, what: 1))
        }
        return .kept
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let expected = "an empty kernel log"
        guard failure.what == 0 else {
            return Explanation(
                expected: expected, actual: "the run \(facts.end.description)", event: failure.event
            )
        }
        let event = facts.events[failure.event]
        let stack = Int(event.arg0)
        let text =
            stack >= 0 && stack < facts.stacks.count
            ? facts.stacks[stack].text : "no text"
        return Explanation(
            expected: expected,
            actual: (event.kind == .warn ? "a warning: " : "a rule of the machine broken: ") + text,
            event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "a warning"
    }
}
