// SPDX-License-Identifier: GPL-2.0-only

// One run as a sequence of steps, with the order that it imposed on them: a step happened before
// another one if the same task made both, if they conflict, if it woke the other's task, or by a
// chain of such. Steps that happened in no such order could have been made the other way round
// without anybody noticing; a pair that is ordered by its own conflict alone is a race, and turning
// it round is what a reduction does next.
//
// Locks need care. Between two sections of one lock the conflict that shows is that of the release
// with the next acquisition, and those two cannot be turned round: before the release the other
// task cannot go on. What can be turned round is the two acquisitions, unless something else than
// that lock orders them.

/// A run's steps and their order.
///
/// Every step is compared with every other one of every run, so what a comparison needs lies side
/// by side, and what it nearly never needs lies apart.
package struct StepTrace {
    /// What is looked at of a step all the time: it is copied, so it owns nothing.
    package struct Item {
        package var task: UInt8
        /// Tasks that could have made the step instead, and those of them that would only have
        /// queued for a lock.
        package var runnable: UInt8
        package var stuck: UInt8
        /// The n-th step of its task, from 1.
        package var number: UInt16
        package var reads: UInt64
        package var writes: UInt64
        /// Of what happened before it, with itself.
        package var clock = StepClock()
        /// The same, without what only the lock that it begins with brought before it.
        package var free = StepClock()
        /// Its task held locks for writing as it began.
        package var holdsLocks = false

        package init(
            task: UInt8, runnable: UInt8, stuck: UInt8, number: UInt16, reads: UInt64,
            writes: UInt64, clock: StepClock = StepClock(), free: StepClock = StepClock(),
            holdsLocks: Bool = false
        ) {
            self.task = task
            self.runnable = runnable
            self.stuck = stuck
            self.number = number
            self.reads = reads
            self.writes = writes
            self.clock = clock
            self.free = free
            self.holdsLocks = holdsLocks
        }
    }

    /// A lock that a task holds for writing, and the step with which it came to it.
    package struct Held {
        package var lock: UInt32
        package var since: Int

        package init(lock: UInt32, since: Int) {
            self.lock = lock
            self.since = since
        }
    }

    /// Two steps that would be ordered the other way round if the second one were made first.
    package struct Race: Equatable {
        package var first: Int
        package var second: Int
        /// It is about the lock that both begin with taking.
        package var isOfSections = false

        package init(first: Int, second: Int, isOfSections: Bool = false) {
            self.first = first
            self.second = second
            self.isOfSections = isOfSections
        }
    }

    package private(set) var items: [Item] = []
    package private(set) var accessSets: [AccessSet] = []
    private var held: [[Held]] = []
    package private(set) var races: [Race] = []

    package init(items: [Item] = [], accessSets: [AccessSet] = [], races: [Race] = []) {
        self.items = items
        self.accessSets = accessSets
        self.races = races
    }
    private var holds: [[Held]] = [[], [], [], []]
    private var queued: [[Held]] = [[], [], [], []]
    /// The last step of each task, and how many it has made.
    private var last = SIMD4<Int>(repeating: -1)

    package var count: Int { items.count }

    /// Forgets all steps from `index` on; what is left can be gone on with.
    package mutating func cut(to index: Int) {
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
        for place in 0..<index {
            last[Int(items[place].task)] = place
            if accessSets[place].accessesLocks { note(accessSets[place], at: place) }
        }
    }

    /// Adds the next step, and finds the races that it is the second part of.
    package mutating func append(task: UInt8, runnable: UInt8, stuck: UInt8, accesses: AccessSet) {
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

    // MARK: - Who holds what

    private func heldAtStart(by task: UInt8, _ accesses: AccessSet) -> [Held] {
        guard accesses.accessesLocks, !queued[Int(task)].isEmpty else { return holds[Int(task)] }
        var held = holds[Int(task)]
        // Who queued for a lock and goes on has been given it by whoever held it.
        for access in accesses.elements where access.thing == .lock && access.takes && !access.isReader
        {
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
            } else if access.gives, let place = holds[slot].lastIndex(where: { $0.lock == lock }) {
                holds[slot].remove(at: place)
            }
        }
    }

    // MARK: - What happened before

    /// The step that made a task able to go on which could not after its last step; -1: it could.
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
                let place = held[index].lastIndex(where: { $0.lock == lock })
            {
                // Not before the section is over, whatever else they conflict about.
                if known.count(of: task) < number { section = held[index][place].since }
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
