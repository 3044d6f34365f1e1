// SPDX-License-Identifier: GPL-2.0-only

// Reads off a run what can be observed of it. The marks of one run lie in an arena behind those of
// the run before, facet by facet and operation by operation, so that a scenario's runs on one side
// can wait there for the same runs of the other side, and comparing two is comparing memory.

import Expectations
import Exploration
import Machine

/// Where the marks of a run are in an arena.
package struct ObservationSet {
    /// One more than there are observed kinds.
    private var bounds: SIMD8<Int32> = .zero

    /// The marks of a facet.
    package func range(of facet: Int) -> Range<Int> { Int(bounds[facet])..<Int(bounds[facet + 1]) }

    fileprivate mutating func setBound(_ facet: Int, _ place: Int) {
        bounds[facet] = Int32(place)
    }
}

/// Observes the runs of one image.
package struct Observer {
    private let image: KernelImage
    private let names: NameTable
    /// Names of locks are those that trees have in common.
    private let isAcrossTrees: Bool
    /// Numbers in the table of names by lock class; -1: not looked up yet.
    private var classes = [Int64](repeating: -1, count: 64)
    private let entryClass: Int64
    private let freezeClasses: [Int64]
    private var calls: [Observation] = []
    private var locks: [Observation] = []
    private var blocks: [Observation] = []
    private var points: [Observation] = []
    private var warnings: [Observation] = []
    private var lockedEntries: [Int64] = []
    /// Which locks the operation at hand holds and how often it has called begin: the sum of a
    /// number for each.
    private var situation: UInt64 = 0

    package init(of image: KernelImage, names: NameTable, isAcrossTrees: Bool) {
        self.image = image
        self.names = names
        self.isAcrossTrees = isAcrossTrees
        entryClass = names.number(of: "dax entry")
        freezeClasses = ["freeze protection", "sb_writers", "sb_pagefaults", "sb_internal"]
            .map(names.number(of:))
    }

    /// Puts a run's marks behind those in the arena.
    package mutating func observe(
        _ outcome: borrowing Outcome, of scenario: Scenario, into arena: inout [Observation]
    ) -> ObservationSet {
        for buffer in [\Observer.calls, \.locks, \.blocks, \.points, \.warnings] {
            self[keyPath: buffer].removeAll(keepingCapacity: true)
        }
        for operation in 0..<outcome.results.count { gather(operation, outcome) }
        var marks = ObservationSet()
        marks.setBound(0, arena.count)
        addResults(outcome, to: &arena)
        arena += warnings
        marks.setBound(1, arena.count)
        addData(outcome, to: &arena)
        marks.setBound(2, arena.count)
        arena += blocks
        addBlocks(outcome, to: &arena)
        marks.setBound(3, arena.count)
        arena += calls
        marks.setBound(4, arena.count)
        arena += locks
        addKept(outcome, to: &arena)
        marks.setBound(5, arena.count)
        arena += points
        marks.setBound(6, arena.count)
        return marks
    }

    /// The marks of a run that killed its process.
    package static func observe(_ death: Death, into arena: inout [Observation]) -> ObservationSet {
        var marks = ObservationSet()
        marks.setBound(0, arena.count)
        var mark = Observation(kind: .died, operation: Observation.noOperation)
        switch death.cause {
        case .signal(let number): mark.a = Int64(number)
        case .exit(let status): (mark.a, mark.b) = (Int64(status), 1)
        case .hang: mark.b = 2
        case .closedDescriptors: mark.b = 3
        case .memory: mark.b = 4
        }
        arena.append(mark)
        for facet in 1...ObservableKind.observed.count { marks.setBound(facet, arena.count) }
        return marks
    }

    // MARK: - Events

    private mutating func gather(_ operation: Int, _ outcome: borrowing Outcome) {
        let result = outcome.results[operation]
        guard result.state != .notRun else { return }
        let events = outcome.events
        let first = result.events.lowerBound
        let end = result.state == .done ? result.events.upperBound : events.count
        lockedEntries.removeAll(keepingCapacity: true)
        var allocated: Int64 = 0
        var freed: Int64 = 0
        var isEnding = false
        situation = 0
        for index in first..<max(first, end) {
            let event = events[index]
            guard event.operation == operation else { continue }
            switch event.kind {
            case .blockAllocate where event.result >= 0: allocated += event.arg1
            case .blockFree: freed += event.arg1
            case .end: isEnding = true
            case .endReturn: isEnding = false
            case .point:
                points.append(
                    Observation(
                        kind: .point, operation: UInt8(operation), a: event.arg1,
                        b: isEnding ? 1 : 0, e: Int64(bitPattern: situation)))
            case .warn, .misuse: addWarning(event, outcome)
            default: break
            }
            addCall(event)
            addLock(event)
        }
        if allocated != 0 {
            blocks.append(Observation(kind: .allocated, operation: UInt8(operation), a: allocated))
        }
        if freed != 0 {
            blocks.append(Observation(kind: .freed, operation: UInt8(operation), a: freed))
        }
    }

    @inline(__always)
    private mutating func addCall(_ event: Event) {
        let operation = UInt8(truncatingIfNeeded: event.operation ?? -1)
        switch event.kind {
        case .begin:
            situation &+= Observer.weight(of: -1)
            calls.append(
                Observation(
                    kind: .begin, operation: operation, a: event.arg0, b: event.arg1,
                    c: event.arg2, d: min(event.result, 0)))
        case .map:
            calls.append(
                Observation(
                    kind: .extent, operation: operation, a: event.arg0, b: event.arg1,
                    c: event.arg2, d: extentFlags(event.arg3)))
        case .end:
            calls.append(
                Observation(
                    kind: .end, operation: operation, a: event.arg0, b: event.arg1,
                    c: event.arg2, d: event.arg3, e: event.result))
        default: break
        }
    }

    /// The flag of merged extents has had two numbers.
    private func extentFlags(_ flags: Int64) -> Int64 {
        isAcrossTrees && flags & 0x10 != 0 ? flags & ~0x10 | 0x8 : flags
    }

    @inline(__always)
    private mutating func addLock(_ event: Event) {
        switch event.kind {
        case .lock: add(.take, event, lockClass(event.arg0), event.arg1)
        case .trylock where event.result != 0:
            add(.take, event, lockClass(event.arg0), event.arg1)
        case .unlock: add(.giveBack, event, lockClass(event.arg0), event.arg1)
        case .downgrade: add(.downgrade, event, lockClass(event.arg0), event.arg1)
        case .freezeEnter: add(.take, event, freezeClass(event.arg0), 1)
        case .freezeExit: add(.giveBack, event, freezeClass(event.arg0), 1)
        case .indexInsert where event.result >= 0: addEntryLock(event, event.arg2 != 0)
        case .indexReplace: addEntryLock(event, event.arg2 != 0)
        case .indexDelete: addEntryLock(event, false)
        default: break
        }
    }

    /// An entry is locked by a bit in it, so it is when an entry is put in its place that it is
    /// locked or not any more.
    private mutating func addEntryLock(_ event: Event, _ isLocked: Bool) {
        let place = lockedEntries.firstIndex(of: event.arg0)
        if isLocked, place == nil {
            lockedEntries.append(event.arg0)
            add(.take, event, entryClass, 0)
        } else if !isLocked, let place {
            lockedEntries.remove(at: place)
            add(.giveBack, event, entryClass, 0)
        }
    }

    private mutating func add(
        _ kind: Observation.Kind, _ event: Event, _ name: Int64, _ mode: Int64
    ) {
        switch kind {
        case .take: situation &+= Observer.weight(of: name)
        case .giveBack: situation &-= Observer.weight(of: name)
        default: break
        }
        locks.append(
            Observation(
                kind: kind, operation: UInt8(truncatingIfNeeded: event.operation ?? -1), a: name,
                b: mode))
    }

    /// A number for a lock, such that sums of them do not meet.
    private static func weight(of name: Int64) -> UInt64 {
        var hash = ObservationHash()
        hash.add(UInt64(bitPattern: name))
        return hash.value
    }

    private mutating func lockClass(_ number: Int64) -> Int64 {
        guard number >= 0, number < classes.count else { return -1 }
        if classes[Int(number)] < 0 {
            for (index, name) in image.lockClassNames().enumerated() where index < classes.count {
                classes[index] = names.number(of: isAcrossTrees ? LockNames.common(name) : name)
            }
        }
        return classes[Int(number)]
    }

    private func freezeClass(_ level: Int64) -> Int64 {
        level > 0 && level < freezeClasses.count ? freezeClasses[Int(level)] : freezeClasses[0]
    }

    private mutating func addWarning(_ event: Event, _ outcome: borrowing Outcome) {
        let stacks = outcome.stacks
        let text =
            event.arg0 >= 0 && event.arg0 < stacks.count
            ? stacks[Int(event.arg0)].text : ""
        warnings.append(
            Observation(
                kind: .warned, operation: UInt8(truncatingIfNeeded: event.operation ?? -1),
                a: names.number(of: text)))
    }

    // MARK: - The end of the run

    private mutating func addResults(_ outcome: borrowing Outcome, to arena: inout [Observation]) {
        for (index, result) in outcome.results.enumerated() {
            arena.append(
                Observation(
                    kind: .returned, operation: UInt8(index), a: Int64(result.state.rawValue),
                    b: result.value, c: Int64(result.vmFault.rawValue),
                    d: Int64(result.pteFault.rawValue)))
        }
        arena.append(
            Observation(
                kind: .ended, operation: Observation.noOperation, a: Int64(outcome.end.rawValue)))
        for wait in outcome.waits {
            arena.append(
                Observation(
                    kind: .waits, operation: Observation.noOperation,
                    a: wait.kind == .waitQueue ? -1 : lockClass(Int64(wait.lockClass)),
                    b: wait.isRead ? 1 : 0, c: Int64(wait.task)))
        }
    }

    private func addData(_ outcome: borrowing Outcome, to arena: inout [Observation]) {
        for (index, result) in outcome.results.enumerated() where result.state == .done {
            Observer.addBytes(
                .saw, UInt8(index), outcome.seen, result.seen, to: &arena)
            addTimes(UInt8(index), result, outcome, to: &arena)
        }
        guard outcome.end == .finished else { return }
        arena.append(
            Observation(
                kind: .size, operation: Observation.noOperation, a: Int64(bitPattern: outcome.size))
        )
        let contents = outcome.contents
        Observer.addBytes(
            .contains, Observation.noOperation, contents, 0..<contents.count, to: &arena)
        for mapping in outcome.mappings {
            let backing: Observation.Backing =
                mapping.deviceBlock >= 0
                ? .storage : mapping.deviceBlock == -2 ? .hugeZeroPage : .memory
            arena.append(
                Observation(
                    kind: .mapped, operation: Observation.noOperation, a: Int64(mapping.page),
                    b: Int64(mapping.order), c: mapping.isPrivate ? 1 : 0,
                    d: mapping.isWritable ? 1 : 0, e: backing.rawValue))
        }
        for entry in outcome.entries where entry.isDirty {
            arena.append(
                Observation(
                    kind: .dirty, operation: Observation.noOperation, a: Int64(entry.index),
                    b: entry.kind == .pmd ? 9 : 0))
        }
    }

    /// New times are noted right before an operation returns.
    private func addTimes(
        _ operation: UInt8, _ result: OperationResult, _ outcome: borrowing Outcome,
        to arena: inout [Observation]
    ) {
        guard result.events.count > 1 else { return }
        let event = outcome.events[result.events.upperBound - 2]
        guard event.kind == .times else { return }
        arena.append(
            Observation(
                kind: .times, operation: operation, a: event.arg0 != event.arg1 ? 1 : 0,
                b: event.arg2 != event.arg3 ? 1 : 0))
    }

    /// Neighbours of equal bytes are one run of them: where blocks end is not observed here.
    private static func addBytes(
        _ kind: Observation.Kind, _ operation: UInt8, _ records: Records<DataRun>,
        _ range: Range<Int>,
        to arena: inout [Observation]
    ) {
        let first = arena.count
        for index in range {
            let record = records[index]
            let (from, to) = (Int64(bitPattern: record.position), Int64(bitPattern: record.end))
            if arena.count > first, arena[arena.count - 1].b == from,
                arena[arena.count - 1].c == Int64(record.byte)
            {
                arena[arena.count - 1].b = to
            } else {
                arena.append(
                    Observation(
                        kind: kind, operation: operation, a: from, b: to, c: Int64(record.byte)))
            }
        }
    }

    private func addBlocks(_ outcome: borrowing Outcome, to arena: inout [Observation]) {
        guard outcome.end == .finished else { return }
        var mapBlocks: Int64 = 0
        var unaccounted: Int64 = 0
        let first = arena.count
        for block in outcome.blocks {
            if block.isMissingInBitmap || block.isSharedTwice { unaccounted += 1 }
            guard block.fileBlock >= 0 else {
                mapBlocks += 1
                continue
            }
            let unwritten: Int64 = block.isUnwritten ? 1 : 0
            if let last = arena.last, arena.count > first, last.a + last.b == block.fileBlock,
                last.c == unwritten
            {
                arena[arena.count - 1].b += 1
            } else {
                arena.append(
                    Observation(
                        kind: .owns, operation: Observation.noOperation, a: block.fileBlock, b: 1,
                        c: unwritten))
            }
        }
        func add(_ kind: Observation.Kind, _ count: Int64) {
            if count != 0 {
                arena.append(Observation(kind: kind, operation: Observation.noOperation, a: count))
            }
        }
        add(.ownsMap, mapBlocks)
        add(.unaccounted, unaccounted)
        add(.used, Int64(outcome.freeBlocksBefore) - Int64(outcome.freeBlocks))
        for leak in outcome.leaks {
            let kind = "\(leak.kind)"
            let what = leak.what
            let name = what.isEmpty || what == kind ? kind : "\(kind) (\(what))"
            arena.append(
                Observation(
                    kind: .lost, operation: Observation.noOperation, a: names.number(of: name)))
        }
    }

    private mutating func addKept(_ outcome: borrowing Outcome, to arena: inout [Observation]) {
        for held in outcome.held where held.operation >= 0 {
            arena.append(
                Observation(
                    kind: .keeps, operation: UInt8(truncatingIfNeeded: held.operation),
                    a: lockClass(Int64(held.lockClass)), b: held.isRead ? 1 : 0))
        }
    }
}
