// SPDX-License-Identifier: GPL-2.0-only

// What is known of a variant after some runs. A tally is small, is written as a checkpoint, and
// adds up: the tallies of any division into parts merge to that of the whole, in any order, so
// neither --jobs nor a worker's death changes a verdict or a witness.

import Expectations
import Machine

/// Verdict counts, smallest witnesses and lock orders of the runs made so far.
package struct Tally: Codable, Sendable {
    /// One expectation over all runs so far.
    package struct Line: Codable, Sendable {
        /// Runs that the expectation says something about.
        package internal(set) var runs = 0
        /// Runs that broke it.
        package internal(set) var failures = 0
        /// The smallest run that broke it.
        package internal(set) var witness: WitnessKey?

        package mutating func merge(_ other: Line) {
            runs += other.runs
            failures += other.failures
            if let theirs = other.witness { consider(theirs) }
        }

        package mutating func consider(_ candidate: WitnessKey) {
            guard let witness, witness.rank < candidate.rank else {
                witness = candidate
                return
            }
        }
    }

    /// The index of the first scenario that was not begun.
    package internal(set) var nextScenario = 0
    package internal(set) var runs = 0
    /// Scenarios made at least once.
    package internal(set) var scenarios = 0
    /// One for each of `Expectations.all`, in that order.
    package internal(set) var lines: [Line]
    /// One for each of `Findings.all`, in that order: runs that broke an expectation in a way that
    /// is on record. They count among its runs, not among its failures.
    package internal(set) var findings: [Line]
    package internal(set) var lockOrder = LockOrderGraph()
    /// The runs that failed, by what they show; none of `lock-order`, and none that killed its
    /// process.
    package internal(set) var failures = FailureLog()
    /// Runs that killed the process that made them.
    package internal(set) var deaths: [Death] = []
    /// Fallible calls that were not failed: in runs that never end, or that pass too many of them.
    package internal(set) var callsNotFailed = 0
    /// What else was not run, in sentences; empty when everything was.
    package internal(set) var leftOut: [String] = []
    /// Whether nothing but what the runs themselves did has ended a run or kept one from being made.
    var isUndisturbed: Bool { deaths.isEmpty && harnessErrors.isEmpty && leftOut.isEmpty }
    /// Whether everything was run that is to be run: what is not shown then is not there.
    var isWhole: Bool { isUndisturbed && callsNotFailed == 0 && races.broken == 0 }
    /// Scenarios that were not run because the image cannot drive an operation of theirs.
    package internal(set) var unsupported: [UnsupportedOperation: Int] = [:]
    /// Scenarios that are no part of the catalogue for this image: they need what a kernel need not
    /// have.
    package internal(set) var absent = 0
    /// Runs that ended in an error of the harness; no verdict rests on them.
    package internal(set) var harnessErrors: [HarnessError] = []
    /// Scenarios with at least one such run.
    package internal(set) var scenariosWithHarnessErrors = 0
    /// In how many of their orders races were run; their runs count like all others.
    package internal(set) var races = RaceTally()
    /// What became of the shard's canaries, which are counted like all other runs until they are taken
    /// out.
    package internal(set) var canaries: [CanaryResult] = []
    /// Of each added line that makes code, in how many scenarios it ran; empty if none is watched.
    package internal(set) var scenariosOfLines: [Int] = []

    /// What each scenario comes to, where that is to be kept and a single worker made all runs of the
    /// shard. Parts of it are never sent before the end, and it is not merged here.
    package internal(set) var byFunction: RunsByFunction?

    package init() {
        lines = Array(repeating: Line(), count: Expectations.all.count)
        findings = Array(repeating: Line(), count: Findings.all.count)
    }

    /// Adds up the runs of another part of the same variant's runs.
    package mutating func merge(_ other: Tally) {
        runs += other.runs
        scenarios += other.scenarios
        for index in lines.indices { lines[index].merge(other.lines[index]) }
        for index in findings.indices { findings[index].merge(other.findings[index]) }
        lockOrder.merge(other.lockOrder)
        failures.merge(other.failures)
        deaths += other.deaths
        callsNotFailed += other.callsNotFailed
        leftOut += other.leftOut
        unsupported.merge(other.unsupported, uniquingKeysWith: +)
        absent += other.absent
        for harnessError in other.harnessErrors { merge(harnessError) }
        scenariosWithHarnessErrors += other.scenariosWithHarnessErrors
        races.merge(other.races)
        if scenariosOfLines.isEmpty {
            scenariosOfLines = other.scenariosOfLines
        } else {
            for (index, count) in other.scenariosOfLines.enumerated() {
                scenariosOfLines[index] += count
            }
        }
    }

    /// Says how far the runs had come when a user ended them.
    ///
    /// - Parameter all: how many scenarios there are.
    mutating func noteInterrupted(of all: Int) {
        let apart = absent + races.unsupported + unsupported.values.reduce(0, +)
        let done = scenarios + races.scenarios
        guard done < all - apart else { return }
        leftOut.append("interrupted: \(done) of \(all - apart) scenarios were run")
    }

    /// Counts one judged run.
    ///
    /// - Parameter choices: the order of its tasks.
    @inline(__always)
    package mutating func count(
        _ judgement: Judgement, rank: WitnessRank, injections: borrowing [Injection],
        choices: borrowing [UInt8] = []
    ) {
        runs += 1
        var applies = judgement.applies.rawValue
        while applies != 0 {
            lines[applies.trailingZeroBitCount].runs += 1
            applies &= applies - 1
        }
        if !judgement.fails.isEmpty {
            Tally.countFailures(UInt64(judgement.fails.rawValue), &lines, rank, injections, choices)
        }
        if judgement.findings != 0 {
            Tally.countFailures(judgement.findings, &findings, rank, injections, choices)
        }
    }

    private static func countFailures(
        _ bits: UInt64, _ lines: inout [Line], _ rank: WitnessRank,
        _ injections: borrowing [Injection], _ choices: borrowing [UInt8]
    ) {
        var bits = bits
        while bits != 0 {
            let index = bits.trailingZeroBitCount
            bits &= bits - 1
            lines[index].failures += 1
            // Compared before anything is allocated for a key.
            if let best = lines[index].witness, best.rank < rank { continue }
            lines[index].witness = WitnessKey(
                rank: rank, injections: copy injections, choices: copy choices)
        }
    }

    /// A run that took its process with it breaks `no-warning`.
    package mutating func count(_ death: Death, of scenario: Scenario) {
        runs += 1
        deaths.append(death)
        let line = ExpectationSet.noWarning.rawValue.trailingZeroBitCount
        lines[line].runs += 1
        lines[line].failures += 1
        lines[line].consider(death.key(of: scenario))
    }
}
