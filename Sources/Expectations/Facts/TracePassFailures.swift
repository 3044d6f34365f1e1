// SPDX-License-Identifier: GPL-2.0-only

// Which failures count, and whose they are. A call can fail without consequence: the code may try
// it again, or the filesystem may deal with it inside `iomap_begin` or `iomap_end`. All rules share
// the answer that is given here. It must hold that a failure is kept as the first error of a fault,
// a span or a system call only if nothing below the code under test, and no second try of the code
// itself, makes it good.

import Machine

extension RunFacts {
    // MARK: - Memory for the index

    /// Something stands in a slot that was looked at or changed.
    mutating func noteEntry(_ event: Event, _ position: TracePosition) {
        guard position.fault >= 0, event.result >= 0, event.arg1 != Int64(EntryKind.none.rawValue)
        else { return }
        faults[position.fault].failures.noteEntry()
        // Who looks again has another answer than that somebody was first.
        let failed = faults[position.fault].failures.event
        if failed >= 0, events[failed].kind == .indexInsert {
            makeGood(failed, event, position)
        }
    }

    mutating func noteIndexInsertion(_ event: Event, _ index: Int, _ position: TracePosition) {
        guard event.result < 0 else { return noteEntry(event, position) }
        if event.result == -Int64(Errno.enomem), position.fault >= 0 {
            // An XArray is asked first without waiting, so it counts only if no entry comes of it.
            noteFailure(event)
            if !position.isEnding { faults[position.fault].failures.noteLackingEntry(at: index) }
            return
        }
        // -EEXIST: another task was first. A PTE fault looks again, a PMD fault gives up.
        if event.result != -Int64(Errno.eexist) || isPMD(position) {
            fail(event.result, event, index, position)
        }
    }

    // MARK: - Memory

    /// Memory that was not given may be asked for once more, or not be needed.
    mutating func noteAllocation(_ event: Event, _ index: Int, _ position: TracePosition) {
        guard event.result == 0 else {
            guard let shortage = shortage(event, position), events[shortage].kind == .allocate,
                events[shortage].arg0 == event.arg0
            else { return }
            withFailures(event, position) { $0.makeShortageGood() }
            return
        }
        noteShortage(event, index, position)
    }

    /// The allocation that failed in the fault or system call, and what may be the event of the same
    /// call: the injection point comes first, and has no size.
    mutating func noteShortage(_ event: Event, _ index: Int, _ position: TracePosition) {
        noteFailure(event)
        guard !position.isEnding else { return }
        let known = shortage(event, position)
        withFailures(event, position) {
            if known == index - 1 { $0.makeShortageGood() }
            $0.noteShortage(at: index)
        }
    }

    private func shortage(_ event: Event, _ position: TracePosition) -> Int? {
        let failures =
            position.fault >= 0
            ? faults[position.fault].failures : event.operation.map { calls[$0].failures }
        return failures.flatMap { $0.mayLackMemory ? $0.shortage : nil }
    }

    @inline(__always)
    private mutating func withFailures(
        _ event: Event, _ position: TracePosition, _ body: (inout Failures) -> Void
    ) {
        if position.fault >= 0 {
            body(&faults[position.fault].failures)
        } else if let operation = event.operation {
            body(&calls[operation].failures)
        }
    }

    // MARK: - Storage

    mutating func noteStorage(
        _ event: Event, _ index: Int, _ position: inout TracePosition
    ) {
        if event.result < 0 {
            if position.unrecovered == 0 && isRecoverable(event, position) {
                position.unrecovered = event.result
                noteFailure(event)
                return
            }
            position.unrecovered = 0
            // Where a copy comes from is no page of the user's: who cannot read it has -EIO.
            var error = isSource(position) ? quirks.result(of: event.result) : event.result
            // Nor has who compares two ranges.
            if let operation = event.operation, scenario.operations[operation].kind == .dedupe {
                error = -Int64(Errno.eio)
            }
            return fail(error, event, index, position)
        }
        succeed(event, position)
        // What a copy is made of is not mapped.
        guard position.fault >= 0, !isSource(position) else { return }
        faults[position.fault].storageBlock = event.arg0
        faults[position.fault].storageBytes = event.result
    }

    /// Whether a fault has the storage of its copy of shared blocks, and asks for what to copy.
    private func isSource(_ position: TracePosition) -> Bool {
        guard position.fault >= 0, position.isOpen else { return false }
        let fault = faults[position.fault]
        return fault.isWrite && !fault.isPrivate && fault.storageBlock >= 0
            && spans[position.span].isShared
    }

    /// Whether the code under test may answer this failure with a second try. Of a read() or a
    /// write() that is so if something is copied after it.
    func isRecoverable(_ event: Event, _ position: TracePosition) -> Bool {
        guard position.isOpen, position.fault < 0, let operation = event.operation else {
            return false
        }
        let kind = scenario.operations[operation].kind
        return kind.isRead || kind.isWrite
    }

    /// There was no second try of a direct access, or it was refused.
    mutating func recoverNoMore(
        _ event: Event, _ index: Int, _ position: inout TracePosition
    ) {
        guard position.unrecovered != 0 else { return }
        fail(position.unrecovered, event, index, position)
        position.unrecovered = 0
    }

    // MARK: - Other calls

    mutating func notePoint(_ event: Event, _ index: Int, _ position: inout TracePosition) {
        let point = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: event.arg1))
        if point == .hugeZeroPage, position.fault >= 0 {
            faults[position.fault].lacksZeroPage = event.result != 0
        }
        guard event.result != 0 else { return }
        noteFailure(event)
        switch point {
        case .signal:
            position.hasSignal = true
            fail(event.result, event, index, position)
        case .machineCheckCopy: fail(event.result, event, index, position)
        case .allocation: noteShortage(event, index, position)
        case .filesystemAnswer: if nonsense < 0 { nonsense = index }
        case .pageTable: failInside(event.result, event, index, position)
        default: break
        }
    }

    mutating func noteUnreadableMap(_ event: Event, _ position: TracePosition) {
        guard let operation = event.operation else { return }
        if position.isEnding || scenario.operations[operation].kind == .truncate {
            calls[operation].isMapUnreadable = true
        }
    }

    func isPMD(_ position: TracePosition) -> Bool {
        position.fault >= 0 && faults[position.fault].order == .pmd
    }

    // MARK: - Failures and second tries

    /// A begin or an end of the operation fails; if nothing else had failed, it has no cause.
    mutating func noteRefusal(_ operation: Int, _ index: Int) {
        if refusal < 0, !calls[operation].hasFailure { refusal = index }
    }

    /// Something failed in the operation, whatever comes of it.
    mutating func noteFailure(_ event: Event) {
        if let operation = event.operation { calls[operation].hasFailure = true }
    }

    mutating func failOrSucceed(_ event: Event, _ index: Int, _ position: TracePosition) {
        if event.result < 0 {
            fail(event.result, event, index, position)
        } else {
            succeed(event, position)
        }
    }

    /// Notes a failure that nothing below the code under test makes good.
    mutating func fail(
        _ error: Int64, _ event: Event, _ index: Int, _ position: TracePosition
    ) {
        noteFailure(event)
        if position.isEnding { return }
        let first = firstFailure(event, position)
        let isAgain = first >= 0 && isSecondTry(event, of: first, position)
        if position.isOpen { spans[position.span].failures.note(error, at: index) }
        withFailures(event, position) {
            $0.note(error, at: index)
            if isAgain { $0.noteAgain(error) }
        }
    }

    /// Notes a failure that, while no span is open, the filesystem may deal with itself: only what
    /// the filesystem then returns counts.
    mutating func failInside(
        _ error: Int64, _ event: Event, _ index: Int, _ position: TracePosition
    ) {
        if position.isOpen { return fail(error, event, index, position) }
        noteFailure(event)
        guard !position.isEnding else { return }
        withFailures(event, position) { $0.noteInner(error) }
    }

    /// Notes the failure of a call that only a filesystem makes. Where it has no `iomap_end`, nothing
    /// says when what `iomap_begin` began is over.
    mutating func failInFilesystem(_ event: Event, _ index: Int, _ position: TracePosition) {
        var position = position
        if position.isOpen && spans[position.span].hasNoEnd { position.isOpen = false }
        failInside(event.result, event, index, position)
    }

    /// Notes a success: if the same call had failed, this was the second try.
    @inline(__always)
    mutating func succeed(_ event: Event, _ position: TracePosition) {
        guard !position.isEnding else { return }
        let failed = firstFailure(event, position)
        if failed >= 0, isSecondTry(event, of: failed, position) {
            makeGood(failed, event, position)
        }
    }

    /// The event of the first failure of the fault or system call; -1: none.
    @inline(__always)
    private func firstFailure(_ event: Event, _ position: TracePosition) -> Int {
        if position.fault >= 0 { return faults[position.fault].failures.event }
        return event.operation.map { calls[$0].failures.event } ?? -1
    }

    private mutating func makeGood(_ failed: Int, _ event: Event, _ position: TracePosition) {
        withFailures(event, position) { $0.makeGood() }
        if position.isOpen, spans[position.span].failures.event == failed {
            spans[position.span].failures.makeGood()
        }
    }

    /// Whether two calls of one task ask for the same thing.
    @inline(never)
    private func isSecondTry(
        _ event: Event, of index: Int, _ position: TracePosition
    ) -> Bool {
        let failed = events[index]
        // Inserting into the page table, it is the page table that had no memory.
        if event.kind == .pteInsert, failed.kind == .point {
            return failed.arg1 == Int64(InjectionPoint.pageTable.rawValue)
        }
        guard event.kind == failed.kind else { return false }
        switch event.kind {
        case .preload, .queueEnter: return true
        case .begin: return event.arg0 == failed.arg0 && event.arg1 == failed.arg1
        // Of one extent; another's bytes are not those that failed.
        case .copy: return position.isOpen && index > spans[position.span].begin
        default: return event.object == failed.object && event.arg0 == failed.arg0
        }
    }
}
