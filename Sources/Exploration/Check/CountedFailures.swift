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
    /// Runs that are on record, where the baseline's end in another failure before they come to it.
    private(set) var hidden = 0
    /// Runs of the baseline that do not any more.
    private(set) var mended = 0
    /// Findings that none of them shows any more.
    private(set) var mendedFindings: [Int] = []
    /// Runs that are on record, and not new.
    private(set) var known: [KnownFailures]
    /// Those of them that count.
    private(set) var counted: [KnownFailures] = []
    /// The smallest run that counts, and in which way it fails; nil for any.
    private(set) var smallest: (key: WitnessKey, kind: String?)?
    /// An inversion of lock classes that counts.
    private(set) var inversion: [LockOrderGraph.Edge]?

    /// Of an expectation that is not asked for.
    init() { known = [] }

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
        let cases = compared.cases(breaking: expectation)
        let excused = cases.filter { compared.excuses($0, countsKnown: countsKnown) }
        excuse(excused, tally, expectation, compared)
        counted = compared.counted(among: cases, countsKnown: countsKnown)
        if new > 0 {
            smallest = CountedFailures.smallest(
                cases.filter { !compared.excuses($0, countsKnown: countsKnown) }, tally,
                expectation, compared)
        }
        count(inversions, compared)
        if !compared.excusesOnlyFindings { countMended(expectation, compared, cases) }
    }

    private mutating func excuse(
        _ excused: [Int], _ tally: Tally, _ expectation: Expectation,
        _ compared: ComparedFailures
    ) {
        let shown = compared.shown
        let runs = excused.reduce(0) { $0 + shown.cases[$1].runs }
        hidden = excused.filter { compared.comparison.isHidden[$0] }
            .reduce(0) { $0 + shown.cases[$1].runs }
        let all = tally.lines[expectation.index].failures + known.reduce(0) { $0 + $1.runs }
        // Those that have no entry in the log cannot be excused.
        new = max(0, all - runs)
        if !compared.excusesOnlyFindings { asBefore = runs - hidden }
        var recorded: [Int: Int] = [:]
        for index in excused {
            let item = shown.cases[index]
            if let finding = shown.ways[item.way].numberOnRecord {
                recorded[finding, default: 0] += item.runs
            }
        }
        known = KnownFailures.list(recorded)
    }

    private mutating func count(
        _ inversions: [[LockOrderGraph.Edge]], _ compared: ComparedFailures
    ) {
        func isNew(_ cycle: [LockOrderGraph.Edge]) -> Bool {
            compared.excusesOnlyFindings
                || compared.comparison.newInversions.contains(cycle.map(\.held))
        }
        inversion = inversions.first(where: isNew)
        if inversion != nil { new += 1 }
        asBefore += inversions.count { !isNew($0) }
    }

    private mutating func countMended(
        _ expectation: Expectation, _ compared: ComparedFailures, _ cases: [Int]
    ) {
        let (before, after) = (compared.baseline.shown, compared.shown)
        let gone = compared.mended(breaking: expectation)
        mended = gone.reduce(0) { $0 + before.cases[$1].runs }
        if expectation.mask == .lockOrder, compared.isWhole {
            mended += compared.comparison.goneInversions.count
        }
        let still = Set(cases.compactMap { after.ways[after.cases[$0].way].numberOnRecord })
        mendedFindings = Set(gone.compactMap { before.ways[before.cases[$0].way].numberOnRecord })
            .subtracting(still).sorted()
    }

    /// The smallest run of some cases.
    private static func smallest(
        _ cases: [Int], _ tally: Tally, _ expectation: Expectation, _ compared: ComparedFailures
    ) -> (WitnessKey, String?)? {
        let log = tally.failures
        let keys = cases.map { index -> (WitnessKey, String?) in
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
