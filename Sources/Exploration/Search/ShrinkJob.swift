// SPDX-License-Identifier: GPL-2.0-only

// Making a finding smaller, as a job of a worker.

import Expectations
import Workers

/// Looks for the smallest run like a finding's.
package struct ShrinkJob: ImageJob {
    package static let name = "shrink"

    package var image: ImageReference
    package var finding: FoundRun
    /// Name of the expectation that the run breaks.
    package var expectation: String
    /// In which way a smaller run must break it, as signatures have it without the function; nil for
    /// any.
    package var kind: String?
    /// Code that must not break it so in a smaller scenario: the failure is one that it does not have.
    package var base: ImageReference?

    package var images: [ImageReference] { [image] + [base].compactMap { $0 } }

    package func run(in worker: WorkerContext<ShrinkJob>) throws -> FoundRun {
        guard let expectation = Expectations.named(expectation) else {
            throw WorkerError("no expectation is called \(expectation)")
        }
        var shrinking = Shrinking(
            of: try image.load(), beside: try base?.load(), page: worker.page)
        return shrinking.shrink(
            finding, to: Shrinking.Goal(expectation: expectation, kind: kind))
    }

    package func objection(to result: FoundRun, isWhole: Bool) -> String? {
        result.canBeMade ? nil : "a run that cannot be made"
    }

    /// A smaller run has killed the worker: the finding stays as it was.
    package func resume(after death: WorkerDeath<FoundRun>) throws -> Continuation<ShrinkJob> {
        .ended(self, finding)
    }
}

extension WorkerPool {
    /// The smallest runs like those found, each of which breaks its expectation; a run itself where
    /// looking for a smaller one is not possible.
    package func shrink(_ jobs: [ShrinkJob]) throws -> [FoundRun] {
        try zip(jobs, run(jobs)).map { $1.results.last ?? $0.finding }
    }
}
