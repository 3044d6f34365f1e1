// SPDX-License-Identifier: GPL-2.0-only

// What a search has found and what it has covered: the second is as much of an answer as the first,
// because "nothing found" is worth what was tried. Tallies of parts add up, in any order, to that of
// the whole, whether the parts were workers of one machine or machines; and a tally stays small
// however long the search is: of generated scenarios there are sums only.

import Expectations
import Machine

/// What became of one scenario.
package struct ScenarioCoverage: Codable, Sendable {
    package var index: Int
    package var name: String
    package var tasks: Int
    package var runs = 0
    /// All orders that the strategy can tell apart were tried, without failures.
    package var isComplete = false
    /// Runs without failures.
    package var orders = 0
    /// Sets of failures tried, and those of them in all orders.
    package var failureSets = 0
    package var completeFailureSets = 0
    package var redundant = 0
    package var diverged = 0
    /// Of PCT.
    package var bound: Double?
    /// Of the strategy that bounds them: so many preemptions had the runs without failures.
    package var preemptions: Int?
    /// Runs in which a call that was to fail so was another one in that order: they say nothing.
    package var misplacedFailures = 0
    /// Runs that ended in an error of the harness: they say nothing either.
    package var harnessErrors = 0

    package init(index: Int, name: String, tasks: Int) {
        self.index = index
        self.name = name
        self.tasks = tasks
    }
}

/// What became of random scenarios, all of them together.
package struct GeneratedCoverage: Codable, Sendable, Hashable {
    /// Scenarios, by the number of their tasks: of one, two and three.
    package var scenarios = [0, 0, 0]
    package var runs = 0
    /// Operations that are not set-up, over all scenarios.
    package var operations = 0
    /// Scenarios that were tried in all orders, without failures.
    package var complete = 0
    package var failureSets = 0
    package var completeFailureSets = 0
    package var redundant = 0
    package var diverged = 0
    package var misplacedFailures = 0
    package var scenariosWithErrors = 0
    /// Of PCT, the least.
    package var bound: Double?

    package init() {}

    package var count: Int { scenarios.reduce(0, +) }

    package mutating func add(_ scenario: Scenario, _ coverage: ScenarioCoverage) {
        scenarios[min(scenario.tasks, scenarios.count) - 1] += 1
        runs += coverage.runs
        operations += scenario.tested.count
        if coverage.isComplete { complete += 1 }
        failureSets += coverage.failureSets
        completeFailureSets += coverage.completeFailureSets
        redundant += coverage.redundant
        diverged += coverage.diverged
        misplacedFailures += coverage.misplacedFailures
        if coverage.harnessErrors > 0 { scenariosWithErrors += 1 }
        bound = [bound, coverage.bound].compactMap { $0 }.min()
    }

    package mutating func merge(_ other: GeneratedCoverage) {
        for index in scenarios.indices { scenarios[index] += other.scenarios[index] }
        runs += other.runs
        operations += other.operations
        complete += other.complete
        failureSets += other.failureSets
        completeFailureSets += other.completeFailureSets
        redundant += other.redundant
        diverged += other.diverged
        misplacedFailures += other.misplacedFailures
        scenariosWithErrors += other.scenariosWithErrors
        bound = [bound, other.bound].compactMap { $0 }.min()
    }
}

/// One way in which runs of a search ended in an error of the harness.
package struct SearchHarnessError: Codable, Sendable {
    package var end: RunEnd
    /// What the machine says of it: which function is missing, which limit was reached.
    package var message: String
    package internal(set) var runs: Int
    package internal(set) var scenarios: Int
    /// The first such run.
    package internal(set) var first: FoundRun

    package func isLike(_ other: SearchHarnessError) -> Bool {
        end == other.end && message == other.message
    }
}

/// What a search knows.
package struct SearchTally: Codable, Sendable {
    /// One expectation, or one bug on record, over all runs.
    package struct Line: Codable, Sendable {
        package var runs = 0
        package var failures = 0
        package var finding: FoundRun?

        package mutating func merge(_ other: Line) {
            runs += other.runs
            failures += other.failures
            if let finding = other.finding { consider(finding) }
        }

        package mutating func consider(_ finding: FoundRun) {
            if let best = self.finding, !finding.isSmaller(than: best) { return }
            self.finding = finding
        }
    }

    /// Of scenarios with names of their own, in the order of the plan.
    package internal(set) var coverage: [ScenarioCoverage] = []
    package internal(set) var generated = GeneratedCoverage()
    /// One for each of `Expectations.all`, in that order.
    package internal(set) var lines = Array(repeating: Line(), count: Expectations.all.count)
    /// One for each of `Findings.all`, in that order: runs that show what is on record. They are not
    /// among the failures.
    package internal(set) var findings = Array(repeating: Line(), count: Findings.all.count)
    /// All that fail, by what they are, until they are held against other code.
    package internal(set) var failures = FailureLog(room: failureRoom)
    package internal(set) var lockOrder = LockOrderGraph()
    package internal(set) var deaths: [Death] = []
    /// For each line that is watched, the number of scenarios in which it ran.
    package internal(set) var scenariosOfLines: [Int] = []
    /// What became of the shard's canary, until the parent takes it out.
    package internal(set) var canaries: [CanaryResult]?
    package internal(set) var leftOut: [String] = []
    package internal(set) var harnessErrors: [SearchHarnessError] = []
    /// Scenarios that were not run because the image cannot drive an operation of theirs.
    package internal(set) var unsupported: [UnsupportedOperation: Int] = [:]
    /// Time ran out before everything was tried.
    package internal(set) var isCut = false
    /// Somebody wanted it to end.
    package internal(set) var isInterrupted = false
    /// The number of the first generated scenario that was not begun; of one part.
    package var nextGenerated = 0

    /// A tally stays small, however much fails.
    private static let failureRoom = 1 << 16

    package init() {}

    package var runs: Int { coverage.reduce(deaths.count + generated.runs) { $0 + $1.runs } }

    package mutating func merge(_ other: SearchTally) {
        merge(other.coverage)
        generated.merge(other.generated)
        for index in lines.indices { lines[index].merge(other.lines[index]) }
        for index in findings.indices { findings[index].merge(other.findings[index]) }
        failures.merge(other.failures)
        lockOrder.merge(other.lockOrder)
        deaths = (deaths + other.deaths).sorted { $0.ordinal < $1.ordinal }
        leftOut += other.leftOut
        for harnessError in other.harnessErrors { merge(harnessError) }
        unsupported.merge(other.unsupported, uniquingKeysWith: +)
        if scenariosOfLines.isEmpty {
            scenariosOfLines = other.scenariosOfLines
        } else {
            for (index, count) in zip(scenariosOfLines.indices, other.scenariosOfLines) {
                scenariosOfLines[index] += count
            }
        }
        isCut = isCut || other.isCut
        isInterrupted = isInterrupted || other.isInterrupted
    }

    /// A scenario is of one part; where a worker of that part has died, it may have been begun again.
    private mutating func merge(_ others: [ScenarioCoverage]) {
        var places: [Int: Int] = [:]
        for (place, known) in coverage.enumerated() { places[known.index] = place }
        for var other in others {
            if let place = places[other.index] {
                other.runs += coverage[place].runs
                coverage[place] = other
            } else {
                coverage.append(other)
            }
        }
        coverage.sort { $0.index < $1.index }
    }

    package mutating func merge(_ harnessError: SearchHarnessError) {
        if let place = harnessErrors.firstIndex(where: { $0.isLike(harnessError) }) {
            harnessErrors[place].runs += harnessError.runs
            harnessErrors[place].scenarios += harnessError.scenarios
            if harnessError.first.ordinal < harnessErrors[place].first.ordinal {
                harnessErrors[place].first = harnessError.first
            }
        } else {
            harnessErrors.append(harnessError)
        }
        harnessErrors.sort { ($0.first.ordinal, $0.message) < ($1.first.ordinal, $1.message) }
    }

    /// The same with runs that show what is on record counted as failures.
    package func countingKnown() -> SearchTally {
        var tally = self
        for (finding, line) in zip(Findings.all, findings) {
            let index = finding.expectation.rawValue.trailingZeroBitCount
            tally.lines[index].failures += line.failures
            if let run = line.finding { tally.lines[index].consider(run) }
        }
        tally.findings = SearchTally().findings
        tally.lockOrder = lockOrder.countingKnown()
        return tally
    }

    /// The runs that broke an expectation in a way that is on record.
    package func known(breaking expectation: Expectation) -> [KnownFailures] {
        zip(Findings.all, findings).compactMap { finding, line in
            guard finding.expectation == expectation.mask, line.failures > 0 else { return nil }
            return KnownFailures(finding: finding.number, runs: line.failures)
        }
    }
}
