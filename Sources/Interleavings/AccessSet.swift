// SPDX-License-Identifier: GPL-2.0-only

// The accesses of a step, in a form that makes comparing two steps cheap. A reduction compares
// steps far more often than it does anything else, and they nearly always do not conflict. So two
// bit masks are compared first: one of what the step only reads, one of what it writes.

import Machine

/// The accesses of one step.
struct AccessSet {
    private(set) var elements: [Access] = []
    private(set) var reads: UInt64 = 0
    private(set) var writes: UInt64 = 0
    private(set) var accessesLocks = false
    /// The lock that the step took or queued for first: while another task held that lock for
    /// writing, the step was not possible.
    private(set) var guardLock: UInt32?

    init() {}

    init(_ elements: some Collection<Access>) {
        self.elements.reserveCapacity(elements.count)
        for access in elements { insert(access) }
    }

    private mutating func insert(_ access: Access) {
        elements.append(access)
        let bit = AccessSet.bit(of: access)
        if access.writes { writes |= bit } else { reads |= bit }
        if access.thing == .lock {
            accessesLocks = true
            if access.isGuarded && guardLock == nil { guardLock = access.object }
        }
    }

    /// All ranges of an object share a bit; `Access.conflicts(with:)` compares the ranges.
    private static func bit(of access: Access) -> UInt64 {
        let mixed =
            (UInt64(access.object) << 8 | UInt64(access.thing.rawValue)) &* 0x9e37_79b9_7f4a_7c15
        return 1 << (mixed >> 58)
    }

    /// Whether the order of two steps with these accesses matters.
    func conflicts(with other: AccessSet) -> Bool {
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

/// A vector clock: how many steps of each task happened before.
struct StepClock: Equatable {
    private var counts = SIMD4<UInt16>()

    /// Steps of a task that happened before, including the step that the clock belongs to.
    func count(of task: UInt8) -> UInt16 { counts[Int(task)] }

    mutating func set(_ count: UInt16, for task: UInt8) { counts[Int(task)] = count }

    mutating func join(_ other: StepClock) { counts = pointwiseMax(counts, other.counts) }
}
