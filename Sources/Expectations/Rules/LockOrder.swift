// SPDX-License-Identifier: GPL-2.0-only

/// `lock-order`: over all runs, no two lock classes are nested both ways round, nor more in a ring.
///
/// Models lockdep's validation of circular dependencies: "possible circular locking dependency
/// detected" is reported although no run hung.
///
/// No single run breaks it; it is decided from `Judge.lockOrder`. It applies to runs in which any
/// lock was taken with another one held, and not to those in which an operation returned with one
/// held: that is `locks-released`, and all that is taken later would be in the wrong order. Nor to
/// those that ended in a self-deadlock: lockdep, too, reports the recursion and checks no order any
/// more. A class nested in itself is not an inversion (locked entries of two pages, say); where
/// that hangs, `no-self-deadlock` and `no-deadlock` see it.
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
