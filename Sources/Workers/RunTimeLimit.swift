// SPDX-License-Identifier: GPL-2.0-only

// How long the runs of a job may take. A loop that never ends is the machine's to notice, and a run that
// stands still the watchdog's. A handler that prints or clears a megabyte in each of a hundred thousand
// runs is neither, and nobody waits for it.
//
// What must hold: a job that is only slow, on a slow machine or with many orders, is never ended. So it
// is the time of each run that counts, and a job has some time in any case.

/// The limit on the processor time of a job's runs.
package struct RunTimeLimit: Sendable {
    /// Seconds that a job has in any case.
    package var free = 30.0
    /// Seconds that each run may take on average where a job takes longer: twenty times what runs take.
    package var perRun = 0.0005

    package init() {}

    /// What is said of runs that were ended.
    package var complaint: String {
        "\(Self.tooLong), more than \(Int(perRun * 1_000_000)) us of processor time each"
    }

    /// What a complaint begins with.
    package static let tooLong = "the runs take too long"

    /// - Parameters:
    ///   - seconds: of processor time, of all workers of a job.
    ///   - runs: that they have made.
    package func isReached(after seconds: Double, runs: Int) -> Bool {
        seconds > free && seconds > Double(runs) * perRun
    }
}
