// SPDX-License-Identifier: GPL-2.0-only

// Only what a patch can change is run again. Of the code without the patch it is kept which functions
// the runs of each scenario enter (`RunsByFunction`). A scenario that enters no function whose
// instructions differ goes through the same runs, with the same failures, orders and ends, to the same
// results: they are taken over, and added to what the other scenarios show.
//
// What must hold: the sum is what all runs of the patched code would have counted, to the last witness.
// A scenario is reused whole or not at all, because which runs it has is decided by its first ones.

import Expectations
import Interleavings
import Slices
import Workers

/// The scenarios of a patched variant whose runs are known, and what they come to.
struct ReusedRuns {
    /// The places of the others, which are run.
    private(set) var places: [Int]
    /// What the reused runs have shown, as the patched image would have shown it.
    private(set) var tally: Tally
    /// The reused scenarios.
    let byFunction: RunsByFunction

    /// So many scenarios are run even if the patch changes none: among them are the runs that must
    /// fail, and the patched code is loaded and run in any case.
    static let fewest = 64

    /// - Parameters:
    ///   - changed: functions that differ; of others nothing is known to differ.
    ///   - asked: the places of all scenarios of the check.
    /// - Returns: nil where nothing can be reused.
    init?(
        of base: KeptRuns, besides changed: Set<String>, asked: [Int],
        at translate: (UInt64) -> UInt64?
    ) {
        let record = base.byFunction
        let asked = Set(asked)
        var reused = record.scenarios(without: changed).filter { asked.contains($0.place) }
        let shown = record.scenariosToShow(base.tally.lockOrder, among: reused)
        reused.removeAll { shown.contains($0.place) }
        let few = max(0, Self.fewest - (asked.count - reused.count))
        if few > 0 {
            let stride = max(1, reused.count / few)
            reused = reused.enumerated().filter { $0.offset % stride != 0 }.map(\.element)
        }
        guard !reused.isEmpty else { return nil }
        byFunction = record.with(reused)
        let kept = Set(reused.map(\.place))
        places = asked.subtracting(kept).sorted()
        guard
            let log = base.tally.failures.filtered(
                { kept.contains(Int($0.scenario)) }, at: translate)
        else { return nil }
        tally = Tally()
        for scenario in reused { tally.add(scenario.counts) }
        tally.failures = log
        tally.lockOrder = base.tally.lockOrder.filtered {
            kept.contains(Int(RunOrdinal(packed: $0.runKey).scenario))
        }
        tally.findWitnesses()
    }

    /// All runs of the variant.
    ///
    /// - Parameters:
    ///   - new: those that were made.
    ///   - isPartial: a user has ended them.
    /// - Returns: nil where what was left out depends on what was run besides.
    func merged(with new: Tally, isPartial: Bool) -> Tally? {
        guard isPartial || new.leftOut.isEmpty else { return nil }
        var all = new
        all.merge(tally)
        all.failures.sort()
        return all.failures.left == 0 ? all : nil
    }
}

/// All runs of a variant, as an earlier check has kept them.
struct KeptRuns: Codable {
    let tally: Tally
    let byFunction: RunsByFunction

    /// Nil where the tally is not what its scenarios add up to.
    init?(_ tally: Tally, _ byFunction: RunsByFunction) {
        guard tally.failures.left == 0, byFunction.addsUp(to: tally) else { return nil }
        var found = tally
        found.forgetWitnesses()
        found.findWitnesses()
        guard zip(found.lines, tally.lines).allSatisfy({ $0.witness == $1.witness }) else {
            return nil
        }
        self.tally = tally
        self.byFunction = byFunction
    }
}

extension RunsByFunction {
    /// Whether it says of each of some functions who enters it. One that is not linked is entered by
    /// nobody.
    func knows(_ names: Set<String>, of variant: Variant) throws -> Bool {
        let unknown = names.subtracting(functions)
        return try unknown.isEmpty || variant.linkedFunctions().isDisjoint(with: unknown)
    }

    /// The scenarios that enter none of some functions: none where one of these runs before all of them.
    fileprivate func scenarios(without changed: Set<String>) -> [Scenario] {
        var bits = [UInt32](repeating: 0, count: (functions.count + 31) / 32)
        for (index, name) in functions.enumerated() where changed.contains(name) {
            bits[index / 32] |= 1 << UInt32(index % 32)
        }
        guard !zip(atStart, bits).contains(where: { $0 & $1 != 0 }) else { return [] }
        let isTouched = entered.map { set in zip(set, bits).contains { $0 & $1 != 0 } }
        return scenarios.filter { !isTouched[$0.entered] }
    }

    /// Of some scenarios those that must be run, so that each lock order that they show has its first
    /// run: of an order only the first of all runs is kept, and that can be one of a scenario that is
    /// not among these.
    fileprivate func scenariosToShow(
        _ graph: LockOrderGraph, among some: [Scenario]
    ) -> Set<Int> {
        var first: [Int: Int] = [:]
        for scenario in some {
            for edge in taken[scenario.taken] {
                first[Int(edge)] = min(first[Int(edge)] ?? .max, scenario.place)
            }
        }
        let kept = Dictionary(
            graph.edges.map { ([$0.held, $0.taken], Int(RunOrdinal(packed: $0.runKey).scenario)) }
        ) { first, _ in first }
        return Set(
            first.compactMap { edge, place in
                kept[[edges[edge].held, edges[edge].taken]] == place ? nil : place
            })
    }
}

extension Tally {
    fileprivate mutating func forgetWitnesses() {
        for index in lines.indices { lines[index].witness = nil }
        for index in findings.indices { findings[index].witness = nil }
    }

    /// The smallest run that breaks each expectation, and that shows each finding, from the log.
    fileprivate mutating func findWitnesses() {
        let numbers = Findings.all.map(\.number)
        var smallest: [Int: (rank: WitnessRank, entry: FailureLog.Entry)] = [:]
        for entry in failures.entries {
            let rank = failures.rank(of: entry)
            if let known = smallest[entry.way], known.rank < rank { continue }
            smallest[entry.way] = (rank, entry)
        }
        for (way, found) in smallest {
            let key = failures.key(of: found.entry)
            let name = failures.ways[way].signature.expectation
            guard let number = failures.ways[way].finding else {
                if let index = Expectations.all.firstIndex(where: { $0.name == name }) {
                    lines[index].consider(key)
                }
                continue
            }
            for index in findings.indices
            where numbers[index] == number && findings[index].failures > 0
                && Findings.all[index].expectation.name == name
            {
                findings[index].consider(key)
            }
        }
    }
}
