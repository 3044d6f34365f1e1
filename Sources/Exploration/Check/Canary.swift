// SPDX-License-Identifier: GPL-2.0-only

// A run that is known to fail, in the midst of the others: behind some scenario of the shard, chosen by
// chance, another one is run that ends in a deadlock of the machine's own. The worker makes, judges and
// counts it like every other run. If it is not among those that fail, then somebody keeps failures from
// being seen, and nothing that the worker says counts.
//
// What must hold: only the parent takes canaries out again, and what is left is what it would have been
// without them. Where they are decides about nothing else.

import Expectations
import Machine
import Workers

/// A run that is known to fail.
package struct Canary: Codable, Sendable {
    /// It is run behind the scenario of this index.
    package var place: Int
    /// Its number among that scenario's runs.
    package var number: UInt32
    package var scenario: Scenario

    package var ordinal: RunOrdinal { RunOrdinal(scenario: place, run: Int(number)) }

    /// The deadlock alone, for an image that cannot run the rest.
    package static let alone = Scenario(
        name: "deadlock", description: "One task locks one mutex twice.",
        geometry: Geometry(filesystem: .none, size: 0, mappedPages: 0..<1, skew: 0),
        operations: [deadlock])

    private static let deadlock = Operation(.mutexSection, at: 1)

    /// No scenario has so many runs, nor so many failures in one.
    private static let numbers: ClosedRange<UInt32> = 1 << 24...1 << 30
    static let rankOfFailures = 1 << 30

    /// Behind the operations of one of some scenarios, so that code under test runs before it.
    package init(
        behind place: Int, like scenarios: some RandomAccessCollection<Scenario>,
        using generator: inout some RandomNumberGenerator
    ) {
        self.place = place
        number = .random(in: Canary.numbers, using: &generator)
        scenario = Canary.alone
        for _ in 0..<100 {
            let base = scenarios.randomElement(using: &generator)!
            guard base.tasks == 1, base.operations.count < 60,
                !base.operations.contains(where: { $0.kind.isOptional })
            else { continue }
            scenario = Scenario(
                name: base.name, description: base.description, geometry: base.geometry,
                operations: base.operations + [Canary.deadlock])
            return
        }
    }

    /// Some for a shard. Code that hides failures need not run in each of its scenarios, so they are many.
    ///
    /// - Parameter places: the scenarios of the shard.
    package static func some(among places: [Int]) -> [Canary] {
        var generator = SystemRandomNumberGenerator()
        let scenarios = places.lazy.map(ScenarioIndex.scenario(at:))
        return (0..<min(places.count, perShard)).map { _ in
            Canary(
                behind: places.randomElement(using: &generator)!, like: scenarios,
                using: &generator)
        }
    }

    package static let perShard = 16
}

/// What became of a canary.
package struct CanaryResult: Codable, Hashable, Sendable {
    package var ordinal: RunOrdinal
    /// What the judge said: see `Judgement`.
    package var applies: UInt32
    package var fails: UInt32
    package var findings: UInt64

    init(_ judgement: Judgement, of ordinal: RunOrdinal) {
        self.ordinal = ordinal
        applies = judgement.applies.rawValue
        fails = judgement.fails.rawValue
        findings = judgement.findings
    }
}

extension KernelImage {
    /// Makes and judges a canary, or the deadlock alone if this image cannot run it to its end.
    package func make(
        _ canary: Canary, noting page: WorkerPage?, runs: UInt64,
        count: (Judgement, Judge, borrowing Outcome, Scenario) -> Void
    ) {
        var judge = Judge(image: self)
        for scenario in [canary.scenario, Canary.alone] where supports(scenario) {
            page?.begin(canary.ordinal, runs: runs, injections: [])
            let isJudged = run(scenario.run()) { outcome in
                page?.enter(.judging)
                guard !outcome.end.isHarnessError else { return false }
                let judgement = judge.judge(outcome, of: scenario, injections: [])
                count(judgement, judge, outcome, scenario)
                return true
            }
            if isJudged { return }
        }
    }
}

/// Why a tally cannot be that of a worker with canaries, as a part of a sentence.
package struct CanaryObjection: Error {
    package let description: String

    package init(description: String) { self.description = description }
}

extension Tally {
    /// The same as if there had been no canaries.
    ///
    /// - Parameter canaries: those of the shard that did not kill their worker.
    /// - Throws: `CanaryObjection` where one of those that are due is not among the runs that fail.
    func without(_ canaries: [Canary]) throws(CanaryObjection) -> Tally {
        let due = canaries.filter { $0.place < nextScenario }
        guard self.canaries.count == due.count,
            Set(self.canaries.map(\.ordinal)) == Set(due.map(\.ordinal))
        else { throw CanaryObjection(description: "a run that must fail was not made") }
        let ordinals = Set(due.map(\.ordinal))
        var tally = self
        tally.canaries = []
        for result in self.canaries {
            guard shows(result) else {
                throw CanaryObjection(
                    description: "a run that must fail is not among those that do")
            }
            tally.runs &-= 1
            for index in tally.lines.indices {
                if result.applies & 1 << UInt32(index) != 0 {
                    tally.lines[index].runs &-= 1
                }
                if result.fails & 1 << UInt32(index) != 0 {
                    tally.lines[index].failures &-= 1
                }
            }
            for index in tally.findings.indices where result.findings & 1 << UInt64(index) != 0 {
                tally.findings[index].failures &-= 1
            }
        }
        for index in tally.lines.indices { tally.lines[index].forget(ordinals) }
        for index in tally.findings.indices { tally.findings[index].forget(ordinals) }
        tally.failures = failures.without(ordinals)
        return tally
    }

    /// Whether a canary is among the runs that fail: with the deadlock, or with what kept the run from
    /// coming to it.
    private func shows(_ result: CanaryResult) -> Bool {
        guard result.fails != 0 || result.findings != 0 else { return false }
        // The log is full.
        if failures.left > 0 { return true }
        return failures.entries.contains { entry in
            entry.ordinal == result.ordinal && failures.ways.indices.contains(entry.way)
                && failures.ways[entry.way].endsRun
        }
    }
}

extension Tally.Line {
    fileprivate mutating func forget(_ ordinals: Set<RunOrdinal>) {
        if let witness, ordinals.contains(witness.ordinal) { self.witness = nil }
    }
}
