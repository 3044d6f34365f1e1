// SPDX-License-Identifier: GPL-2.0-only

// The facts of one run: views of its outcome, and the facts that one pass over the events
// yields. It never outlives the outcome. Its arrays are borrowed from the judge's workspace and go
// back there, so that gathering allocates nothing once they have grown.

import Machine

/// Arrays that are used again from run to run.
struct Workspace {
    var faults: [FaultCall] = []
    var spans: [Span] = []
    var calls: [SyscallFacts] = []
    var hugePages: [HugePage] = []
    var model = FileModel()
}

/// A 2 MiB entry that is in the page tables.
struct HugePage {
    var vma: ObjectName
    var page: Int64
}

/// Everything that rules look at.
struct RunFacts: ~Copyable {
    let scenario: Scenario
    /// What is right where generations of the kernel differ.
    let quirks: ImageQuirks
    let end: RunEnd
    let events: Records<Event>
    let results: Records<OperationResult>
    let seen: Records<DataRun>
    let blocks: Records<OwnedBlock>
    let contents: Records<DataRun>
    let mappings: Records<PageMapping>
    let slots: Records<IndexEntry>
    let leaks: Records<Leak>
    let held: Records<HeldLock>
    /// An operation returned with something held.
    var hasHeldOn: Bool { held.contains { $0.operation >= 0 } }
    let waits: Records<BlockedTask>
    let stacks: Records<CallStack>
    let size: UInt64
    let freeBlocksBefore: Int
    let freeBlocks: Int

    /// Calls of fault handlers, in order.
    private(set) var faults: [FaultCall]
    /// Successful begins, in order.
    private(set) var spans: [Span]
    /// One for each operation.
    private(set) var calls: [SyscallFacts]
    private var hugePages: [HugePage]
    /// The file as it must be after the operations that returned.
    private(set) var model: FileModel
    /// An `iomap_end` with no begin to belong to, as an event index; -1: none.
    private(set) var strayEnd = -1
    /// The first WARN or broken machine rule, as an event index; -1: none.
    private(set) var firstWarning = -1
    /// Operations that are accesses and took a kernel entry.
    var hasFault: Bool { !faults.isEmpty }
    /// The run came to its end, so that the audit was made.
    var isAudited: Bool { end == .finished }

    init(
        _ outcome: borrowing Outcome, _ scenario: Scenario, _ quirks: ImageQuirks,
        _ workspace: inout Workspace
    ) {
        self.scenario = scenario
        self.quirks = quirks
        end = outcome.end
        events = outcome.events
        results = outcome.results
        seen = outcome.seen
        blocks = outcome.blocks
        contents = outcome.contents
        mappings = outcome.mappings
        slots = outcome.entries
        leaks = outcome.leaks
        held = outcome.held
        waits = outcome.waits
        stacks = outcome.stacks
        size = outcome.size
        freeBlocksBefore = Int(outcome.freeBlocksBefore)
        freeBlocks = Int(outcome.freeBlocks)
        faults = []
        spans = []
        calls = []
        hugePages = []
        model = FileModel()
        swap(&faults, &workspace.faults)
        swap(&spans, &workspace.spans)
        swap(&calls, &workspace.calls)
        swap(&hugePages, &workspace.hugePages)
        swap(&model, &workspace.model)
        gather()
        model.replay(scenario, results, calls)
    }

    consuming func returnBuffers(to workspace: inout Workspace) {
        swap(&faults, &workspace.faults)
        swap(&spans, &workspace.spans)
        swap(&calls, &workspace.calls)
        swap(&hugePages, &workspace.hugePages)
        swap(&model, &workspace.model)
    }

    // MARK: - One pass over the events

    /// What the pass knows of one task.
    private struct Position {
        var fault = -1
        var span = -1
        /// Inside of `iomap_end`: failures there are not what the operation met first.
        var isEnding = false
        /// The last span is still open.
        var isOpen = false
        /// A direct access failed that may be tried again as a recovery, which has not copied
        /// anything yet; 0: none did.
        var unrecovered: Int64 = 0
    }

    private mutating func gather() {
        faults.removeAll(keepingCapacity: true)
        spans.removeAll(keepingCapacity: true)
        calls.removeAll(keepingCapacity: true)
        hugePages.removeAll(keepingCapacity: true)
        for _ in 0..<results.count { calls.append(SyscallFacts()) }
        var size = scenario.geometry.size
        // Tasks take turns; almost always there is one, and its position stays in registers.
        var position = Position()
        var task: UInt8 = 0
        var parked = (Position(), Position(), Position(), Position())
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
        _ position: inout Position,
        _ parked: inout (Position, Position, Position, Position), _ old: UInt8, _ new: UInt8
    ) {
        withUnsafeMutableBytes(of: &parked) { bytes in
            let slots = bytes.assumingMemoryBound(to: Position.self)
            slots[Int(old) & 3] = position
            position = slots[Int(new) & 3]
        }
    }

    @inline(__always)
    private mutating func note(
        _ event: Event, at index: Int, _ position: inout Position, _ size: inout UInt64
    ) {
        switch event.kind {
        case .opEnter:
            position = Position()
            if event.operation < calls.count { calls[event.operation].size = size }
        case .opReturn:
            if event.operation < calls.count { calls[event.operation].exit = index }
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
        case .end: endSpan(index, &position)
        case .endReturn: leaveEnd(event, index, &position)
        case .indexLookup:
            noteSlot(event, index, position)
            noteAnotherTry(event, position)
        case .indexReplace, .indexDelete:
            noteSlot(event, index, position)
        case .indexInsert:
            noteSlot(event, index, position)
            if quirks.retriesInsertions && event.result == -Int64(Errno.enomem) {
                // It counts if the second try fails too, and nothing comes of the fault.
                return failInside(event.result, event, index, position)
            }
            // Somebody was first, and a PTE fault looks again; a PMD fault gives up.
            if event.result < 0
                && (event.result != -Int64(Errno.eexist) || isPMD(position))
            {
                fail(event.result, event, index, position)
            }
        case .cacheAdd:
            noteSlot(event, index, position)
            // find_or_create_page() says no more than that there is no page, and looks again where
            // another task was first.
            if event.result < 0 && event.result != -Int64(Errno.eexist) {
                fail(-Int64(Errno.enomem), event, index, position)
            }
        case .preload:
            if event.result < 0 { fail(event.result, event, index, position) }
        case .metadataWrite:
            // A map that cannot be read is noted in the superblock: whether that works is no news.
            let isNote =
                event.operation < calls.count && calls[event.operation].isMapUnreadable
            if event.result < 0 && !isNote { fail(event.result, event, index, position) }
        case .queueEnter:
            // Whatever the queue says, storage that cannot be had is -EIO.
            if event.result < 0 { fail(-Int64(Errno.eio), event, index, position) }
        case .directAccess: noteStorage(event, index, &position)
        case .allocate:
            if event.result == 0 { failInside(-Int64(Errno.enomem), event, index, position) }
        case .zeroout, .blockAllocate:
            if event.result < 0 { failInside(event.result, event, index, position) }
        case .metadataRead:
            if event.result < 0 {
                failInside(event.result, event, index, position)
                noteUnreadableMap(event, position)
            }
        case .point: notePoint(event, index, position)
        case .pteInsert:
            noteInsertion(event, index, position)
            if event.result < 0 && event.result != -Int64(Errno.ebusy) {
                fail(event.result, event, index, position)
            }
        case .pmdInsert:
            noteInsertion(event, index, position)
            if event.vmFault == .noPage {
                hugePages.append(HugePage(vma: event.object, page: event.arg0))
            }
        case .pmdClear, .pmdSplit:
            hugePages.removeAll { $0.vma == event.object && $0.page == event.arg0 }
        case .copy: noteCopy(event, index, &position)
        case .warn, .misuse:
            if firstWarning < 0 { firstWarning = index }
        default: break
        }
    }

    /// The size has changed under the handlers that have not returned.
    private mutating func noteSize(_ size: UInt64) {
        for index in faults.indices where !faults[index].hasReturned {
            faults[index].laterSizes.append(size)
        }
    }

    private mutating func enterHandler(
        _ event: Event, _ index: Int, _ position: inout Position, _ size: UInt64
    ) {
        position.fault = faults.count
        position.isOpen = false
        position.isEnding = false
        position.span = -1
        faults.append(
            FaultCall(
                operation: event.operation, enter: index, page: event.arg0,
                isWrite: event.arg1 != 0, isPrivate: event.arg2 != 0,
                order: FaultCall.Order(rawValue: event.arg3) ?? .pte, size: size))
    }

    private mutating func leaveHandler(
        _ event: Event, _ index: Int, _ position: inout Position
    ) {
        guard position.fault >= 0 else { return }
        faults[position.fault].exit = index
        faults[position.fault].returned = event.vmFault
        let vma = event.object
        let page = faults[position.fault].page
        faults[position.fault].leavesHugePage = hugePages.contains {
            $0.vma == vma && $0.page <= page && page < $0.page + 512
        }
        position.fault = -1
        position.isOpen = false
    }

    private mutating func begin(_ event: Event, _ index: Int, _ position: inout Position) {
        if position.fault >= 0 && faults[position.fault].firstWork < 0 {
            faults[position.fault].firstWork = index
        }
        // Whatever failed inside of begin is now either its result or made good.
        if event.operation < calls.count { calls[event.operation].innerError = 0 }
        position.isEnding = false
        guard event.result >= 0 else {
            if position.fault >= 0 { faults[position.fault].beginError = event.result }
            position.isOpen = false
            return fail(event.result, event, index, position)
        }
        position.isOpen = true
        position.span = spans.count
        if position.fault >= 0 && faults[position.fault].span < 0 {
            faults[position.fault].span = spans.count
        }
        spans.append(
            Span(
                operation: event.operation, fault: position.fault, begin: index,
                position: event.arg0, length: event.arg1, flags: event.arg2))
    }

    private mutating func endSpan(_ index: Int, _ position: inout Position) {
        if position.unrecovered != 0 {
            // Nobody tried again, or it was refused.
            fail(position.unrecovered, events[index], index, position)
            position.unrecovered = 0
        }
        position.isEnding = true
        guard position.isOpen else {
            if strayEnd < 0 { strayEnd = index }
            return
        }
        position.isOpen = false
        spans[position.span].end = index
    }

    private mutating func leaveEnd(_ event: Event, _ index: Int, _ position: inout Position) {
        position.isEnding = false
        if position.span >= 0 && spans[position.span].end >= 0 {
            spans[position.span].isClosed = true
        }
        guard event.result < 0 else { return }
        if position.fault >= 0 && faults[position.fault].endError == 0 {
            faults[position.fault].endError = event.result
        }
        if event.operation < calls.count { calls[event.operation].hasFailure = true }
    }

    private mutating func noteSlot(_ event: Event, _ index: Int, _ position: Position) {
        guard position.fault >= 0 else { return }
        if faults[position.fault].firstWork < 0 { faults[position.fault].firstWork = index }
        guard faults[position.fault].storageBlock < 0, event.result >= 0 else { return }
        // Whether the entry is locked before `iomap_begin` or behind it is up to the handler.
        let span = faults[position.fault].span
        if span >= 0 && spans[span].end >= 0 { return }
        if event.kind == .cacheAdd {
            faults[position.fault].slot = .page
        } else {
            faults[position.fault].slot =
                EntryKind(rawValue: UInt8(truncatingIfNeeded: event.arg1)) ?? .none
        }
    }

    /// A fault that looks up its slot again has got the memory that it had to do without before, or
    /// finds that it needs none.
    private mutating func noteAnotherTry(_ event: Event, _ position: Position) {
        guard quirks.retriesInsertions, position.fault >= 0, event.operation < calls.count,
            faults[position.fault].span < 0,
            calls[event.operation].innerErrorEvent > faults[position.fault].enter
        else { return }
        calls[event.operation].innerError = 0
    }

    private mutating func noteStorage(
        _ event: Event, _ index: Int, _ position: inout Position
    ) {
        if event.result < 0 {
            if position.unrecovered == 0 && isRecoverable(event, position) {
                position.unrecovered = event.result
                calls[event.operation].hasFailure = true
                return
            }
            position.unrecovered = 0
            return fail(event.result, event, index, position)
        }
        guard position.fault >= 0 else { return }
        faults[position.fault].storageBlock = event.arg0
        faults[position.fault].storageBytes = event.result
    }

    /// The code under test may answer this failure of a write() with a second try.
    private func isRecoverable(_ event: Event, _ position: Position) -> Bool {
        quirks.recoversWrites && event.result == quirks.recoverableError
            && position.isOpen && position.fault < 0 && event.operation < calls.count
            && scenario.operations[event.operation].kind == .write
    }

    private mutating func noteInsertion(_ event: Event, _ index: Int, _ position: Position) {
        guard position.fault >= 0 else { return }
        faults[position.fault].insertion = index
        faults[position.fault].insertionResult = event.result
    }

    private mutating func notePoint(_ event: Event, _ index: Int, _ position: Position) {
        guard event.result != 0 else { return }
        if event.operation < calls.count { calls[event.operation].hasFailure = true }
        switch InjectionPoint(rawValue: UInt32(truncatingIfNeeded: event.arg1)) {
        case .hugeZeroPage:
            if position.fault >= 0 { faults[position.fault].lacksZeroPage = true }
        case .signal: fail(event.result, event, index, position)
        case .allocation, .pageTable: failInside(event.result, event, index, position)
        default: break
        }
    }

    private mutating func noteUnreadableMap(_ event: Event, _ position: Position) {
        guard event.operation < calls.count else { return }
        if position.isEnding || scenario.operations[event.operation].kind == .truncate {
            calls[event.operation].isMapUnreadable = true
        }
    }

    private mutating func noteCopy(_ event: Event, _ index: Int, _ position: inout Position) {
        position.unrecovered = 0
        if position.isOpen { spans[position.span].copied += event.result }
        if event.result < event.arg1 {
            if event.operation < calls.count { calls[event.operation].hasFailure = true }
            // A copy that got somewhere is tried again; one that did not is the end.
            if event.result == 0 { fail(-Int64(Errno.efault), event, index, position) }
        }
    }

    private func isPMD(_ position: Position) -> Bool {
        position.fault >= 0 && faults[position.fault].order == .pmd
    }

    /// A failure that nobody below the code under test makes good.
    private mutating func fail(
        _ error: Int64, _ event: Event, _ index: Int, _ position: Position
    ) {
        if event.operation < calls.count { calls[event.operation].hasFailure = true }
        if position.isEnding { return }
        if position.isOpen && spans[position.span].error == 0 {
            spans[position.span].error = error
        }
        if position.fault >= 0 {
            if faults[position.fault].error == 0 {
                faults[position.fault].error = error
                faults[position.fault].errorEvent = index
            }
        } else if event.operation < calls.count && calls[event.operation].error == 0 {
            calls[event.operation].error = error
            calls[event.operation].errorEvent = index
        }
    }

    /// A failure that, as long as no span is open, the filesystem met inside of its own work: its
    /// answer to it is what counts.
    private mutating func failInside(
        _ error: Int64, _ event: Event, _ index: Int, _ position: Position
    ) {
        if position.isOpen { return fail(error, event, index, position) }
        guard event.operation < calls.count else { return }
        calls[event.operation].hasFailure = true
        if calls[event.operation].innerError == 0 && !position.isEnding {
            calls[event.operation].innerError = error
            calls[event.operation].innerErrorEvent = index
        }
    }
}
