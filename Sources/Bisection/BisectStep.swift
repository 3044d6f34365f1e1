// SPDX-License-Identifier: GPL-2.0-only

// One step of a bisection that somebody else drives, as `git bisect run` does: is this state of the
// code good or bad? Each step is a process of its own, so what is followed is found out anew from
// the commits that were called good and bad at the start; what those show is kept in the cache.

import Expectations
import Exploration
import Slices
import System

/// Good, bad, or not to be told.
package struct BisectStep: Sendable {
    package enum Verdict: String, Sendable {
        case good, bad, skip
    }

    /// What the verdict rests on.
    package enum Reason: Sendable {
        /// It shows the failure that is looked for.
        case shows(FailureSignature)
        case holds(expectation: String?)
        /// It shows another failure of the expectation.
        case brokenOtherwise(expectation: String?, FailureSignature)
        /// No run says anything about the expectation.
        case notAsked(expectation: String)
        case cannotTell(String)
        case cannotBeBuilt(String)
        case harnessError(String)
    }

    package var verdict: Verdict
    package var reason: Reason
    /// The run that shows it; of a bad state.
    package var witness: Witness?

    package init(verdict: Verdict, _ reason: Reason, witness: Witness? = nil) {
        self.verdict = verdict
        self.reason = reason
        self.witness = witness
    }
}

/// Which failure is looked for, from the ends of a bisection.
package struct BisectionGoal: Sendable {
    /// The ways of breaking it that the bad end shows and the good ones do not.
    package let failures: [NamedFailure]
    /// The good end shows them and the bad one does not: what is looked for is the fix.
    package let isFix: Bool
    package let ends: [StateObservation]
    package let expectation: Expectation?

    /// - Parameters:
    ///   - target: an expectation, or one failure.
    ///   - bad: the state that was called bad, or nil if none was yet.
    ///   - good: those that were called good.
    /// - Throws: `BisectionError` if they do not differ in what is looked for.
    package init(
        _ target: BisectionTarget, bad: BuildRequest?, good: [BuildRequest],
        _ session: CheckSession
    ) throws {
        switch target {
        case .expectation(let expectation): self.expectation = expectation
        case .signature(let signature): expectation = Expectations.named(signature.expectation)
        case .changes: expectation = nil
        }
        let badEnd = try bad.flatMap { try session.end($0) }
        let goodEnds = try good.compactMap { try session.end($0) }
        ends = [badEnd].compactMap(\.self) + goodEnds
        guard let badEnd, let bad, !goodEnds.isEmpty else {
            failures = []
            isFix = false
            return
        }
        let come = badEnd.failures.filter { failure in
            target.includes(failure.signature)
                && goodEnds.allSatisfy { $0[failure.signature] == nil }
        }
        let gone = goodEnds[0].failures.filter { failure in
            target.includes(failure.signature) && badEnd[failure.signature] == nil
        }
        isFix = come.isEmpty
        failures = come.isEmpty ? gone : come
        guard failures.isEmpty else { return }
        let name = expectation?.name ?? ""
        let isBroken = badEnd.failures.contains { target.includes($0.signature) }
        throw BisectionError(
            isBroken
                ? "the good commits break \(name) just as the bad one, \(bad.name), does: there is"
                    + " nothing to look for"
                : "the bad commit, \(bad.name), does not break \(name) in the way that is looked"
                    + " for, and the good ones do not either")
    }
}

extension CheckSession {
    /// Judges a state of the code.
    ///
    /// - Throws: `QuestionError` when it cannot be built, `WorkerError` when the harness is at fault.
    package func mark(
        _ request: BuildRequest, lookingFor goal: BisectionGoal, _ target: BisectionTarget
    ) throws -> BisectStep {
        let variant = try builder.build([request])[0].get()
        let seen = try state(variant)
        let shown =
            goal.failures.isEmpty
            ? seen.failures.filter { target.includes($0.signature) }
            : goal.failures.compactMap { seen[$0.signature] }
        if let first = shown.first {
            return BisectStep(
                verdict: goal.isFix ? .good : .bad,
                .shows(first.signature),
                witness: try witness(of: first, on: variant, request))
        }
        if let name = goal.expectation?.name, seen.notAsked.contains(name) {
            return BisectStep(verdict: .skip, .notAsked(expectation: name))
        }
        for failure in goal.failures {
            let reason = try seen.reasonNotToTell(of: failure, beside: goal.ends) {
                try witness([($0, $1.run(of: $0))], of: variant, request)[0]
            }
            if let reason { return BisectStep(verdict: .skip, .cannotTell(reason)) }
        }
        if goal.failures.isEmpty, let harnessError = seen.harnessError {
            return BisectStep(verdict: .skip, .harnessError(harnessError))
        }
        let name = goal.expectation?.name
        let others = seen.failures.filter { target.includes($0.signature) }
        return BisectStep(
            verdict: goal.isFix ? .bad : .good,
            others.isEmpty
                ? .holds(expectation: name)
                : .brokenOtherwise(expectation: name, others[0].signature))
    }

    /// What an end of a bisection shows; nil if it cannot be built.
    fileprivate func end(_ request: BuildRequest) throws -> StateObservation? {
        do {
            return try state(builder.build([request])[0].get())
        } catch let error as QuestionError where error.isAboutCode {
            return nil
        }
    }

    private func state(_ variant: Variant) throws -> StateObservation {
        let seen = try observe([variant])[0]
        progress?(.done)
        return StateObservation(seen, countsKnown: countsKnown, isWhole: true)
    }
}

extension BisectionTarget {
    package func includes(_ signature: FailureSignature) -> Bool {
        switch self {
        case .changes: true
        case .expectation(let expectation): signature.expectation == expectation.name
        case .signature(let wanted): signature == wanted
        }
    }
}
