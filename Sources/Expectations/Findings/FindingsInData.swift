// SPDX-License-Identifier: GPL-2.0-only

// How the findings that break `data-intact` show in a run.

import Machine

extension Findings {
    /// A write() past EOF copied something, and `iomap_end` was then told that less than the whole
    /// span was written: ext2_write_failed() truncates to the old i_size.
    static func losesShortWrite(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .ext2, isLoss(failure) else { return false }
        var copied: Int64 = 0
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.end >= 0, span.operation < facts.calls.count,
                facts.scenario.operations[span.operation].kind == .write
            else { continue }
            copied &+= span.copied
            let isShort = facts.events[span.end].arg3 < span.cutLength
            let size = facts.calls[span.operation].size
            if isShort && copied > 0 && span.position &+ span.cutLength > Int64(clamping: size) {
                return true
            }
        }
        return false
    }

    static func truncatesUnreadable(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        facts.scenario.geometry.filesystem == .ext2 && isLoss(failure)
            && facts.hasUnreadableBlockMap
    }

    /// On the strict filesystem, before an event: the insertion of a new block into the page table
    /// failed, or that or the copying of a block that another file has too; and `iomap_end` was told
    /// written 0.
    ///
    /// - Parameter page: nil: any page.
    static func hasStaleEntry(
        _ facts: borrowing RunFacts, of page: UInt64? = nil, before event: Int = .max
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .strict else { return false }
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.span >= 0, page == nil || page == UInt64(fault.page) else { continue }
            let span = facts.spans[fault.span]
            let isLost =
                span.isNew
                ? fault.insertionResult == -Int64(Errno.enomem)
                : span.isShared && fault.isWrite && fault.storageBlock >= 0
                    && fault.failures.error != 0
            if isLost && span.end >= 0 && span.end < event
                && facts.events[span.end].arg3 == 0
            {
                return true
            }
        }
        return false
    }

    /// The entry is there at the end; or a hole page was put over it, and a store to that page
    /// leaves the page of zeroes mapped, or faults again and again without progress.
    static func keepsStaleEntry(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        switch DataIntact.Case(rawValue: failure.what) {
        case .staleEntry: return hasStaleEntry(facts)
        case .stalePage: return hasStaleEntry(facts, of: UInt64(failure.actual))
        case .access where failure.actual == -Int64(Errno.efault): break
        default: return false
        }
        guard let index = facts.events[failure.event].operation else { return false }
        let operation = facts.scenario.operations[index]
        return operation.kind.isStore
            && hasStaleEntry(
                facts, of: operation.position / FileModel.pageSize, before: failure.event)
    }

    /// A truncation that keeps the page in the file deleted the 2 MiB entry, and the page is still
    /// mapped writable by a PTE.
    static func forgetsDirtyRest(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        failure.what == DataIntact.Case.clean.rawValue
            && keepsPageOfDeletedEntry(failure.actual, facts)
    }

    /// The same of a page whose bytes were stored through the huge mapping.
    static func forgetsStoresInRest(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        failure.what == Durability.Case.notDirty.rawValue
            && keepsPageOfDeletedEntry(failure.actual, facts)
    }

    /// fsync() ran while a fault or an fsync() of another task held the entry of the page.
    static func skipsLockedEntry(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == Durability.Case.notFlushed.rawValue,
            let index = facts.events[failure.event].operation
        else { return false }
        let page = facts.events[failure.event].arg0
        let task = facts.events[failure.event].task
        let enter = facts.events.firstIndex { $0.kind == .opEnter && $0.operation == index } ?? 0
        let sawLocked = facts.events[enter..<failure.event].contains {
            $0.kind == .indexLookup && $0.operation == index && $0.arg0 == page && $0.arg2 != 0
        }
        return sawLocked
            || facts.faults.contains { fault in
                fault.page == page && facts.events[fault.enter].task != task
                    && fault.enter < failure.event && (fault.exit < 0 || fault.exit > enter)
            }
    }

    /// The mark by which fsync() finds what it has to write was cleared meanwhile, by an fsync() of
    /// another task that is about to write it.
    static func missesMark(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == Durability.Case.notFlushed.rawValue,
            let index = facts.events[failure.event].operation
        else { return false }
        let own = facts.events[failure.event]
        let enter = facts.events.firstIndex { $0.kind == .opEnter && $0.operation == index } ?? 0
        return facts.events[enter..<failure.event].contains { event in
            guard event.kind == .indexTag, event.task != own.task, event.arg2 == 0,
                event.arg1 == towrite, let other = event.operation
            else { return false }
            // The mark of a huge entry stands at its first page.
            let pages = event.arg0...event.arg0 + (event.arg0 % 512 == 0 ? 511 : 0)
            let kind = facts.scenario.operations[other].kind
            return pages.contains(own.arg0)
                && (kind == .fsync || kind == .freeze || kind == .evict || kind.isRange)
        }
    }

    /// PAGECACHE_TAG_TOWRITE of every kernel.
    private static let towrite: Int64 = 2

    /// Truncation waited for pins in all of the file, and then removed all of its entries: those in
    /// front of the new end, and before there is a new end those behind it as well.
    static func forgetsStoresInFront(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let isAtEnd = failure.what == Durability.Case.notDirty.rawValue
        let page = isAtEnd ? failure.actual : facts.events[failure.event].arg0
        for index in 0..<failure.event where facts.events[index].kind == .indexDelete {
            let event = facts.events[index]
            let pages: Int64 = event.arg1 == Int64(EntryKind.pmd.rawValue) ? 512 : 1
            guard event.arg0 <= page, page - event.arg0 < pages, let index = event.operation
            else { continue }
            let operation = facts.scenario.operations[index]
            // What is zeroed, or unshared, waits in the same way and keeps its page.
            if operation.kind.isRange { return true }
            guard operation.kind == .truncate else { continue }
            if !isAtEnd || page < FileModel.pagesUp(operation.position) { return true }
        }
        return false
    }

    /// What was not changed of a block that another file has too was copied, by a system call, and
    /// nobody flushed it; nor has it an entry that would have it flushed. Without copies around what
    /// is written, as they came in 6.2, zeroing flushed all of the page.
    static func leavesCopyInCache(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let left = facts.events[failure.event]
        guard failure.what == Durability.Case.notDirty.rawValue, left.arg0 < 0,
            // What is zeroed beside what is written is flushed.
            facts.events[..<failure.event].contains(where: {
                $0.kind == .point && $0.arg1 == Int64(InjectionPoint.machineCheckCopy.rawValue)
            })
        else { return false }
        return facts.spans.contains { span in
            guard span.fault < 0, span.isShared else { return false }
            return facts.events[..<span.begin].contains {
                $0.kind == .blockAllocate && $0.operation == span.operation && $0.result >= 0
                    && $0.arg0 <= left.arg1 && left.arg1 < $0.arg0 + $0.arg1
            }
        }
    }

    /// A store through MAP_SYNC went to a copy of a block that another file has too, and writeback was not
    /// even begun, because no entry of the file is dirty. If the fault fails after that, the file has the
    /// copy, and no entry says that it is not flushed.
    static func leavesSynchronousCopy(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let left = facts.events[failure.event]
        switch Durability.Case(rawValue: failure.what) {
        case .copyNotFlushed: break
        case .notDirty where left.arg0 < 0: break
        default: return false
        }
        guard facts.scenario.operations.contains(where: { $0.kind == .mapSync }) else {
            return false
        }
        return facts.spans.contains { span in
            guard span.fault >= 0, span.isShared,
                left.operation == nil || left.operation == span.operation,
                !(0..<span.operation).contains(where: {
                    facts.scenario.operations[$0].kind.isStore && facts.results[$0].value == 0
                })
            else { return false }
            return !facts.events[..<failure.event].contains {
                $0.kind == .flush && $0.arg0 >= 0 && $0.operation == span.operation
            }
        }
    }

    /// A write() that failed was to go to a copy: it had cleaned and removed the entry of what the file
    /// has, and still has.
    static func forgetsStoresUnderCopy(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == Durability.Case.notDirty.rawValue else { return false }
        return facts.spans.contains { span in
            guard span.fault < 0, span.isShared, facts.calls[span.operation].hasFailure,
                facts.scenario.operations[span.operation].kind.isWrite
            else { return false }
            return facts.events[span.begin...].contains {
                $0.kind == .indexDelete && $0.operation == span.operation
                    && $0.arg0 == failure.actual
            }
        }
    }

    /// A write() to a copy stopped short and could not go on: what is around the bytes that it was to write
    /// is in the copy, and what it left of them is not.
    static func showsRestOfCopy(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard isLoss(failure) else { return false }
        return facts.spans.contains { span in
            guard span.fault < 0, span.isShared, span.operation < facts.results.count else {
                return false
            }
            let operation = facts.scenario.operations[span.operation]
            let value = facts.results[span.operation].value
            return operation.kind.isWrite && facts.calls[span.operation].hasFailure && value > 0
                && value < Int64(operation.length) && 0 < span.copied
                && span.copied < Int64(operation.length)
        }
    }

    /// The 2 MiB fault of a store could not read what it was to copy, and ended in SIGBUS, which
    /// its handler takes for done because it is no fallback.
    static func commitsFailedCopy(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        facts.faults.contains { fault in
            guard fault.order == .pmd, fault.span >= 0, fault.isWrite, fault.failures.error != 0,
                fault.storageBlock >= 0, fault.returned.subtracting(.major) == .sigbus
            else { return false }
            let span = facts.spans[fault.span]
            return span.isShared && span.end > fault.failures.event
                && facts.events[span.end].arg3 == span.length
        }
    }

    /// The file has that copy for good.
    static func losesFailedCopy(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        isLoss(failure) && commitsFailedCopy(facts, failure)
    }

    private static func keepsPageOfDeletedEntry(
        _ page: Int64, _ facts: borrowing RunFacts
    ) -> Bool {
        for event in facts.events where event.kind == .indexDelete {
            guard event.arg1 == Int64(EntryKind.pmd.rawValue),
                event.arg0 / 512 == page / 512, let index = event.operation
            else { continue }
            let operation = facts.scenario.operations[index]
            if operation.kind == .truncate && page < FileModel.pagesUp(operation.position) {
                return true
            }
        }
        return false
    }

    /// A dirty 2 MiB entry was written back, and only the first of the PTEs under it was write
    /// protected. Fixed in 5.19, which also brought recovery writes.
    static func leavesPagesWritable(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        failure.what == DataIntact.Case.clean.rawValue && protectsOnePage(facts)
    }

    /// The same of a page to which was stored afterwards.
    static func forgetsStoresInWritablePages(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        failure.what == Durability.Case.notDirty.rawValue && protectsOnePage(facts)
    }

    private static func protectsOnePage(_ facts: borrowing RunFacts) -> Bool {
        guard !facts.quirks.interfaces.contains(.recoveryWrite) else { return false }
        for event in facts.events where event.kind == .flush && event.arg1 == 2 << 20 {
            guard let operation = event.operation else { continue }
            let kind = facts.scenario.operations[operation].kind
            if kind == .fsync || kind == .freeze { return true }
        }
        return false
    }

    /// The fault of a store allocated a block and failed before mapping it; a later write() finds a
    /// block that is not new, and leaves the page of zeroes mapped.
    static func keepsZeroPage(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let byte: Int64
        switch DataIntact.Case(rawValue: failure.what) {
        case .stalePage: byte = failure.actual * Int64(FileModel.pageSize)
        case .seen where failure.actual == 0: byte = failure.expected
        default: return false
        }
        var lost = Int.max
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.span >= 0, fault.isWrite, fault.failures.error != 0, fault.insertion < 0
            else {
                continue
            }
            let span = facts.spans[fault.span]
            if span.isNew && span.end >= 0 && span.covers(byte) { lost = min(lost, span.end) }
        }
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.begin > lost, span.operation < facts.calls.count,
                facts.scenario.operations[span.operation].kind.isWrite
            else { continue }
            let page = Int64(FileModel.pageSize)
            let isThere =
                span.position / page <= byte / page
                && byte / page <= (span.position &+ max(span.copied, 1) &- 1) / page
            if isThere && span.type == .mapped && !span.isNew && span.copied > 0 { return true }
        }
        return false
    }

    static func isLoss(_ failure: RuleFailure) -> Bool {
        switch DataIntact.Case(rawValue: failure.what) {
        case .seen, .medium, .missingByte, .missingBlock, .sharedSeen, .sharedMedium: true
        default: false
        }
    }
}
