// SPDX-License-Identifier: GPL-2.0-only

// Bugs that kernels have had for years stand in FINDINGS.md. A patch to such a kernel is not to
// blame for them, and a verdict that is red on every patch says nothing about any. So a run of a
// kernel tree that breaks an expectation in exactly the way that a finding describes is counted
// apart: it is shown beside the verdict, and fails it only where that is asked for.
//
// What must hold: a finding names the filesystem, the operation and what happened in it, so that
// the same expectation broken in any other way still fails. For the embedded slice nothing is on
// record: what it has of these (12 and 13) fails, and each of the others is a seeded bug that must
// be caught. Deadlocks, held locks and warnings are never excused, but for one deadlock (12) and for
// the warnings that two pages with one block bring with them (2, 6).

import Machine

/// A recorded bug of kernels as released.
package struct KnownFinding: Sendable {
    /// The number of its section in FINDINGS.md.
    package let number: Int
    /// The bug in a few words.
    package let title: String
    /// The expectation that it breaks.
    package let expectation: ExpectationSet
    /// Interfaces that came with it: a tree without them does not have it.
    package let interfaces: KernelInterfaces
    /// Whether a failure of that expectation is this bug.
    let shows: @Sendable (borrowing RunFacts, RuleFailure) -> Bool

    init(
        number: Int, title: String, breaks rule: any Rule.Type, interfaces: KernelInterfaces = [],
        shows: @escaping @Sendable (borrowing RunFacts, RuleFailure) -> Bool
    ) {
        self.number = number
        self.title = title
        expectation = ExpectationSet(rule)
        self.interfaces = interfaces
        self.shows = shows
    }
}

/// Those on record.
package enum Findings {
    package static let all: [KnownFinding] = [
        KnownFinding(
            number: 1, title: "a short write() past EOF loses what it wrote",
            breaks: DataIntact.self, shows: losesShortWrite),
        KnownFinding(
            number: 2, title: "truncation frees blocks behind an indirect block it cannot read",
            breaks: DataIntact.self, shows: truncatesUnreadable),
        KnownFinding(
            number: 2, title: "a block that truncation freed by mistake is mapped twice",
            breaks: NoWarning.self, shows: warnsOfFreedBlock),
        KnownFinding(
            number: 3, title: "new blocks leak when zeroing them fails",
            breaks: NoLeak.self, shows: leaksUnzeroed),
        KnownFinding(
            number: 5, title: "read() of a hole into memory that faults returns 0",
            breaks: ErrorKept.self, shows: readsHoleShort),
        KnownFinding(
            number: 6, title: "an entry stays for storage that a failing fault has given back",
            breaks: DataIntact.self, shows: keepsStaleEntry),
        KnownFinding(
            number: 6, title: "storage that an entry still stands for is entered once more",
            breaks: NoWarning.self, shows: warnsOfStaleEntry),
        KnownFinding(
            number: 7, title: "write() to part of a bad page returns -EFAULT",
            breaks: ErrorKept.self, interfaces: .recoveryWrite, shows: refusesRecovery),
        KnownFinding(
            number: 8, title: "a 2 MiB fault that loses a race leaks a node of the XArray",
            breaks: NoLeak.self, interfaces: .xarray, shows: leaksNode),
        KnownFinding(
            number: 12, title: "a fault locks its entry before it asks the filesystem",
            breaks: NoDeadlock.self, shows: locksEntryFirst),
        KnownFinding(
            number: 13, title: "truncation into 2 MiB forgets that the rest of them is dirty",
            breaks: DataIntact.self, shows: forgetsDirtyRest),
        KnownFinding(
            number: 14, title: "fsync() of 2 MiB leaves pages of it that are mapped alone writable",
            breaks: DataIntact.self, shows: leavesPagesWritable),
        KnownFinding(
            number: 15, title: "a page of zeroes stays over a block that a failing fault got",
            breaks: DataIntact.self, shows: keepsZeroPage),
    ]

    /// The recorded bug that a failure is, as an index into `all`.
    static func index(
        of failure: RuleFailure, breaking expectation: ExpectationSet,
        _ facts: borrowing RunFacts
    ) -> Int? {
        let interfaces = facts.quirks.interfaces
        for index in all.indices where all[index].expectation == expectation {
            let finding = all[index]
            if interfaces.isSuperset(of: finding.interfaces), finding.shows(facts, failure) {
                return index
            }
        }
        return nil
    }

    // MARK: - How each of them shows

    /// A write() beyond EOF copied something, and was then told by `iomap_end` that less than a
    /// whole round had been written: ext2_write_failed() cuts to the old i_size.
    private static func losesShortWrite(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .ext2, isLoss(failure) else { return false }
        var copied: Int64 = 0
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.end >= 0, span.operation < facts.calls.count,
                facts.scenario.operations[span.operation].kind == .write
            else { continue }
            copied += span.copied
            let isShort = facts.events[span.end].arg3 < span.cutLength
            let size = facts.calls[span.operation].size
            if isShort && copied > 0 && UInt64(span.position + span.cutLength) > size {
                return true
            }
        }
        return false
    }

    private static func truncatesUnreadable(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        facts.scenario.geometry.filesystem == .ext2 && isLoss(failure)
            && facts.hasUnreadableBlockMap
    }

    /// The block went to another page while its own is mapped, or in the index, still.
    private static func warnsOfFreedBlock(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .ext2, failure.what == 0,
            facts.events[failure.event].kind == .warn,
            let text = warningText(of: failure, facts)
        else { return false }
        return facts.hasUnreadableBlockMap
            && ["page->mapping", "page made writable where another is mapped"].contains(text)
    }

    /// What the machine said of a warning.
    private static func warningText(of failure: RuleFailure, _ facts: borrowing RunFacts) -> String? {
        let stack = facts.events[failure.event].arg0
        guard stack >= 0, stack < facts.stacks.count else { return nil }
        return facts.stacks[Int(stack)].text
    }

    private static func leaksUnzeroed(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .ext2,
            facts.leaks.allSatisfy({ $0.kind == .block || $0.kind == .buffer })
        else { return false }
        return facts.events.contains { $0.kind == .zeroout && $0.result < 0 }
    }

    private static func readsHoleShort(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 1, failure.actual == 0, failure.expected == -Int64(Errno.efault)
        else { return false }
        let event = facts.events[failure.event]
        guard facts.scenario.operations[event.operation].kind == .read else { return false }
        let error = facts.calls[event.operation].errorEvent
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.operation == event.operation else { continue }
            if span.begin < error && error < span.end { return span.type != .mapped }
        }
        return false
    }

    /// Under the strict filesystem, before an event: a new block could not be entered into the page
    /// table, and `iomap_end` was told so. Any page, or this one.
    private static func hasStaleEntry(
        _ facts: borrowing RunFacts, of page: UInt64? = nil, before event: Int = .max
    ) -> Bool {
        guard facts.scenario.geometry.filesystem == .strict else { return false }
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.span >= 0, fault.insertionResult == -Int64(Errno.enomem),
                page == nil || page == UInt64(fault.page)
            else { continue }
            let span = facts.spans[fault.span]
            if span.isNew && span.end >= 0 && span.end < event
                && facts.events[span.end].arg3 == 0
            {
                return true
            }
        }
        return false
    }

    /// The entry is there at the end; or a hole was entered over it, and a store to that page leaves
    /// the page of zeroes where it is mapped, or is told for ever that the fault is done.
    private static func keepsStaleEntry(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        switch DataIntact.Case(rawValue: failure.what) {
        case .staleEntry: return hasStaleEntry(facts)
        case .stalePage: return hasStaleEntry(facts, of: UInt64(failure.actual))
        case .access where failure.actual == -Int64(Errno.efault): break
        default: return false
        }
        let operation = facts.scenario.operations[facts.events[failure.event].operation]
        return operation.kind.isStore
            && hasStaleEntry(
                facts, of: operation.position / FileModel.pageSize, before: failure.event)
    }

    /// The block went to another page, whose entry finds it taken; or the store that gets nowhere.
    private static func warnsOfStaleEntry(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 0, let text = warningText(of: failure, facts) else { return false }
        let event = facts.events[failure.event]
        if event.kind == .warn {
            return text == "page->mapping" && hasStaleEntry(facts, before: failure.event)
        }
        let operation = facts.scenario.operations[event.operation]
        return text.hasSuffix("faults and no progress") && operation.kind.isStore
            && hasStaleEntry(
                facts, of: operation.position / FileModel.pageSize, before: failure.event)
    }

    /// The medium is bad, the second try as a recovery got its address, and copied nothing.
    private static func refusesRecovery(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 1, failure.actual == -Int64(Errno.efault),
            failure.expected == -Int64(Errno.eio)
        else { return false }
        let operation = facts.events[failure.event].operation
        guard facts.scenario.operations[operation].kind == .write else { return false }
        var isBad = false
        for event in facts.events where event.operation == operation {
            guard event.kind == .directAccess else { continue }
            if isBad && event.result > 0 { return true }
            isBad = event.result == facts.quirks.recoverableError
        }
        return false
    }

    /// A 2 MiB fault got its node only behind the lock, and by then a page had an entry there.
    private static func leaksNode(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        var losers = 0
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.order == .pmd, fault.returned == .fallback, fault.span < 0,
                fault.beginError == 0, facts.maySeeOthers(fault)
            else { continue }
            let task = facts.events[fault.enter].task
            var isShort = false
            for place in fault.enter..<fault.exit where facts.events[place].task == task {
                let event = facts.events[place]
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

    /// A truncation that holds the strict filesystem's lock over page cache removal waits for the
    /// entry of a fault that waits for that lock. No other task is part of the cycle but such as
    /// wait for the lock too.
    private static func locksEntryFirst(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard facts.scenario.geometry.flags.contains(.strictTruncateLock),
            facts.end == .deadlock
        else { return false }
        var truncations = 0
        var faults = 0
        for wait in facts.waits where wait.isInCycle {
            switch (wait.kind, facts.running(UInt8(wait.task))) {
            case (.entry, .truncate?): truncations += 1
            case (.lock, let kind?) where kind.isAccess: faults += 1
            default: return false
            }
        }
        return truncations > 0 && faults > 0
    }

    /// The entry of the 2 MiB was deleted by a truncation that leaves the page in the file, and it
    /// is mapped writable, as a page, still.
    private static func forgetsDirtyRest(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == DataIntact.Case.clean.rawValue else { return false }
        let page = failure.actual
        for event in facts.events where event.kind == .indexDelete {
            guard event.arg1 == Int64(EntryKind.pmd.rawValue),
                event.arg0 / 512 == page / 512, event.operation < facts.results.count
            else { continue }
            let operation = facts.scenario.operations[event.operation]
            if operation.kind == .truncate && page < FileModel.pagesUp(operation.position) {
                return true
            }
        }
        return false
    }

    /// A dirty entry of 2 MiB was written back, and of the pages mapped one by one under it only the
    /// first was looked for. 5.19 mended it, and came with recovery writes.
    private static func leavesPagesWritable(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == DataIntact.Case.clean.rawValue,
            !facts.quirks.interfaces.contains(.recoveryWrite)
        else { return false }
        for event in facts.events where event.kind == .flush && event.arg1 == 2 << 20 {
            let kind = facts.scenario.operations[event.operation].kind
            if kind == .fsync || kind == .freeze { return true }
        }
        return false
    }

    /// A store's fault got a new block for the page and failed before it was mapped; a write() then
    /// found a block that is not new, and left the page of zeroes where it is mapped.
    private static func keepsZeroPage(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let place: Int64
        switch DataIntact.Case(rawValue: failure.what) {
        case .stalePage: place = failure.actual * Int64(FileModel.pageSize)
        case .seen where failure.actual == 0: place = failure.expected
        default: return false
        }
        var lost = Int.max
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.span >= 0, fault.isWrite, fault.error != 0, fault.insertion < 0 else {
                continue
            }
            let span = facts.spans[fault.span]
            if span.isNew && span.end >= 0 && span.covers(place) { lost = min(lost, span.end) }
        }
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.begin > lost, span.operation < facts.calls.count,
                facts.scenario.operations[span.operation].kind == .write
            else { continue }
            let page = Int64(FileModel.pageSize)
            let isThere =
                span.position / page <= place / page
                && place / page <= (span.position + max(span.copied, 1) - 1) / page
            if isThere && span.type == .mapped && !span.isNew && span.copied > 0 { return true }
        }
        return false
    }

    private static func isLoss(_ failure: RuleFailure) -> Bool {
        switch DataIntact.Case(rawValue: failure.what) {
        case .seen, .medium, .missingByte, .missingBlock, .sharedSeen, .sharedMedium: true
        default: false
        }
    }
}
