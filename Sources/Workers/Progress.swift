// SPDX-License-Identifier: GPL-2.0-only

// How far a long job has come, as whoever does it knows: how much it has done, of how much, for how
// long; and from that, how fast it is and how long it will take.

import System

/// How far jobs have come.
package struct Progress: Sendable {
    package var runs: Int
    package var finishedShards: Int
    package var shards: Int
    /// How much of the whole is done, from 0 to 1; nil where nobody knows.
    package var fraction: Double?
    /// Since it began.
    package var seconds: Double

    package init(
        runs: Int, finishedShards: Int, shards: Int, fraction: Double? = nil, seconds: Double = 0
    ) {
        self.runs = runs
        self.finishedShards = finishedShards
        self.shards = shards
        self.fraction = fraction
        self.seconds = seconds
    }

    /// Runs in a second; nil as long as that would be a guess.
    package var rate: Int? { seconds >= 0.5 ? Int(Double(runs) / seconds) : nil }

    /// How long it will take if it goes on like this; nil as long as nobody can say.
    package var secondsLeft: Double? {
        guard let fraction, fraction >= 0.02, seconds >= 1 else { return nil }
        return seconds * (1 - fraction) / fraction
    }
}

/// Says when it is time to report again: a reader sees no more than ten changes a second.
struct ProgressClock {
    private let start: UInt64
    private var last: UInt64 = 0

    init(since start: UInt64) { self.start = start }

    /// Whether it is time; then it is not for a while.
    mutating func isDue() -> Bool {
        let now = monotonicNanoseconds()
        guard now &- last > 100_000_000 else { return false }
        last = now
        return true
    }

    /// Since the start, as of the last report.
    var seconds: Double { Double(last &- start) / 1e9 }
}
