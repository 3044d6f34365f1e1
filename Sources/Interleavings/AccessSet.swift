// SPDX-License-Identifier: GPL-2.0-only

// What a step touched, in the form in which two steps are compared. That happens far more often
// than anything else in a reduction, and nearly always the answer is no, so two words of bits say
// no first: one for what is only looked at, one for what is changed.

import Machine

/// The elements of one step.
package struct AccessSet {
    package private(set) var elements: [Access] = []
    package private(set) var reads: UInt64 = 0
    package private(set) var writes: UInt64 = 0
    package private(set) var accessesLocks = false
    /// The lock that the step took or queued for as it began, so that it could not have been made
    /// while another task held that one for writing.
    package private(set) var guardLock: UInt32?

    package init() {}

    package init(_ elements: some Collection<Access>) {
        self.elements.reserveCapacity(elements.count)
        for access in elements { insert(access) }
    }

    package mutating func insert(_ access: Access) {
        elements.append(access)
        let bit = AccessSet.bit(of: access)
        if access.writes { writes |= bit } else { reads |= bit }
        if access.thing == .lock {
            accessesLocks = true
            if access.isGuarded && guardLock == nil { guardLock = access.object }
        }
    }

    /// Parts of a thing share a bit: which parts they are is looked at where the bit is set twice.
    private static func bit(of access: Access) -> UInt64 {
        let mixed =
            (UInt64(access.object) << 8 | UInt64(access.thing.rawValue)) &* 0x9e37_79b9_7f4a_7c15
        return 1 << (mixed >> 58)
    }

    /// Whether it matters which of two steps with these accessSets came first.
    package func conflicts(with other: AccessSet) -> Bool {
        guard writes & (other.reads | other.writes) | reads & other.writes != 0 else {
            return false
        }
        return elements.withUnsafeBufferPointer { mine in
            other.elements.withUnsafeBufferPointer { theirs in
                for one in mine {
                    for another in theirs where one.conflicts(with: another) { return true }
                }
                return false
            }
        }
    }
}

/// A vector clock: how many steps of each task have happened before.
package struct StepClock: Equatable {
    private var counts = SIMD4<UInt16>()

    /// Steps of a task that happened before, or are the one that the clock belongs to.
    package func count(of task: UInt8) -> UInt16 { counts[Int(task)] }

    package mutating func set(_ count: UInt16, for task: UInt8) { counts[Int(task)] = count }

    package mutating func join(_ other: StepClock) { counts = pointwiseMax(counts, other.counts) }
}
