// SPDX-License-Identifier: GPL-2.0-only

// The shapes of findings about what a load and a private store must not touch.

import Machine

extension Findings {
    /// The entry of a load is marked in the index. Only kernels between two
    /// changes of `dax_insert_entry()` do so; what came with the second tells them.
    static func dirtiesOnLoad(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        failure.what == TimesMarked.Case.dirties.rawValue
            && !facts.quirks.interfaces.contains(.hwpoison)
    }

    /// ext2 takes a store to a private copy for one to the file. Kernels with `iomap_iter()` ask.
    static func takesCopyForStore(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == TimesMarked.Case.waits.rawValue,
            facts.scenario.geometry.filesystem == .ext2,
            let index = facts.events[failure.event].operation
        else { return false }
        return facts.scenario.operations[index].kind.isPrivate
            && !facts.quirks.interfaces.contains(.iomapIter)
    }
}
