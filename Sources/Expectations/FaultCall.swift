// SPDX-License-Identifier: GPL-2.0-only

// What one pass over a trace makes of it: the calls of fault handlers, the begin-to-end spans of
// the iomap contract, and what became of each system call. Rules are written against these, so that
// what counts as a failure is decided in one place.

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
    /// File page of the address that was touched.
    var page: Int64
    var isWrite: Bool
    var isPrivate: Bool
    var order: Order
    /// `i_size` when it was called.
    var size: UInt64
    /// What other tasks set it to before it returned: which of all these it saw is its secret.
    var laterSizes: [UInt64] = []
    /// The first failure that it met, as a negative errno, and where; 0: none.
    var error: Int64 = 0
    var errorEvent = -1
    /// What a failing `iomap_end` returned; 0: none failed.
    var endError: Int64 = 0
    /// The span that it opened, as an index into the spans; -1: none.
    var span = -1
    /// What `iomap_begin` failed with; 0: it did not.
    var beginError: Int64 = 0
    /// The first event in which it looked at the index or asked the filesystem; -1: it never did.
    var firstWork = -1
    /// What was found in, or put into, the slot last before storage was mapped or `iomap_end`
    /// came: what a copy on write leaves locked.
    var slot = EntryKind.none
    /// The last page table insertion, as an event index, and what it returned; -1: none.
    var insertion = -1
    var insertionResult: Int64 = 0
    /// Device block and bytes of the last successful direct access; -1: none.
    var storageBlock: Int64 = -1
    var storageBytes: Int64 = 0
    /// There was no huge zero page to be had.
    var lacksZeroPage = false
    /// A 2 MiB entry is in the page tables of its mapping, at its return.
    var leavesHugePage = false
    /// What it returned.
    var returned: VMFault = []

    var hasReturned: Bool { exit >= 0 }
}

/// One successful `iomap_begin`, up to its `iomap_end`.
struct Span {
    var operation: Int
    /// Index of the handler's call that it belongs to; -1: a system call's.
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

    /// `length`, cut to what begin answered.
    var cutLength: Int64 { min(length, mapOffset + mapLength - position) }
    var isNew: Bool { IomapFlags(rawValue: mapFlags).contains(.new) }
    /// Whether a byte of the file is in what was asked for.
    func covers(_ place: Int64) -> Bool { place >= position && place - position < length }
    var type: IomapType? { IomapType(rawValue: mapType) }
}

/// A system call: what it met, in its own operation.
struct SyscallFacts {
    /// `i_size` when it began.
    var size: UInt64 = 0
    /// The first failure that no later success made good, and where; 0: none.
    var error: Int64 = 0
    var errorEvent = -1
    /// A failure inside the filesystem that it may deal with itself, and where; 0: none.
    var innerError: Int64 = 0
    var innerErrorEvent = -1
    /// Any call failed, injected or not.
    var hasFailure = false
    /// A truncation, its own or the one of a failed write, could not read a part of the block map.
    var isMapUnreadable = false
    var exit = -1
}
