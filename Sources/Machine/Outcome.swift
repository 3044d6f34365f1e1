// SPDX-License-Identifier: GPL-2.0-only

// All that is known of a run. Everything here is a view of memory that the machine reuses for the
// next run: an outcome is lent to a closure, and whoever wants to keep something copies its value.
// Reading allocates nothing.

import CFaultline

/// A random-access view of records that belong to the machine; valid while the outcome is lent.
@frozen
public struct Records<Element>: RandomAccessCollection {
    @usableFromInline let base: UnsafePointer<Element>?
    public let count: Int

    @inlinable init<Raw>(_ base: UnsafePointer<Raw>?, _ count: UInt32) {
        assert(MemoryLayout<Raw>.stride == MemoryLayout<Element>.stride)
        self.base = base.map {
            UnsafeRawPointer($0).assumingMemoryBound(to: Element.self)
        }
        self.count = base == nil ? 0 : Int(count)
    }

    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { count }
    @inlinable public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "no such record")
        return base.unsafelyUnwrapped[index]
    }
}

/// The result of one operation.
@frozen
public struct OperationResult: Sendable {
    @frozen
    public enum State: UInt32, Sendable { case notRun, running, done }

    @usableFromInline let raw: fl_op_result

    /// Bytes for read and write, otherwise 0 or a negative errno: -EFAULT for an access that ended
    /// in SIGBUS, -ENOMEM for one that ended in OOM.
    @inlinable public var value: Int64 { raw.value }
    /// Code of the first fault of an access; after a fallback, that of the PMD handler.
    @inlinable public var vmFault: VMFault { VMFault(rawValue: raw.vm_fault) }
    /// The last code of the PTE handler.
    @inlinable public var pteFault: VMFault { VMFault(rawValue: raw.vm_fault_pte) }
    /// Number of kernel entries.
    @inlinable public var entries: UInt32 { raw.entries }
    /// Indices of the operation's events.
    @inlinable public var events: Range<Int> {
        Int(raw.first_event)..<Swift.max(Int(raw.first_event), Int(raw.end_event))
    }
    /// Indices into the outcome's `seen`: what a read or load saw.
    @inlinable public var seen: Range<Int> {
        Int(raw.first_seen)..<Int(raw.first_seen) + Int(raw.nr_seen)
    }
    @inlinable public var state: State { State(rawValue: raw.state) ?? .notRun }
}

/// All that is known of a run; lent by `KernelImage.run(_:_:)`.
///
/// The audit (`blocks`, `contents`, `mappings`, `entries`, `leaks`) is made only when the run
/// finished; after any other end those views are empty.
@frozen
public struct Outcome: ~Copyable {
    @usableFromInline let raw: UnsafePointer<fl_outcome>

    @inlinable init(raw: UnsafePointer<fl_outcome>) { self.raw = raw }

    @inlinable public var end: RunEnd { RunEnd(rawValue: raw.pointee.end) ?? .refused }
    /// An index into `stacks`: the call chain with which the run ended.
    @inlinable public var endStack: Int? {
        raw.pointee.end_stack < raw.pointee.nr_stacks ? Int(raw.pointee.end_stack) : nil
    }
    @inlinable public var events: Records<Event> {
        Records(raw.pointee.events, raw.pointee.nr_events)
    }
    /// One for each operation.
    @inlinable public var results: Records<OperationResult> {
        Records(raw.pointee.results, raw.pointee.nr_results)
    }
    /// What reads and loads saw.
    @inlinable public var seen: Records<DataRun> {
        Records(raw.pointee.seen, raw.pointee.nr_seen)
    }
    /// The file's blocks at the end, ascending.
    @inlinable public var blocks: Records<OwnedBlock> {
        Records(raw.pointee.blocks, raw.pointee.nr_blocks)
    }
    /// The medium under the file: allocated blocks only, to the end of the last one.
    @inlinable public var contents: Records<DataRun> {
        Records(raw.pointee.contents, raw.pointee.nr_contents)
    }
    @inlinable public var mappings: Records<PageMapping> {
        Records(raw.pointee.mappings, raw.pointee.nr_mappings)
    }
    @inlinable public var entries: Records<IndexEntry> {
        Records(raw.pointee.entries, raw.pointee.nr_entries)
    }
    @inlinable public var leaks: Records<Leak> {
        Records(raw.pointee.leaks, raw.pointee.nr_leaks)
    }
    @inlinable public var held: Records<HeldLock> {
        Records(raw.pointee.held, raw.pointee.nr_held)
    }
    @inlinable public var waits: Records<BlockedTask> {
        Records(raw.pointee.waits, raw.pointee.nr_waits)
    }
    @inlinable public var stacks: Records<CallStack> {
        Records(raw.pointee.stacks, raw.pointee.nr_stacks)
    }
    /// `i_size` at the end.
    @inlinable public var size: UInt64 { raw.pointee.size }
    /// Free blocks by the bitmap before the first operation.
    @inlinable public var freeBlocksBefore: UInt32 { raw.pointee.free_blocks_before }
    /// Free blocks by the bitmap at the end.
    @inlinable public var freeBlocks: UInt32 { raw.pointee.free_blocks }
    /// Basic blocks of slice code that ran.
    @inlinable public var basicBlocks: UInt64 { raw.pointee.basic_blocks }
    @inlinable public var faultAddress: UInt64 { raw.pointee.fault_address }
    /// Scheduling points with a choice.
    @inlinable public var choicePoints: Int { Int(raw.pointee.nr_choices) }
    /// Choices of the schedule that were not possible.
    @inlinable public var diverged: Int { Int(raw.pointee.diverged) }
    /// The steps at which several tasks could run; with `Run.recordsSteps` all steps.
    @inlinable public var steps: Records<Step> {
        Records(raw.pointee.steps, raw.pointee.nr_steps)
    }
    /// The accesses of the steps, in order.
    @inlinable public var accesses: Records<Access> {
        Records(raw.pointee.accesses, raw.pointee.nr_accesses)
    }
    /// Fallible calls that a task made.
    @inlinable public func points(ofTask task: Int) -> Int {
        switch task {
        case 0: Int(raw.pointee.nr_points.0)
        case 1: Int(raw.pointee.nr_points.1)
        case 2: Int(raw.pointee.nr_points.2)
        case 3: Int(raw.pointee.nr_points.3)
        default: 0
        }
    }
    /// The lock classes (one bit each) that were taken with `lockClass` held.
    @inlinable public func lockEdges(from lockClass: Int) -> UInt32 {
        precondition(lockClass >= 0 && lockClass < Int(FL_LOCK_CLASSES_MAX))
        return withUnsafePointer(to: raw.pointee.lock_edges) {
            UnsafeRawPointer($0).load(fromByteOffset: lockClass * 4, as: UInt32.self)
        }
    }
    /// The message of a harness error.
    public var message: String { raw.pointee.message.map(String.init(cString:)) ?? "" }
}
