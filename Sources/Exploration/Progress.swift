// SPDX-License-Identifier: GPL-2.0-only

// How far a long job has come, as whoever does it knows: how much it has done, of how much, for how
// long. What is made of it, a rate and a time that is left, is for whoever shows it.

extension WorkerPool {
    /// How far an exploration has come.
    public struct Progress: Sendable {
        public var runs: Int
        public var finishedParts: Int
        public var parts: Int
        /// How much of the whole is done, from 0 to 1; nil where nobody knows.
        public var fraction: Double?
        /// Since it began.
        public var seconds = 0.0

        public init(runs: Int, finishedParts: Int, parts: Int, fraction: Double? = nil) {
            self.runs = runs
            self.finishedParts = finishedParts
            self.parts = parts
            self.fraction = fraction
        }
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
