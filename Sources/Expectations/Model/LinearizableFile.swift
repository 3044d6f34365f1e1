// SPDX-License-Identifier: GPL-2.0-only

// What a file may contain after several tasks have changed it at once. Overlapping operations have
// no single order, but each of them changes each byte, and the size, at one moment between its call
// and its return. For each stretch of bytes that the operations treat alike, every order is tried
// that keeps an operation behind those that had returned before its call. The stretch may hold any
// of the results.
//
// This is weaker than one order for the whole file (two stretches may need two orders), because
// write() and truncate() do not change all their bytes at one moment, and no standard says so. It
// must never reject what a correct kernel can do.

import Machine

/// The possible contents and sizes of one run's file.
struct LinearizableFile {
    /// What an operation does to a stretch, or to the size.
    private struct Effect {
        enum Kind {
            case byte(UInt8)
            case size(UInt64)
            case growth(UInt64)
            /// A range was taken out.
            case shrink(UInt64)
            /// Reads, and changes nothing.
            case look
        }

        var operation: Int
        var kind: Kind
        /// It may have had no effect.
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
    /// Positions at which stretches begin and end, ascending; some stand there more than once.
    let cuts: [UInt64]
    /// Truncations that may have found the size that they set, and so changed nothing: what a store
    /// has left beyond EOF stays.
    private var idle: Set<Int> = []

    init(_ facts: borrowing RunFacts) {
        let scenario = facts.scenario
        var base = FileModel()
        base.make(scenario.geometry)
        var executed: [Executed] = []
        var cuts: [UInt64] = [0, scenario.geometry.size, facts.size, .max]
        for index in 0..<facts.results.count {
            let operation = scenario.operations[index]
            let result = facts.results[index]
            if index < scenario.tested.lowerBound { base.apply(operation, value: result.value) }
            executed.append(
                Executed(
                    operation: operation, value: result.value, enter: result.events.lowerBound,
                    exit: facts.calls[index].exit,
                    hasFailure: facts.calls[index].hasFailure))
            cuts.append(operation.position)
            cuts.append(FileModel.pagesUp(operation.position) * FileModel.pageSize)
            cuts.append(operation.end)
            if result.value > 0 { cuts.append(operation.position + UInt64(result.value)) }
        }
        for operation in scenario.operations[scenario.tested] where operation.kind == .collapseRange
        {
            cuts += cuts.filter { $0 > operation.length }.map { $0 - operation.length }
        }
        for run in base.bytes {
            cuts.append(run.start)
            cuts.append(run.end)
        }
        self.base = base
        self.executed = executed
        cuts.sort()
        self.cuts = cuts
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

    /// Sizes that the file may have at the end, or may have had when an operation read it.
    func sizes(seenBy operation: Int? = nil) -> Set<UInt64> {
        var effects: [Effect] = []
        for index in tested where index != operation {
            let fact = executed[index]
            switch fact.operation.kind {
            case .truncate where fact.value == 0:
                effects.append(Effect(operation: index, kind: .size(fact.operation.position)))
            case .collapseRange where fact.value == 0:
                effects.append(Effect(operation: index, kind: .shrink(fact.operation.length)))
            case .write where fact.value > 0, .writeNowait where fact.value > 0:
                effects.append(
                    Effect(
                        operation: index,
                        kind: .growth(fact.operation.position + UInt64(fact.value))))
            default: break
            }
        }
        if let operation { effects.append(Effect(operation: operation, kind: .look)) }
        var found: Set<UInt64> = []
        tryOrders(effects, from: base.size) { size, effect in
            switch effect.kind {
            case .size(let new): size = new
            case .growth(let end): size = max(size, end)
            case .shrink(let length): size -= min(size, length)
            case .look: found.insert(size)
            case .byte: break
            }
        } atEnd: {
            if operation == nil { found.insert($0) }
        }
        return found
    }

    /// Bytes that a stretch may hold at the end, or may have held when an operation read it.
    ///
    /// - Parameter position: any position in the stretch.
    func bytes(at position: UInt64, seenBy operation: Int? = nil) -> ByteSet {
        if base.isUnspecified(position) { return .all }
        if hasMovedBytes(to: position) { return everSeen(at: position) }
        var effects: [Effect] = []
        for index in tested where index != operation {
            if let effect = effect(of: index, at: position) { effects.append(effect) }
        }
        // Nobody changes most stretches.
        if effects.isEmpty { return ByteSet(base.byte(at: position)) }
        if let operation { effects.append(Effect(operation: operation, kind: .look)) }
        var found = ByteSet()
        tryOrders(effects, from: base.byte(at: position)) { byte, effect in
            switch effect.kind {
            case .byte(let new): byte = new
            case .look: found.insert(byte)
            case .size, .growth, .shrink: break
            }
        } atEnd: {
            if operation == nil { found.insert($0) }
        }
        return found
    }

    /// Every value that a byte may ever have had: what a private copy of it may hold.
    func everSeen(at position: UInt64) -> ByteSet {
        sources(of: position).reduce(into: ByteSet()) { $0.formUnion(everStood(at: $1)) }
    }

    /// Whether a range was taken out in front of a position.
    private func hasMovedBytes(to position: UInt64) -> Bool {
        tested.contains { index in
            index < executed.count && executed[index].operation.kind == .collapseRange
                && executed[index].value == 0 && position >= executed[index].operation.position
        }
    }

    /// The position, and those whose bytes have moved to it when a range was taken out. Which of the two
    /// an operation at the same time saw, nothing tells: any byte of either is right.
    private func sources(of position: UInt64) -> [UInt64] {
        var all = [position]
        for index in tested where index < executed.count {
            let fact = executed[index]
            guard fact.operation.kind == .collapseRange, fact.value == 0,
                position >= fact.operation.position
            else { continue }
            all += all.map { $0 + fact.operation.length }
        }
        return all
    }

    private func everStood(at position: UInt64) -> ByteSet {
        if base.isUnspecified(position, isPrivate: true) { return .all }
        var found = ByteSet(0)
        found.insert(base.byte(at: position))
        found.insert(base.byte(at: position, isPrivate: true))
        for fact in executed
        where fact.operation.position <= position && position < fact.operation.end {
            found.insert(fact.operation.fill)
        }
        return found
    }

    // MARK: - Orders

    private func effect(of index: Int, at position: UInt64) -> Effect? {
        let fact = executed[index]
        let operation = fact.operation
        let isInside = operation.position <= position && position < operation.end
        switch operation.kind {
        case .writeFault, .pfnMkwrite, .pmdWriteFault:
            guard isInside, fact.value == 0 else { return nil }
            return Effect(operation: index, kind: .byte(operation.fill))
        case .write, .writeNowait:
            guard isInside else { return nil }
            let isDone =
                fact.value > 0 && position < operation.position + UInt64(fact.value)
            return Effect(operation: index, kind: .byte(operation.fill), isUncertain: !isDone)
        case .zeroRange, .punchHole:
            guard isInside else { return nil }
            return Effect(operation: index, kind: .byte(0), isUncertain: fact.value != 0)
        case .truncate:
            guard position >= operation.position else { return nil }
            let page = FileModel.pagesUp(operation.position) * FileModel.pageSize
            if fact.value == 0 {
                let isUncertain = position < page && idle.contains(index)
                return Effect(operation: index, kind: .byte(0), isUncertain: isUncertain)
            }
            // A failing truncation may have zeroed the rest of its last page.
            guard position < page else { return nil }
            return Effect(operation: index, kind: .byte(0), isUncertain: true)
        default: return nil
        }
    }

    /// Whether one operation must have taken effect before the other.
    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        let (first, second) = (executed[one], executed[other])
        if first.operation.task == second.operation.task { return one < other }
        return first.exit >= 0 && first.exit < second.enter
    }

    /// Applies the effects in every possible order.
    private func tryOrders<State>(
        _ effects: [Effect], from start: State, apply: (inout State, Effect) -> Void,
        atEnd: (State) -> Void
    ) {
        // A run has no more operations (FL_OPS_MAX).
        precondition(effects.count <= 64)
        // For each effect those that come before it, a bit for each.
        let earlier = effects.map { effect in
            effects.indices.reduce(into: UInt64(0)) { bits, index in
                let other = effects[index].operation
                if other != effect.operation, isBefore(other, effect.operation) {
                    bits |= 1 << UInt64(index)
                }
            }
        }
        func goOn(_ rest: UInt64, _ state: State) {
            if rest == 0 { return atEnd(state) }
            for index in effects.indices where rest & (1 << UInt64(index)) != 0 {
                guard earlier[index] & rest == 0 else { continue }
                let left = rest & ~(1 << UInt64(index))
                var next = state
                apply(&next, effects[index])
                goOn(left, next)
                if effects[index].isUncertain { goOn(left, state) }
            }
        }
        goOn((1 << UInt64(effects.count)) &- 1, start)
    }

    // MARK: - Results

    /// What an operation may have returned if nothing failed; nil: anything.
    func values(of index: Int) -> ClosedRange<Int64>? {
        let fact = executed[index]
        guard !fact.hasFailure else { return nil }
        let operation = fact.operation
        switch operation.kind {
        case .write: return Int64(operation.length)...Int64(operation.length)
        // -EAGAIN: another task had a lock, or there is no block.
        case .writeNowait: return -Int64(Errno.eagain)...Int64(operation.length)
        // -EINVAL: another task has made the file shorter.
        case .collapseRange:
            let isShort = sizes(seenBy: index).contains { $0 <= operation.end }
            return (isShort ? -Int64(Errno.einval) : 0)...0
        case .dedupe: return -Int64(Errno.ebade)...Int64(operation.length)
        case .truncate, .fsync, .unpin, .mapSync, .zeroRange, .punchHole, .memoryFailure,
            .mappingFailure, .reflink, .unshare, .evict:
            return 0...0
        // -EBUSY: another task froze the filesystem first.
        case .freeze: return -Int64(Errno.ebusy)...0
        case .read, .readNowait:
            let counts = sizes(seenBy: index).map { size in
                Int64(
                    min(operation.length, size > operation.position ? size - operation.position : 0)
                )
            }
            return
                (operation.kind.mayNotWait ? -Int64(Errno.eagain) : counts.min()!)...counts.max()!
        case let kind where kind.isAccess || kind == .pin:
            // -EAGAIN: other tasks unmapped the page again and again; see csrc/machine.
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
