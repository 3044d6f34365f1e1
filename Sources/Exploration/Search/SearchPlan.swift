// SPDX-License-Identifier: GPL-2.0-only

// What a search is to do, as a value that travels to workers: which scenarios, in which orders,
// with how many failures, for how long. Scenarios with names travel whole; random
// ones may have no end, so the plan says how to make them. All have an index, the random ones
// after the others, and a shard of a search is every n-th index.

import Expectations
import Interleavings

/// What to search.
package struct SearchPlan: Codable, Sendable {
    /// Random scenarios, from the plan's seed.
    package struct Generated: Codable, Sendable, Hashable {
        /// Numbers 0 to `count` - 1 are drawn; nil: as many as there is time for.
        package var count: Int?
        /// Only scenarios of so many tasks; the others' numbers are passed over.
        package var tasks: Int?

        package init(count: Int?, tasks: Int? = nil) {
            self.count = count
            self.tasks = tasks
        }
    }

    package var scenarios: [Scenario]
    /// Nil: none.
    package var generated: Generated?
    package var strategy: OrderKind
    package var seed: UInt64
    /// Of the strategy that bounds them; of PCT one less than the depth.
    package var preemptions: Int
    /// Calls that are made to fail in one run: 0, 1 or 2.
    package var failures: Int
    /// Runs over all scenarios, shared out evenly; nil: as many as there are.
    package var runs: Int?
    /// Then it ends, wherever it is; nil: when it is done.
    package var seconds: Double?

    package init(
        scenarios: [Scenario], strategy: OrderKind = .reduced, seed: UInt64 = 0,
        preemptions: Int = 2, failures: Int = 0, runs: Int? = nil, seconds: Double? = nil,
        generated: Generated? = nil
    ) {
        self.scenarios = scenarios
        self.generated = generated
        self.strategy = strategy
        self.seed = seed
        self.preemptions = preemptions
        self.failures = failures
        self.runs = runs
        self.seconds = seconds
    }

    /// Strategies that never end of themselves.
    package var isEndless: Bool { strategy == .random || strategy == .pct }

    /// Runs for each scenario: the same whoever makes them.
    package var share: Int? {
        runs.map { max(1, $0 / max(1, scenarios.count + (generated?.count ?? 0))) }
    }

    /// Runs for each scenario that is drawn: of these many, next to none is worth all its orders.
    package var generatedShare: Int { share ?? SearchPlan.runsOfGenerated }

    private static let runsOfGenerated = 200

    /// Places of scenarios: those with names, and then the drawn ones.
    package var scenarioCount: Int {
        guard let generated else { return scenarios.count }
        return min(Int(UInt32.max), scenarios.count + (generated.count ?? Int(UInt32.max)))
    }

    /// The scenario at a place.
    package func scenario(at place: Int) -> Scenario {
        place < scenarios.count
            ? scenarios[place]
            : GeneratedScenarios.scenario(seed: seed, number: UInt32(place - scenarios.count))
    }
}
