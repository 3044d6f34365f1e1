// SPDX-License-Identifier: GPL-2.0-only

// Which run of one variant is the same question as which run of the other. A failure is injected
// by the number of the call, and a patch that adds a call shifts the numbers behind it. What is
// meant is "the second allocation of this operation": so a failure is known by the task, the
// operation, the kind of call, whether iomap_end made it, and its place among its like. A failure
// that only one of the variants has a call for is a question that cannot be put to the other one.

import Machine

/// What fails in a run, in terms that hold for both variants.
struct FailureKey: Hashable {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var errors: UInt64 = 0

    /// The run without failure.
    static let none = FailureKey()

    /// - Parameters:
    ///   - unfailed: the calls of the scenario's run without failure.
    ///   - failed: those of the run with the first of two failures.
    ///   - errors: what an error is called on both sides.
    init(
        _ injections: [Injection], _ unfailed: CallPlaces, _ failed: CallPlaces,
        _ errors: ErrorNames
    ) {
        guard injections.count > 0 else { return }
        first = unfailed.place(of: injections[0])
        self.errors = errors.code(injections[0].error, first)
        guard injections.count > 1 else { return }
        second = failed.place(of: injections[1])
        self.errors |= errors.code(injections[1].error, second) << 32
    }

    private init() {}
}

/// The fallible calls of one run, by their numbers.
struct CallPlaces {
    private var places: [[UInt64]] = [[], [], [], []]

    /// Reads them off the marks of a run: calls are numbered in the order in which they are made,
    /// those of set-up operations not at all.
    mutating func read(_ marks: ArraySlice<Mark>, _ operations: [Operation]) {
        for task in places.indices { places[task].removeAll(keepingCapacity: true) }
        var counted: (operation: UInt8, counts: [UInt64: UInt64]) = (Mark.noOperation, [:])
        for mark in marks {
            if mark.operation != counted.operation { counted = (mark.operation, [:]) }
            let kind = UInt64(bitPattern: mark.a) & 0xff | (mark.b != 0 ? 0x100 : 0)
            let before = counted.counts[kind, default: 0]
            counted.counts[kind] = before + 1
            let task = Int(operations[Int(mark.operation)].task) & 3
            places[task].append(
                UInt64(task) << 56 | UInt64(mark.operation) << 48 | before << 16 | kind)
        }
    }

    /// A number that is the same for the same call of both variants.
    func place(of injection: Injection) -> UInt64 {
        let mine = places[Int(injection.task) & 3]
        let index = Int(injection.nth) - 1
        // A call that the run did not pass is known by its number alone.
        guard mine.indices.contains(index) else {
            return 1 << 63 | UInt64(injection.task) << 56 | UInt64(injection.nth)
        }
        return mine[index]
    }
}

/// Errors under which both variants' trees know a failure: a bad medium stays one, whether the
/// tree calls it -EIO or -EHWPOISON.
struct ErrorNames {
    private static let medium = [-Int32(Errno.eio), -Int32(Errno.ehwpoison)]
    /// By kind of call: the tree's name for a bad medium, where the other tree has another one.
    private var renamed: [UInt64: Int32] = [:]

    init(of image: KernelImage, beside other: KernelImage) {
        for kind in InjectionPoint.allCases {
            let mine = image.legalErrors(of: kind)
            let theirs = other.legalErrors(of: kind)
            let own = ErrorNames.medium.filter { mine.contains($0) && !theirs.contains($0) }
            let its = ErrorNames.medium.filter { theirs.contains($0) && !mine.contains($0) }
            if let error = own.first, !its.isEmpty { renamed[UInt64(kind.rawValue)] = error }
        }
    }

    func code(_ error: Int32, _ place: UInt64) -> UInt64 {
        let isMedium = renamed[place & 0xff] == error
        return UInt64(UInt32(bitPattern: isMedium ? ErrorNames.medium[0] : error))
    }
}
