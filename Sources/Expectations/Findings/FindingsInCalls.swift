// SPDX-License-Identifier: GPL-2.0-only

// How the findings show that break another rule than `data-intact`: a wrong error, a leak, a
// warning, a deadlock.

import Machine

extension Findings {
    /// The block went to another page while its old one is still mapped or in the index.
    static func warnsOfFreedBlock(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .ext2, failure.what == 0,
            facts.events[failure.event].kind == .warn,
            let text = warningText(of: failure, facts)
        else { return false }
        return facts.hasUnreadableBlockMap
            && ["page->mapping", "folio->mapping", "page made writable where another is mapped"]
                .contains(text)
    }

    /// The text of a warning.
    static func warningText(of failure: RuleFailure, _ facts: borrowing RunFacts) -> String? {
        let stack = facts.events[failure.event].arg0
        guard stack >= 0, stack < facts.stacks.count else { return nil }
        return facts.stacks[Int(stack)].text
    }

    /// A page table could not be set aside for the entry, and iomap_end is told of 2 MiB.
    static func commitsWithoutPageTable(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        facts.scenario.geometry.flags.contains(.deposits)
            && facts.faults.contains {
                $0.order == .pmd && $0.returned.contains(.oom) && facts.lacksPageTable($0)
            }
    }

    /// ext2_setsize() asks neither sync_mapping_buffers() nor sync_inode_metadata() how it went.
    static func forgetsSynchronousError(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.flags.contains(.synchronous),
            let operation = facts.events[failure.event].operation,
            facts.scenario.operations[operation].kind == .truncate
        else { return false }
        let failed = facts.calls[operation].failures.event
        return failed >= 0 && facts.events[failed].kind == .metadataWrite
    }

    /// A 2 MiB store has waited for its metadata, and somebody mapped a page of the 2 MiB meanwhile.
    static func entersOverPageTable(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 0, facts.events[failure.event].kind == .warn,
            warningText(of: failure, facts) == "pmd made writable where another is",
            let operation = facts.events[failure.event].operation,
            facts.scenario.operations.contains(where: { $0.kind == .mapSync })
        else { return false }
        let task = facts.events[failure.event].task
        let own = facts.events[..<failure.event].first { $0.operation == operation }
        return own != nil
            && facts.events[..<failure.event].contains {
                $0.kind == .pteInsert && $0.task != task && $0.result == 0
            }
    }

    /// Direct access to what is copied of shared blocks maps less than it was asked for.
    static func copiesUnmapped(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 0, facts.events[failure.event].kind == .misuse,
            warningText(of: failure, facts) == "a copy goes behind what direct access has mapped",
            let operation = facts.events[failure.event].operation
        else { return false }
        return facts.spans.contains { $0.operation == operation && $0.isShared }
    }

    static func leaksUnzeroed(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .ext2,
            facts.leaks.allSatisfy({ $0.kind == .block || $0.kind == .buffer })
        else { return false }
        return facts.events.contains { $0.kind == .zeroout && $0.result < 0 }
    }

    static func readsHoleShort(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 1, failure.actual == 0, failure.expected == -Int64(Errno.efault)
        else { return false }
        guard let operation = facts.events[failure.event].operation,
            facts.scenario.operations[operation].kind.isRead
        else { return false }
        let error = facts.calls[operation].failures.event
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.operation == operation else { continue }
            if span.begin < error && error < span.end { return span.type != .mapped }
        }
        return false
    }

    /// The block went to another page, whose entry finds it taken; or the store makes no progress.
    static func warnsOfStaleEntry(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 0, let text = warningText(of: failure, facts) else { return false }
        let event = facts.events[failure.event]
        if event.kind == .warn {
            return ["page->mapping", "folio->mapping"].contains(text)
                && hasStaleEntry(facts, before: failure.event)
        }
        guard let operation = event.operation.map({ facts.scenario.operations[$0] }) else {
            return false
        }
        return text.hasSuffix("faults and no progress") && operation.kind.isStore
            && hasStaleEntry(
                facts, of: operation.position / FileModel.pageSize, before: failure.event)
    }

    /// The page of a new block was mapped between `iomap_begin` of a write() and the removal of its
    /// clean entry, and nobody has unmapped it since; or that of a block that another file has too
    /// was mapped at any time before its copy was to take its place.
    static func warnsOfMappedFolio(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let warning = facts.events[failure.event]
        guard failure.what == 0, warning.kind == .warn,
            warningText(of: failure, facts) == "folio_ref_count((struct folio *)page)",
            let operation = warning.operation,
            facts.scenario.operations[operation].kind == .write,
            // Nodes of the XArray may be freed before.
            let dropped = facts.events[failure.event...].first(where: {
                $0.task == warning.task && ($0.kind == .indexDelete || $0.kind == .unlock)
            }), dropped.kind == .indexDelete
        else { return false }
        let size = dropped.arg1 == Int64(EntryKind.pmd.rawValue) ? Int64(512) : 1
        let pages = dropped.arg0..<dropped.arg0 + size
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.operation == operation, span.fault < 0, span.isNew || span.isShared,
                span.begin < failure.event, span.end < 0 || span.end > failure.event,
                pages.overlaps(span.pages)
            else { continue }
            return isMapped(
                pages, facts, from: span.isShared ? 0 : span.begin, until: failure.event,
                orDirty: span.isShared)
        }
        return false
    }

    /// Whether events of a range mapped one of the pages and left it mapped and clean: by a load, or
    /// by a store that was written back.
    private static func isMapped(
        _ pages: Range<Int64>, _ facts: borrowing RunFacts, from first: Int, until last: Int,
        orDirty: Bool
    ) -> Bool {
        var clean: Set<Int64> = []
        var dirty: Set<Int64> = []
        for event in facts.events[first..<last] where pages.contains(event.arg0) {
            let page = event.arg0
            switch event.kind {
            case .pteInsert where event.arg1 >= 0 && event.result == 0,
                .pmdInsert where event.arg1 >= 0 && event.vmFault == .noPage:
                if event.arg2 != 0 { dirty.insert(page) } else { clean.insert(page) }
            case .pteProtect where event.arg1 == 0:
                if dirty.remove(page) != nil { clean.insert(page) }
            case .pteClear, .pmdClear:
                clean.remove(page)
                dirty.remove(page)
            default: break
            }
        }
        return orDirty ? !clean.isEmpty || !dirty.isEmpty : !clean.isEmpty && dirty.isEmpty
    }

    /// Storage that nobody has a reference to is refused: the fault took one to the storage of the
    /// stale entry.
    static func refusesStaleStore(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.hasReturned, fault.isWrite, fault.span >= 0, fault.insertion < 0,
                fault.exit == failure.event || facts.spans[fault.span].end == failure.event
            else { continue }
            return fault.returned.subtracting(.major) == .sigbus && fault.storageBlock >= 0
                && hasStaleEntry(facts, of: UInt64(fault.page), before: fault.enter)
        }
        return false
    }

    /// The medium is bad; the second try, as a recovery, got an address and copied nothing.
    static func refusesRecovery(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 1, failure.actual == -Int64(Errno.efault),
            failure.expected == -Int64(Errno.eio)
        else { return false }
        guard let operation = facts.events[failure.event].operation,
            facts.scenario.operations[operation].kind.isWrite
        else { return false }
        var isBad = false
        for event in facts.events where event.operation == operation {
            guard event.kind == .directAccess else { continue }
            if isBad && event.result > 0 { return true }
            isBad = event.result == facts.quirks.recoverableError
        }
        return false
    }

    /// A 2 MiB fault got its XArray node only after dropping the lock, and by then a page had an
    /// entry there.
    static func leaksNode(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        // Blocks that do not add up are another matter.
        guard failure.what == 0 else { return false }
        var losers = 0
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.order == .pmd, fault.returned == .fallback, fault.storageBlock < 0,
                facts.maySeeOthers(fault)
            else { continue }
            let task = facts.events[fault.enter].task
            var isShort = false
            for at in fault.enter..<fault.exit where facts.events[at].task == task {
                let event = facts.events[at]
                if event.kind == .indexInsert && event.result == -Int64(Errno.enomem) {
                    isShort = true
                } else if isShort && event.kind == .allocate && event.result != 0 {
                    losers += 1
                    break
                }
            }
        }
        return facts.leaks.count <= losers
            && facts.leaks.allSatisfy { $0.kind == .memory && $0.what == "radix_tree_node" }
    }

    /// A truncation that holds the strict filesystem's lock during page cache removal waits for the
    /// entry of a fault that waits for that lock. Every other task of the cycle waits for the lock.
    static func locksEntryFirst(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.flags.contains(.strictTruncateLock),
            facts.end == .deadlock
        else { return false }
        var truncations = 0
        var faults = 0
        for wait in facts.waits where wait.isInCycle {
            switch (wait.kind, facts.running(UInt8(wait.task))) {
            // Up to 4.12 the entry of a hole is a page, and its lock is the page lock.
            case (.entry, .truncate?), (.pageLock, .truncate?): truncations += 1
            case (.lock, let kind?) where kind.isAccess: faults += 1
            default: return false
            }
        }
        return truncations > 0 && faults > 0
    }
}
