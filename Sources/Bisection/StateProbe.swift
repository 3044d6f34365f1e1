// SPDX-License-Identifier: GPL-2.0-only

// Builds and runs states of the code, each only once. A state is first asked no more than the few
// scenarios that showed the failure where it is known; only what is decided by its absence is asked
// everything. While one state is compiled, the processors that would stand idle compile what will
// be asked next, whichever way the answer goes.

import Expectations
import Exploration
import Interleavings
import Machine
import Slices
import System

/// Asks states of the code.
package final class StateProbe {
    package let session: CheckSession
    package let states: BisectionStates
    /// How many orders of the races are tried; nil to leave them out.
    private let orders: OrderLimit?
    private var requests: [Int: BuildRequest] = [:]
    private var built: [Int: Result<Variant, QuestionError>] = [:]

    package init(_ session: CheckSession, _ states: BisectionStates) {
        self.session = session
        self.states = states
        orders = session.orders
    }

    // MARK: - Building

    /// Builds a state, and beside it others that are likely to be asked next.
    ///
    /// - Throws: `QuestionError` if it cannot be built.
    package func variant(_ index: Int, ahead: [Int] = []) throws -> Variant {
        if let known = built[index] { return try known.get() }
        let spare = max(0, session.builder.jobs - 1)
        let wanted = [index] + ahead.filter { built[$0] == nil }.prefix(spare)
        try build(wanted)
        return try built[index]!.get()
    }

    /// Builds several states side by side.
    package func build(_ indices: [Int]) throws {
        session.progress?(.building(variants: indices.count))
        var wanted: [(index: Int, request: BuildRequest)] = []
        for index in indices where built[index] == nil {
            do {
                wanted.append((index, try request(index)))
            } catch let error as QuestionError {
                built[index] = .failure(error)
            }
        }
        let results = try session.builder.build(wanted.map(\.request))
        for (item, result) in zip(wanted, results) { built[item.index] = result }
    }

    package func request(_ index: Int) throws -> BuildRequest {
        if let known = requests[index] { return known }
        let request = try states.request(index)
        requests[index] = request
        return request
    }

    // MARK: - Running

    /// What states show, run side by side. All that one shows is taken from the cache, where a check or
    /// an earlier bisection has seen it.
    ///
    /// - Parameter scenarios: their indices; nil for all.
    package func observe(_ indices: [Int], scenarios: Set<Int>? = nil) throws -> [StateObservation]
    {
        let variants = try indices.map { try variant($0) }
        return try observations(of: variants, in: scenarios).map {
            StateObservation($0, countsKnown: session.countsKnown, isWhole: scenarios == nil)
        }
    }

    private func observations(
        of variants: [Variant], in scenarios: Set<Int>?
    ) throws -> [Observation] {
        guard let only = scenarios?.sorted() else { return try session.observe(variants) }
        let orders = only.contains(where: ScenarioIndex.isRace) ? self.orders : nil
        let results = try session.reportingPool.check(
            variants.map { .file($0.image) }, orders: orders, only: only)
        return try zip(variants, results).map { variant, result in
            try session.observation(of: result.tally, by: variant)
        }
    }

    /// A run made on a state, written down.
    package func record(_ scenario: Scenario, _ key: WitnessKey, on index: Int) throws -> Witness {
        try session.witness(
            [(scenario, key.run(of: scenario))], of: try variant(index), try request(index))[0]
    }

    /// The run that shows a failure on a state, written down and kept.
    package func witness(of failure: NamedFailure, on index: Int) throws -> Witness? {
        try session.witness(of: failure, on: try variant(index), try request(index))
    }
}

extension CheckSession {
    /// The run that shows a failure, written down and kept.
    package func witness(
        of failure: NamedFailure, on variant: Variant, _ request: BuildRequest
    ) throws -> Witness? {
        guard let expectation = Expectations.named(failure.signature.expectation) else {
            return nil
        }
        let key: WitnessKey
        let scenario: Scenario
        if let cycle = failure.inversion {
            guard let closing = cycle.max(by: { $0.runKey < $1.runKey }),
                let found = ScenarioIndex.scenario(named: closing.scenario)
            else { return nil }
            scenario = found
            key = WitnessKey(
                rank: WitnessRank(
                    of: scenario, injections: closing.injections.count,
                    ordinal: RunOrdinal(packed: closing.runKey)),
                injections: closing.injections, choices: closing.choices)
        } else {
            guard let smallest = failure.witness else { return nil }
            (key, scenario) = (smallest, ScenarioIndex.scenario(of: smallest.ordinal))
        }
        var witness = try witness(
            [(scenario, key.run(of: scenario))], of: variant, request)[0]
        if let cycle = failure.inversion { witness = witness.adding(cycle, to: expectation) }
        try store.save(witness)
        return witness
    }
}

extension WitnessKey {
    /// The run that it stands for.
    package func run(of scenario: Scenario) -> Run {
        deadly ?? scenario.run(injections: injections, schedule: Schedule(choices: choices))
    }
}
