// SPDX-License-Identifier: GPL-2.0-only

// What one pass over a trace yields: the calls of fault handlers, the begin-to-end spans of the
// iomap contract, and the result of each system call. Rules are written against these, so that one
// place decides what counts as a failure.

import Machine

/// One call of a fault handler by the machine.
struct FaultCall {
    enum Order: Int64 {
        case pte = 0
        case pmd = 9
        case pfnMkwrite = -1
    }

    var operation: Int
    /// Index of the event of its call.
    var enter: Int
    /// Index of the event of its return; -1 if it never returned.
    var exit = -1
    /// File page of the faulting address.
    var page: Int64
    var isWrite: Bool
    var isPrivate: Bool
    var order: Order
    /// `i_size` when it was called.
    var size: UInt64
    /// Sizes that other tasks set before it returned: the handler may have seen any of these.
    var laterSizes: [UInt64] = []
    /// What failed in it and was not made good.
    var failures = Failures()
    /// Error of `iomap_end`; 0: none.
    var endError: Int64 = 0
    /// The span that it opened last, as an index into the spans; -1: none.
    var span = -1
    /// How many it opened.
    var spans = 0
    /// The extent of one of them was new.
    var hasNewExtent = false
    /// The last entry found in or put into the slot before storage was mapped or `iomap_end`
    /// came: a copy on write leaves it locked.
    var slot = EntryKind.none
    /// The first event that shows the slot; -1: none.
    var slotEvent = -1
    /// The last page table insertion, as an event index, and what it returned; -1: none.
    var insertion = -1
    var insertionResult: Int64 = 0
    /// Device block and bytes of the last successful direct access; -1: none.
    var storageBlock: Int64 = -1
    var storageBytes: Int64 = 0
    /// mm_get_huge_zero_page() failed.
    var lacksZeroPage = false
    /// At its return a 2 MiB entry is in the page tables of its mapping.
    var leavesHugePage = false
    /// What it returned.
    var returned: VMFault = []

    var hasReturned: Bool { exit >= 0 }
}

/// One successful `iomap_begin`, up to its `iomap_end`.
struct Span {
    var operation: Int
    /// Index of the fault handler's call; -1: the span of a system call.
    var fault: Int
    var begin: Int
    /// Index of the event of `iomap_end`; -1: none came.
    var end = -1
    /// `iomap_end` returned.
    var isClosed = false
    var position: Int64
    var length: Int64
    var flags: Int64
    var mapOffset: Int64 = 0
    var mapLength: Int64 = 0
    var mapType: Int64 = 0
    var mapFlags: Int64 = 0
    /// Bytes that a user copy moved between begin and end.
    var copied: Int64 = 0
    /// What failed between begin and end and was not made good.
    var failures = Failures()

    /// Where the extent ends that is copied from; `.max`: nothing is.
    var sourceEnd = Int64.max

    /// `length`, cut to the extent that begin returned and to that which is copied, as
    /// `iomap_length()` does. The code under test may have made up any extent, so nothing here may
    /// overflow.
    var cutLength: Int64 {
        min(
            length, mapOffset &+ mapLength &- position,
            sourceEnd == .max ? length : sourceEnd &- position)
    }
    /// Whether the extent holds the range of so many bytes at `position`.
    func fits(_ bytes: Int64) -> Bool {
        guard mapOffset <= position else { return false }
        let (end, isBeyondAll) = mapOffset.addingReportingOverflow(mapLength)
        return mapLength > 0 && (isBeyondAll || end >= position &+ bytes)
    }
    /// The filesystem has no `iomap_end`, so none can come.
    var hasNoEnd = false
    var isNew: Bool { IomapFlags(rawValue: mapFlags).contains(.new) }
    var isDirty: Bool { IomapFlags(rawValue: mapFlags).contains(.dirty) }
    var isShared: Bool { IomapFlags(rawValue: mapFlags).contains(.shared) }
    /// Whether begin was asked for this byte of the file.
    func covers(_ byte: Int64) -> Bool { byte >= position && byte &- position < length }
    /// The pages with these bytes; none if the code under test made the range up.
    var pages: Range<Int64> {
        let page = Int64(FileModel.pageSize)
        let (end, isBeyondAll) = position.addingReportingOverflow(length)
        guard position >= 0, length > 0, !isBeyondAll else { return 0..<0 }
        return position / page..<(end - 1) / page + 1
    }
    var type: IomapType? { IomapType(rawValue: mapType) }
}

/// One operation as a system call.
struct SyscallFacts {
    /// `i_size` when it began.
    var size: UInt64 = 0
    /// What failed in it, outside of fault handlers, and was not made good.
    var failures = Failures()
    /// Any call failed, injected or not, made good or not.
    var hasFailure = false
    /// A truncation, its own or the one of a failed write, could not read a part of the block map.
    var isMapUnreadable = false
    /// Bytes that it copied to or from the user.
    var copied: Int64 = 0
    var exit = -1
    /// Event index of the new times of the file; -1: they are as before.
    var times = -1
}
