// SPDX-License-Identifier: GPL-2.0-only

// The algorithm of `DPOR`, on steps alone, which come from a run of the machine or from a test. It
// keeps the last run as a stack of points. Invariant: every order that begins like the run up to a
// point has been covered, or is covered by what waits in the trees of that point and those after
// it.

/// A search that runs one order of each equivalence class.
struct Reduction {
    /// A task whose next step has been tried at this point, with all orders after it.
    private struct Sleeper {
        var task: UInt8
        var accesses: AccessSet
    }

    /// A point of the current run: the state before one of its steps.
    private struct Point {
        var task: UInt8
        var sleepers: [Sleeper] = []
        var tree = WakeupTree()
    }

    /// A step has the same accesses in every order.
    private let stepsAreFixed: Bool
    private var points: [Point] = []
    private var trace = StepTrace()
    /// How many points the next run shares with the last one.
    private(set) var kept = 0
    /// The tasks of the steps after those.
    private var plan: [UInt8] = []
    /// What else is to be tried at the points of the plan, from its second on.
    private var others: [[WakeupTree.Node]] = []

    private var sequence: [WakeupTree.Element] = []

    private enum Course {
        case new, redundant
        /// The run came to a step that was tried already, and another task ran instead.
        case diverted
    }
    private var course = Course.new
    /// Index of the next step of the run.
    private var index = 0

    private(set) var runs = 0
    private(set) var redundant = 0
    /// There is nothing left to try.
    private(set) var isComplete = false

    init(stepsAreFixed: Bool = false) { self.stepsAreFixed = stepsAreFixed }

    /// Writes the tasks of the first steps of the next run; false if there is none.
    mutating func next(_ choices: inout [UInt8]) -> Bool {
        guard !isComplete else { return false }
        choices.removeAll(keepingCapacity: true)
        for point in points.prefix(kept) { choices.append(point.task) }
        choices.append(contentsOf: plan)
        return true
    }

    // MARK: - A run, step by step

    /// Starts a run; its steps follow.
    mutating func begin() {
        runs += 1
        course = .new
        index = 0
        trace.cut(to: kept)
    }

    /// Takes the next step of the run; false if the rest of the run is not needed.
    ///
    /// - Parameter accesses: nil for a step that this run shares with the last one.
    mutating func step(
        _ task: UInt8, runnable: UInt8, stuck: UInt8, _ accesses: AccessSet?
    ) -> Bool {
        defer { index += 1 }
        guard index >= kept, let accesses else { return true }
        if index > kept || points.count == kept { points.append(newPoint(task)) }
        points[index].task = task
        if points[index].sleepers.contains(where: { $0.task == task }) {
            stop(runnable: runnable, stuck: stuck)
            return false
        }
        trace.append(task: task, runnable: runnable, stuck: stuck, accesses: accesses)
        return true
    }

    /// The point after the last step: a sleeper stays asleep unless that step conflicts with it.
    private func newPoint(_ task: UInt8) -> Point {
        var point = Point(task: task)
        guard let before = points.last, let step = trace.items.last,
            let accesses = trace.accessSets.last
        else { return point }
        point.sleepers = before.sleepers.filter { sleeper in
            sleeper.task != step.task && !sleeper.accesses.conflicts(with: accesses)
        }
        let planned = index - kept - 1
        if planned >= 0 && planned < others.count { point.tree.children = others[planned] }
        return point
    }

    /// The run came to a step that was tried here before. After the plan, where the machine chose
    /// the task, another task may run instead.
    private mutating func stop(runnable: UInt8, stuck: UInt8) {
        var free = runnable & ~stuck
        if free == 0 { free = runnable }
        for sleeper in points[index].sleepers { free &= ~(1 << sleeper.task) }
        if index >= kept + plan.count && free != 0 {
            course = .diverted
            points[index].task = UInt8(truncatingIfNeeded: free.trailingZeroBitCount)
        } else {
            course = .redundant
            points.removeLast()
        }
    }

    /// The run is over: reverses its races and prepares the next run.
    mutating func finish() {
        switch course {
        case .new:
            for race in trace.races { reverse(race) }
            backtrack()
        case .redundant:
            redundant += 1
            backtrack()
        case .diverted:
            redundant += 1
            kept = points.count - 1
            plan = [points[kept].task]
            others = []
        }
    }

    // MARK: - What is left to try

    private mutating func reverse(_ race: StepTrace.Race) {
        let first = trace.items[race.first]
        sequence.removeAll(keepingCapacity: true)
        for index in race.first + 1..<trace.count {
            let item = trace.items[index]
            // A task that only queued, because no task could run, has made no step.
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

    /// Goes back from the end of the run to the last point with something left to try.
    private mutating func backtrack() {
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
