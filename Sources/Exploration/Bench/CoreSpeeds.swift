// SPDX-License-Identifier: GPL-2.0-only

// What the machine and the judge can do in one process on one core: the loops that everything else
// is made of, each run for long enough to be measured. Made in a worker like every other run.

import Expectations
import FoundationEssentials
import Glibc
import Interleavings
import Machine
import Workers

/// Speeds of one image on one core.
package struct CoreSpeeds: Codable, Sendable {
    /// Fresh worlds a second, each with one allocating fault, judged by all expectations.
    package var judgedRunsPerSecond: Double
    /// The same without judging.
    package var runsPerSecond: Double
    /// Write faults a second on an allocated page of one world.
    package var warmFaultsPerSecond: Double
    /// One switch between two tasks.
    package var nanosecondsPerSwitch: Double
    /// What the worlds were made with: ext2 where it has DAX.
    package var filesystem: Filesystem
    /// Runs a second of the lock toys in all orders.
    package var toyRunsPerSecond: Double
    /// Runs a second of two faults at once, over all such races in orders with few preemptions,
    /// judged.
    package var raceRunsPerSecond: Double
    /// Runs a second of two faults of one page in the orders that a reduction picks, with what it costs
    /// to pick them.
    package var reducedRunsPerSecond: Double

    /// Measures; takes about four seconds.
    package init(of image: KernelImage, on filesystem: Filesystem) throws {
        self.filesystem = filesystem
        let subjects = SpeedSubjects(on: filesystem)
        let scenario = subjects.fault
        let run = scenario.run()
        var judge = Judge(image: image)
        for subject in [run, subjects.warm, subjects.switching] {
            try image.run(subject) { outcome in
                guard outcome.end == .finished else {
                    throw WorkerError("the run \(outcome.end.description): \(outcome.message)")
                }
            }
        }
        judgedRunsPerSecond = CoreSpeeds.rate(forSeconds: 0.5) {
            for _ in 0..<1000 {
                _ = image.run(run) { judge.judge($0, of: scenario, injections: []) }
            }
            return 1000
        }
        runsPerSecond = CoreSpeeds.rate(forSeconds: 0.5) {
            for _ in 0..<1000 { image.run(run) { _ in } }
            return 1000
        }

        warmFaultsPerSecond = CoreSpeeds.rate(forSeconds: 0.5) {
            image.run(subjects.warm) { _ in }
            return SpeedSubjects.warmFaults
        }

        let switches = CoreSpeeds.rate(forSeconds: 0.5) {
            image.run(subjects.switching) { _ in }
            return SpeedSubjects.switches
        }
        nanosecondsPerSwitch = 1e9 / switches
        toyRunsPerSecond = CoreSpeeds.toyRate(of: image)
        guard
            let race = ConcurrentScenarios.scenario(named: "race/ext2/hole/write-fault+write-fault")
        else {
            throw WorkerError("the race that is measured is not in the catalogue")
        }
        raceRunsPerSecond = CoreSpeeds.faultRate(of: image, &judge)
        reducedRunsPerSecond = CoreSpeeds.rate(of: race, on: image, &judge, by: DPOR.init)
    }

    /// All orders of all toys, again and again: what a run and the choice of the next one cost.
    private static func toyRate(of image: KernelImage) -> Double {
        var toy = 0
        var strategy = ExhaustiveOrders()
        var run = LockToys.all[toy].run()
        run.isQuiet = true
        return rate(forSeconds: 0.5) {
            var count = 0
            while count < 10_000 {
                if !strategy.next(&run) {
                    strategy = ExhaustiveOrders()
                    toy = (toy + 1) % LockToys.all.count
                    run = LockToys.all[toy].run()
                    run.isQuiet = true
                    continue
                }
                image.run(run) { strategy.learn(from: $0) }
                count += 1
            }
            return count
        }
    }

    /// Two faults at once, each pair of them in every order with at most one preemption.
    private static func faultRate(of image: KernelImage, _ judge: inout Judge) -> Double {
        let races = ScenarioIndex.races.filter { race in
            image.supports(race) && race.operations[race.tested].allSatisfy { $0.kind.isAccess }
        }
        var place = 0
        return rate(forSeconds: 1) {
            let race = races[place % races.count]
            place += 1
            var strategy = BoundedOrders(preemptions: 1)
            var run = race.run()
            while strategy.next(&run) {
                image.run(run) { outcome in
                    strategy.learn(from: outcome)
                    _ = judge.judge(outcome, of: race, injections: [])
                }
            }
            return strategy.worth.runs
        }
    }

    private static func rate<S: OrderStrategy>(
        of scenario: Scenario, on image: KernelImage, _ judge: inout Judge, by make: () -> S
    ) -> Double {
        var strategy = make()
        var run = scenario.run()
        return rate(forSeconds: 0.5) {
            var count = 0
            while count < 1000 {
                if !strategy.next(&run) {
                    strategy = make()
                    continue
                }
                image.run(run) { outcome in
                    strategy.learn(from: outcome)
                    _ = judge.judge(outcome, of: scenario, injections: [])
                }
                count += 1
            }
            return count
        }
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The better of each.
    package func best(_ other: CoreSpeeds) -> CoreSpeeds {
        var best = self
        best.judgedRunsPerSecond = max(judgedRunsPerSecond, other.judgedRunsPerSecond)
        best.runsPerSecond = max(runsPerSecond, other.runsPerSecond)
        best.warmFaultsPerSecond = max(warmFaultsPerSecond, other.warmFaultsPerSecond)
        best.nanosecondsPerSwitch = min(nanosecondsPerSwitch, other.nanosecondsPerSwitch)
        return best
    }

    /// How often in a second of a core something is done, `body` doing it as often as it says. What
    /// else runs on the machine does not count.
    private static func rate(forSeconds seconds: Double, _ body: () -> Int) -> Double {
        var done = body() * 0
        let start = processorSeconds()
        var elapsed = 0.0
        while elapsed < seconds {
            done += body()
            elapsed = processorSeconds() - start
        }
        return Double(done) / elapsed
    }
}

/// The runs of which it is measured how long they take.
struct SpeedSubjects {
    /// A write fault into a hole.
    let fault: Scenario
    /// Write faults of a page that has its block, one after the other.
    let warm: Run
    /// Two tasks that do nothing but let the other one run.
    let switching: Run

    /// What a fault takes is never handed out twice in a world: many more would not fit into one.
    static let warmFaults = 20_000
    static let switches = 1_000_000

    init(on filesystem: Filesystem) {
        let store = Machine.Operation(.writeFault, at: 4096, length: 1)
        fault = Scenario(
            name: "bench/allocating-fault", description: "a write fault into a hole",
            geometry: Geometry(
                filesystem: filesystem, size: 3 * 4096 + 1, mappedPages: 0..<16, skew: 0),
            operations: [store])
        let allocated = Geometry(
            filesystem: filesystem, size: 4 * 4096,
            extents: [Extent(block: 0, count: 4, fill: 0x41)], mappedPages: 0..<16, skew: 0)
        var again = store
        again.repeats = UInt32(Self.warmFaults)
        warm = Run(geometry: allocated, operations: [again], isQuiet: true, budget: .max / 2)
        let yields = (0..<2).map { task in
            var yield = Machine.Operation(.yield, at: 0, task: UInt8(task))
            yield.repeats = UInt32(Self.switches / 2)
            return yield
        }
        switching = Run(
            geometry: allocated, operations: yields, schedule: Schedule(policy: .roundRobin),
            isQuiet: true, budget: .max / 2)
    }
}

extension WorkerPool {
    /// Measures an image in a worker.
    ///
    /// - Parameter filesystem: nil for the first one on which the image has faults.
    package func measure(
        _ image: ImageReference, on filesystem: Filesystem? = nil
    ) throws -> CoreSpeeds {
        // It counts its core's time and not the clock's: on a busy machine it takes long, and nothing
        // of it moves on the worker's page.
        var patient = self
        patient.hangSeconds = 120
        return try patient.run(SpeedJob(image: image, filesystem: filesystem))[0]
    }
}
