// SPDX-License-Identifier: GPL-2.0-only

// All that is known of a run. Everything here is a view of memory that the machine uses again for
// the next run: an outcome is lent to a closure, cannot be copied out of it, and whatever is to be
// kept has to be copied by value. Reading it allocates nothing.

import CFaultline

/// A random-access view of records that belong to the machine; valid while the outcome is lent.
@frozen
package struct Records<Element>: RandomAccessCollection {
    @usableFromInline let base: UnsafePointer<Element>?
    package let count: Int

    @inlinable init<Raw>(_ base: UnsafePointer<Raw>?, _ count: UInt32) {
        assert(MemoryLayout<Raw>.stride == MemoryLayout<Element>.stride)
        self.base = base.map {
            UnsafeRawPointer($0).assumingMemoryBound(to: Element.self)
        }
        self.count = base == nil ? 0 : Int(count)
    }

    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { count }
    @inlinable package subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "no such record")
        return base.unsafelyUnwrapped[index]
    }
}

/// How a run ended.
@frozen
package enum RunEnd: UInt32, Hashable, Codable, Sendable {
    case finished
    /// A task waits for what it holds itself.
    case selfDeadlock
    /// A longer cycle.
    case deadlock
    /// Blocked for ever without a cycle.
    case lostWakeup
    /// NULL or wild access, illegal instruction.
    case oops
    /// `BUG_ON`.
    case bug
    case divide
    case stackOverflow
    case stackSmashed
    /// The budget of basic blocks is used up.
    case endlessLoop
    case useAfterFree
    case doubleFree
    case overrun
    case atomicSleep
    /// Called what nobody provides: an error of the harness, never a verdict.
    case trap
    /// A limit of the ABI reached: an error of the harness, never a verdict.
    case limit
    /// The run was malformed: an error of the harness, never a verdict.
    case refused

    /// The harness failed, and nothing may be concluded about the code under test.
    @inlinable package var isHarnessError: Bool { rawValue >= RunEnd.trap.rawValue }
    /// No task could run.
    @inlinable package var isDeadlock: Bool {
        self == .selfDeadlock || self == .deadlock || self == .lostWakeup
    }

    /// As a sentence part: "the run ...".
    package var description: String {
        switch self {
        case .finished: "finished"
        case .selfDeadlock: "ended in a self-deadlock"
        case .deadlock: "ended in a deadlock"
        case .lostWakeup: "ended with a task that nobody wakes"
        case .oops: "ended in an oops"
        case .bug: "ended in a BUG"
        case .divide: "ended in a division by zero"
        case .stackOverflow: "ended in a stack overflow"
        case .stackSmashed: "ended with a smashed stack"
        case .endlessLoop: "ended in an endless loop"
        case .useAfterFree: "ended in a use after free"
        case .doubleFree: "ended in a double free"
        case .overrun: "ended in an access outside of an object"
        case .atomicSleep: "ended in a sleep in atomic context"
        case .trap: "called what the machine does not provide"
        case .limit: "reached a limit of the machine"
        case .refused: "was refused as malformed"
        }
    }
}

/// What became of one operation.
@frozen
package struct OperationResult: Sendable {
    @frozen
    package enum State: UInt32, Sendable { case notRun, running, done }

    @usableFromInline let raw: fl_op_result

    /// Bytes for read and write, otherwise 0 or a negative errno; an access that ended in SIGBUS
    /// has -EFAULT, one that ended in OOM -ENOMEM.
    @inlinable package var value: Int64 { raw.value }
    /// What the first kernel entry of an access returned; after a fallback, the PMD handler's.
    @inlinable package var vmFault: VMFault { VMFault(rawValue: raw.vm_fault) }
    /// What the PTE handler returned at last.
    @inlinable package var pteFault: VMFault { VMFault(rawValue: raw.vm_fault_pte) }
    /// Kernel entries taken.
    @inlinable package var entries: UInt32 { raw.entries }
    /// Indices of the operation's events.
    @inlinable package var events: Range<Int> {
        Int(raw.first_event)..<Swift.max(Int(raw.first_event), Int(raw.end_event))
    }
    /// Indices into the outcome's `seen`: what a read or load saw.
    @inlinable package var seen: Range<Int> {
        Int(raw.first_seen)..<Int(raw.first_seen) + Int(raw.nr_seen)
    }
    @inlinable package var state: State { State(rawValue: raw.state) ?? .notRun }
}

/// A run of equal bytes.
@frozen
package struct DataRun: Sendable {
    @usableFromInline let raw: fl_data_run

    @inlinable package init(position: UInt64, length: UInt32, byte: UInt8) {
        raw = fl_data_run(pos: position, length: length, byte: UInt32(byte))
    }

    @inlinable package var position: UInt64 { raw.pos }
    @inlinable package var length: UInt64 { UInt64(raw.length) }
    @inlinable package var end: UInt64 { raw.pos &+ UInt64(raw.length) }
    @inlinable package var byte: UInt8 { UInt8(truncatingIfNeeded: raw.byte) }
}

/// A block that the file owns at the end.
@frozen
package struct OwnedBlock: Sendable {
    @usableFromInline let raw: fl_block

    /// Block of the file; -1 for an indirect block.
    @inlinable package var fileBlock: Int64 { raw.file_block }
    @inlinable package var deviceBlock: UInt32 { raw.device_block }
    @inlinable package var isUnwritten: Bool { raw.flags & 0x1 != 0 }
    /// In use, but free in the bitmap.
    @inlinable package var isMissingInBitmap: Bool { raw.flags & 0x2 != 0 }
    /// Reached twice.
    @inlinable package var isSharedTwice: Bool { raw.flags & 0x4 != 0 }
}

/// A page table entry at the end.
@frozen
package struct PageMapping: Sendable {
    @usableFromInline let raw: fl_mapping

    @inlinable package var page: UInt32 { raw.pgoff }
    /// 0 for a PTE, 9 for a PMD.
    @inlinable package var order: UInt16 { raw.order }
    @inlinable package var isPrivate: Bool { raw.private_vma != 0 }
    @inlinable package var isWritable: Bool { raw.writable != 0 }
    /// -1: a RAM page; -2: the huge zero page.
    @inlinable package var deviceBlock: Int64 { raw.device_block }
    /// The RAM page.
    @inlinable package var object: ObjectName { ObjectName(rawValue: raw.object) }
}

/// A slot of the mapping's index at the end.
@frozen
package struct IndexEntry: Sendable {
    @usableFromInline let raw: fl_entry

    @inlinable package var index: UInt32 { raw.index }
    @inlinable package var kind: EntryKind { EntryKind(rawValue: raw.kind) ?? .none }
    @inlinable package var isLocked: Bool { raw.locked != 0 }
    @inlinable package var isDirty: Bool { raw.dirty != 0 }
    /// -1: none.
    @inlinable package var deviceBlock: Int64 { raw.device_block }
}

/// Something taken that was not given back.
@frozen
package struct Leak {
    @frozen
    package enum Kind: UInt32, Sendable {
        case memory = 1
        case page, block, reservation, node, buffer
    }

    @usableFromInline let raw: fl_leak

    package var kind: Kind { Kind(rawValue: raw.kind) ?? .memory }
    package var object: ObjectName { ObjectName(rawValue: raw.object) }
    package var size: UInt64 { raw.size }
    /// Who took it.
    package var pc: UInt64 { raw.pc }
    /// Cache, lock class, and so on.
    package var what: String { raw.what.map(String.init(cString:)) ?? "" }
}

/// What a task can hold or wait for.
@frozen
package enum HeldKind: UInt32, Sendable {
    /// A wait queue, where nothing is held.
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
    /// The operation that returned with it; -1: the end of the run.
    @inlinable package var operation: Int { Int(raw.op) }
    @inlinable package var object: ObjectName { ObjectName(rawValue: raw.object) }
    @inlinable package var kind: HeldKind { HeldKind(rawValue: raw.kind) ?? .waitQueue }
    /// An index into the image's lock classes.
    @inlinable package var lockClass: Int { Int(raw.lock_class) }
    /// Held for read rather than for write.
    @inlinable package var isRead: Bool { raw.mode == FL_MODE_READ.rawValue }
    /// Where it was taken.
    @inlinable package var pc: UInt64 { raw.pc }
}

/// One blocked task at the end of a run that could not go on.
@frozen
package struct BlockedTask: Sendable {
    @usableFromInline let raw: fl_wait

    @inlinable package var task: UInt32 { raw.task }
    @inlinable package var object: ObjectName { ObjectName(rawValue: raw.object) }
    @inlinable package var kind: HeldKind { HeldKind(rawValue: raw.kind) ?? .waitQueue }
    @inlinable package var lockClass: Int { Int(raw.lock_class) }
    @inlinable package var isRead: Bool { raw.mode == FL_MODE_READ.rawValue }
    /// The task in its way; -1: nobody.
    @inlinable package var owner: Int { Int(raw.owner) }
    /// Where it is wanted.
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
    /// What is to be said of it, e.g. a WARN's condition.
    package var text: String {
        withUnsafeBytes(of: raw.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// All that is known of a run; lent by `KernelImage.run(_:_:)`.
///
/// The audit (`blocks`, `contents`, `mappings`, `entries`, `leaks`) is made only when the run
/// finished; after any other end those views are empty.
@frozen
package struct Outcome: ~Copyable {
    @usableFromInline let raw: UnsafePointer<fl_outcome>

    @inlinable init(raw: UnsafePointer<fl_outcome>) { self.raw = raw }

    @inlinable package var end: RunEnd { RunEnd(rawValue: raw.pointee.end) ?? .refused }
    /// An index into `stacks`: the call chain with which the run ended.
    @inlinable package var endStack: Int? {
        raw.pointee.end_stack < raw.pointee.nr_stacks ? Int(raw.pointee.end_stack) : nil
    }
    @inlinable package var events: Records<Event> {
        Records(raw.pointee.events, raw.pointee.nr_events)
    }
    /// One for each operation.
    @inlinable package var results: Records<OperationResult> {
        Records(raw.pointee.results, raw.pointee.nr_results)
    }
    /// What reads and loads saw.
    @inlinable package var seen: Records<DataRun> {
        Records(raw.pointee.seen, raw.pointee.nr_seen)
    }
    /// The file's blocks at the end, ascending.
    @inlinable package var blocks: Records<OwnedBlock> {
        Records(raw.pointee.blocks, raw.pointee.nr_blocks)
    }
    /// The medium under the file: allocated blocks only, to the end of the last one.
    @inlinable package var contents: Records<DataRun> {
        Records(raw.pointee.contents, raw.pointee.nr_contents)
    }
    @inlinable package var mappings: Records<PageMapping> {
        Records(raw.pointee.mappings, raw.pointee.nr_mappings)
    }
    @inlinable package var entries: Records<IndexEntry> {
        Records(raw.pointee.entries, raw.pointee.nr_entries)
    }
    @inlinable package var leaks: Records<Leak> {
        Records(raw.pointee.leaks, raw.pointee.nr_leaks)
    }
    @inlinable package var held: Records<HeldLock> {
        Records(raw.pointee.held, raw.pointee.nr_held)
    }
    @inlinable package var waits: Records<BlockedTask> {
        Records(raw.pointee.waits, raw.pointee.nr_waits)
    }
    @inlinable package var stacks: Records<CallStack> {
        Records(raw.pointee.stacks, raw.pointee.nr_stacks)
    }
    /// `i_size` at the end.
    @inlinable package var size: UInt64 { raw.pointee.size }
    /// `i_blocks` at the end, in units of 512 bytes.
    @inlinable package var inodeBlocks: UInt64 { raw.pointee.inode_blocks }
    /// Free blocks by the bitmap before the first operation.
    @inlinable package var freeBlocksBefore: UInt32 { raw.pointee.free_blocks_before }
    /// Free blocks by the bitmap at the end.
    @inlinable package var freeBlocks: UInt32 { raw.pointee.free_blocks }
    /// Basic blocks of slice code that ran.
    @inlinable package var basicBlocks: UInt64 { raw.pointee.basic_blocks }
    @inlinable package var faultAddress: UInt64 { raw.pointee.fault_address }
    /// Scheduling points with a choice.
    @inlinable package var choicePoints: Int { Int(raw.pointee.nr_choices) }
    /// Choices that could not be followed.
    @inlinable package var diverged: Int { Int(raw.pointee.diverged) }
    /// The steps that were chosen among several tasks; with `Run.recordsSteps` all steps.
    @inlinable package var steps: Records<Step> {
        Records(raw.pointee.steps, raw.pointee.nr_steps)
    }
    /// What the steps touched, in order.
    @inlinable package var accesses: Records<Access> {
        Records(raw.pointee.touches, raw.pointee.nr_touches)
    }
    /// Injection points that a task passed.
    @inlinable package func points(ofTask task: Int) -> Int {
        switch task {
        case 0: Int(raw.pointee.nr_points.0)
        case 1: Int(raw.pointee.nr_points.1)
        case 2: Int(raw.pointee.nr_points.2)
        case 3: Int(raw.pointee.nr_points.3)
        default: 0
        }
    }
    /// The lock classes (one bit each) that were taken with `lockClass` held.
    @inlinable package func lockEdges(from lockClass: Int) -> UInt32 {
        precondition(lockClass >= 0 && lockClass < Int(FL_LOCK_CLASSES_MAX))
        return withUnsafePointer(to: raw.pointee.lock_edges) {
            UnsafeRawPointer($0).load(fromByteOffset: lockClass * 4, as: UInt32.self)
        }
    }
    /// Of a harness error.
    package var message: String { raw.pointee.message.map(String.init(cString:)) ?? "" }
}
