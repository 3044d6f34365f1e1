// SPDX-License-Identifier: GPL-2.0-only

// One run as a sequence of steps, with their happens-before order: a step happened before another
// one if the same task made both, if they conflict, if it woke the other's task, or by a chain of
// these. Two unordered steps could be swapped without any observable difference. A pair that only
// its own conflict orders is a race, and a reduction reverses it next.
//
// Locks are special. Between two sections of one lock, the release conflicts with the next
// acquisition, and these two cannot be reversed: before the release the other task cannot run. The
// two acquisitions can be reversed, unless something other than that lock orders them.

/// A run's steps and their order.
///
/// Every step is compared with every other one, so the fields that a comparison needs are together,
/// and those that it rarely needs are in arrays of their own.
struct StepTrace {
    /// The fields of a step that every comparison needs. It is copied often, so it has no
    /// references.
    struct Item {
        var task: UInt8
        /// Tasks that could have run instead, and those of them that would only have queued for a
        /// lock.
        var runnable: UInt8
        var stuck: UInt8
        /// Number of the step among those of its task, from 1.
        var number: UInt16
        var reads: UInt64
        var writes: UInt64
        /// What happened before it, itself included.
        var clock = StepClock()
        /// The same, without what is ordered before it only by the lock that it begins with.
        var free = StepClock()
        /// Its task held locks for writing when the step began.
        var holdsLocks = false
    }

    /// A lock that a task holds for writing, and the step that took it or queued for it.
    struct Held {
        var lock: UInt32
        var since: Int
    }

    /// Two steps whose order can be reversed.
    struct Race: Equatable {
        var first: Int
        var second: Int
        /// It is between two sections of the lock that both steps begin with.
        var isOfSections = false
    }

    private(set) var items: [Item] = []
    private(set) var accessSets: [AccessSet] = []
    private var held: [[Held]] = []
    private(set) var races: [Race] = []

    private var holds: [[Held]] = [[], [], [], []]
    private var queued: [[Held]] = [[], [], [], []]
    /// Index of the last step of each task; -1: none.
    private var last = SIMD4<Int>(repeating: -1)

    var count: Int { items.count }

    /// Drops all steps from `index` on.
    mutating func cut(to index: Int) {
        guard index < items.count else { return }
        items.removeLast(items.count - index)
        accessSets.removeLast(accessSets.count - index)
        held.removeLast(held.count - index)
        races.removeAll { $0.second >= index }
        for task in 0..<4 {
            holds[task].removeAll(keepingCapacity: true)
            queued[task].removeAll(keepingCapacity: true)
        }
        last = SIMD4<Int>(repeating: -1)
        for step in 0..<index {
            last[Int(items[step].task)] = step
            if accessSets[step].accessesLocks { note(accessSets[step], at: step) }
        }
    }

    /// Adds the next step, and finds the races in which it is the second step.
    mutating func append(task: UInt8, runnable: UInt8, stuck: UInt8, accesses: AccessSet) {
        let before = last[Int(task)]
        var item = Item(
            task: task, runnable: runnable, stuck: stuck,
            number: before < 0 ? 1 : items[before].number + 1, reads: accesses.reads,
            writes: accesses.writes)
        let held = heldAtStart(by: task, accesses)
        item.holdsLocks = !held.isEmpty
        order(&item, accesses, behind: before)
        items.append(item)
        accessSets.append(accesses)
        self.held.append(held)
        last[Int(task)] = items.count - 1
        if accesses.accessesLocks { note(accesses, at: items.count - 1) }
    }

    /// Whether two steps depend on each other.
    private func conflict(_ index: Int, _ item: borrowing Item, _ accesses: AccessSet) -> Bool {
        let (reads, writes) = (items[index].reads, items[index].writes)
        guard writes & (item.reads | item.writes) | reads & item.writes != 0 else { return false }
        return accessSets[index].conflicts(with: accesses)
    }

    // MARK: - Locks held

    private func heldAtStart(by task: UInt8, _ accesses: AccessSet) -> [Held] {
        guard accesses.accessesLocks, !queued[Int(task)].isEmpty else { return holds[Int(task)] }
        var held = holds[Int(task)]
        // A task that queued for a lock and runs again has got it from its holder.
        for access in accesses.elements
        where access.thing == .lock && access.takes && !access.isReader {
            held += queued[Int(task)].filter { $0.lock == access.object }
        }
        return held
    }

    private mutating func note(_ accesses: AccessSet, at index: Int) {
        let slot = Int(items[index].task)
        for access in accesses.elements where access.thing == .lock {
            let lock = access.object
            if access.wants {
                queued[slot].append(Held(lock: lock, since: index))
            } else if access.takes {
                let wait = queued[slot].firstIndex { $0.lock == lock }
                let since = wait.map { queued[slot].remove(at: $0).since } ?? index
                if !access.isReader { holds[slot].append(Held(lock: lock, since: since)) }
            } else if access.releases, let index = holds[slot].lastIndex(where: { $0.lock == lock })
            {
                holds[slot].remove(at: index)
            }
        }
    }

    // MARK: - Happens-before

    /// Index of the step that made a task runnable again after its last step; -1: it stayed
    /// runnable.
    private func waker(of task: UInt8, behind last: Int, runnable: UInt8) -> Int {
        let bit = UInt8(1) << task
        for index in last + 1..<items.count + 1 {
            let mask = index < items.count ? items[index].runnable : runnable
            if mask & bit != 0 { return index == last + 1 ? -1 : index - 1 }
        }
        return -1
    }

    private mutating func order(_ item: inout Item, _ accesses: AccessSet, behind last: Int) {
        var clock = StepClock()
        if last >= 0 {
            clock = items[last].clock
            let waker = waker(of: item.task, behind: last, runnable: item.runnable)
            if waker >= 0 { clock.join(items[waker].clock) }
        }
        var free = clock
        let lock = accesses.guardLock
        var section = -1
        for index in stride(from: items.count - 1, through: 0, by: -1) {
            let task = items[index].task
            guard task != item.task, conflict(index, item, accesses) else { continue }
            let number = items[index].number
            let known = index == section ? free : clock
            if let lock, items[index].holdsLocks,
                let holder = held[index].lastIndex(where: { $0.lock == lock })
            {
                // Not possible before the section ends, whatever else conflicts.
                if known.count(of: task) < number { section = held[index][holder].since }
                clock.join(items[index].clock)
                continue
            }
            if known.count(of: task) < number {
                races.append(
                    Race(first: index, second: items.count, isOfSections: index == section))
            }
            clock.join(items[index].clock)
            free.join(items[index].clock)
        }
        clock.set(item.number, for: item.task)
        free.set(item.number, for: item.task)
        item.clock = clock
        item.free = free
    }
}
