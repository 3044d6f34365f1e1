// SPDX-License-Identifier: GPL-2.0-only

// Strategies on the reference scenarios, in a world without a file: each makes exactly the runs
// that theory says.

import Expectations
import Interleavings
import Machine
import OrderTesting
import Testing

/// The order in which the tasks got the lock, as a number.
private func lockOrder(_ outcome: borrowing Outcome) -> Int {
    var hasher = Hasher()
    for event in outcome.events where event.kind == .lock { hasher.combine(event.task) }
    return hasher.finalize()
}

@Suite struct StrategyTests {
    @Test(arguments: [(2, 2, 6), (3, 2, 90), (2, 3, 20), (2, 4, 70)])
    func theReductionRunsEachOrderOfALockOnce(tasks: Int, sections: Int, orders: Int) {
        let search = TriedOrders(
            LockToys.toy(tasks: tasks, sections: sections), by: DPOR(), lockOrder)
        #expect(search.runs == orders)
        #expect(search.ends.count == orders)
        #expect(search.worth.isComplete)
        #expect(search.worth.redundant == 0)
        #expect(search.worth.diverged == 0)
    }

    @Test func allOrdersOfTheSmallToyComeToTheSixThatTheReductionRuns() {
        let all = TriedOrders(LockToys.twoTasks, by: ExhaustiveOrders(), lockOrder)
        let reduced = TriedOrders(LockToys.twoTasks, by: DPOR(), lockOrder)
        #expect(all.worth.isComplete && all.worth.diverged == 0)
        #expect(all.runs > 100)
        #expect(all.ends == reduced.ends)
    }

    @Test func noScheduleIsRunTwice() {
        var seen: Set<[UInt8]> = []
        var strategy = ExhaustiveOrders()
        var run = LockToys.twoTasks.run()
        while strategy.next(&run) {
            let isNew = KernelImage.workingCopy.run(run) { outcome in
                strategy.learn(from: outcome)
                return seen.insert(outcome.steps.map(\.task)).inserted
            }
            #expect(isNew)
        }
        #expect(seen.count == strategy.worth.runs)
    }

    @Test func fewPreemptionsComeFirstAndNoneTooMany() {
        var strategy = BoundedOrders(preemptions: 2)
        var run = LockToys.twoTasks.run()
        var last = 0
        var schedules: Set<[UInt8]> = []
        while strategy.next(&run) {
            KernelImage.workingCopy.run(run) { outcome in
                strategy.learn(from: outcome)
                schedules.insert(outcome.steps.map(\.task))
                let preemptions = outcome.steps.count { step in
                    step.before.map { $0 != step.task && step.stuck & 1 << $0 == 0 } ?? false
                }
                #expect(preemptions >= last && preemptions <= 2)
                last = preemptions
            }
        }
        #expect(schedules.count == strategy.worth.runs)
        #expect(strategy.worth.preemptions == 2 && last == 2)
    }

    @Test func theBoundOfPrioritiesIsWhatThePaperSays() {
        #expect(PCT.bound(tasks: 2, length: 10, depth: 1) == 0.5)
        #expect(PCT.bound(tasks: 2, length: 10, depth: 3) == 1.0 / 200)
        let search = TriedOrders(
            LockToys.threeTasks, by: PCT(seed: 1, depth: 3), limit: 1000, lockOrder)
        #expect(search.worth.bound.map { $0 > 0 && $0 < 0.01 } == true)
        #expect(search.ends.count > 10)
    }

    @Test func theSameSeedGivesTheSameRuns() {
        func orders(_ seed: UInt64) -> [[UInt8]] {
            var strategy = RandomOrders(seed: seed)
            var run = LockToys.threeTasks.run()
            return (0..<50).map { _ in
                _ = strategy.next(&run)
                return KernelImage.workingCopy.run(run) { $0.steps.map(\.task) }
            }
        }
        #expect(orders(7) == orders(7))
        #expect(orders(7) != orders(8))
        #expect(Set(orders(7)).count > 10)
    }
}
