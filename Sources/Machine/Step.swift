// SPDX-License-Identifier: GPL-2.0-only

// Steps and their accesses: what an order strategy knows of a run. A step is what one task does
// from one scheduling point to its next. Two steps of different tasks depend on each other if they
// access the same thing and one of them writes it.

import CFaultline

/// One step of one task.
@frozen
public struct Step: Sendable {
    @usableFromInline let raw: fl_step

    @inlinable public var task: UInt8 { raw.task }
    /// Mask of the tasks that could have made a step instead.
    @inlinable public var runnable: UInt8 { raw.runnable }
    /// Those of them that would only have queued for a lock, which no task can observe.
    @inlinable public var stuck: UInt8 { raw.stuck }
    /// The task of the step before, if it could have gone on.
    @inlinable public var before: UInt8? {
        raw.before == UInt8(FL_STEP_FORCED) ? nil : raw.before
    }
    /// More than one task could have made the next step.
    @inlinable public var isChoice: Bool { raw.runnable & (raw.runnable &- 1) != 0 }
    /// Index of its first access; that of the next step is one after its last.
    @inlinable public var firstAccess: Int { Int(raw.first_access) }
}

/// The order of a run: the choices that make it again.
public struct TakenOrder: Sendable, Codable, Hashable {
    /// The task for each point with a choice, up to the last one at which the default order would
    /// have chosen another.
    public var choices: [UInt8] = []
    /// Switches away from a task that could have gone on.
    public var preemptions = 0

    public init() {}
}

extension Outcome {
    /// The order in which the tasks of this run ran.
    public func takenOrder() -> TakenOrder {
        var order = TakenOrder()
        var needed = 0
        for step in steps where step.isChoice {
            order.choices.append(step.task)
            if let before = step.before, before != step.task { order.preemptions += 1 }
            let usual = step.before ?? UInt8(step.runnable.trailingZeroBitCount)
            if step.task != usual { needed = order.choices.count }
        }
        order.choices.removeLast(order.choices.count - needed)
        return order
    }

    /// Switches away from a task that could have gone on.
    public var preemptions: Int {
        var count = 0
        for step in steps where step.isChoice {
            if let before = step.before, before != step.task { count += 1 }
        }
        return count
    }
}

/// One access of a step.
@frozen
public struct Access: Sendable, Hashable {
    @frozen
    public enum Thing: UInt8, Hashable, Sendable {
        case none, lock, queue, task, index, pages, data, size, words, blocks, buffer, frame
    }

    @usableFromInline let raw: fl_access

    /// For tests of strategies.
    public init(
        _ thing: Thing, _ object: UInt32, _ range: ClosedRange<UInt32> = 0...0, writes: Bool = true
    ) {
        raw = fl_access(
            thing: thing.rawValue, flags: writes ? UInt8(FL_ACCESS_WRITE) : 0, reserved: 0,
            object: object, first: range.lowerBound, last: range.upperBound)
    }

    /// A lock is taken after a wait.
    public init(taking lock: UInt32) {
        self.init(.lock, lock, flags: FL_ACCESS_WRITE | FL_ACCESS_TAKE | FL_ACCESS_GUARD)
    }

    /// The task queues for a lock that is held.
    public init(queueingFor lock: UInt32) {
        self.init(.lock, lock, flags: FL_ACCESS_WANT | FL_ACCESS_GUARD)
    }

    /// A lock is released.
    public init(releasing lock: UInt32) {
        self.init(.lock, lock, flags: FL_ACCESS_WRITE | FL_ACCESS_GIVE)
    }

    private init(_ thing: Thing, _ object: UInt32, flags: Int32) {
        raw = fl_access(
            thing: thing.rawValue, flags: UInt8(flags), reserved: 0, object: object, first: 0,
            last: 0)
    }

    @inlinable public var thing: Thing { Thing(rawValue: raw.thing) ?? .none }
    @inlinable public var object: UInt32 { raw.object }
    @inlinable public var first: UInt32 { raw.first }
    @inlinable public var last: UInt32 { raw.last }
    @inlinable public var writes: Bool { raw.flags & UInt8(FL_ACCESS_WRITE) != 0 }
    /// A lock was taken, after a wait if there had to be one.
    @inlinable public var takes: Bool { raw.flags & UInt8(FL_ACCESS_TAKE) != 0 }
    /// A lock was released, or downgraded from writing to reading.
    @inlinable public var releases: Bool { raw.flags & UInt8(FL_ACCESS_GIVE) != 0 }
    /// The task queues for a lock.
    @inlinable public var wants: Bool { raw.flags & UInt8(FL_ACCESS_WANT) != 0 }
    /// Of `takes` and `wants`: the step could not have been made while another task held the lock
    /// for writing.
    @inlinable public var isGuarded: Bool { raw.flags & UInt8(FL_ACCESS_GUARD) != 0 }
    /// Of a lock: it is held for reading.
    @inlinable public var isReader: Bool { raw.flags & UInt8(FL_ACCESS_READER) != 0 }

    /// Whether the order of the two matters.
    @inlinable public func conflicts(with other: Access) -> Bool {
        (raw.flags | other.raw.flags) & UInt8(FL_ACCESS_WRITE) != 0
            && raw.thing == other.raw.thing && raw.object == other.raw.object
            && raw.first <= other.raw.last && other.raw.first <= raw.last
    }

    @inlinable public static func == (one: Access, other: Access) -> Bool {
        one.raw.thing == other.raw.thing && one.raw.flags == other.raw.flags
            && one.raw.object == other.raw.object && one.raw.first == other.raw.first
            && one.raw.last == other.raw.last
    }

    @inlinable public func hash(into hasher: inout Hasher) {
        hasher.combine(raw.thing)
        hasher.combine(raw.flags)
        hasher.combine(raw.object)
        hasher.combine(raw.first)
        hasher.combine(raw.last)
    }
}
