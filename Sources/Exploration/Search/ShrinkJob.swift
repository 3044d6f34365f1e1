// SPDX-License-Identifier: GPL-2.0-only

// Making a finding smaller, as a job of a worker.

import Expectations
import Workers

/// Looks for the smallest run like a finding's.
package struct ShrinkJob: WorkerJob {
    package static let name = "shrink"

    package var image: ImageReference
    package var finding: SearchFinding
    /// Name of the expectation that the run breaks.
    package var expectation: String

    package func run(in worker: WorkerContext<ShrinkJob>) throws -> SearchFinding {
        guard let expectation = Expectations.named(expectation) else {
            throw WorkerError("no expectation is called \(expectation)")
        }
        var shrinking = Shrinking(of: try image.load(), page: worker.page)
        return shrinking.shrink(finding, breaking: expectation)
    }

    /// A smaller run has killed the worker: the finding stays as it was.
    package func resume(after death: WorkerDeath<SearchFinding>) throws -> Continuation<ShrinkJob> {
        .ended(self, finding)
    }
}

extension WorkerPool {
    /// The smallest run like a finding's that breaks the expectation; the finding itself where
    /// looking for it is not possible.
    package func shrink(
        _ finding: SearchFinding, of image: ImageReference, breaking expectation: Expectation
    ) throws -> SearchFinding {
        let job = ShrinkJob(image: image, finding: finding, expectation: expectation.name)
        return try run(job).last ?? finding
    }
}
