// SPDX-License-Identifier: GPL-2.0-only

// Questions about the end of a run that several rules ask.

import Machine

extension RunFacts {
    /// Index of the event of an operation's return; -1: it did not return.
    func exit(of operation: Int) -> Int {
        operation >= 0 && operation < calls.count ? calls[operation].exit : -1
    }

    /// An operation returned holding something; the machine ends the run there.
    var isCutShort: Bool { held.contains { $0.operation >= 0 } }

    /// Any operation returned.
    var hasReturnedOperation: Bool { calls.contains { $0.exit >= 0 } }

    /// The last event of a task that parked; -1: none did.
    var lastWait: Int {
        events.lastIndex { $0.kind == .lockWait || $0.kind == .wait } ?? events.count - 1
    }

    /// The operation that a task is in when the run ends.
    func running(_ task: UInt8) -> Operation.Kind? {
        for index in 0..<results.count where results[index].state == .running {
            let operation = scenario.operations[index]
            if operation.task == task { return operation.kind }
        }
        return nil
    }

    /// The block of the file at a page, if it owns one there. Blocks are ascending.
    func block(at page: Int64) -> OwnedBlock? {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].fileBlock < page { low = middle + 1 } else { high = middle }
        }
        return low < blocks.count && blocks[low].fileBlock == page ? blocks[low] : nil
    }

    /// So many blocks from the first, at least one; the numbers may be any that the code under test
    /// has made up.
    static func blocks(_ first: Int64, _ count: Int64) -> Range<Int64> {
        let (end, isBeyondAll) = first.addingReportingOverflow(max(count, 1))
        return first..<(isBeyondAll ? .max : end)
    }

    var hasUnwrittenBlocks: Bool {
        scenario.hasUnwrittenExtents && blocks.contains { $0.isUnwritten }
    }

    /// Whether the index has a dirty entry over a page.
    func isDirty(_ page: UInt64) -> Bool {
        slots.contains { slot in
            let first = UInt64(slot.index)
            let isThere =
                slot.kind == .pmd ? first <= page && page < first + 512 : first == page
            return isThere && slot.isDirty
        }
    }

    /// A truncation could not read a part of the block map.
    var hasUnreadableBlockMap: Bool { calls.contains { $0.isMapUnreadable } }

    /// A newly allocated block could not be freed again because reading its bitmap failed.
    var hasUnreadableBitmap: Bool {
        var lastRead: Int64 = -1
        var bitmap: Int64 = -1
        for event in events {
            switch event.kind {
            case .metadataRead where event.result == 0: lastRead = event.arg0
            case .metadataRead where event.arg0 == bitmap: return true
            case .blockAllocate where event.result == 0: bitmap = lastRead
            default: break
            }
        }
        return false
    }

    /// A VM_FAULT code by the name that the tree has for it.
    func code(_ value: Int64) -> String {
        VMFault(rawValue: UInt32(truncatingIfNeeded: value)).name(in: quirks.interfaces)
    }

    /// The kind of an operation by name.
    func name(of operation: Int) -> String {
        guard operation >= 0 && operation < scenario.operations.count else { return "the op" }
        return scenario.operations[operation].kind.name
    }
}
