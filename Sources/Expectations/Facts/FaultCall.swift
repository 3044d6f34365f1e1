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
    /// Its first failure as a negative errno, and the event; 0: none.
    var error: Int64 = 0
    var errorEvent = -1
    /// Error of `iomap_end`; 0: none.
    var endError: Int64 = 0
    /// The span that it opened, as an index into the spans; -1: none.
    var span = -1
    /// Error of `iomap_begin`; 0: none.
    var beginError: Int64 = 0
    /// The first event in which it looked at the index or called the filesystem; -1: none.
    var firstWork = -1
    /// The last entry found in or put into the slot before storage was mapped or `iomap_end`
    /// came: a copy on write leaves it locked.
    var slot = EntryKind.none
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
    /// The first failure between begin and end; 0: none.
    var error: Int64 = 0

    /// `length`, cut to the extent that begin returned.
    var cutLength: Int64 { min(length, mapOffset + mapLength - position) }
    var isNew: Bool { IomapFlags(rawValue: mapFlags).contains(.new) }
    /// Whether begin was asked for this byte of the file.
    func covers(_ byte: Int64) -> Bool { byte >= position && byte - position < length }
    var type: IomapType? { IomapType(rawValue: mapType) }
}

/// One operation: what failed in it, outside fault handlers.
struct SyscallFacts {
    /// `i_size` when it began.
    var size: UInt64 = 0
    /// Its first failure as a negative errno, and the event; 0: none.
    var error: Int64 = 0
    var errorEvent = -1
    /// A failure inside the filesystem, which may deal with it itself, and the event; 0: none.
    var innerError: Int64 = 0
    var innerErrorEvent = -1
    /// Any call failed, injected or not.
    var hasFailure = false
    /// A truncation, its own or the one of a failed write, could not read a part of the block map.
    var isMapUnreadable = false
    var exit = -1
}
