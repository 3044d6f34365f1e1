// SPDX-License-Identifier: GPL-2.0-only

// One thing that can be observed of a run, in numbers that mean the same on both sides of a
// comparison: no addresses, no device blocks, no numbers of objects, and names by a table that both
// sides share. Two runs behave alike if their marks are equal. A diff compares a hundred thousand
// pairs of runs, so marks are flat and lie side by side, and words are made of them only where they
// differ.

/// One observation.
package struct Observation: Equatable {
    package enum Kind: UInt8 {
        // ObservableKind.result
        /// State, value, first VM_FAULT code, last one.
        case returned
        /// `RunEnd`; or a signal, or an exit status, of a process that died.
        case ended, died
        /// What a task waits for when the run cannot go on: lock class, for read?
        case waits
        /// A warning's text.
        case warned
        // ObservableKind.data
        /// `i_size`.
        case size
        /// Bytes of the file: from, to, value.
        case contains
        /// What an operation saw: from, to, value.
        case saw
        /// mtime changed?, ctime changed?
        case times
        /// Page, order, private?, writable?, backing.
        case mapped
        /// Index, order.
        case dirty
        // ObservableKind.blocks
        /// Blocks that an operation allocated, freed.
        case allocated, freed
        /// Blocks of the file: first, count, unwritten?
        case owns
        /// Blocks that hold the block map.
        case ownsMap
        /// Blocks fewer than before in the bitmap; blocks in use that the bitmap calls free.
        case used, unaccounted
        /// Kind of a leak and what it was, by name.
        case lost
        // ObservableKind.calls
        /// Position, length, flags, result.
        case begin
        /// Offset, length, type, flags.
        case extent
        /// Position, length, flags, written, result.
        case end
        // ObservableKind.locks
        /// Class, for read?
        case take, giveBack, downgrade
        /// Class, for read?; the operation is the one that returned with it.
        case keeps
        // ObservableKind.points
        /// Kind, in iomap_end?; the situation, which is no observation.
        case point
    }

    package var kind: Kind
    /// Index of the operation; `noOperation` for what is of the whole run.
    package var operation: UInt8
    package var a: Int64 = 0
    package var b: Int64 = 0
    package var c: Int64 = 0
    package var d: Int64 = 0
    package var e: Int64 = 0

    package static let noOperation: UInt8 = 0xff

    @inline(__always)
    package static func == (one: Observation, other: Observation) -> Bool {
        one.kind == other.kind && one.operation == other.operation && one.a == other.a
            && one.b == other.b && one.c == other.c && one.d == other.d
            && (one.e == other.e || one.kind == .point)
    }

    /// What backs a mapped page.
    package enum Backing: Int64 { case storage, memory, hugeZeroPage }
}

/// A hash of numbers, for things that nobody forges.
package struct ObservationHash {
    package private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

    @inline(__always)
    package mutating func add(_ number: UInt64) {
        var mixed = (value ^ number) &* 0xff51_afd7_ed55_8ccd
        mixed ^= mixed >> 32
        value = mixed &* 0xc4ce_b9fe_1a85_ec53
    }

    package mutating func add(_ marks: some Collection<Observation>) {
        add(UInt64(marks.count))
        for mark in marks {
            add(UInt64(mark.kind.rawValue) << 8 | UInt64(mark.operation))
            add(UInt64(bitPattern: mark.a))
            add(UInt64(bitPattern: mark.b))
            add(UInt64(bitPattern: mark.c))
            add(UInt64(bitPattern: mark.d))
            if mark.kind != .point { add(UInt64(bitPattern: mark.e)) }
        }
    }
}

/// Names that both sides of a comparison number alike.
package final class NameTable {
    private var numbers: [String: Int64] = [:]
    private var names: [String] = []

    package func number(of name: String) -> Int64 {
        if let known = numbers[name] { return known }
        numbers[name] = Int64(names.count)
        names.append(name)
        return Int64(names.count - 1)
    }

    package func name(_ number: Int64) -> String {
        number >= 0 && number < names.count ? names[Int(number)] : "?"
    }
}
