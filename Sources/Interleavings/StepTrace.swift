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
public struct StepTrace {
    /// What is looked at of a step all the time: it is copied, so it owns nothing.
    public struct Item {
        public var task: UInt8
        /// Tasks that could have made the step instead, and those of them that would only have
        /// queued for a lock.
        public var runnable: UInt8
        public var stuck: UInt8
        /// The n-th step of its task, from 1.
        public var number: UInt16
        public var reads: UInt64
        public var writes: UInt64
        /// Of what happened before it, with itself.
        public var clock = StepClock()
        /// The same, without what only the lock that it begins with brought before it.
        public var free = StepClock()
        /// Its task held locks for writing as it began.
        public var holdsLocks = false

    }

    /// A lock that a task holds for writing, and the step with which it came to it.
    public struct Held {
        public var lock: UInt32
        public var since: Int

    }

    /// Two steps that would be ordered the other way round if the second one were made first.
    public struct Race: Equatable {
        public var first: Int
        public var second: Int
        /// It is about the lock that both begin with taking.
        public var isOfSections = false

    }

    public private(set) var items: [Item] = []
    public private(set) var footprints: [AccessSet] = []
    private var held: [[Held]] = []
    public private(set) var races: [Race] = []

    private var holds: [[Held]] = [[], [], [], []]
    private var queued: [[Held]] = [[], [], [], []]
    /// The last step of each task, and how many it has made.
    private var last = SIMD4<Int>(repeating: -1)

    public var count: Int { items.count }

    /// Forgets all steps from `index` on; what is left can be gone on with.
    public mutating func cut(to index: Int) {
        guard index < items.count else { return }
        items.removeLast(items.count - index)
        footprints.removeLast(footprints.count - index)
        held.removeLast(held.count - index)
        races.removeAll { $0.second >= index }
        for task in 0..<4 {
            holds[task].removeAll(keepingCapacity: true)
            queued[task].removeAll(keepingCapacity: true)
        }
        last = SIMD4<Int>(repeating: -1)
        for place in 0..<index {
            last[Int(items[place].task)] = place
            if footprints[place].touchesLocks { note(footprints[place], at: place) }
        }
    }

    /// Adds the next step, and finds the races that it is the second part of.
    public mutating func append(task: UInt8, runnable: UInt8, stuck: UInt8, footprint: AccessSet) {
        let before = last[Int(task)]
        var item = Item(
            task: task, runnable: runnable, stuck: stuck,
            number: before < 0 ? 1 : items[before].number + 1, reads: footprint.reads,
            writes: footprint.writes)
        let held = heldAtStart(by: task, footprint)
        item.holdsLocks = !held.isEmpty
        order(&item, footprint, behind: before)
        items.append(item)
        footprints.append(footprint)
        self.held.append(held)
        last[Int(task)] = items.count - 1
        if footprint.touchesLocks { note(footprint, at: items.count - 1) }
    }

    /// Whether two steps depend on each other.
    private func conflict(_ index: Int, _ item: borrowing Item, _ footprint: AccessSet) -> Bool {
        let (reads, writes) = (items[index].reads, items[index].writes)
        guard writes & (item.reads | item.writes) | reads & item.writes != 0 else { return false }
        return footprints[index].conflicts(with: footprint)
    }

    // MARK: - Who holds what

    private func heldAtStart(by task: UInt8, _ footprint: AccessSet) -> [Held] {
        guard footprint.touchesLocks, !queued[Int(task)].isEmpty else { return holds[Int(task)] }
        var held = holds[Int(task)]
        // Who queued for a lock and goes on has been given it by whoever held it.
        for touch in footprint.touches where touch.thing == .lock && touch.takes && !touch.isReader
        {
            held += queued[Int(task)].filter { $0.lock == touch.object }
        }
        return held
    }

    private mutating func note(_ footprint: AccessSet, at index: Int) {
        let slot = Int(items[index].task)
        for touch in footprint.touches where touch.thing == .lock {
            let lock = touch.object
            if touch.wants {
                queued[slot].append(Held(lock: lock, since: index))
            } else if touch.takes {
                let wait = queued[slot].firstIndex { $0.lock == lock }
                let since = wait.map { queued[slot].remove(at: $0).since } ?? index
                if !touch.isReader { holds[slot].append(Held(lock: lock, since: since)) }
            } else if touch.gives, let place = holds[slot].lastIndex(where: { $0.lock == lock }) {
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

    private mutating func order(_ item: inout Item, _ footprint: AccessSet, behind last: Int) {
        var clock = StepClock()
        if last >= 0 {
            clock = items[last].clock
            let waker = waker(of: item.task, behind: last, runnable: item.runnable)
            if waker >= 0 { clock.join(items[waker].clock) }
        }
        var free = clock
        let lock = footprint.guardLock
        var section = -1
        for index in stride(from: items.count - 1, through: 0, by: -1) {
            let task = items[index].task
            guard task != item.task, conflict(index, item, footprint) else { continue }
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
