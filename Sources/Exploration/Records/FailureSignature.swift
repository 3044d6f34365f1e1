// SPDX-License-Identifier: GPL-2.0-only

// What makes a failure the same one in two versions of the code. A verdict alone does not: an
// expectation can be broken in one way by a patch and in another by the next, and whoever looks for
// the first patch that broke it would be sent to the wrong one. So failures are counted by the way
// in which they break a rule, each with the smallest run that shows it.

import Expectations
import Machine
import Slices

/// An expectation, and one way of breaking it: how the run ended and what the failure is about, with
/// no numbers, lines or scenarios in it.
package struct FailureSignature: Codable, Hashable, Comparable, Sendable {
    /// Its name.
    package var expectation: String
    /// In words: "self-deadlock on &ei->dax_sem in write-fault".
    package var kind: String

    package init(expectation: String, kind: String) {
        self.expectation = expectation
        self.kind = kind
    }

    /// An inversion of lock classes, which is judged over all runs.
    init(inversion cycle: [LockOrderGraph.Edge]) {
        expectation = ExpectationSet.lockOrder.name
        kind = "inversion of " + cycle.map(\.held).joined(separator: ", ")
    }

    /// In the order in which expectations are reported.
    package static func < (one: FailureSignature, other: FailureSignature) -> Bool {
        func place(_ name: String) -> Int { Expectations.named(name)?.index ?? .max }
        return (place(one.expectation), one.kind) < (place(other.expectation), other.kind)
    }
}

/// One way in which runs of a variant fail, as workers report it: its function is not known yet.
package struct FailureWay: Codable, Hashable, Sendable {
    /// Without the function.
    package var signature: FailureSignature
    /// Code addresses where it shows, innermost first; empty where the place is no matter.
    package var chain: [UInt64]
    /// The number of the finding on record that it is.
    package var finding: Int?
    package var failures: Int
    /// The smallest run that shows it.
    package var witness: WitnessKey
    /// The first few scenarios of the agenda in which it shows, ascending.
    package var scenarios: [UInt32]
    /// Such a run goes no further: what it would have shown behind that is not to be seen.
    package var endsRun: Bool
}

/// Counts the failures of one image, in a worker.
struct FailureTable {
    private var entries: [FailureKind: Entry] = [:]

    private struct Entry {
        var failures: Int
        var witness: WitnessKey
        var scenarios: [UInt32]
    }

    /// So many scenarios of a way are kept.
    static let scenarioLimit = 4
    /// More than any code under test shows; one that shows more is beyond following.
    static let limit = 256

    mutating func count(
        _ judgement: Judgement, by judge: Judge, _ outcome: borrowing Outcome,
        of scenario: Scenario, rank: WitnessRank, injections: [Injection], choices: [UInt8] = []
    ) {
        let key = WitnessKey(rank: rank, injections: injections, choices: choices)
        judge.forEachFailure(judgement, outcome, of: scenario) { kind in
            if let index = entries.index(forKey: kind) {
                entries.values[index].failures += 1
                if rank < entries.values[index].witness.rank { entries.values[index].witness = key }
                if entries.values[index].scenarios.count < FailureTable.scenarioLimit,
                    entries.values[index].scenarios.last != rank.ordinal.scenario
                {
                    entries.values[index].scenarios.append(rank.ordinal.scenario)
                }
            } else if entries.count < FailureTable.limit {
                entries[kind] = Entry(
                    failures: 1, witness: key, scenarios: [rank.ordinal.scenario])
            }
        }
    }

    /// What was counted since the last time, under the image's names.
    mutating func drain(_ image: KernelImage) -> [FailureWay] {
        guard !entries.isEmpty else { return [] }
        let lockClasses = image.lockClassNames()
        defer { entries.removeAll(keepingCapacity: true) }
        return entries.map { kind, entry in
            FailureWay(
                signature: FailureSignature(
                    expectation: Expectations.all[kind.expectation].name,
                    kind: kind.description(lockClasses: lockClasses)),
                chain: kind.places, finding: kind.finding.map { Findings.all[$0].number },
                failures: entry.failures, witness: entry.witness, scenarios: entry.scenarios,
                endsRun: kind.endsRun)
        }
    }
}

extension ExpectationSet {
    /// Of a set of one.
    fileprivate var name: String { members[0].name }
}

extension FailureKind {
    var places: [UInt64] { (0..<4).map { chain[$0] }.filter { $0 != 0 } }
}

extension [FailureWay] {
    /// Adds ways that other runs of the same image showed.
    mutating func merge(_ others: [FailureWay]) {
        for other in others {
            let known = firstIndex {
                $0.signature == other.signature && $0.chain == other.chain
                    && $0.finding == other.finding
            }
            guard let known else {
                if count < FailureTable.limit { append(other) }
                continue
            }
            self[known].failures += other.failures
            let scenarios = Set(self[known].scenarios + other.scenarios).sorted()
            self[known].scenarios = [UInt32](scenarios.prefix(FailureTable.scenarioLimit))
            if other.witness.rank < self[known].witness.rank {
                self[known].witness = other.witness
            }
        }
    }
}

extension Death {
    /// In the words of a signature.
    var signature: FailureSignature {
        let words: String
        switch cause {
        case .exit: words = "the process of the run calls exit()"
        case .signal(let number): words = "the process of the run dies of \(signalName(number))"
        case .hang: words = "the process of the run stands still"
        }
        return FailureSignature(expectation: ExpectationSet.noWarning.name, kind: words)
    }
}

// MARK: - In the process that started the workers

/// A way in which a variant fails, under its full name.
package struct ShownFailure: Codable, Sendable {
    package var signature: FailureSignature
    /// The number of the finding on record that it is; such a failure counts only if that is asked
    /// for.
    package var finding: Int?
    package var failures: Int
    /// The smallest run that shows it; nil of `lock-order`.
    package var witness: WitnessKey?
    /// Places in the agenda of scenarios that show it: a few, with the smallest; of `lock-order`,
    /// those that it takes together.
    package var scenarios: [Int]
    /// Such a run goes no further.
    package var endsRun: Bool
    /// Of `lock-order`.
    package var inversion: [LockOrderGraph.Edge]?
}

extension CheckSession {
    /// The ways in which a variant fails, by signature, in the order in which they are reported.
    ///
    /// - Parameter image: the variant's shared object.
    package func failures(in tally: Tally, image: String) throws -> [ShownFailure] {
        let places = Set(tally.ways.flatMap(\.chain)).sorted()
        let frames = try Symbolizer(toolchain: builder.toolchain).frames(image: image, pcs: places)
        let functions = Dictionary(
            uniqueKeysWithValues: zip(places, frames.map { $0.map(CodeFrame.init) }))
        var shown: [FailureSignature: ShownFailure] = [:]
        for way in tally.ways where way.finding == nil || countsKnown {
            let signature = way.signature.naming(way.chain) { functions[$0] ?? [] }
            let failure = ShownFailure(
                signature: signature, finding: way.finding, failures: way.failures,
                witness: way.witness, scenarios: way.places, endsRun: way.endsRun)
            shown[signature] = shown[signature].map { $0.adding(failure) } ?? failure
        }
        for cycle in tally.lockOrder.inversions() {
            let signature = FailureSignature(inversion: cycle)
            let scenarios = Set(cycle.map { Int(RunOrdinal(packed: $0.runKey).scenario) })
            shown[signature] = ShownFailure(
                signature: signature, finding: nil, failures: 1, witness: nil,
                scenarios: scenarios.sorted(), endsRun: false, inversion: cycle)
        }
        return shown.values.sorted { $0.signature < $1.signature }
    }
}

extension FailureWay {
    fileprivate var places: [Int] {
        Set(scenarios + [witness.ordinal.scenario]).sorted().map { Int($0) }
    }
}

extension ShownFailure {
    fileprivate func adding(_ other: ShownFailure) -> ShownFailure {
        var sum = self
        sum.failures += other.failures
        if let mine = witness, let theirs = other.witness, theirs.rank < mine.rank {
            sum.witness = theirs
        }
        sum.scenarios = Set(scenarios + other.scenarios).sorted()
        sum.endsRun = endsRun || other.endsRun
        // On record and not at once: what is not counts.
        sum.finding = finding == nil || other.finding == nil ? nil : finding
        return sum
    }
}

extension FailureSignature {
    /// With the function of the code under test in which it shows.
    fileprivate func naming(
        _ chain: [UInt64], _ frames: (UInt64) -> [CodeFrame]
    ) -> FailureSignature {
        let frame = chain.lazy.flatMap(frames).first { $0.isOfSlice }
        guard let frame else { return self }
        return FailureSignature(expectation: expectation, kind: "\(kind), in \(frame.function)()")
    }
}

extension Witness {
    /// The signature of what this run breaks; nil if it does not break that expectation, or if an
    /// earlier version of Faultline wrote it down.
    package func signature(of expectation: Expectation) -> FailureSignature? {
        if let death = record.death { return death.signature }
        let finding = record.findings.first { $0.expectation == expectation.name }
        guard let finding, let kind = finding.kind else { return nil }
        return FailureSignature(expectation: expectation.name, kind: kind)
            .naming(finding.chain ?? []) { frames[$0] ?? [] }
    }
}
