// SPDX-License-Identifier: GPL-2.0-only

// The reduction on small programs that are made here: all their orders are enumerated and grouped
// into classes that differ only in the order of independent steps. The reduction must run each
// class once.

import Machine
import System
import Testing

@testable import Interleavings

/// A program of a few tasks, each a list of steps with one access.
private struct TinyProgram: CustomStringConvertible {
    enum Step: Hashable, CustomStringConvertible {
        case read(UInt32)
        case write(UInt32)
        case lock(UInt32)
        case unlock(UInt32)

        var description: String {
            switch self {
            case .read(let thing): "r\(thing)"
            case .write(let thing): "w\(thing)"
            case .lock(let lock): "L\(lock)"
            case .unlock(let lock): "U\(lock)"
            }
        }

        var accesses: AccessSet {
            switch self {
            case .read(let thing): AccessSet([Access(.size, thing, writes: false)])
            case .write(let thing): AccessSet([Access(.size, thing)])
            case .lock(let lock): AccessSet([Access(taking: lock)])
            case .unlock(let lock): AccessSet([Access(releasing: lock)])
            }
        }

        func depends(on other: Step) -> Bool { accesses.conflicts(with: other.accesses) }
    }

    var tasks: [[Step]]

    var description: String {
        tasks.map { $0.map(\.description).joined(separator: " ") }.joined(separator: " | ")
    }

    /// Steps made so far, and who holds which lock.
    struct State {
        var next: [Int]
        var holders: [UInt32: Int] = [:]
    }

    var start: State { State(next: tasks.map { _ in 0 }) }

    /// Tasks with a step left; those of them whose step is a lock that is taken.
    func masks(_ state: State) -> (runnable: UInt8, stuck: UInt8) {
        var runnable: UInt8 = 0
        var stuck: UInt8 = 0
        for (task, steps) in tasks.enumerated() where state.next[task] < steps.count {
            runnable |= 1 << task
            if case .lock(let lock) = steps[state.next[task]], state.holders[lock] != nil {
                stuck |= 1 << task
            }
        }
        return (runnable, stuck)
    }

    func step(_ task: Int, _ state: inout State) -> Step {
        let step = tasks[task][state.next[task]]
        state.next[task] += 1
        switch step {
        case .lock(let lock): state.holders[lock] = task
        case .unlock(let lock): state.holders[lock] = nil
        default: break
        }
        return step
    }

    /// Identifies the class of an order by its smallest member: the smallest sequence of tasks that
    /// has every two dependent steps in the same order.
    func orderClass(of order: [(task: Int, step: Step)]) -> [Int] {
        var rest = order
        var normal: [Int] = []
        while !rest.isEmpty {
            let next = rest.indices.filter { index in
                rest[..<index].allSatisfy {
                    $0.task != rest[index].task && !$0.step.depends(on: rest[index].step)
                }
            }.min { rest[$0].task < rest[$1].task }!
            normal.append(rest.remove(at: next).task)
        }
        return normal
    }

    /// All classes of orders, by running all orders.
    func classes() -> Set<[Int]> {
        var found: Set<[Int]> = []
        func goOn(_ state: State, _ order: [(task: Int, step: Step)]) {
            let (runnable, stuck) = masks(state)
            let free = runnable & ~stuck
            if free == 0 {
                found.insert(orderClass(of: order))
                return
            }
            for task in tasks.indices where free & 1 << task != 0 {
                var state = state
                let step = step(task, &state)
                goOn(state, order + [(task, step)])
            }
        }
        goOn(start, [])
        return found
    }

    /// At a deadlock the machine lets one task after the other queue for its lock.
    private func queueUp(_ stuck: UInt8, _ state: State, _ reduction: inout Reduction) {
        var stuck = stuck
        while stuck != 0 {
            let task = stuck.trailingZeroBitCount
            guard case .lock(let lock) = tasks[task][state.next[task]] else { return }
            let goesOn = reduction.step(
                UInt8(task), runnable: stuck, stuck: stuck,
                AccessSet([Access(queueingFor: lock)]))
            if !goesOn { return }
            stuck &= stuck - 1
        }
    }

    /// The classes that the reduction runs, and how often it runs one again.
    func reduced() -> (classes: Set<[Int]>, runs: Int, redundant: Int) {
        var reduction = Reduction(stepsAreFixed: true)
        var choices: [UInt8] = []
        var found: Set<[Int]> = []
        while reduction.runs < 100_000, reduction.next(&choices) {
            reduction.begin()
            var state = start
            var order: [(task: Int, step: Step)] = []
            while true {
                let (runnable, stuck) = masks(state)
                let free = runnable & ~stuck
                if free == 0 {
                    queueUp(stuck, state, &reduction)
                    break
                }
                var task = free.trailingZeroBitCount
                if order.count < choices.count {
                    task = Int(choices[order.count])
                } else if let last = order.last?.task, free & 1 << last != 0 {
                    task = last
                }
                #expect(free & 1 << task != 0, "a step that cannot be made: \(self)")
                let made = step(task, &state)
                order.append((task, made))
                let known = order.count <= reduction.kept
                let goesOn = reduction.step(
                    UInt8(task), runnable: runnable, stuck: stuck, known ? nil : made.accesses)
                if !goesOn { break }
            }
            reduction.finish()
            found.insert(orderClass(of: order))
        }
        return (found, reduction.runs, reduction.redundant)
    }
}

@Suite struct ReductionTests {
    private static func expectOptimal(
        _ program: TinyProgram, _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let all = program.classes()
        let reduced = program.reduced()
        #expect(reduced.classes == all, "\(program)", sourceLocation: sourceLocation)
        #expect(reduced.redundant == 0, "\(program)", sourceLocation: sourceLocation)
        #expect(reduced.runs == all.count, "\(program)", sourceLocation: sourceLocation)
    }

    @Test func stepsThatDoNotDependOnEachOtherAreRunInOneOrder() {
        Self.expectOptimal(TinyProgram(tasks: [[.write(1), .read(2)], [.write(3), .read(2)]]))
    }

    @Test func aRaceIsRunBothWays() {
        let program = TinyProgram(tasks: [[.write(1)], [.read(1)]])
        #expect(program.classes().count == 2)
        Self.expectOptimal(program)
    }

    @Test func sectionsOfOneLockAreRunInEveryOrder() {
        let section: [TinyProgram.Step] = [.lock(1), .unlock(1)]
        let two = TinyProgram(tasks: [section + section, section + section])
        #expect(two.classes().count == 6)
        Self.expectOptimal(two)
        let three = TinyProgram(tasks: Array(repeating: section + section, count: 3))
        #expect(three.classes().count == 90)
        Self.expectOptimal(three)
    }

    @Test func aReaderAmongWritersIsRunInEveryPlace() {
        // The example of the paper: what is not optimal without wakeup trees.
        Self.expectOptimal(
            TinyProgram(tasks: [[.write(1)], [.read(2), .read(1)], [.read(3), .read(1)]]))
        Self.expectOptimal(
            TinyProgram(tasks: [[.write(1), .write(2)], [.read(1), .write(2)], [.write(2)]]))
    }

    @Test func twoLocksTheOtherWayRoundDeadlockInOneClassOfOrders() {
        let program = TinyProgram(tasks: [
            [.lock(1), .lock(2), .unlock(2), .unlock(1)],
            [.lock(2), .lock(1), .unlock(1), .unlock(2)],
        ])
        #expect(program.classes().count == 3)
        let reduced = program.reduced()
        #expect(reduced.classes == program.classes())
    }

    /// Random programs without locks, from a fixed seed.
    @Test(arguments: 0..<8) func programsOfReadsAndWritesAreReducedOptimally(seed: Int) {
        var seeds = SplitMix(seed: UInt64(seed))
        for _ in 0..<10 {
            let tasks = 2 + Int(seeds.next() % 3)
            let length = tasks == 4 ? 2 : 3
            let program = TinyProgram(
                tasks: (0..<tasks).map { _ in
                    (0..<1 + Int(seeds.next() % UInt64(length))).map { _ in
                        let thing = UInt32(seeds.next() % 3)
                        return seeds.next() % 2 == 0 ? .read(thing) : .write(thing)
                    }
                })
            Self.expectOptimal(program)
        }
    }

    /// Programs with sections, which may nest and so may deadlock.
    @Test(arguments: 0..<8) func programsWithLocksLoseNoClassOfOrders(seed: Int) {
        var seeds = SplitMix(seed: UInt64(1000 + seed))
        func section(_ depth: Int, avoiding: UInt32) -> [TinyProgram.Step] {
            let lock = 10 + UInt32(seeds.next() % 2)
            let thing = UInt32(seeds.next() % 2)
            let access: TinyProgram.Step = seeds.next() % 2 == 0 ? .read(thing) : .write(thing)
            if lock == avoiding { return [access] }
            let inner =
                depth > 0 && seeds.next() % 3 == 0
                ? section(depth - 1, avoiding: lock) : [access]
            return [.lock(lock)] + inner + [.unlock(lock)]
        }
        for _ in 0..<10 {
            let tasks = 2 + Int(seeds.next() % 2)
            let program = TinyProgram(
                tasks: (0..<tasks).map { _ in
                    var steps: [TinyProgram.Step] = []
                    for _ in 0..<(tasks == 2 ? 1 + Int(seeds.next() % 2) : 1) {
                        if seeds.next() % 2 == 0 { steps.append(.write(UInt32(seeds.next() % 2))) }
                        steps += section(1, avoiding: 0)
                    }
                    return steps
                })
            let all = program.classes()
            let reduced = program.reduced()
            #expect(reduced.classes == all, "\(program)")
            #expect(reduced.runs - reduced.redundant == all.count, "\(program)")
        }
    }
}
