// SPDX-License-Identifier: GPL-2.0-only

// One record of the trace. A run makes hundreds of them, and the rules read each several times, so
// an event is the ABI's record itself under Swift names: nothing is converted before it is read.

import CFaultline

/// A stable name for an object of a run: its kind, and a number from 0.
@frozen
public struct ObjectName: Hashable, Codable, Sendable, CustomStringConvertible {
    @frozen
    public enum Kind: UInt32, Hashable, Codable, Sendable {
        case none, lock, waitQueue, memory, page, mapping, vma, inode, device, buffer, entry
    }

    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable public var kind: Kind { Kind(rawValue: rawValue >> 24) ?? .none }
    @inlinable public var number: UInt32 { rawValue & 0xff_ffff }

    public var description: String {
        switch kind {
        case .none: ""
        case .waitQueue: "wait queue \(number)"
        case let kind: "\(kind) \(number)"
        }
    }
}

/// What sits in a slot of the mapping's index.
@frozen
public enum EntryKind: UInt8, Hashable, Codable, Sendable {
    case none
    /// A page cache page: a hole page.
    case page
    case pte
    case pmd
    case emptyPTE
    case emptyPMD
    case hugeZero
    case zeroPage
}

/// One record of the trace.
@frozen
public struct Event: Sendable {
    /// The call that was traced. The comment of a case lists `arguments`; then, after a semicolon,
    /// `result`.
    @frozen
    public enum Kind: UInt16, Hashable, Codable, Sendable, CaseIterable {
        case none
        /// Op index, kind, position, length.
        case opEnter
        /// Op index, kind, VM_FAULT code, kernel entries; the op's value.
        case opReturn
        /// Chosen task, mask of the runnable, 1 if forced.
        case schedule
        case taskExit
        /// Page, write?, private?, order: 0 PTE, 9 PMD, -1 pfn_mkwrite.
        case faultEnter
        /// The same; VM_FAULT code.
        case faultReturn
        /// A user's access: position, length, fill or -1, private?
        case access
        /// A lock was acquired: class, mode, depth.
        case lock
        /// The task is about to wait for a lock: class, mode, depth.
        case lockWait
        /// Class, mode, depth; 1 or 0.
        case trylock
        /// Class, mode, depth.
        case unlock
        /// Class, mode, depth.
        case downgrade
        /// The task waits on a wait queue: exclusive?, key index.
        case wait
        /// Waiters to wake (0: all), waiters woken.
        case wake
        /// Size, gfp; 1 or 0.
        case allocate
        /// Size.
        case free
        /// Reference count after.
        case pageGet
        /// Reference count after.
        case pagePut
        /// Result: errno.
        case preload
        case preloadEnd
        /// Index, entry kind found, locked?
        case indexLookup
        /// Index, entry kind, locked?; errno.
        case indexInsert
        /// Index, entry kind, locked?
        case indexReplace
        /// Index, entry kind.
        case indexDelete
        /// Index, tag, 1 set or 0 cleared.
        case indexTag
        /// Index; errno.
        case cacheAdd
        /// Index.
        case cacheRemove
        /// Page, device block or -1 for a RAM page, writable?; errno.
        case pteInsert
        /// Page, device block or -1 for the zero page, writable?; VM_FAULT code.
        case pmdInsert
        /// Page.
        case pteClear
        /// Page.
        case pmdClear
        /// Page.
        case pmdSplit
        /// Page, writable?
        case pteProtect
        /// First byte, length (0: to the end), even private copies?
        case unmapRange
        /// Result: errno.
        case queueEnter
        case queueExit
        /// Device block, bytes asked; bytes or errno.
        case directAccess
        /// Device block, count; errno.
        case zeroout
        /// Device block, count; errno.
        case blockAllocate
        /// Device block, count.
        case blockFree
        /// Device block; errno.
        case metadataRead
        /// Device block.
        case metadataDirty
        /// Device block; errno.
        case metadataWrite
        /// Device block, bytes.
        case flush
        /// Left in the CPU's caches: page or -1, device block, offset in it, bytes. In an operation
        /// it is what an fsync() that returns 0 has not flushed, else what is there at the end.
        case unflushed
        /// Position, length, flags, 1 if the filesystem has no iomap_end; errno.
        case begin
        /// The extent that begin returned: offset, length, type, flags.
        case map
        /// Call of iomap_end: position, length, flags, written; errno, filled in on return.
        case end
        /// Result: errno.
        case endReturn
        /// i_size: old, new.
        case size
        /// 1 to user or 0 from user, asked; bytes copied.
        case copy
        /// Level.
        case freezeEnter
        /// Level.
        case freezeExit
        /// Which statistic.
        case countEvent
        /// A fallible call: its number, kind; the injected error or 0.
        case point
        /// Index into the outcome's stacks.
        case warn
        /// A rule of the machine was broken: index into the outcome's stacks.
        case misuse
        /// Said by the code: index into the outcome's stacks (-1: one too many to be kept), level of
        /// the log or `Event.Said`.
        case print
        /// Times of the file that an operation of the only task has changed: mtime before, after,
        /// ctime before, after; in numbers of operations.
        case times
        /// What fuse's server was asked: opcode, first byte of the file, bytes, block of the window
        /// or -1; errno.
        case request
        /// Where what begin returned is to be copied from: offset, length, type.
        case source

        @inlinable public static var last: Kind { .source }

        /// `Event.kind` relies on this; checked when an image is loaded.
        static var isNumberedAsLaidOut: Bool {
            MemoryLayout<Kind>.size == 1 && allCases.last == last
                && allCases.enumerated().allSatisfy { number, kind in
                    kind.rawValue == number && unsafeBitCast(kind, to: UInt8.self) == number
                }
        }
    }

    /// How something is said other than at a level of the log.
    public enum Said: Int64, Sendable {
        /// `printk()` without a level.
        case byDefault = 8
        case trace
        /// `dump_stack()`.
        case stack
    }

    @usableFromInline let raw: fl_event

    /// Read for every event of every run, so it is one comparison instead of a switch: cases are
    /// numbered from 0 without gaps, and the memory of such an enumeration is its case's number.
    @inlinable public var kind: Kind {
        raw.kind <= Kind.last.rawValue
            ? unsafeBitCast(UInt8(truncatingIfNeeded: raw.kind), to: Kind.self) : .none
    }
    /// The task that made the call.
    @inlinable public var task: UInt8 { raw.task }
    /// Index of the operation in which it was made; nil: in none, as what the audit of the end
    /// finds.
    @inlinable public var operation: Int? { raw.op == Event.noOperation ? nil : Int(raw.op) }
    /// NO_OP in csrc/machine/core/task.h.
    @usableFromInline static let noOperation: UInt8 = 255
    @inlinable public var object: ObjectName { ObjectName(rawValue: raw.object) }
    /// Return address of the call, relative to the image's base; 0: called by the machine.
    @inlinable public var pc: UInt64 { raw.pc }
    @inlinable public var arg0: Int64 { raw.args.0 }
    @inlinable public var arg1: Int64 { raw.args.1 }
    @inlinable public var arg2: Int64 { raw.args.2 }
    @inlinable public var arg3: Int64 { raw.args.3 }
    @inlinable public var arguments: (Int64, Int64, Int64, Int64) { raw.args }
    @inlinable public var result: Int64 { raw.result }
    /// The VM_FAULT code of a `faultReturn` or `pmdInsert`.
    @inlinable public var vmFault: VMFault {
        VMFault(rawValue: UInt32(truncatingIfNeeded: raw.result))
    }
}
