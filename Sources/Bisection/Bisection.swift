// SPDX-License-Identifier: GPL-2.0-only

// The search for the change that a failure comes or goes with. Both ends are asked everything; what
// differs between them is followed, each failure by its signature and all at once, because a state
// that is asked about one tells of the others for nothing. In between, a state is asked only the
// scenarios that showed the failure; the state that a conclusion rests on by not showing it is asked
// everything in the end, and if it does show it, the search goes back.
//
// What must hold: another failure never decides. A state that does not show the failure because its
// run ended before, in a way that neither end knows, cannot tell, like one that does not build.

import Expectations
import Exploration
import Interleavings
import System

/// Finds the change.
package struct Bisection {
    private let probe: StateProbe
    private let states: BisectionStates
    private let target: BisectionTarget
    private var followed: [FollowedFailure] = []
    private var untestable: [Int: String] = [:]
    private var observations: [Int: StateObservation] = [:]
    private var steps: [BisectionReport.Step] = []
    /// Told of each step.
    package var progress: ((BisectionReport.Step, BisectionStates.State) -> Void)?

    package init(
        _ states: BisectionStates, following target: BisectionTarget, _ session: CheckSession
    ) {
        self.states = states
        self.target = target
        probe = StateProbe(session, states)
    }

    /// - Throws: `BisectionError` when there is nothing to search for, `QuestionError` when an end
    ///   cannot be built, `WorkerError` when the harness is at fault.
    package mutating func run() throws -> BisectionReport {
        try askEnds()
        while let (index, isWhole) = nextQuestion() { try ask(index, isWhole: isWhole) }
        let report = BisectionReport(
            tree: probe.session.identity(of: try probe.request(states.last).tree),
            words: states.words, states: states.states, steps: steps, answers: try answers(),
            notes: states.notes)
        probe.session.progress?(.done)
        return report
    }

    // MARK: - The ends

    private mutating func askEnds() throws {
        let ends = [0, states.last]
        let start = monotonicNanoseconds()
        try probe.build(ends)
        for index in ends {
            do {
                _ = try probe.variant(index)
            } catch let error as QuestionError {
                throw states.explained(error, at: index)
            }
        }
        // All of it: a race can fail by another change than the failure of a single task beside it.
        let seen = try probe.observe(ends)
        let all = FollowedFailure.all(target, from: seen[0], to: seen[1], at: states.last)
        guard !all.isEmpty else { throw nothing(between: seen[0], and: seen[1]) }
        followed = all
        let seconds = Double(monotonicNanoseconds() &- start) / 2e9
        for (index, observation) in zip(ends, seen) {
            observations[index] = observation
            note(observation, at: index, followed.indices.map(\.self), seconds: seconds)
        }
    }

    private func nothing(
        between first: StateObservation, and last: StateObservation
    ) -> BisectionError {
        let (base, tip) = (states.states[0].name, states.states[states.last].name)
        switch target {
        case .changes:
            return BisectionError(
                "\(states.words): \(base) and \(tip) do not differ: "
                    + (last.failures.isEmpty
                        ? "every expectation holds at both"
                        : "the same expectations fail in the same ways at both"))
        case .expectation(let expectation):
            return BisectionError(
                last.breaks(expectation.name)
                    ? "\(states.words): \(expectation.name) fails at \(base) as it does at \(tip):"
                        + " nothing between them changes it"
                    : "\(states.words): \(expectation.name) holds at \(base) and at \(tip):"
                        + " there is no failure to follow")
        case .signature(let signature):
            let place = last[signature] == nil ? "neither \(base) nor \(tip) shows" : "both show"
            return BisectionError(
                "\(states.words): \(place) \(signature.expectation) broken by"
                    + " '\(signature.kind)'; the ends have to differ in it"
                    + (place == "both show" ? ": \(base) and \(tip)" : ""))
        }
    }

    // MARK: - Steps

    /// The state to ask next, and whether it has to be asked everything.
    private func nextQuestion() -> (index: Int, isWhole: Bool)? {
        let skipped = Set(untestable.keys)
        for failure in followed {
            if let index = failure.next(untestable: skipped) {
                return (index, failure.needsWhole)
            }
            if let index = failure.unconfirmed { return (index, true) }
        }
        return nil
    }

    /// The states that may be asked behind this one.
    private func questions(behind index: Int) -> [Int] {
        let skipped = Set(untestable.keys)
        let open = followed.first { $0.low < index && index < $0.high }
        guard let open else { return [] }
        return [true, false].compactMap { isShown in
            var then = open
            then.note(isShown, at: index, isWhole: false)
            return then.next(untestable: skipped)
        }
    }

    private mutating func ask(_ index: Int, isWhole wanted: Bool) throws {
        let start = monotonicNanoseconds()
        let asking = followed.indices.filter {
            let failure = followed[$0]
            return failure.low < index && index < failure.high || failure.unconfirmed == index
        }
        var isWhole = wanted || asking.contains { followed[$0].needsWhole }
        do {
            _ = try probe.variant(index, ahead: questions(behind: index))
        } catch let error as QuestionError where error.isAboutCode {
            untestable[index] = "cannot be built: \(error.oneLine)"
            return skip(index, untestable[index]!, isWhole, since: start)
        }
        let scenarios = asking.reduce(into: Set<Int>()) { places, number in
            places.formUnion(followed[number].failure.scenarios)
        }
        var observation = try probe.observe([index], scenarios: isWhole ? nil : scenarios)[0]
        var reasons = try asking.map { try why($0, isNotToldBy: observation, at: index) }
        if !isWhole, reasons.contains(where: { $0 != nil }) {
            // Another scenario may still get to it.
            isWhole = true
            observation = try probe.observe([index])[0]
            reasons = try asking.map { try why($0, isNotToldBy: observation, at: index) }
        }
        observations[index] = observation
        for (number, reason) in zip(asking, reasons) {
            if let reason {
                followed[number].hide(index, because: reason)
            } else {
                let isShown = observation[followed[number].signature] != nil
                followed[number].note(isShown, at: index, isWhole: isWhole)
            }
        }
        let told = zip(asking, reasons).filter { $1 == nil }.map(\.0)
        if told.isEmpty, let reason = reasons.compactMap(\.self).first {
            skip(index, reason, isWhole, since: start)
        } else {
            let seconds = Double(monotonicNanoseconds() &- start) / 1e9
            note(
                observation, at: index, isWhole ? followed.indices.map(\.self) : told,
                seconds: seconds)
        }
    }

    /// Why a state cannot tell whether it has a failure that it does not show; nil if it can.
    private func why(
        _ number: Int, isNotToldBy observation: StateObservation, at index: Int
    ) throws -> String? {
        try observation.reasonNotToTell(
            of: followed[number].failure,
            beside: [observations[0], observations[states.last]].compactMap(\.self)
        ) { try probe.record($0, $1, on: index) }
    }

    // MARK: - Log

    private mutating func note(
        _ observation: StateObservation, at index: Int, _ asking: [Int], seconds: Double
    ) {
        let shown = asking.map { followed[$0].signature }.filter { observation[$0] != nil }
        var names: [String] = []
        for signature in shown.sorted() where names.last != signature.expectation {
            names.append(signature.expectation)
        }
        add(
            BisectionReport.Step(
                state: index, verdict: shown.isEmpty ? .good : .bad, breaks: names, reason: nil,
                isWhole: observation.isWhole, runs: observation.runs, seconds: seconds))
    }

    private mutating func skip(
        _ index: Int, _ reason: String, _ isWhole: Bool, since start: UInt64
    ) {
        add(
            BisectionReport.Step(
                state: index, verdict: .skip, breaks: [], reason: reason, isWhole: isWhole,
                runs: 0, seconds: Double(monotonicNanoseconds() &- start) / 1e9))
    }

    private mutating func add(_ step: BisectionReport.Step) {
        steps.append(step)
        progress?(step, states.states[step.state])
    }

    // MARK: - Answers

    private func answers() throws -> [BisectionReport.Answer] {
        var groups: [(failures: [FollowedFailure], suspects: [Int])] = []
        for failure in followed {
            let suspects = Array(failure.low + 1...failure.high)
            let known = groups.firstIndex {
                $0.suspects == suspects && $0.failures[0].comes == failure.comes
            }
            if let known {
                groups[known].failures.append(failure)
            } else {
                groups.append(([failure], suspects))
            }
        }
        let all = try groups.sorted { $0.suspects.lexicographicallyPrecedes($1.suspects) }
            .map { try answer($0.failures, $0.suspects) }
        return folded(all)
    }

    /// A failure that is hidden in some states may come with any of them; where a failure of the
    /// same expectation is known to come with one, that is said there.
    private func folded(_ all: [BisectionReport.Answer]) -> [BisectionReport.Answer] {
        var exact = all.filter { $0.suspects.count == 1 }
        var rest: [BisectionReport.Answer] = []
        for vague in all where vague.suspects.count > 1 {
            let names = Set(vague.signatures.map(\.expectation))
            let place = exact.firstIndex { answer in
                answer.comes == vague.comes && vague.suspects.contains(answer.suspects[0])
                    && names.isSubset(of: answer.signatures.map(\.expectation))
            }
            if let place {
                exact[place].possible += vague.signatures
            } else {
                rest.append(vague)
            }
        }
        return (exact + rest).sorted { $0.suspects.lexicographicallyPrecedes($1.suspects) }
    }

    private func answer(
        _ failures: [FollowedFailure], _ suspects: [Int]
    ) throws -> BisectionReport.Answer {
        // Of each expectation, that of the smallest run comes first: it is the one that is told.
        let signatures = failures.sorted { one, other in
            let (mine, theirs) = (one.signature, other.signature)
            guard mine.expectation == theirs.expectation else { return mine < theirs }
            return switch (one.failure.witness?.rank, other.failure.witness?.rank) {
            case (let first?, let second?): (first, mine) < (second, theirs)
            case (nil, nil): mine < theirs
            case (let first, _): first != nil
            }
        }
        .map(\.signature)
        let names = Set(signatures.map(\.expectation))
        let opposite = failures[0].comes ? failures[0].low : failures[0].high
        let others = (observations[opposite]?.failures ?? []).map(\.signature)
            .filter { names.contains($0.expectation) && !signatures.contains($0) }
        let smallest = failures.compactMap { failure in
            observations[failure.showing]?[failure.signature]
        }
        .min { one, other in
            switch (one.witness?.rank, other.witness?.rank) {
            case (let mine?, let theirs?): mine < theirs
            case (let mine, _): mine != nil
            }
        }
        var skipped: [Int: String] = [:]
        for index in suspects.dropLast() {
            skipped[index] =
                untestable[index] ?? failures.lazy.compactMap { $0.hidden[index] }.first
        }
        return BisectionReport.Answer(
            comes: failures[0].comes, suspects: suspects, skipped: skipped,
            signatures: signatures, others: others.sorted(),
            witness: try smallest.flatMap {
                try probe.witness(of: $0, on: failures[0].showing)
            })
    }
}

extension QuestionError {
    /// The code is to blame, so that another state may do better.
    package var isAboutCode: Bool {
        switch kind {
        case .doesNotApply, .doesNotCompile, .outside, .refused, .tree: true
        case .checkout, .toolchain, .unreadable, .disk: false
        }
    }

    /// Without its notes.
    package var oneLine: String {
        description.split(separator: "\n").first.map(String.init) ?? reason
    }
}

extension BisectionStates {
    /// Why an end cannot be built, in terms of the search.
    fileprivate func explained(_ error: QuestionError, at index: Int) -> QuestionError {
        var error = error
        let inPatch = error.notes.first.flatMap { note in
            note.hasPrefix("in patch 1: ") ? 1 : nil
        }
        if error.kind == .doesNotApply, last == 1 || inPatch == 1 {
            error.notes.append(
                "the first patch does not apply: is this the tree that the series is for?"
                    + " --tree DIR and --rev REV name another")
        } else if error.isAboutCode, error.kind != .doesNotApply {
            error.notes.append(
                "\(states[index].name) cannot be built, and a search needs both of its ends")
        }
        return error
    }
}
