// SPDX-License-Identifier: GPL-2.0-only

// The shape of a finding about what a load must not touch.

import Machine

extension Findings {
    /// The entry of a load is marked in the index. Only kernels
    /// between two changes of `dax_insert_entry()` do so; what came with the second tells them.
    static func dirtiesOnLoad(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        failure.what == TimesMarked.Case.dirties.rawValue
            && !facts.quirks.interfaces.contains(.hwpoison)
    }
}
