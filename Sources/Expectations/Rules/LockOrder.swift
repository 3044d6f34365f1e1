// SPDX-License-Identifier: GPL-2.0-only

/// `lock-order`: over all runs, the graph of lock classes (one is taken while the other is held)
/// has no cycle.
///
/// Models lockdep's "possible circular locking dependency detected", which is reported although
/// nothing has hung.
///
/// No single run breaks it; `Judge.lockOrder` decides after the last run. It applies to runs in
/// which a lock was taken with another one held. It does not apply if an operation returned with a
/// lock held: that breaks `locks-released`, and each later lock would be in the wrong order. Nor
/// does it apply to runs that end in a self-deadlock: lockdep, too, reports the recursion and then
/// stops checking. A class nested in itself (locked entries of two pages, say) is no inversion; if
/// that hangs, it breaks `no-self-deadlock` or `no-deadlock`.
enum LockOrder: Rule {
    static let name = "lock-order"
    static let rule = "no inversion of lock classes over all runs"

    static func judge(_ facts: borrowing RunFacts) -> Ruling { .notApplicable }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        Explanation(expected: rule, actual: "see the lock-order graph")
    }

    static func description(ofCase what: Int) -> String {
        "inversion"
    }
}
