// SPDX-License-Identifier: GPL-2.0-only

// Failure injection: which fallible call of which task fails, and with what error. The fallible
// calls of a task are numbered from 1, those of set-up operations not counted. Only the trace of a
// run shows which call a number means.

import CFaultline

/// A kind of call that can be made to fail.
@frozen
public enum InjectionPoint: UInt32, Hashable, Codable, Sendable, CaseIterable {
    /// `kmalloc`, `kmem_cache_alloc`, page allocation.
    case allocation = 1
    /// `radix_tree_preload`.
    case preload
    /// A block from the bitmap.
    case blockAllocation
    /// `bdev_direct_access`.
    case directAccess
    /// `vm_insert_mixed`.
    case pteInsert
    /// `vmf_insert_pfn_pmd`.
    case pmdInsert
    /// `mm_get_huge_zero_page`.
    case hugeZeroPage
    /// A page table page.
    case pageTable
    /// `copy_from_iter`, `copy_to_iter`.
    case userCopy
    /// `sb_issue_zeroout`.
    case zeroout
    /// `sb_bread` and its like.
    case metadataRead
    /// Sync of a dirty buffer, writeback.
    case metadataWrite
    /// `fatal_signal_pending`.
    case signal
    /// `blk_queue_enter`.
    case queueEnter
    /// Strict filesystem: `iomap_begin` refuses.
    case filesystemBegin
    /// Strict filesystem: the commit in `iomap_end` fails.
    case filesystemEnd
    /// Whether direct access to several blocks maps fewer of them than it was asked for.
    case shortAccess
    /// `fuse_simple_request`.
    case request
    /// `blkdev_issue_flush`.
    case flush
    /// Strict filesystem: what `iomap_begin` answers is no extent of the range. Each error stands for
    /// one way in which it is not.
    case filesystemAnswer
    /// `copy_mc_to_kernel`: a part of the medium is bad, and nobody knew.
    case machineCheckCopy
}

/// Makes one call fail.
@frozen
public struct Injection: Sendable {
    @usableFromInline var raw: fl_injection

    /// - Parameters:
    ///   - task: the task that makes the call.
    ///   - nth: number of the call among the task's fallible calls, from 1.
    ///   - error: a negative errno that is legal for the call; for a user copy, a positive number
    ///     of bytes that are copied before it fails.
    public init(task: UInt32 = 0, nth: UInt32, error: Int32) {
        raw = fl_injection(task: task, nth: nth, error: error)
    }

    @inlinable public var task: UInt32 { raw.task }
    @inlinable public var nth: UInt32 { raw.nth }
    @inlinable public var error: Int32 { raw.error }
}

extension Injection: Hashable, Codable {
    private enum CodingKeys: String, CodingKey { case task, nth, error }

    public static func == (one: Injection, other: Injection) -> Bool {
        one.task == other.task && one.nth == other.nth && one.error == other.error
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(task)
        hasher.combine(nth)
        hasher.combine(error)
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            task: try values.decode(UInt32.self, forKey: .task),
            nth: try values.decode(UInt32.self, forKey: .nth),
            error: try values.decode(Int32.self, forKey: .error))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try values.encode(nth, forKey: .nth)
        try values.encode(error, forKey: .error)
    }
}
