// SPDX-License-Identifier: GPL-2.0-only

// What a search is to do, as a value that travels to workers: which scenarios, in which orders,
// with how many failures, for how long. Scenarios travel whole, so that a search of generated ones
// needs no catalogue.

import Expectations
import Machine

/// What to search.
public struct SearchPlan: Codable, Sendable {
    public var scenarios: [Scenario]
    public var strategy: OrderKind
    public var seed: UInt64
    /// Of the strategy that bounds them; of PCT one less than the depth.
    public var preemptions: Int
    /// Calls that are made to fail in one run: 0, 1 or 2.
    public var failures: Int
    /// Runs over all scenarios, shared out evenly; nil: as many as there are.
    public var runs: Int?
    /// Then it ends, wherever it is; nil: when it is done.
    public var seconds: Double?

    public init(
        scenarios: [Scenario], strategy: OrderKind = .reduced, seed: UInt64 = 0,
        preemptions: Int = 2, failures: Int = 0, runs: Int? = nil, seconds: Double? = nil
    ) {
        self.scenarios = scenarios
        self.strategy = strategy
        self.seed = seed
        self.preemptions = preemptions
        self.failures = failures
        self.runs = runs
        self.seconds = seconds
    }

    /// Strategies that never end of themselves.
    var isEndless: Bool { strategy == .random || strategy == .pct }

    /// Runs for each scenario: the same whoever makes them.
    var share: Int? { runs.map { max(1, $0 / max(1, scenarios.count)) } }
}

/// A run that breaks an expectation, by what it takes to make it again.
public struct SearchFinding: Codable, Sendable {
    public var scenario: Scenario
    public var injections: [Injection]
    /// One for each point at which there was a choice.
    public var choices: [UInt8]
    public var preemptions: Int
    /// Which run of which scenario: what decides between equals.
    public var ordinal: RunOrdinal
    /// As it was asked for, where it killed its process and nothing else is known of it.
    public var deadly: Run?

    /// Smaller is better: failures, operations, preemptions, and then the first.
    var rank: [UInt64] {
        [
            UInt64(injections.count), UInt64(scenario.operations.count), UInt64(preemptions),
            UInt64(choices.count), ordinal.packed,
        ]
    }

    func isSmaller(than other: SearchFinding) -> Bool {
        rank.lexicographicallyPrecedes(other.rank)
    }

    var run: Run {
        deadly
            ?? scenario.run(injections: injections, schedule: Schedule(choices: choices))
    }
}
