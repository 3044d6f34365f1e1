// SPDX-License-Identifier: GPL-2.0-only

// What a call of a fault handler has to return, from the facts of its trace alone. `fault-code`,
// `error-kept`, `pmd-rules` and `written-truthful` all ask here, so that what counts as a failing
// fault is the same for all of them.

import Machine

extension RunFacts {
    private static let hugePages: Int64 = 512

    /// First file page of the 2 MiB of address space around the fault; less than 0 if the mapping
    /// starts behind it.
    private func hugeStart(of entry: FaultCall) -> Int64 {
        let first = Int64(scenario.geometry.mappedPages.lowerBound)
        let place = Int64(scenario.geometry.skew) + entry.page - first
        return entry.page - place % RunFacts.hugePages
    }

    /// The code of a PMD fault that is decided before the index or the filesystem is asked.
    func earlyPMDCode(of entry: FaultCall) -> VMFault? {
        let pages = Int64(FileModel.pagesUp(entry.size))
        if generation.asksForEOFFirst
            && entry.page / RunFacts.hugePages * RunFacts.hugePages >= pages
        {
            return .sigbus
        }
        if entry.isPrivate && entry.isWrite { return .fallback }
        let start = hugeStart(of: entry)
        let mapped = scenario.geometry.mappedPages
        if start < Int64(mapped.lowerBound)
            || start + RunFacts.hugePages > Int64(mapped.upperBound)
        {
            return .fallback
        }
        // Later kernels first ask whether the mapping is askew to the file's 2 MiB.
        let isAskew = start % RunFacts.hugePages != 0
        if start >= pages {
            return isAskew && generation.interfaces.contains(.xarray) ? .fallback : .sigbus
        }
        return isAskew || start + RunFacts.hugePages > pages ? .fallback : nil
    }

    /// Whether a PMD fault has got no memory for its entry.
    private func lacksMemoryForEntry(_ entry: FaultCall) -> Bool {
        guard entry.span < 0 && entry.beginError == 0 else { return false }
        let error = entry.error != 0 ? entry.error : calls[entry.operation].innerError
        return error == -Int64(Errno.enomem)
    }

    /// Whether a PMD fault that passed the early checks has met a reason to give way to PTEs.
    func mustFallBack(_ entry: FaultCall) -> Bool {
        if lacksMemoryForEntry(entry) { return generation.hugeFaultWithoutMemory == .fallback }
        if entry.error != 0 || entry.span < 0 { return true }
        let span = spans[entry.span]
        if span.mapOffset > span.position
            || span.mapOffset + span.mapLength < span.position + RunFacts.hugePages * 4096
        {
            return true
        }
        switch span.type {
        case .mapped:
            return entry.storageBytes < RunFacts.hugePages * 4096
                || entry.storageBlock % RunFacts.hugePages != 0
        case .hole, .unwritten: return entry.isWrite || entry.lacksZeroPage
        default: return true
        }
    }

    /// Whether a handler's call keeps a rule for some `i_size` that it can have seen.
    func someSize(
        of entry: FaultCall, keeps rule: (FaultCall) -> Bool
    ) -> Bool {
        if rule(entry) { return true }
        return entry.laterSizes.contains { size in
            var entry = entry
            entry.size = size
            return rule(entry)
        }
    }

    /// Whether another task can have got in between what a 2 MiB fault saw and what it did.
    func maySeeOthers(_ entry: FaultCall) -> Bool {
        scenario.tasks > 1
            && events[entry.enter..<(entry.hasReturned ? entry.exit : events.count)]
                .contains { $0.task != events[entry.enter].task }
    }

    /// Whether a 2 MiB fault has found a page table where its huge pmd was to be, which another task
    /// has made: it returns no code at all then, and the access is tried again.
    func gaveWayToPageTable(_ entry: FaultCall) -> Bool {
        entry.order == .pmd && entry.returned.isEmpty && entry.span < 0 && entry.error == 0
            && entry.beginError == 0 && maySeeOthers(entry)
    }

    /// Whether the fault came to nothing, by what it met before `iomap_end`'s own result.
    func isFailure(_ entry: FaultCall) -> Bool {
        let code = faultCode(of: entry)
        return !code.intersection([.errors, .fallback]).isEmpty
    }

    /// The code that the rules give, without regard to a failing `iomap_end`.
    func faultCode(of entry: FaultCall) -> VMFault {
        switch entry.order {
        case .pfnMkwrite where generation.mkwriteIsFault: return pteCode(of: entry)
        case .pfnMkwrite: return isBeyondEOF(entry) ? .sigbus : .noPage
        case .pmd:
            if let early = earlyPMDCode(of: entry) { return early }
            if mustFallBack(entry) { return .fallback }
            if lacksMemoryForEntry(entry) { return generation.hugeFaultWithoutMemory }
            guard entry.insertion >= 0 else { return .noPage }
            return VMFault(rawValue: UInt32(truncatingIfNeeded: entry.insertionResult))
        case .pte: return pteCode(of: entry)
        }
    }

    private func pteCode(of entry: FaultCall) -> VMFault {
        if isBeyondEOF(entry) { return .sigbus }
        guard entry.span >= 0 else {
            // Either begin failed, or it was never asked because there was no entry to be had.
            if entry.error != 0 { return generation.code(of: entry.error) }
            return calls[entry.operation].innerError != 0
                ? generation.code(of: calls[entry.operation].innerError) : .noPage
        }
        let code = codeInSpan(entry, spans[entry.span])
        return code.union(major(entry, spans[entry.span], code))
    }

    /// The code of a fault that found an extent, but for MAJOR.
    private func codeInSpan(_ entry: FaultCall, _ span: Span) -> VMFault {
        if entry.error != 0 { return generation.code(of: entry.error) }
        if span.mapOffset > span.position
            || span.mapOffset + span.mapLength < span.position + 4096
        {
            return .sigbus
        }
        if isCopy(entry) { return copyCode(entry) }
        switch span.type {
        case .mapped: return .noPage
        case .hole, .unwritten: return entry.isWrite ? .sigbus : generation.loadFromHole
        default: return .sigbus
        }
    }

    /// The code of a copy on write that succeeded.
    private func copyCode(_ entry: FaultCall) -> VMFault {
        guard generation.mapsCopies else { return entry.slot == .page ? .locked : .daxLocked }
        // Somebody has mapped the page in the meantime: the access is tried again.
        return entry.insertionResult == -Int64(Errno.ebusy) ? .noPage : .doneCOW
    }

    private func major(_ entry: FaultCall, _ span: Span, _ code: VMFault) -> VMFault {
        guard span.isNew else { return [] }
        if generation.majorUnlessSigbus { return code == .sigbus ? [] : .major }
        return span.type == .mapped && !isCopy(entry) ? .major : []
    }

    /// The code if a fault that succeeded reports the error of its failing `iomap_end`.
    func codeAfterFailedEnd(_ entry: FaultCall) -> VMFault {
        guard entry.order != .pmd else { return .fallback }
        return generation.code(of: entry.endError).union(faultCode(of: entry).intersection(.major))
    }

    /// A store to a private mapping gets a page of its own.
    private func isCopy(_ entry: FaultCall) -> Bool { entry.isPrivate && entry.isWrite }

    private func isBeyondEOF(_ entry: FaultCall) -> Bool {
        entry.page >= Int64(FileModel.pagesUp(entry.size))
    }

    /// The rule behind `faultCode(of:)`, in words.
    func reason(of entry: FaultCall) -> String {
        if entry.order != .pmd && isBeyondEOF(entry) { return "the page is beyond EOF" }
        if entry.order == .pmd {
            if let early = earlyPMDCode(of: entry) {
                if entry.isPrivate && entry.isWrite { return "a write to a private mapping" }
                return early == .sigbus
                    ? "the range starts beyond EOF"
                    : "the range does not lie inside the vma and the file, or askew to the file"
            }
            if lacksMemoryForEntry(entry) { return "no memory for the entry" }
            if mustFallBack(entry) {
                return entry.error != 0
                    ? "a call failed with \(Errno.describe(entry.error))"
                    : "the extent or the storage cannot be mapped as 2 MiB"
            }
            return "that is what the insertion returned"
        }
        if entry.error != 0 {
            return "the first failing call failed with \(Errno.describe(entry.error))"
        }
        if isCopy(entry) {
            if generation.mapsCopies { return "a copy, mapped by the handler" }
            return entry.slot == .page
                ? "a copy, with the hole page locked" : "a copy, with the entry locked"
        }
        guard entry.span >= 0 else { return "no call failed" }
        return "\(spans[entry.span].type?.name ?? "no known type"), and no call failed"
    }
}
