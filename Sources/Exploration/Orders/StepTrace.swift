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

import Machine

/// A run's steps and their order.
struct StepTrace {
    struct Item {
        var task: UInt8
        /// Tasks that could have made the step instead, and those of them that would only have
        /// queued for a lock.
        var runnable: UInt8
        var stuck: UInt8
        /// The n-th step of its task, from 1.
        var number: UInt16
        var footprint: Footprint
        /// Of what happened before it, with itself.
        var clock = StepClock()
        /// The same, without what only the lock that it begins with brought before it.
        var free = StepClock()
        /// Locks that its task held for writing as it began, and the steps that came to take them.
        var held: [Held] = []
    }

    struct Held {
        var lock: UInt32
        var since: Int
    }

    /// Two steps that would be ordered the other way round if the second one were made first.
    struct Race: Equatable {
        var first: Int
        var second: Int
        /// It is about the lock that both begin with taking.
        var isOfSections = false
    }

    private(set) var items: [Item] = []
    private(set) var races: [Race] = []
    private var holds: [[Held]] = [[], [], [], []]
    private var queued: [[Held]] = [[], [], [], []]

    var count: Int { items.count }

    /// Forgets all steps from `index` on; what is left can be gone on with.
    mutating func cut(to index: Int) {
        guard index < items.count else { return }
        items.removeLast(items.count - index)
        races.removeAll { $0.second >= index }
        for task in 0..<4 {
            holds[task].removeAll(keepingCapacity: true)
            queued[task].removeAll(keepingCapacity: true)
        }
        for place in 0..<index { note(items[place].footprint, of: items[place].task, at: place) }
    }

    /// Adds the next step, and finds the races that it is the second part of.
    mutating func append(task: UInt8, runnable: UInt8, stuck: UInt8, footprint: Footprint) {
        let last = items.lastIndex { $0.task == task }
        var item = Item(
            task: task, runnable: runnable, stuck: stuck,
            number: (last.map { items[$0].number } ?? 0) + 1, footprint: footprint)
        item.held = heldAtStart(by: task, footprint)
        note(footprint, of: task, at: items.count)
        order(&item, behind: last)
        items.append(item)
    }

    /// Whether the earlier of two steps happened before the later one.
    func happened(_ earlier: Int, before later: Int) -> Bool {
        items[later].clock.count(of: items[earlier].task) >= items[earlier].number
    }

    // MARK: - Who holds what

    private func heldAtStart(by task: UInt8, _ footprint: Footprint) -> [Held] {
        var held = holds[Int(task)]
        // Who queued for a lock and goes on has been given it by whoever held it.
        for touch in footprint.touches where touch.thing == .lock && touch.takes {
            if !touch.isReader, let wait = queued[Int(task)].first(where: { $0.lock == touch.object }) {
                held.append(wait)
            }
        }
        return held
    }

    private mutating func note(_ footprint: Footprint, of task: UInt8, at index: Int) {
        let slot = Int(task)
        for touch in footprint.touches where touch.thing == .lock {
            if touch.wants {
                queued[slot].append(Held(lock: touch.object, since: index))
            } else if touch.takes {
                let wait = queued[slot].firstIndex { $0.lock == touch.object }
                let since = wait.map { queued[slot].remove(at: $0).since } ?? index
                if !touch.isReader { holds[slot].append(Held(lock: touch.object, since: since)) }
            } else if touch.gives, let place = holds[slot].lastIndex(where: { $0.lock == touch.object })
            {
                holds[slot].remove(at: place)
            }
        }
    }

    // MARK: - What happened before

    /// The step that made a task able to go on which could not after its last step.
    private func waker(of task: UInt8, behind last: Int, runnable: UInt8) -> Int? {
        let bit = UInt8(1) << task
        for index in last + 1..<items.count + 1 {
            let mask = index < items.count ? items[index].runnable : runnable
            if mask & bit != 0 { return index == last + 1 ? nil : index - 1 }
        }
        return nil
    }

    private mutating func order(_ item: inout Item, behind last: Int?) {
        var clock = StepClock()
        if let last {
            clock = items[last].clock
            if let waker = waker(of: item.task, behind: last, runnable: item.runnable) {
                clock.join(items[waker].clock)
            }
        }
        var free = clock
        let lock = item.footprint.guardLock
        var section = -1
        for index in stride(from: items.count - 1, through: 0, by: -1) {
            let other = items[index]
            guard other.task != item.task, other.footprint.conflicts(with: item.footprint) else {
                continue
            }
            let known = index == section ? free : clock
            if let lock, let held = other.held.last(where: { $0.lock == lock }) {
                // Not before the section is over, whatever else they conflict about.
                if known.count(of: other.task) < other.number { section = held.since }
                clock.join(other.clock)
                continue
            }
            if known.count(of: other.task) < other.number {
                races.append(
                    Race(first: index, second: items.count, isOfSections: index == section))
            }
            clock.join(other.clock)
            free.join(other.clock)
        }
        clock.set(item.number, for: item.task)
        free.set(item.number, for: item.task)
        item.clock = clock
        item.free = free
    }
}
