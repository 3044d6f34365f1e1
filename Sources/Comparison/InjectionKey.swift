// SPDX-License-Identifier: GPL-2.0-only

// Which run of one variant is the same question as which run of the other. A failure is injected by
// the number of the call, and a patch that adds a call shifts the numbers behind it. So the calls of
// the two unfailed runs are laid beside each other: first those that are made in the same situation
// (the same locks held, as many begins before it), then, in the gaps that remain, those of the same
// kind. A failure that only one of the variants has a call for is a question that cannot be put to
// the other one.

import Machine

/// What fails in a run, in terms that hold for both variants.
package struct InjectionKey: Hashable {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var errors: UInt64 = 0

    /// The run without failure.
    package static let none = InjectionKey()

    /// - Parameters:
    ///   - unfailed: names of the calls of the scenario's run without failure.
    ///   - failed: those of the run with the first of two failures.
    ///   - errors: what an error is called on both sides.
    package init(
        _ injections: [Injection], _ unfailed: CallNames, _ failed: CallNames,
        _ errors: ErrorNames
    ) {
        guard let one = injections.first else { return }
        let call = unfailed.call(one)
        first = call.name
        self.errors = errors.code(one.error, call.kind)
        guard injections.count > 1 else { return }
        let other = failed.call(injections[1])
        second = other.name
        self.errors |= errors.code(injections[1].error, other.kind) << 32
    }

    private init() {}
}

/// The fallible calls of one run, task by task in the order in which they are numbered.
package struct FallibleCalls {
    package struct Call {
        /// Operation, kind, and whether iomap_end makes it.
        package var plain: UInt64
        /// The same, with the situation in which it is made.
        package var inContext: UInt64

        package var kind: UInt8 { UInt8(truncatingIfNeeded: plain) }
    }

    package private(set) var calls: [[Call]] = [[], [], [], []]

    package init() {}

    /// Reads them off the marks of a run: those of set-up operations have no numbers.
    package init(_ marks: ArraySlice<Observation>, _ operations: [Operation]) {
        for mark in marks {
            let plain =
                UInt64(mark.operation) << 16 | (mark.b != 0 ? 0x100 : 0)
                | UInt64(bitPattern: mark.a) & 0xff
            var hash = ObservationHash()
            hash.add(plain)
            hash.add(UInt64(bitPattern: mark.e))
            calls[Int(operations[Int(mark.operation)].task) & 3].append(
                Call(plain: plain, inContext: hash.value))
        }
    }
}

/// What the fallible calls of a run are called on both sides.
package struct CallNames {
    private var calls = FallibleCalls()
    private var names: [[UInt64]] = [[], [], [], []]

    package init() {}

    /// The first side's calls are called by their numbers.
    package init(_ calls: FallibleCalls) {
        self.calls = calls
        for task in names.indices {
            names[task] = calls.calls[task].indices.map { CallNames.name(task, $0) }
        }
    }

    /// The second side's calls are called as those of the first that they are like.
    package init(_ calls: FallibleCalls, beside others: FallibleCalls) {
        self.calls = calls
        for task in names.indices {
            let (mine, theirs) = (calls.calls[task], others.calls[task])
            var found = [Int?](repeating: nil, count: mine.count)
            if mine.elementsEqual(theirs, by: { $0.plain == $1.plain }) {
                for place in mine.indices { found[place] = place }
            } else {
                CallNames.match(mine, theirs, &found)
            }
            names[task] = found.indices.map { place in
                found[place].map { CallNames.name(task, $0) }
                    ?? CallNames.name(task, place) | 1 << 63
            }
        }
    }

    /// A call's name, and its kind.
    package func call(_ injection: Injection) -> (name: UInt64, kind: UInt8) {
        let task = Int(injection.task) & 3
        let place = Int(injection.nth) - 1
        guard names[task].indices.contains(place) else {
            return (CallNames.name(task, place) | 1 << 62, 0)
        }
        return (names[task][place], calls.calls[task][place].kind)
    }

    private static func name(_ task: Int, _ place: Int) -> UInt64 {
        UInt64(task) << 32 | UInt64(place)
    }

    private static func match(
        _ mine: [FallibleCalls.Call], _ theirs: [FallibleCalls.Call], _ found: inout [Int?]
    ) {
        var start = (mine: 0, theirs: 0)
        let anchors = common(mine.map(\.inContext), theirs.map(\.inContext))
        for anchor in anchors + [(mine.count, theirs.count)] {
            let gap = common(
                mine[start.mine..<anchor.0].map(\.plain),
                theirs[start.theirs..<anchor.1].map(\.plain))
            for (one, other) in gap { found[start.mine + one] = start.theirs + other }
            if anchor.0 < mine.count { found[anchor.0] = anchor.1 }
            start = (anchor.0 + 1, anchor.1 + 1)
        }
    }

    /// Places of a longest common subsequence.
    private static func common(_ mine: [UInt64], _ theirs: [UInt64]) -> [(Int, Int)] {
        guard !mine.isEmpty, !theirs.isEmpty else { return [] }
        let change = mine.difference(from: theirs)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for item in change {
            switch item {
            case .remove(let place, _, _): removed.insert(place)
            case .insert(let place, _, _): inserted.insert(place)
            }
        }
        return Array(
            zip(
                mine.indices.filter { !inserted.contains($0) },
                theirs.indices.filter { !removed.contains($0) }))
    }
}

/// Errors under which both variants' trees know a failure: a bad medium stays one, whether the
/// tree calls it -EIO or -EHWPOISON.
package struct ErrorNames {
    private static let medium = [-Int32(Errno.eio), -Int32(Errno.ehwpoison)]
    /// By kind of call: the tree's name for a bad medium, where the other tree has another one.
    private var renamed: [UInt8: Int32] = [:]

    package init(of image: KernelImage, beside other: KernelImage) {
        for kind in InjectionPoint.allCases {
            let mine = image.legalErrors(of: kind)
            let theirs = other.legalErrors(of: kind)
            let own = ErrorNames.medium.filter { mine.contains($0) && !theirs.contains($0) }
            let its = ErrorNames.medium.filter { theirs.contains($0) && !mine.contains($0) }
            if let error = own.first, !its.isEmpty { renamed[UInt8(kind.rawValue)] = error }
        }
    }

    package func code(_ error: Int32, _ kind: UInt8) -> UInt64 {
        UInt64(UInt32(bitPattern: renamed[kind] == error ? ErrorNames.medium[0] : error))
    }
}
