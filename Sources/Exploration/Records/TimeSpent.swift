// SPDX-License-Identifier: GPL-2.0-only

// What whoever asked has waited for, part by part: from the question to the answer, not only while
// runs were made.

/// Wall-clock time of a check, in seconds.
package struct TimeSpent: Sendable, Equatable {
    /// Finding out what is asked: the tree, the patches, the options.
    package internal(set) var reading = 0.0
    /// Compiling and linking.
    package internal(set) var building = 0.0
    /// Making and judging runs.
    package internal(set) var running = 0.0
    /// Making failing runs once more, to write them down.
    package internal(set) var witnessing = 0.0

    private var mark: ContinuousClock.Instant

    package var total: Double { reading + building + running + witnessing }

    /// - Parameter begun: when the question was asked.
    package init(since begun: ContinuousClock.Instant = .now) { mark = begun }

    /// The time since the part before ended belongs to this one.
    mutating func finish(_ part: WritableKeyPath<TimeSpent, Double> & Sendable) {
        let now = ContinuousClock.now
        let passed = (now - mark).components
        self[keyPath: part] += Double(passed.seconds) + Double(passed.attoseconds) / 1e18
        mark = now
    }
}
