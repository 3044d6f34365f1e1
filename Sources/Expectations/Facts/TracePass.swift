// SPDX-License-Identifier: GPL-2.0-only

// One pass over the events of a run makes its facts: fault handler calls, begin-to-end spans, and
// the size that each operation saw. It is the hot path of the judge, so it allocates nothing once
// the arrays have grown, and it keeps the position of the running task apart from those of the
// others.

import Machine

/// What the pass knows of one task.
struct TracePosition {
    var fault = -1
    var span = -1
    /// Inside `iomap_end`: a failure there is not the first error of the operation.
    var isEnding = false
    /// The last span is still open.
    var isOpen = false
    /// Another span that is open: of two ranges that are compared, each has one. -1: none.
    var other = -1
    /// Error of a direct access that a read() or write() may try again, as a recovery say, before
    /// anything was copied after that; 0: none.
    var unrecovered: Int64 = 0
    /// The operation has seen a fatal signal.
    var hasSignal = false
}

extension RunFacts {
    mutating func gather() {
        faults.removeAll(keepingCapacity: true)
        spans.removeAll(keepingCapacity: true)
        calls.removeAll(keepingCapacity: true)
        hugePages.removeAll(keepingCapacity: true)
        for _ in 0..<results.count { calls.append(SyscallFacts()) }
        var size = scenario.geometry.size
        // Nearly every run has one task, whose position stays in registers.
        var position = TracePosition()
        var task: UInt8 = 0
        var parked = (TracePosition(), TracePosition(), TracePosition(), TracePosition())
        for index in 0..<events.count {
            let event = events[index]
            if event.task != task {
                RunFacts.exchange(&position, &parked, task, event.task)
                task = event.task
            }
            note(event, at: index, &position, &size)
        }
    }

    private static func exchange(
        _ position: inout TracePosition,
        _ parked: inout (TracePosition, TracePosition, TracePosition, TracePosition), _ old: UInt8,
        _ new: UInt8
    ) {
        withUnsafeMutableBytes(of: &parked) { bytes in
            let slots = bytes.assumingMemoryBound(to: TracePosition.self)
            slots[Int(old) & 3] = position
            position = slots[Int(new) & 3]
        }
    }

    @inline(__always)
    mutating func note(
        _ event: Event, at index: Int, _ position: inout TracePosition, _ size: inout UInt64
    ) {
        switch event.kind {
        case .opEnter:
            position = TracePosition()
            if let operation = event.operation { calls[operation].size = size }
        case .opReturn:
            guard let operation = event.operation else { return }
            recoverNoMore(event, index, &position)
            calls[operation].exit = index
            calls[operation].failures.conclude()
        case .size:
            size = UInt64(bitPattern: event.arg1)
            if scenario.tasks > 1 { noteSize(size) }
        case .faultEnter: enterHandler(event, index, &position, size)
        case .faultReturn: leaveHandler(event, index, &position)
        case .begin: begin(event, index, &position)
        case .map:
            guard position.isOpen, position.span >= 0 else { return }
            spans[position.span].mapOffset = event.arg0
            spans[position.span].mapLength = event.arg1
            spans[position.span].mapType = event.arg2
            spans[position.span].mapFlags = event.arg3
            if position.fault >= 0 && spans[position.span].isNew {
                faults[position.fault].hasNewExtent = true
            }
        case .source:
            guard position.isOpen, position.span >= 0 else { return }
            spans[position.span].sourceEnd = event.arg0 &+ event.arg1
        case .end: endSpan(index, &position)
        case .endReturn: leaveEnd(event, index, &position)
        case .indexLookup, .indexReplace, .indexDelete:
            noteSlot(event, index, position)
            if event.kind != .indexDelete { noteEntry(event, position) }
        case .indexInsert:
            noteSlot(event, index, position)
            noteIndexInsertion(event, index, position)
        case .cacheAdd:
            noteSlot(event, index, position)
            // find_or_create_page() returns no error code, only no page. It looks again where
            // another task was first.
            if event.result < 0 && event.result != -Int64(Errno.eexist) {
                fail(-Int64(Errno.enomem), event, index, position)
            } else {
                succeed(event, position)
            }
        case .preload: failOrSucceed(event, index, position)
        case .metadataWrite:
            // What is found damaged or unreadable is noted in the superblock; a failure of that note
            // does not count.
            let isNote =
                event.arg0 == 0 && scenario.geometry.filesystem.hasBlockMap
                || event.operation.map { calls[$0].isMapUnreadable } ?? false
            if !isNote { failOrSucceed(event, index, position) }
        case .queueEnter:
            // The callers turn every error of blk_queue_enter() into -EIO.
            if event.result < 0 {
                fail(-Int64(Errno.eio), event, index, position)
            } else {
                succeed(event, position)
            }
        // Of the device; those of the CPU's caches cannot fail.
        case .flush where event.arg0 < 0: failOrSucceed(event, index, position)
        case .directAccess: noteStorage(event, index, &position)
        case .allocate: noteAllocation(event, index, position)
        case .zeroout, .blockAllocate, .request:
            if event.result < 0 {
                failInFilesystem(event, index, position)
            } else if event.kind == .blockAllocate {
                noteTouch(index, position)
            }
        case .metadataRead:
            if event.result < 0 {
                failInFilesystem(event, index, position)
                noteUnreadableMap(event, position)
            }
        case .point: notePoint(event, index, &position)
        case .pteInsert:
            noteInsertion(event, index, position)
            if event.result == -Int64(Errno.ebusy) {
                succeed(event, position)
            } else {
                failOrSucceed(event, index, position)
            }
        case .pmdInsert:
            noteInsertion(event, index, position)
            if event.vmFault == .noPage {
                hugePages.append(HugePage(vma: event.object, page: event.arg0))
            }
        case .pmdClear, .pmdSplit:
            hugePages.removeAll { $0.vma == event.object && $0.page == event.arg0 }
        case .copy: noteCopy(event, index, &position)
        case .access:
            if event.arg2 >= 0 && event.arg3 == 0 { hasStore = true }
        case .unflushed:
            if event.operation != nil {
                // What lies behind the end by now is asked of no fsync().
                let isInFile =
                    event.arg0 < FileModel.pagesUp(size)
                    && !mayBePunched(event.arg0, by: event.task)
                if leftByFsync < 0, isInFile { leftByFsync = index }
            } else if leftAtEnd < 0 {
                leftAtEnd = index
            }
        // fuse takes it for every store, private ones too, and nobody freezes it.
        case .freezeEnter where event.arg0 == RunFacts.pageFaultLevel:
            if scenario.geometry.filesystem.setsTimes { noteTouch(index, position) }
        case .indexTag where event.arg1 == 0 && event.arg2 != 0: noteTouch(index, position)
        case .times: if let operation = event.operation { calls[operation].times = index }
        case .warn, .misuse:
            if firstWarning < 0 { firstWarning = index }
        default: break
        }
    }

    /// SB_FREEZE_PAGEFAULT.
    private static let pageFaultLevel: Int64 = 2

    /// Something of the file is about to change: not for a load or a private copy.
    private mutating func noteTouch(_ index: Int, _ position: TracePosition) {
        guard touch < 0, position.fault >= 0 else { return }
        let fault = faults[position.fault]
        if fault.isPrivate || !fault.isWrite { touch = index }
    }

    /// Whether another task makes a hole of the page, whose entry goes before its block, or takes it out
    /// of the file.
    private func mayBePunched(_ page: Int64, by task: UInt8) -> Bool {
        guard scenario.tasks > 1 else { return false }
        return scenario.operations.contains {
            ($0.kind == .punchHole || $0.kind == .collapseRange) && $0.task != task && !$0.isSetup
                && Int64($0.position / FileModel.pageSize) <= page
                && page < Int64(FileModel.pagesUp($0.end))
        }
    }

    /// `i_size` changed while these handlers were running.
    mutating func noteSize(_ size: UInt64) {
        for index in faults.indices where !faults[index].hasReturned {
            faults[index].laterSizes.append(size)
        }
    }

    mutating func enterHandler(
        _ event: Event, _ index: Int, _ position: inout TracePosition, _ size: UInt64
    ) {
        position.isOpen = false
        position.isEnding = false
        position.span = -1
        guard let operation = event.operation else { return }
        position.fault = faults.count
        faults.append(
            FaultCall(
                operation: operation, enter: index, page: event.arg0,
                isWrite: event.arg1 != 0, isPrivate: event.arg2 != 0,
                order: FaultCall.Order(rawValue: event.arg3) ?? .pte, size: size))
    }

    mutating func leaveHandler(
        _ event: Event, _ index: Int, _ position: inout TracePosition
    ) {
        guard position.fault >= 0 else { return }
        faults[position.fault].exit = index
        faults[position.fault].returned = event.vmFault
        faults[position.fault].failures.conclude()
        let vma = event.object
        let page = faults[position.fault].page
        faults[position.fault].leavesHugePage = hugePages.contains {
            $0.vma == vma && $0.page <= page && page - $0.page < 512
        }
        position.fault = -1
        position.isOpen = false
    }

    mutating func begin(_ event: Event, _ index: Int, _ position: inout TracePosition) {
        guard let operation = event.operation else { return }
        // A failure inside begin is now either its result, or the filesystem dealt with it.
        if position.fault >= 0 {
            faults[position.fault].failures.forgetInner()
        } else {
            calls[operation].failures.forgetInner()
        }
        position.isEnding = false
        if position.isOpen, scenario.operations[operation].kind == .dedupe {
            position.other = position.span
        }
        position.isOpen = false
        guard event.result >= 0 else {
            let lacksRange = lacksRange(event, position)
            if lacksRange, faults[position.fault].order != .pmd { return }
            if !lacksRange { noteRefusal(operation, index) }
            return fail(event.result, event, index, position)
        }
        succeed(event, position)
        position.isOpen = true
        position.span = spans.count
        if position.fault >= 0 {
            faults[position.fault].span = spans.count
            faults[position.fault].spans += 1
        }
        spans.append(
            Span(
                operation: operation, fault: position.fault, begin: index,
                position: event.arg0, length: event.arg1, flags: event.arg2,
                hasNoEnd: event.arg3 != 0))
    }

    mutating func endSpan(_ index: Int, _ position: inout TracePosition) {
        recoverNoMore(events[index], index, &position)
        if position.fault >= 0 { faults[position.fault].failures.conclude() }
        position.isEnding = true
        if position.other >= 0 { chooseSpan(at: events[index].arg0, &position) }
        guard position.isOpen else {
            if strayEnd < 0 { strayEnd = index }
            return
        }
        position.isOpen = false
        spans[position.span].end = index
    }

    /// Of two open spans the one that an end is about becomes the last.
    private func chooseSpan(at start: Int64, _ position: inout TracePosition) {
        if position.isOpen, spans[position.span].position == start { return }
        guard spans[position.other].position == start else { return }
        let other = position.other
        position.other = position.isOpen ? position.span : -1
        position.span = other
        position.isOpen = true
    }

    mutating func leaveEnd(_ event: Event, _ index: Int, _ position: inout TracePosition) {
        position.isEnding = false
        if position.span >= 0 && spans[position.span].end >= 0 {
            spans[position.span].isClosed = true
        }
        guard event.result < 0 else { return }
        if let operation = event.operation { noteRefusal(operation, index) }
        if position.fault >= 0 && faults[position.fault].endError == 0 {
            faults[position.fault].endError = event.result
        }
        noteFailure(event)
    }

    mutating func noteSlot(_ event: Event, _ index: Int, _ position: TracePosition) {
        guard position.fault >= 0, faults[position.fault].storageBlock < 0, event.result >= 0
        else { return }
        // The handler is free to lock the entry before or after `iomap_begin`, and to ask the
        // filesystem more than once.
        let fault = faults[position.fault]
        if fault.span >= 0 && fault.slotEvent >= 0 && fault.slotEvent < spans[fault.span].end {
            return
        }
        if fault.slotEvent < 0 { faults[position.fault].slotEvent = index }
        if event.kind == .cacheAdd {
            faults[position.fault].slot = .page
        } else {
            faults[position.fault].slot =
                EntryKind(rawValue: UInt8(truncatingIfNeeded: event.arg1)) ?? .none
        }
    }

    mutating func noteInsertion(_ event: Event, _ index: Int, _ position: TracePosition) {
        guard position.fault >= 0 else { return }
        faults[position.fault].insertion = index
        faults[position.fault].insertionResult = event.result
    }

    mutating func noteCopy(_ event: Event, _ index: Int, _ position: inout TracePosition) {
        position.unrecovered = 0
        if position.hasSignal, event.result > 0, copyAfterSignal < 0 { copyAfterSignal = index }
        if position.isOpen { spans[position.span].copied &+= event.result }
        if let operation = event.operation { calls[operation].copied &+= event.result }
        if event.result < event.arg1 { noteFailure(event) }
        // The caller tries again after a partial copy; a copy of nothing is the end, unless it is
        // made again when the user's page is there.
        if event.result > 0 || event.arg1 == 0 {
            succeed(event, position)
        } else {
            fail(-Int64(Errno.efault), event, index, position)
        }
    }
}
