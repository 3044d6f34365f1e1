// SPDX-License-Identifier: GPL-2.0-only

// What tasks hold and wait for when an operation returns or a run cannot go on, and the call chains
// that belong to it.

import CFaultline

/// What a task can hold or wait for.
@frozen
public enum HeldKind: UInt32, Codable, Sendable {
    /// A wait queue: a task waits there, and nothing is held.
    case waitQueue
    case lock
    case entry
    case pageLock
    case freeze
    case storage
    case preload
    case atomic
}

/// A lock or lock-like thing that was still held when an operation returned.
@frozen
public struct HeldLock: Sendable {
    @usableFromInline let raw: fl_held

    @inlinable public var task: UInt32 { raw.task }
    /// The operation that returned holding it; -1: the end of the run.
    @inlinable public var operation: Int { Int(raw.op) }
    @inlinable public var object: ObjectName { ObjectName(rawValue: raw.object) }
    @inlinable public var kind: HeldKind { HeldKind(rawValue: raw.kind) ?? .waitQueue }
    /// An index into the image's lock classes.
    @inlinable public var lockClass: Int { Int(raw.lock_class) }
    /// Held for read rather than for write.
    @inlinable public var isRead: Bool { raw.mode == FL_MODE_READ.rawValue }
    /// Return address of the call that took it.
    @inlinable public var pc: UInt64 { raw.pc }
}

/// A blocked task at the end of a run in which no task can run.
@frozen
public struct BlockedTask: Sendable {
    @usableFromInline let raw: fl_wait

    @inlinable public var task: UInt32 { raw.task }
    @inlinable public var object: ObjectName { ObjectName(rawValue: raw.object) }
    @inlinable public var kind: HeldKind { HeldKind(rawValue: raw.kind) ?? .waitQueue }
    @inlinable public var lockClass: Int { Int(raw.lock_class) }
    @inlinable public var isRead: Bool { raw.mode == FL_MODE_READ.rawValue }
    /// The task that holds it; -1: none.
    @inlinable public var owner: Int { Int(raw.owner) }
    /// Return address of the call that waits.
    @inlinable public var pc: UInt64 { raw.pc }
    /// An index into the outcome's stacks.
    @inlinable public var stack: Int { Int(raw.stack) }
    @inlinable public var isInCycle: Bool { raw.in_cycle != 0 }
}

/// A call chain.
@frozen
public struct CallStack: Sendable {
    @usableFromInline let raw: fl_stack

    @inlinable public var task: UInt32 { raw.task }
    /// The event that it belongs to.
    @inlinable public var event: Int { Int(raw.event) }
    /// Return addresses relative to the image's base, innermost first.
    public var pcs: [UInt64] {
        withUnsafeBytes(of: raw.pcs) { bytes in
            Array(
                bytes.assumingMemoryBound(to: UInt64.self)
                    .prefix(Int(Swift.min(raw.nr_frames, UInt32(FL_FRAMES_MAX)))))
        }
    }
    /// A remark, e.g. the condition of a WARN.
    public var text: String {
        withUnsafeBytes(of: raw.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
