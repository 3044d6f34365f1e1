// SPDX-License-Identifier: GPL-2.0-only

/// `locks-released`: when an operation has returned to user space, its task holds nothing: no lock,
/// no locked DAX entry or page, no freeze protection, no mapped storage (`blk_queue_enter` without
/// `blk_queue_exit`), no preload (preemption off).
///
/// Models lockdep's "lock held when returning to user space". A handler may return with the lock
/// that VM_FAULT_LOCKED and VM_FAULT_DAX_LOCKED pass to the caller: the machine, as that caller,
/// releases it before the operation returns.
///
/// Does not apply to an operation that never returned: what it holds is part of a deadlock.
enum LocksReleased: Rule {
    static let name = "locks-released"
    static let rule =
        "nothing taken by an op is held after it: locks, locked entries, page locks, freeze "
        + "protection, mapped storage, preloads"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        for index in 0..<facts.held.count {
            let held = facts.held[index]
            if held.operation >= 0 || facts.isAudited {
                let exit = held.operation >= 0 ? facts.exit(of: held.operation) : -1
                return .broken(RuleFailure(event: exit, what: 0, actual: Int64(index)))
            }
        }
        for index in 0..<facts.slots.count where facts.slots[index].isLocked {
            return .broken(RuleFailure(event: -1, what: 1, actual: Int64(index)))
        }
        return .keptIf(applicable: facts.isAudited || facts.hasReturnedOperation)
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let expected = "the op returns holding nothing"
        guard failure.what == 0 else {
            let slot = facts.slots[Int(failure.actual)]
            return Explanation(
                expected: expected, actual: "the entry at index \(slot.index) is still locked")
        }
        let held = facts.held[Int(failure.actual)]
        let what =
            switch held.kind {
            case .lock, .waitQueue: "a lock (\(held.object))"
            case .entry: "a locked DAX entry"
            case .pageLock: "a page lock"
            case .freeze: "freeze protection"
            case .storage: "mapped storage (a blk_queue_enter or dax_read_lock without its end)"
            case .preload: "a radix tree preload"
            case .atomic: "preemption disabled"
            }
        return Explanation(
            expected: expected,
            actual: "task \(held.task) still holds \(what)"
                + (held.operation >= 0 ? " after \(facts.name(of: held.operation))" : ""),
            event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "an entry is still locked"
    }
}
