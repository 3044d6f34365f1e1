// SPDX-License-Identifier: GPL-2.0-only

// What tasks hold and wait for when an operation returns or a run cannot go on, and the call chains
// that belong to it.

import CFaultline

/// What a task can hold or wait for.
@frozen
package enum HeldKind: UInt32, Sendable {
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
package struct HeldLock: Sendable {
    @usableFromInline let raw: fl_held

    @inlinable package var task: UInt32 { raw.task }
    /// The operation that returned holding it; -1: the end of the run.
    @inlinable package var operation: Int { Int(raw.op) }
    @inlinable package var object: ObjectName { ObjectName(rawValue: raw.object) }
    @inlinable package var kind: HeldKind { HeldKind(rawValue: raw.kind) ?? .waitQueue }
    /// An index into the image's lock classes.
    @inlinable package var lockClass: Int { Int(raw.lock_class) }
    /// Held for read rather than for write.
    @inlinable package var isRead: Bool { raw.mode == FL_MODE_READ.rawValue }
    /// Return address of the call that took it.
    @inlinable package var pc: UInt64 { raw.pc }
}

/// A blocked task at the end of a run in which no task can run.
@frozen
package struct BlockedTask: Sendable {
    @usableFromInline let raw: fl_wait

    @inlinable package var task: UInt32 { raw.task }
    @inlinable package var object: ObjectName { ObjectName(rawValue: raw.object) }
    @inlinable package var kind: HeldKind { HeldKind(rawValue: raw.kind) ?? .waitQueue }
    @inlinable package var lockClass: Int { Int(raw.lock_class) }
    @inlinable package var isRead: Bool { raw.mode == FL_MODE_READ.rawValue }
    /// The task that holds it; -1: none.
    @inlinable package var owner: Int { Int(raw.owner) }
    /// Return address of the call that waits.
    @inlinable package var pc: UInt64 { raw.pc }
    /// An index into the outcome's stacks.
    @inlinable package var stack: Int { Int(raw.stack) }
    @inlinable package var isInCycle: Bool { raw.in_cycle != 0 }
}

/// A call chain.
@frozen
package struct CallStack: Sendable {
    @usableFromInline let raw: fl_stack

    @inlinable package var task: UInt32 { raw.task }
    /// The event that it belongs to.
    @inlinable package var event: Int { Int(raw.event) }
    /// Return addresses relative to the image's base, innermost first.
    package var pcs: [UInt64] {
        withUnsafeBytes(of: raw.pcs) { bytes in
            Array(
                bytes.assumingMemoryBound(to: UInt64.self)
                    .prefix(Int(Swift.min(raw.nr_frames, UInt32(FL_FRAMES_MAX)))))
        }
    }
    /// A remark, e.g. the condition of a WARN.
    package var text: String {
        withUnsafeBytes(of: raw.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
