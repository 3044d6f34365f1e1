// SPDX-License-Identifier: GPL-2.0-only

// A worker that did not live to send its result. The page that it shared with its parent says which
// run it was at, the last checkpoint what was known before. Neither is trusted: whoever reads the
// page checks that it can be what a worker of ours wrote.

/// How a worker's process ended.
package enum WorkerEnd: Codable, Hashable, Sendable {
    case exit(Int32)
    case signal(Int32)
    /// It stood still until it was killed.
    case hang(seconds: Int)
    /// It closed the descriptors through which it answers.
    case closedDescriptors
    /// It used more memory than a worker may, until it was killed.
    case memory(mebibytes: Int)
}

/// A worker that has died.
package struct WorkerDeath<Checkpoint> {
    /// Nil where the process left in good order and yet sent no result.
    package let end: WorkerEnd?
    package let page: WorkerPage
    /// The last checkpoint that it sent.
    package let checkpoint: Checkpoint?
    /// The end of what it wrote to standard error, on one line.
    package let lastWords: String

    /// It died while it made or judged a run, and so that run has killed it.
    package var isOfRun: Bool { page.phase == .running || page.phase == .judging }
}
