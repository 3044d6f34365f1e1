// SPDX-License-Identifier: GPL-2.0-only

// The state at the end of a run, record by record: bytes, blocks, page table entries, index
// entries, leaks. The machine makes this audit only for runs that finished.

import CFaultline

/// A run of equal bytes.
@frozen
public struct DataRun: Sendable {
    @usableFromInline let raw: fl_data_run

    @inlinable public var position: UInt64 { raw.pos }
    @inlinable public var length: UInt64 { UInt64(raw.length) }
    @inlinable public var end: UInt64 { raw.pos &+ UInt64(raw.length) }
    @inlinable public var byte: UInt8 { UInt8(truncatingIfNeeded: raw.byte) }
}

/// A block that the file owns at the end.
@frozen
public struct OwnedBlock: Sendable {
    @usableFromInline let raw: fl_block

    /// Block of the file; -1 for an indirect block.
    @inlinable public var fileBlock: Int64 { raw.file_block }
    @inlinable public var deviceBlock: UInt32 { raw.device_block }
    @inlinable public var isUnwritten: Bool { raw.flags & 0x1 != 0 }
    /// The file owns it, but it is free in the bitmap.
    @inlinable public var isMissingInBitmap: Bool { raw.flags & 0x2 != 0 }
    /// The file reaches it twice.
    @inlinable public var isSharedTwice: Bool { raw.flags & 0x4 != 0 }
}

/// A page table entry at the end.
@frozen
public struct PageMapping: Sendable {
    @usableFromInline let raw: fl_mapping

    @inlinable public var page: UInt32 { raw.pgoff }
    /// 0 for a PTE, 9 for a PMD.
    @inlinable public var order: UInt16 { raw.order }
    @inlinable public var isPrivate: Bool { raw.private_vma != 0 }
    @inlinable public var isWritable: Bool { raw.writable != 0 }
    /// -1: a RAM page; -2: the huge zero page.
    @inlinable public var deviceBlock: Int64 { raw.device_block }
    /// The RAM page.
    @inlinable public var object: ObjectName { ObjectName(rawValue: raw.object) }
}

/// A slot of the mapping's index at the end.
@frozen
public struct IndexEntry: Sendable {
    @usableFromInline let raw: fl_entry

    @inlinable public var index: UInt32 { raw.index }
    @inlinable public var kind: EntryKind { EntryKind(rawValue: raw.kind) ?? .none }
    @inlinable public var isLocked: Bool { raw.locked != 0 }
    @inlinable public var isDirty: Bool { raw.dirty != 0 }
    /// -1: none.
    @inlinable public var deviceBlock: Int64 { raw.device_block }
}

/// Something that was taken and not released.
@frozen
public struct Leak {
    @frozen
    public enum Kind: UInt32, Sendable {
        case memory = 1
        case page, block, reservation, node, buffer
        /// A count that is off by `size`.
        case count
        /// Something was changed that is neither marked dirty nor written.
        case change
    }

    @usableFromInline let raw: fl_leak

    public var kind: Kind { Kind(rawValue: raw.kind) ?? .memory }
    public var object: ObjectName { ObjectName(rawValue: raw.object) }
    public var size: UInt64 { raw.size }
    /// Return address of the call that took it.
    public var pc: UInt64 { raw.pc }
    /// Name of its slab cache, for example.
    public var what: String { raw.what.map(String.init(cString:)) ?? "" }
}
