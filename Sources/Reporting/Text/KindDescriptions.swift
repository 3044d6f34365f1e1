// SPDX-License-Identifier: GPL-2.0-only

// What the cases of enumerations mean, in a few words each: for lists and headings.

import Comparison
import Interleavings
import Machine

extension InjectionPoint {
    /// What it is that fails.
    var description: String {
        switch self {
        case .allocation: "an allocation of memory: kmalloc, kmem_cache_alloc, a page"
        case .preload: "the preload of radix tree nodes"
        case .blockAllocation: "the allocation of a block from the bitmap"
        case .directAccess: "the mapping of storage for direct access"
        case .pteInsert: "the insertion of a page table entry"
        case .pmdInsert: "the insertion of a 2 MiB page table entry"
        case .hugeZeroPage: "getting the huge zero page"
        case .pageTable: "the allocation of a page table page"
        case .userCopy: "the copy to or from user memory"
        case .zeroout: "the zeroing of new blocks"
        case .metadataRead: "the reading of a metadata block"
        case .metadataWrite: "the writing of a metadata block"
        case .signal: "a fatal signal arrives"
        case .queueEnter: "the device's queue is gone"
        case .filesystemBegin: "the strict filesystem refuses iomap_begin"
        case .shortAccess: "direct access to several blocks, of which one is mapped"
        case .filesystemEnd: "the strict filesystem's commit in iomap_end"
        case .request: "a request to fuse's server"
        case .flush: "the flush of the device's own cache"
        case .machineCheckCopy: "the copy of a block by the kernel"
        case .filesystemAnswer:
            "the strict filesystem's iomap_begin answers with an extent behind the range (-ERANGE), "
                + "an empty one (-ENODATA), one before it (-ESPIPE), or of no known type (-EINVAL)"
        }
    }
}

extension OrderKind {
    /// Which orders it runs.
    var description: String {
        switch self {
        case .exhaustive: "every choice at every scheduling point"
        case .reduced: "one run for each set of orders that cannot differ in their effect"
        case .bounded: "every order with at most N preemptions, fewest first"
        case .pct: "random task priorities, which change at random points"
        case .random: "a random choice at every scheduling point"
        }
    }
}

extension ObservableKind {
    /// The heading of its group.
    var description: String {
        switch self {
        case .verdict: "verdict"
        case .result: "op result"
        case .data: "data"
        case .blocks: "blocks"
        case .calls: "begin/end calls and arguments"
        case .locks: "lock sequence"
        case .points: "injection points"
        }
    }
}
