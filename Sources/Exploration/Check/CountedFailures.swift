// SPDX-License-Identifier: GPL-2.0-only

// What of the runs that break one expectation counts, and which of them is shown. Without a baseline
// everything counts but what has the shape of a finding on record; with one, what the baseline does
// not show, whatever its shape.

import Expectations

/// The failing runs of one expectation.
struct CountedFailures {
    /// Runs that count.
    private(set) var new = 0
    /// Runs that break it as the baseline does.
    private(set) var asBefore = 0
    /// Runs of the baseline that do not any more.
    private(set) var mended = 0
    /// Findings that none of them shows any more.
    private(set) var mendedFindings: [Int] = []
    /// Runs that are on record, and not new.
    private(set) var known: [KnownFailures]
    /// The smallest run that counts, and in which way it fails; nil for any.
    private(set) var smallest: (key: WitnessKey, kind: String?)?
    /// An inversion of lock classes that counts.
    private(set) var inversion: [LockOrderGraph.Edge]?

    init(
        of tally: Tally, breaking expectation: Expectation, _ compared: ComparedFailures?,
        countsKnown: Bool
    ) {
        let line = tally.lines[expectation.index]
        known = tally.known(breaking: expectation)
        let inversions = expectation.mask == .lockOrder ? tally.lockOrder.inversions() : []
        guard let compared else {
            new = line.failures
            smallest = line.witness.map { ($0, nil) }
            inversion = inversions.first
            if inversion != nil { new = max(new, 1) }
            return
        }
        compare(tally, expectation, compared, countsKnown: countsKnown)
        let comparison = compared.comparison
        inversion = inversions.first { comparison.newInversions.contains($0.map(\.held)) }
        if inversion != nil { new += 1 }
        asBefore += inversions.count { !comparison.newInversions.contains($0.map(\.held)) }
        if expectation.mask == .lockOrder, compared.isWhole {
            mended += comparison.goneInversions.count
        }
    }

    private mutating func compare(
        _ tally: Tally, _ expectation: Expectation, _ compared: ComparedFailures,
        countsKnown: Bool
    ) {
        let shown = compared.shown
        var recorded: [Int: Int] = [:]
        for index in compared.cases(breaking: expectation, isNew: false) {
            let item = shown.cases[index]
            let finding = shown.ways[item.way].finding
            if countsKnown, finding != nil { continue }
            asBefore += item.runs
            if let finding { recorded[finding, default: 0] += item.runs }
        }
        let all =
            tally.lines[expectation.index].failures + known.reduce(0) { $0 + $1.runs }
        known = recorded.sorted { $0.key < $1.key }.map {
            KnownFailures(finding: $0.key, runs: $0.value)
        }
        // Those that have no entry in the log cannot be excused.
        new = max(0, all - asBefore)
        if new > 0 { smallest = smallestNew(tally, expectation, compared, countsKnown) }
        let gone = compared.mended(breaking: expectation)
        let before = compared.baseline.shown
        mended = gone.reduce(0) { $0 + before.cases[$1].runs }
        let still = Set(
            shown.cases.compactMap { shown.ways[$0.way] }
                .filter { $0.expectation == expectation.name }.compactMap(\.finding))
        mendedFindings = Set(gone.compactMap { before.ways[before.cases[$0].way].finding })
            .subtracting(still).sorted()
    }

    /// The smallest run that counts.
    private func smallestNew(
        _ tally: Tally, _ expectation: Expectation, _ compared: ComparedFailures,
        _ countsKnown: Bool
    ) -> (WitnessKey, String?)? {
        let shown = compared.shown
        let log = tally.failures
        var candidates = compared.cases(breaking: expectation, isNew: true)
        if countsKnown {
            candidates += compared.cases(breaking: expectation, isNew: false).filter {
                shown.ways[shown.cases[$0].way].finding != nil
            }
        }
        let keys = candidates.map { index -> (WitnessKey, String?) in
            guard index < log.entries.count else {
                let death = tally.deaths[index - log.entries.count]
                return (death.key(of: ScenarioIndex.scenario(of: death.ordinal)), nil)
            }
            let entry = log.entries[index]
            return (log.key(of: entry), log.ways[entry.way].signature.kind)
        }
        return keys.min { $0.0.rank < $1.0.rank }
            ?? tally.countingKnown().lines[expectation.index].witness.map { ($0, nil) }
    }
}
