// SPDX-License-Identifier: GPL-2.0-only

// What a search has found and what it has covered: the second is as much of an answer as the first,
// because "nothing found" is worth what was tried. Tallies of parts add up, in any order.

import Expectations

/// What became of one scenario.
public struct ScenarioCoverage: Codable, Sendable {
    public var index: Int
    public var name: String
    public var runs = 0
    /// All orders that the strategy can tell apart were tried, without failures.
    public var isComplete = false
    /// Sets of failures tried, and those of them in all orders.
    public var failureSets = 0
    public var completeFailureSets = 0
    public var redundant = 0
    public var diverged = 0
    /// Of PCT.
    public var bound: Double?
    /// Runs in which a call that was to fail so was another one in that order: they say nothing.
    public var misplacedFailures = 0
}

/// What a search knows.
public struct SearchTally: Codable, Sendable {
    /// One expectation over all runs.
    public struct Line: Codable, Sendable {
        public var runs = 0
        public var failures = 0
        public var finding: SearchFinding?
    }

    public internal(set) var coverage: [ScenarioCoverage] = []
    /// One for each of `Expectations.all`, in that order.
    public internal(set) var lines = Array(repeating: Line(), count: Expectations.all.count)
    /// One for each of `Findings.all`, in that order: runs that show what is on record. They are not
    /// among the failures.
    public internal(set) var findings = Array(repeating: 0, count: Findings.all.count)
    public internal(set) var lockOrder = LockOrderGraph()
    public internal(set) var deaths: [Death] = []
    public internal(set) var leftOut: [String] = []
    /// Time ran out before everything was tried.
    public internal(set) var isCut = false

    public init() {}

    public var runs: Int { coverage.reduce(deaths.count) { $0 + $1.runs } }

    public mutating func merge(_ other: SearchTally) {
        coverage = (coverage + other.coverage).sorted { $0.index < $1.index }
        for index in lines.indices {
            lines[index].runs += other.lines[index].runs
            lines[index].failures += other.lines[index].failures
            if let finding = other.lines[index].finding { consider(finding, at: index) }
        }
        for index in findings.indices { findings[index] += other.findings[index] }
        lockOrder.merge(other.lockOrder)
        deaths += other.deaths
        leftOut += other.leftOut
        isCut = isCut || other.isCut
    }

    mutating func consider(_ finding: SearchFinding, at index: Int) {
        if let best = lines[index].finding, !finding.isSmaller(than: best) { return }
        lines[index].finding = finding
    }
}
