// SPDX-License-Identifier: GPL-2.0-only

// What a call of a fault handler must return, derived from its trace alone. `fault-code`,
// `error-kept`, `pmd-rules` and `written-truthful` all ask here, so that they agree on which faults
// fail.

import Machine

extension RunFacts {
    private static let hugePages: Int64 = 512

    /// First file page of the 2 MiB of address space around the fault; negative if that lies before
    /// the file.
    private func hugeStart(of fault: FaultCall) -> Int64 {
        let first = Int64(scenario.geometry.mappedPages.lowerBound)
        let pageInMapping = Int64(scenario.geometry.skew) + fault.page - first
        return fault.page - pageInMapping % RunFacts.hugePages
    }

    /// What a PMD fault must return for its range alone, whatever index and filesystem say; nil if
    /// those decide.
    func earlyPMDCode(of fault: FaultCall) -> VMFault? {
        let pages = Int64(clamping: FileModel.pagesUp(fault.size))
        if quirks.asksForEOFFirst
            && fault.page / RunFacts.hugePages * RunFacts.hugePages >= pages
        {
            return .sigbus
        }
        if isNoPMD(fault) { return .fallback }
        let start = hugeStart(of: fault)
        // With an XArray the colour of the mapping is checked first.
        let isAskew = start % RunFacts.hugePages != 0
        if start >= pages {
            return isAskew && quirks.interfaces.contains(.xarray) ? .fallback : .sigbus
        }
        return isAskew || start + RunFacts.hugePages > pages ? .fallback : nil
    }

    /// Whether it cannot be one for its mapping's sake.
    private func isNoPMD(_ fault: FaultCall) -> Bool {
        let start = hugeStart(of: fault)
        let mapped = scenario.geometry.mappedPages
        return fault.isPrivate && fault.isWrite || start < Int64(mapped.lowerBound)
            || start + RunFacts.hugePages > Int64(mapped.upperBound)
    }

    /// Whether a code is right for such a range. One that is beyond EOF and could not be mapped as
    /// 2 MiB either is both: kernels have asked in either order, and the page fault that follows a
    /// fallback ends in SIGBUS.
    func isRightEarly(_ code: VMFault, _ early: VMFault, _ fault: FaultCall) -> Bool {
        if code == early { return true }
        guard code == .sigbus || code == .fallback else { return false }
        let start = hugeStart(of: fault)
        return start >= Int64(clamping: FileModel.pagesUp(fault.size))
            && (isNoPMD(fault) || start % RunFacts.hugePages != 0)
    }

    /// Whether a PMD fault found no memory for its entry.
    private func lacksMemoryForEntry(_ fault: FaultCall) -> Bool {
        let error = fault.failures.error
        if error != 0 {
            guard error == -Int64(Errno.enomem) else { return false }
            let kind = events[fault.failures.event].kind
            return kind == .indexInsert || kind == .preload
        }
        return fault.span < 0 && fault.failures.inner == -Int64(Errno.enomem)
    }

    /// Whether a PMD fault found no memory for the page table that is set aside for it.
    func lacksPageTable(_ fault: FaultCall) -> Bool {
        guard fault.failures.error == -Int64(Errno.enomem) else { return false }
        let event = events[fault.failures.event]
        return event.kind == .point && event.arg1 == Int64(InjectionPoint.pageTable.rawValue)
    }

    /// The slot held something smaller when a PMD fault looked last.
    private func hasConflict(_ fault: FaultCall) -> Bool {
        switch fault.slot {
        case .page, .pte, .emptyPTE, .zeroPage: true
        case .none, .pmd, .emptyPMD, .hugeZero: false
        }
    }

    /// Whether a PMD fault that passed the early checks must fall back to PTEs.
    func mustFallBack(_ fault: FaultCall) -> Bool {
        if lacksMemoryForEntry(fault) { return quirks.hugeFaultWithoutMemory == .fallback }
        if fault.failures.error != 0 || fault.span < 0 || hasConflict(fault) { return true }
        let span = spans[fault.span]
        guard span.fits(RunFacts.hugePages * 4096) else { return true }
        switch span.type {
        case .mapped:
            return fault.storageBytes < RunFacts.hugePages * 4096
                || fault.storageBlock % RunFacts.hugePages != 0
        case .hole, .unwritten: return fault.isWrite || fault.lacksZeroPage
        default: return true
        }
    }

    /// Whether a PMD fault fell back although the range, the index, the filesystem and the storage
    /// had 2 MiB for it, and no call failed; or although it did not ask for 2 MiB of them.
    func fallsBackForNothing(_ fault: FaultCall) -> Bool {
        guard fault.hasReturned, fault.returned.contains(.fallback), fault.insertion < 0,
            !calls[fault.operation].hasFailure, !hasConflict(fault), !fault.lacksZeroPage,
            !maySeeOthers(fault), earlyPMDCode(of: fault) == nil
        else { return false }
        guard fault.span >= 0 else { return true }
        let span = spans[fault.span]
        let size = RunFacts.hugePages * Int64(FileModel.pageSize)
        guard span.position == hugeStart(of: fault) * Int64(FileModel.pageSize),
            span.length == size
        else { return true }
        guard span.fits(size) else { return false }
        switch span.type {
        case .mapped:
            if fault.storageBlock < 0 { return true }
            return fault.storageBlock % RunFacts.hugePages == 0 && fault.storageBytes < size
                && !events[fault.enter..<fault.exit].contains {
                    $0.kind == .directAccess && $0.arg1 >= size
                }
        case .hole, .unwritten: return !fault.isWrite
        default: return false
        }
    }

    /// Whether a handler's call keeps a rule for some `i_size` that it may have seen.
    func someSize(
        of fault: FaultCall, keeps rule: (FaultCall) -> Bool
    ) -> Bool {
        if rule(fault) { return true }
        return fault.laterSizes.contains { size in
            var fault = fault
            fault.size = size
            return rule(fault)
        }
    }

    /// Whether another task ran between the handler's call and its return.
    func maySeeOthers(_ fault: FaultCall) -> Bool {
        scenario.tasks > 1
            && events[fault.enter..<(fault.hasReturned ? fault.exit : events.count)]
                .contains { $0.task != events[fault.enter].task }
    }

    /// Whether the fault did nothing because another task had changed the page tables first: a page
    /// table stands where the huge pmd was to go, or a huge pmd where the page was. It then returns
    /// that there is nothing to do, or falls back, and the access is tried again.
    func lostRace(_ fault: FaultCall) -> Bool {
        guard fault.hasReturned, fault.failures.error == 0, fault.failures.inner == 0,
            fault.insertion < 0, maySeeOthers(fault)
        else { return false }
        let code = fault.returned.subtracting(.major)
        guard fault.order == .pmd else { return code == .noPage }
        return code.isEmpty || code == .noPage || code == .fallback
    }

    /// Whether a code is right for what the fault was told: the one that `faultCode(of:)` gives, or
    /// another where the trace leaves more than one open.
    func mayReturn(_ code: VMFault, _ fault: FaultCall) -> Bool {
        if fault.failures.again != 0 {
            var other = fault
            other.failures = fault.failures.asOfLastTry()
            if mayReturn(code, other) { return true }
        }
        let expected = faultCode(of: fault)
        if code == expected || lostRace(fault) && code == fault.returned { return true }
        if fault.order == .pmd {
            if let early = earlyPMDCode(of: fault) { return isRightEarly(code, early, fault) }
            // Copying is the last thing that can fail: kernels say so, and try no page.
            if code == .sigbus, fault.failures.error != 0, fault.storageBlock >= 0,
                fault.span >= 0, spans[fault.span].isShared
            {
                return true
            }
            if lacksPageTable(fault) { return code == .oom || code == .fallback }
            // A fault that cannot be had as 2 MiB may always be tried as a page.
            if lacksMemoryForEntry(fault) { return code == .fallback }
            return fault.failures.mayLackMemory && (code == .oom || code == .fallback)
        }
        let difference = code.symmetricDifference(expected)
        // It asked more than once: an extent that was new is not new the second time. And nobody
        // looks for MAJOR beside an error: see mm_account_fault().
        if difference == .major
            && (fault.spans > 1 && fault.hasNewExtent || !code.isDisjoint(with: .errors))
        {
            return true
        }
        return fault.failures.mayLackMemory && code.subtracting(.major) == .oom
    }

    /// Whether the fault failed, without regard to the result of `iomap_end`.
    func isFailure(_ fault: FaultCall) -> Bool {
        let returned = fault.returned
        let code =
            fault.hasReturned && mayReturn(returned, fault) ? returned : faultCode(of: fault)
        return !code.intersection([.errors, .fallback]).isEmpty
    }

    // MARK: - MAP_SYNC

    /// Whether it is a store whose extent a crash would take away, through a mapping that promises
    /// that this cannot be: it is mapped behind end, once the extent is committed.
    func isSynchronous(_ fault: FaultCall) -> Bool {
        scenario.isSyncMapped && fault.isWrite && !fault.isPrivate && fault.span >= 0
            && spans[fault.span].isDirty
    }

    /// Whether the extent could not be committed: no code but SIGBUS says so.
    private func failsToCommit(_ fault: FaultCall) -> Bool {
        isSynchronous(fault) && fault.failures.error != 0
            && spans[fault.span].end >= 0 && fault.failures.event > spans[fault.span].end
            && events[fault.failures.event].kind != .pteInsert
    }

    /// The fault as it was at an event.
    func before(_ event: Int, _ fault: FaultCall) -> FaultCall {
        guard fault.failures.event > event else { return fault }
        var fault = fault
        fault.failures = Failures()
        return fault
    }

    // MARK: - What a system call did

    /// What `iomap_end` must be told in `written` of a span of a system call.
    func done(by span: Span, told written: Int64) -> Int64 {
        let failed = span.failures.error != 0
        switch scenario.operations[span.operation].kind {
        case .truncate, .unshare: return failed ? 0 : span.cutLength
        case .dedupe:
            // As far as the other range's extent goes, and nothing where the two differ.
            return !failed && (0..<span.cutLength).contains(written)
                ? written : failed ? 0 : span.cutLength
        // A write() zeroes what it leaves out.
        default:
            guard span.flags & IomapNames.zero != 0 else { return span.copied }
            // Page by page: those before the one that failed are done, and may be told of.
            if failed { return (0..<span.cutLength).contains(written) ? written : 0 }
            return span.cutLength
        }
    }

    /// The right code, without regard to a failing `iomap_end`.
    func faultCode(of fault: FaultCall) -> VMFault {
        switch fault.order {
        case .pfnMkwrite where quirks.mkwriteIsFault: return pteCode(of: fault)
        case .pfnMkwrite: return isBeyondEOF(fault) ? .sigbus : .noPage
        case .pmd:
            if let early = earlyPMDCode(of: fault) { return early }
            if failsToCommit(fault) { return .sigbus }
            if mustFallBack(fault) { return .fallback }
            if lacksMemoryForEntry(fault) { return quirks.hugeFaultWithoutMemory }
            guard fault.insertion >= 0 else { return .noPage }
            return VMFault(rawValue: UInt32(truncatingIfNeeded: fault.insertionResult))
        case .pte: return pteCode(of: fault)
        }
    }

    private func pteCode(of fault: FaultCall) -> VMFault {
        if isBeyondEOF(fault) { return .sigbus }
        guard fault.span >= 0 else {
            // Either begin failed, or it was not called because no entry could be made.
            let error = fault.failures.error != 0 ? fault.failures.error : fault.failures.inner
            return error != 0 ? quirks.code(of: error) : .noPage
        }
        let code = codeInSpan(fault, spans[fault.span])
        return code.union(major(fault, spans[fault.span], code))
    }

    /// The code of a fault that found an extent, without MAJOR.
    private func codeInSpan(_ fault: FaultCall, _ span: Span) -> VMFault {
        if fault.failures.error != 0 { return quirks.code(of: fault.failures.error) }
        guard span.fits(4096) else { return .sigbus }
        if isCopy(fault) { return copyCode(fault) }
        switch span.type {
        case .mapped: return .noPage
        case .hole, .unwritten: return fault.isWrite ? .sigbus : quirks.loadFromHole
        default: return .sigbus
        }
    }

    /// The code of a copy on write that succeeded.
    private func copyCode(_ fault: FaultCall) -> VMFault {
        guard quirks.mapsCopies else { return fault.slot == .page ? .locked : .daxLocked }
        // Another task has mapped the page in the meantime: the access is tried again.
        return fault.insertionResult == -Int64(Errno.ebusy) ? .noPage : .doneCOW
    }

    private func major(_ fault: FaultCall, _ span: Span, _ code: VMFault) -> VMFault {
        guard span.isNew else { return [] }
        if quirks.majorUnlessSigbus { return code == .sigbus ? [] : .major }
        return span.type == .mapped && !isCopy(fault) ? .major : []
    }

    /// The code if a fault that succeeded reports the error of its failing `iomap_end`.
    func codeAfterFailedEnd(_ fault: FaultCall) -> VMFault {
        guard fault.order != .pmd else { return .fallback }
        return quirks.code(of: fault.endError).union(faultCode(of: fault).intersection(.major))
    }

    /// A store to a private mapping gets a page of its own.
    private func isCopy(_ fault: FaultCall) -> Bool { fault.isPrivate && fault.isWrite }

    private func isBeyondEOF(_ fault: FaultCall) -> Bool {
        fault.page >= Int64(clamping: FileModel.pagesUp(fault.size))
    }

    /// Why `faultCode(of:)` is right, as a part of a sentence.
    func reason(of fault: FaultCall) -> String {
        if fault.order != .pmd && isBeyondEOF(fault) { return "the page is beyond EOF" }
        if fault.order == .pmd {
            if let early = earlyPMDCode(of: fault) {
                if fault.isPrivate && fault.isWrite { return "a write to a private mapping" }
                return early == .sigbus
                    ? "the range starts beyond EOF"
                    : "the range does not lie inside the vma and the file, or askew to the file"
            }
            if lacksMemoryForEntry(fault) { return "no memory for the entry" }
            if fault.failures.error != 0 {
                return "a call failed with \(Errno.name(of: fault.failures.error))"
            }
            if hasConflict(fault) { return "the index has an entry or a page in that range" }
            if mustFallBack(fault) { return "the extent or the storage cannot be mapped as 2 MiB" }
            return "that is what the insertion returned"
        }
        if fault.failures.error != 0 {
            return "the first failing call failed with \(Errno.name(of: fault.failures.error))"
        }
        if isCopy(fault) {
            if quirks.mapsCopies { return "a copy, mapped by the handler" }
            return fault.slot == .page
                ? "a copy, with the hole page locked" : "a copy, with the entry locked"
        }
        guard fault.span >= 0 else { return "no call failed" }
        return "\(spans[fault.span].type?.name ?? "no known type"), and no call failed"
    }
}
