// SPDX-License-Identifier: GPL-2.0-only

// What the reduction saves: of each race all orders, and those of them that the reduction runs. All
// orders of two faults can be more than anybody counts, so counting ends at a limit, and then the
// factor is a lower bound. Runs for the count are quiet: nobody looks at what comes of them.

import Expectations
import Glibc
import Interleavings
import Machine
import System
import Workers

/// Orders of one scenario.
package struct OrderCount: Codable, Hashable, Sendable {
    package var scenario: String
    /// All orders, or as many as were counted.
    package var exhaustive: Int
    /// All of them were counted.
    package var isWhole: Bool
    /// Those that the reduction ran until none was left.
    package var reduced: Int
    /// Of these, runs that turned out to repeat another one.
    package var redundant: Int

    /// Exhaustive over reduced; from below where not all were counted.
    package var factor: Double { Double(exhaustive) / Double(reduced) }
}

extension OrderCount {
    /// Counts the orders of a scenario.
    ///
    /// - Parameters:
    ///   - limit: the most runs for counting all.
    ///   - isAlive: called for every run, so that whoever waits sees that something moves.
    package init(
        of scenario: Scenario, on image: KernelImage, limit: Int, isAlive: () -> Void = {}
    ) throws {
        self.scenario = scenario.name
        var all = ExhaustiveOrders()
        var run = scenario.run()
        run.isQuiet = true
        while all.worth.runs < limit, all.next(&run) {
            isAlive()
            image.run(run) { all.learn(from: $0) }
        }
        exhaustive = all.worth.runs
        isWhole = all.worth.isComplete || !all.next(&run)
        var differing = DPOR()
        run = scenario.run()
        while differing.next(&run) {
            isAlive()
            try image.run(run) { outcome in
                guard !outcome.end.isHarnessError else {
                    throw WorkerError(
                        "the run \(outcome.end.description): \(outcome.message) (\(scenario.name))")
                }
                differing.learn(from: outcome)
            }
        }
        reduced = differing.worth.runs
        redundant = differing.worth.redundant
    }
}

extension WorkerPool {
    /// The orders of every concurrent scenario of a check that the image can be asked, by name.
    package func countOrders(of image: ImageReference, limit: Int) throws -> [OrderCount] {
        let planned = (0..<jobs).map {
            OrderCountJob(image: image, shard: Shard(index: $0, of: jobs), limit: limit)
        }
        return try run(planned).flatMap(\.results).flatMap { $0 }
            .sorted { $0.scenario < $1.scenario }
    }

    /// How much faster a search is with two workers than with one, by the clock on the wall.
    package func speedup(of image: ImageReference) throws -> Double {
        let plan = SearchPlan(scenarios: ScenarioIndex.races, strategy: .bounded, preemptions: 2)
        func seconds(jobs: Int) throws -> Double {
            var pool = self
            pool.jobs = jobs
            pool.progress = nil
            let start = monotonicNanoseconds()
            _ = try pool.search(image, plan: plan)
            return Double(monotonicNanoseconds() &- start) / 1e9
        }
        // In turn, so that a moment in which the machine does something else bends neither.
        var (one, two) = (Double.infinity, Double.infinity)
        for _ in 0..<2 {
            one = min(one, try seconds(jobs: 1))
            two = min(two, try seconds(jobs: 2))
        }
        return one / two
    }
}
