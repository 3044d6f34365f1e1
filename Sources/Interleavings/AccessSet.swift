// SPDX-License-Identifier: GPL-2.0-only

// What a step touched, in the form in which two steps are compared. That happens far more often
// than anything else in a reduction, and nearly always the answer is no, so two words of bits say
// no first: one for what is only looked at, one for what is changed.

import Machine

/// The touches of one step.
public struct AccessSet {
    public private(set) var touches: [Touch] = []
    public private(set) var reads: UInt64 = 0
    public private(set) var writes: UInt64 = 0
    public private(set) var touchesLocks = false
    /// The lock that the step took or queued for as it began, so that it could not have been made
    /// while another task held that one for writing.
    public private(set) var guardLock: UInt32?

    public init() {}

    public init(_ touches: some Collection<Touch>) {
        self.touches.reserveCapacity(touches.count)
        for touch in touches { insert(touch) }
    }

    public mutating func insert(_ touch: Touch) {
        touches.append(touch)
        let bit = AccessSet.bit(of: touch)
        if touch.writes { writes |= bit } else { reads |= bit }
        if touch.thing == .lock {
            touchesLocks = true
            if touch.isGuarded && guardLock == nil { guardLock = touch.object }
        }
    }

    /// Parts of a thing share a bit: which parts they are is looked at where the bit is set twice.
    private static func bit(of touch: Touch) -> UInt64 {
        let mixed =
            (UInt64(touch.object) << 8 | UInt64(touch.thing.rawValue)) &* 0x9e37_79b9_7f4a_7c15
        return 1 << (mixed >> 58)
    }

    /// Whether it matters which of two steps with these footprints came first.
    public func conflicts(with other: AccessSet) -> Bool {
        guard writes & (other.reads | other.writes) | reads & other.writes != 0 else {
            return false
        }
        return touches.withUnsafeBufferPointer { mine in
            other.touches.withUnsafeBufferPointer { theirs in
                for one in mine {
                    for another in theirs where one.conflicts(with: another) { return true }
                }
                return false
            }
        }
    }
}

/// A vector clock: how many steps of each task have happened before.
public struct StepClock: Equatable {
    private var counts = SIMD4<UInt16>()

    /// Steps of a task that happened before, or are the one that the clock belongs to.
    public func count(of task: UInt8) -> UInt16 { counts[Int(task)] }

    public mutating func set(_ count: UInt16, for task: UInt8) { counts[Int(task)] = count }

    public mutating func join(_ other: StepClock) { counts = pointwiseMax(counts, other.counts) }
}
