// SPDX-License-Identifier: GPL-2.0-only

// What one state of the code shows, and whether its silence about a failure can be trusted.

import Expectations
import Exploration

/// What a state shows.
package struct StateObservation: Sendable {
    package var failures: [NamedFailure]
    /// All scenarios were run, and not only a few.
    package var isWhole: Bool
    /// Some of the scenarios asked for could not be driven on this code.
    package var lacksScenarios: Bool
    /// What kept runs from saying anything: an error of the harness.
    package var harnessError: String?
    package var runs: Int
    /// Expectations that no run says anything about.
    package var notAsked: [String]

    /// - Parameters:
    ///   - countsKnown: whether failures that are on record count like others.
    ///   - isWhole: whether all scenarios were run.
    package init(_ seen: Observation, countsKnown: Bool, isWhole: Bool) {
        failures = NamedFailure.counting(seen.failures, known: countsKnown)
        self.isWhole = isWhole
        lacksScenarios = seen.unsupported.values.contains { $0 > 0 } || seen.lacksRaces
        harnessError = seen.harnessError
        runs = seen.runs
        notAsked = zip(Expectations.all, seen.runsOfExpectations).filter { $1 == 0 }
            .map(\.0.name)
    }

    package subscript(signature: FailureSignature) -> NamedFailure? {
        failures.first { $0.signature == signature }
    }

    package func breaks(_ expectation: String) -> Bool {
        failures.contains { $0.signature.expectation == expectation }
    }

    /// Why a state cannot tell whether it has a failure that it does not show; nil if it can, or if
    /// it does show it.
    ///
    /// - Parameters:
    ///   - failure: as it is shown elsewhere.
    ///   - ends: what is known to show it, and what is known not to.
    ///   - record: makes a run on this state and writes it down.
    package func reasonNotToTell(
        of failure: NamedFailure, beside ends: [StateObservation],
        record: (Scenario, WitnessKey) throws -> Witness
    ) rethrows -> String? {
        guard self[failure.signature] == nil else { return nil }
        if let harnessError, !ends.contains(where: { $0.harnessError == harnessError }) {
            return "an error of the harness: \(harnessError)"
        }
        if lacksScenarios, !isWhole {
            return "its code cannot be asked the scenario that shows the failure"
        }
        // Of a run that breaks one expectation twice, only the first time is seen.
        let expectation = failure.signature.expectation
        let strangers = failures.filter { stranger in
            (stranger.endsRun || stranger.signature.expectation == expectation)
                && ends.allSatisfy { $0[stranger.signature] == nil }
        }
        guard !strangers.isEmpty, let key = failure.witness else { return nil }
        // What became of the very run that shows it elsewhere?
        let there = try record(ScenarioIndex.scenario(of: key.ordinal), key)
        let other = Expectations.all.lazy.compactMap { there.signature(of: $0) }.first {
            signature in
            (there.endedEarly || signature.expectation == expectation)
                && strangers.contains { $0.signature == signature }
        }
        return other.map { "another failure comes first: \($0.kind)" }
    }
}

extension Witness {
    /// The run did not get to its end, or was cut short there.
    fileprivate var endedEarly: Bool {
        record.death != nil || record.end != .finished || record.held.contains { $0.operation >= 0 }
    }
}
