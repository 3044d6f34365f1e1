// SPDX-License-Identifier: GPL-2.0-only

// The shape of a finding about what a load must not touch.

import Machine

extension Findings {
    /// The fault enters the page of a load in the index, and marks its entry at once. Only kernels
    /// between two changes of `dax_insert_entry()` do so; what came with the second tells them.
    static func dirtiesOnLoad(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == TimesMarked.Case.dirties.rawValue,
            !facts.quirks.interfaces.contains(.hwpoison)
        else { return false }
        let task = facts.events[failure.event].task
        let before = facts.events[..<failure.event].last { $0.task == task }?.kind
        // An entry that stays is only looked up again, under the lock just taken.
        return before == .indexReplace || before == .lock || before == .indexLookup
    }
}
