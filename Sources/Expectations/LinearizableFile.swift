// SPDX-License-Identifier: GPL-2.0-only

// What a file may be after several tasks have worked on it at once. The operations have overlapped,
// so there is no one order to put them in; but each byte was changed by each of them at one moment
// between its call and its return, and so was the size. For each stretch of bytes that the
// operations treat alike, all orders that respect who had returned before whom are gone through,
// and what the stretch may hold is the set of what they come to.
//
// That is less than a whole order would demand (two stretches may be explained by two orders), and
// it must be: write() and truncate() do not change all their bytes at one moment, and nobody
// promises that they do. What it must never do is refuse what a correct kernel can do.

import Machine

/// The possible contents and sizes of one run's file.
struct LinearizableFile {
    /// Something that an operation did to a stretch, or to the size.
    private struct Deed {
        enum Effect {
            case byte(UInt8)
            case size(UInt64)
            case growth(UInt64)
            /// It only looks.
            case look
        }

        var operation: Int
        var effect: Effect
        /// It may have come to nothing.
        var isUncertain = false
    }

    private struct Executed {
        var operation: Operation
        var value: Int64
        var enter: Int
        var exit: Int
        var hasFailure: Bool
    }

    private let base: FileModel
    private let executed: [Executed]
    /// Indices of the operations that ran at once.
    private let tested: Range<Int>
    /// Where stretches begin and end: ascending.
    let cuts: [UInt64]
    /// Truncations that may have come when the size was theirs already, and then done nothing: what
    /// a store has left behind EOF stays.
    private var idle: Set<Int> = []

    init(_ facts: borrowing RunFacts) {
        let scenario = facts.scenario
        var base = FileModel()
        base.make(scenario.geometry)
        var executed: [Executed] = []
        var cuts: Set<UInt64> = [0, scenario.geometry.size, facts.size, .max]
        for index in 0..<facts.results.count {
            let operation = scenario.operations[index]
            let result = facts.results[index]
            if index < scenario.tested.lowerBound { base.apply(operation, value: result.value) }
            executed.append(
                Executed(
                    operation: operation, value: result.value, enter: result.events.lowerBound,
                    exit: facts.calls[index].exit,
                    hasFailure: facts.calls[index].hasFailure))
            cuts.insert(operation.position)
            cuts.insert(FileModel.pagesUp(operation.position) * FileModel.pageSize)
            cuts.insert(operation.end)
            if result.value > 0 { cuts.insert(operation.position + UInt64(result.value)) }
        }
        for run in base.bytes {
            cuts.insert(run.start)
            cuts.insert(run.end)
        }
        self.base = base
        self.executed = executed
        self.cuts = cuts.sorted()
        tested = scenario.tested
        for index in tested where index < executed.count {
            let fact = executed[index]
            if fact.operation.kind == .truncate, fact.value == 0,
                sizes(seenBy: index).contains(fact.operation.position)
            {
                idle.insert(index)
            }
        }
    }

    // MARK: - Questions

    /// Sizes that the file can have at its end, or as an operation looked.
    func sizes(seenBy operation: Int? = nil) -> Set<UInt64> {
        var deeds: [Deed] = []
        for index in tested where index != operation {
            let fact = executed[index]
            switch fact.operation.kind {
            case .truncate where fact.value == 0:
                deeds.append(Deed(operation: index, effect: .size(fact.operation.position)))
            case .write where fact.value > 0:
                deeds.append(
                    Deed(
                        operation: index,
                        effect: .growth(fact.operation.position + UInt64(fact.value))))
            default: break
            }
        }
        if let operation { deeds.append(Deed(operation: operation, effect: .look)) }
        var found: Set<UInt64> = []
        goThrough(deeds, from: base.size) { size, deed in
            switch deed.effect {
            case .size(let new): size = new
            case .growth(let end): size = max(size, end)
            case .look: found.insert(size)
            case .byte: break
            }
        } atEnd: {
            if operation == nil { found.insert($0) }
        }
        return found
    }

    /// Bytes that a stretch can hold at the end, or as an operation looked.
    ///
    /// - Parameter position: any of the stretch.
    func bytes(at position: UInt64, seenBy operation: Int? = nil) -> Set<UInt8> {
        var deeds: [Deed] = []
        for index in tested where index != operation {
            deeds += self.deeds(of: index, at: position)
        }
        if let operation { deeds.append(Deed(operation: operation, effect: .look)) }
        if base.isUnspecified(position) { return LinearizableFile.anything }
        var found: Set<UInt8> = []
        goThrough(deeds, from: base.byte(at: position)) { byte, deed in
            switch deed.effect {
            case .byte(let new): byte = new
            case .look: found.insert(byte)
            case .size, .growth: break
            }
        } atEnd: {
            if operation == nil { found.insert($0) }
        }
        return found
    }

    private static let anything = Set(UInt8.min...UInt8.max)

    /// Everything that a byte ever was: what a private copy of it may hold.
    func everSeen(at position: UInt64) -> Set<UInt8> {
        if base.isUnspecified(position, isPrivate: true) { return LinearizableFile.anything }
        var found: Set<UInt8> = [
            0, base.byte(at: position), base.byte(at: position, isPrivate: true),
        ]
        for fact in executed
        where fact.operation.position <= position && position < fact.operation.end {
            found.insert(fact.operation.fill)
        }
        return found
    }

    // MARK: - Orders

    private func deeds(of index: Int, at position: UInt64) -> [Deed] {
        let fact = executed[index]
        let operation = fact.operation
        let isInside = operation.position <= position && position < operation.end
        switch operation.kind {
        case .writeFault, .pfnMkwrite, .pmdWriteFault:
            guard isInside, fact.value == 0 else { return [] }
            return [Deed(operation: index, effect: .byte(operation.fill))]
        case .write:
            guard isInside else { return [] }
            let isDone =
                fact.value > 0 && position < operation.position + UInt64(fact.value)
            return [
                Deed(operation: index, effect: .byte(operation.fill), isUncertain: !isDone)
            ]
        case .truncate:
            guard position >= operation.position else { return [] }
            let page = FileModel.pagesUp(operation.position) * FileModel.pageSize
            if fact.value == 0 {
                let isUncertain = position < page && idle.contains(index)
                return [Deed(operation: index, effect: .byte(0), isUncertain: isUncertain)]
            }
            // A truncation that fails may have zeroed the rest of its last page.
            guard position < page else { return [] }
            return [Deed(operation: index, effect: .byte(0), isUncertain: true)]
        default: return []
        }
    }

    /// Whether one operation had to come to its moment before the other one.
    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        let (first, second) = (executed[one], executed[other])
        if first.operation.task == second.operation.task { return one < other }
        return first.exit >= 0 && first.exit < second.enter
    }

    /// Does the deeds in every order that is possible.
    private func goThrough<State>(
        _ deeds: [Deed], from start: State, apply: (inout State, Deed) -> Void,
        atEnd: (State) -> Void
    ) {
        func goOn(_ rest: [Deed], _ state: State) {
            if rest.isEmpty { return atEnd(state) }
            for place in rest.indices {
                let deed = rest[place]
                let isFirst = rest.allSatisfy {
                    $0.operation == deed.operation || !isBefore($0.operation, deed.operation)
                }
                guard isFirst else { continue }
                var left = rest
                left.remove(at: place)
                var next = state
                apply(&next, deed)
                goOn(left, next)
                if deed.isUncertain { goOn(left, state) }
            }
        }
        goOn(deeds, start)
    }

    // MARK: - Results

    /// What an operation can have returned, where nothing failed; nil: anything.
    func values(of index: Int) -> ClosedRange<Int64>? {
        let fact = executed[index]
        guard !fact.hasFailure else { return nil }
        let operation = fact.operation
        switch operation.kind {
        case .write: return Int64(operation.length)...Int64(operation.length)
        case .truncate, .fsync: return 0...0
        // Another freeze may have been first.
        case .freeze: return -Int64(Errno.ebusy)...0
        case .read:
            let counts = sizes(seenBy: index).map { size in
                Int64(
                    min(operation.length, size > operation.position ? size - operation.position : 0)
                )
            }
            return counts.min()!...counts.max()!
        case let kind where kind.isAccess:
            // Others took away again and again what it had mapped: see the machine's access.c.
            if fact.value == -Int64(Errno.eagain) { return nil }
            let page = operation.position / FileModel.pageSize
            let sizes = sizes(seenBy: index)
            let inside = sizes.contains { page < FileModel.pagesUp($0) }
            let outside = sizes.contains { page >= FileModel.pagesUp($0) }
            return (outside ? -Int64(Errno.efault) : 0)...(inside ? 0 : -Int64(Errno.efault))
        default: return nil
        }
    }
}
