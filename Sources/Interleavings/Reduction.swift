// SPDX-License-Identifier: GPL-2.0-only

// The search behind `DPOR`, on steps alone: where they come from, a run of the machine or
// a few lines of a test, is all the same to it. It keeps one run, the last one, as a stack of
// points; below each point all that can be reached from there has been covered, or waits in the
// point's tree.

/// A search for one order of each kind.
package struct Reduction {
    /// A task whose next step has been tried at this point, and everything behind it.
    private struct Sleeper {
        var task: UInt8
        var accesses: AccessSet
    }

    /// A point of the current run: what is before one of its steps.
    private struct Point {
        var task: UInt8
        var sleepers: [Sleeper] = []
        var tree = WakeupTree()
    }

    /// A step that is made in another place touches what it touched, whatever came before it.
    package let stepsAreFixed: Bool
    private var points: [Point] = []
    private var trace = StepTrace()
    /// Points of the run asked for last that are as they were before.
    package private(set) var kept = 0
    /// The tasks behind them that it is to begin with.
    private var plan: [UInt8] = []
    /// What else there is to try at the points of the plan, from its second on.
    private var others: [[WakeupTree.Node]] = []
    private var hasBegun = false

    private var sequence: [WakeupTree.Element] = []

    private enum Course { case new, redundant, astray }
    private var course = Course.new
    private var place = 0

    package private(set) var runs = 0
    package private(set) var redundant = 0
    /// There is nothing left to try.
    package private(set) var isComplete = false

    package init(stepsAreFixed: Bool = false) { self.stepsAreFixed = stepsAreFixed }

    /// Writes down the tasks of the steps that the next run begins with; false when none is left.
    package mutating func next(_ choices: inout [UInt8]) -> Bool {
        guard !isComplete else { return false }
        choices.removeAll(keepingCapacity: true)
        for point in points.prefix(kept) { choices.append(point.task) }
        choices.append(contentsOf: plan)
        return true
    }

    // MARK: - A run, step by step

    /// The steps of a run follow.
    package mutating func begin() {
        runs += 1
        course = .new
        place = 0
        trace.cut(to: kept)
    }

    /// The next step of the run; false if no more of it is of interest.
    ///
    /// - Parameter accesses: nil for one of those that are as they were.
    package mutating func step(
        _ task: UInt8, runnable: UInt8, stuck: UInt8, _ accesses: AccessSet?
    ) -> Bool {
        defer { place += 1 }
        guard place >= kept, let accesses else { return true }
        if place > kept || points.count == kept { points.append(newPoint(task)) }
        points[place].task = task
        if points[place].sleepers.contains(where: { $0.task == task }) {
            stop(runnable: runnable, stuck: stuck)
            return false
        }
        trace.append(task: task, runnable: runnable, stuck: stuck, accesses: accesses)
        return true
    }

    /// The point behind the last step: who sleeps goes on to sleep unless that step concerned it.
    private func newPoint(_ task: UInt8) -> Point {
        var point = Point(task: task)
        guard let before = points.last, let step = trace.items.last,
            let accesses = trace.accessSets.last
        else { return point }
        point.sleepers = before.sleepers.filter { sleeper in
            sleeper.task != step.task && !sleeper.accesses.conflicts(with: accesses)
        }
        let behind = place - kept - 1
        if behind >= 0 && behind < others.count { point.tree.children = others[behind] }
        return point
    }

    /// The run has come to a step that was tried here before. Behind the plan that may be for want
    /// of knowing better, and then another task goes on in its place.
    private mutating func stop(runnable: UInt8, stuck: UInt8) {
        var free = runnable & ~stuck
        if free == 0 { free = runnable }
        for sleeper in points[place].sleepers { free &= ~(1 << sleeper.task) }
        if place >= kept + plan.count && free != 0 {
            course = .astray
            points[place].task = UInt8(truncatingIfNeeded: free.trailingZeroBitCount)
        } else {
            course = .redundant
            points.removeLast()
        }
    }

    /// The run is over: what does it leave to be tried?
    package mutating func finish() {
        switch course {
        case .new:
            for race in trace.races { turnRound(race) }
            goBack()
        case .redundant:
            redundant += 1
            goBack()
        case .astray:
            redundant += 1
            kept = points.count - 1
            plan = [points[kept].task]
            others = []
        }
    }

    // MARK: - What is left to try

    private mutating func turnRound(_ race: StepTrace.Race) {
        let first = trace.items[race.first]
        sequence.removeAll(keepingCapacity: true)
        for index in race.first + 1..<trace.count {
            let item = trace.items[index]
            // Who only queued, because nobody else could run either, has made no step.
            if item.stuck & 1 << item.task != 0 { continue }
            if item.clock.count(of: first.task) >= first.number { continue }
            sequence.append(
                WakeupTree.Element(
                    task: item.task, number: item.number, clock: item.clock,
                    accesses: trace.accessSets[index]))
        }
        let second = trace.items[race.second]
        sequence.append(
            WakeupTree.Element(
                task: second.task, number: second.number,
                clock: race.isOfSections ? second.free : second.clock,
                accesses: stepsAreFixed ? trace.accessSets[race.second] : nil))
        let isCovered = points[race.first].sleepers.contains {
            WakeupTree.canBegin(sequence[...], with: $0.task, $0.accesses)
        }
        if !isCovered { points[race.first].tree.insert(sequence) }
    }

    /// From the end of the run back to the last point where there is something left to try.
    private mutating func goBack() {
        while let point = points.last {
            let depth = points.count - 1
            points[depth].sleepers.append(
                Sleeper(task: point.task, accesses: trace.accessSets[depth]))
            if !point.tree.children.isEmpty {
                let node = points[depth].tree.children.removeFirst()
                points[depth].task = node.task
                kept = depth
                follow(node)
                return
            }
            points.removeLast()
        }
        isComplete = true
    }

    private mutating func follow(_ node: WakeupTree.Node) {
        var node = node
        plan = [node.task]
        others = []
        while let next = node.children.first {
            others.append(Array(node.children.dropFirst()))
            plan.append(next.task)
            node = next
        }
    }
}
