// SPDX-License-Identifier: GPL-2.0-only

// What a patch is held against. Most code that is patched breaks an expectation before, and a verdict
// that blames the patch for it says nothing. So the code without the patches is judged as well, and
// only what it does not show counts.

import Expectations
import Slices
import Workers

/// What the runs of a variant are compared with.
package enum Baseline: Sendable {
    /// Nothing: everything that fails counts.
    case nothing
    /// The same tree without the patches; code without patches is compared with nothing.
    case unpatched
    /// The first of the variants; of the others everything counts but findings on record that it
    /// shows as well.
    case first
    /// Other code, e.g. another revision of the tree.
    case code(BuildRequest)
    /// A report that was kept.
    case report(KeptReport)
}

/// What a baseline shows.
struct BaselineRecord {
    var description: BaselineDescription
    var shown: ShownFailures
    /// Of each of `Expectations.all`.
    var verdicts: [Verdict]
    /// The code itself, where it is there.
    var variant: Variant?
    /// What it could not be asked; nil where that is not known.
    var unsupported: [UnsupportedOperation: Int]?

    init(_ seen: Observation, of variant: Variant, _ kind: BaselineDescription.Kind) {
        description = BaselineDescription(kind: kind, name: variant.name, runs: seen.runs)
        shown = seen.shown
        verdicts = Expectations.all.map(seen.verdict)
        self.variant = variant
        unsupported = seen.unsupported
    }

    /// Of runs that were chosen, so that its verdicts are not known.
    init(shown: ShownFailures, inversions: [[LockOrderGraph.Edge]], of variant: Variant) {
        description = BaselineDescription(kind: .unpatched, name: variant.name, runs: 0)
        self.shown = shown
        self.shown.inversions = inversions.map { $0.map(\.held) }
        verdicts = []
        self.variant = variant
    }

    init(_ report: KeptReport) {
        description = BaselineDescription(kind: .report, name: report.path, runs: report.runs)
        shown = report.shown
        verdicts = report.verdicts
    }
}

/// What a variant shows, beside its baseline.
struct ComparedFailures {
    let baseline: BaselineRecord
    let shown: ShownFailures
    let comparison: FailureComparison
    /// Whether what the variant does not show is known not to be there.
    let isWhole: Bool
    /// Only findings on record are excused.
    let excusesOnlyFindings: Bool

    init(
        _ tally: Tally, _ shown: ShownFailures, of variant: Variant, beside base: BaselineRecord,
        excusesOnlyFindings: Bool, filter: RunFilter = RunFilter()
    ) {
        self.init(
            shown, of: variant, beside: base,
            isWhole: tally.isWhole
                && base.shown.left == 0
                && (base.variant == nil ? filter.isEmpty : filter.functions.isEmpty)
                && base.unsupported.map { $0 == tally.unsupported } ?? true,
            excusesOnlyFindings: excusesOnlyFindings)
    }

    /// - Parameter isWhole: what the variant does not show is known not to be there.
    init(
        _ shown: ShownFailures, of variant: Variant, beside base: BaselineRecord, isWhole: Bool,
        excusesOnlyFindings: Bool = false
    ) {
        baseline = base
        self.shown = shown
        self.excusesOnlyFindings = excusesOnlyFindings
        self.isWhole = isWhole
        let names = base.variant.map { (Identifiers(of: $0), Identifiers(of: variant)) }
        comparison = FailureComparison(
            from: base.shown, to: shown,
            hasFunction: names.map { names in
                ({ names.0.contains($0) }, { names.1.contains($0) })
            })
    }

    /// The cases that break an expectation.
    func cases(breaking expectation: Expectation) -> [Int] {
        shown.cases.indices.filter {
            shown.ways[shown.cases[$0].way].expectation == expectation.name
        }
    }

    /// Whether a case does not count.
    ///
    /// - Parameter countsKnown: whether findings on record do.
    func excuses(_ index: Int, countsKnown: Bool) -> Bool {
        guard !comparison.isNew[index] || comparison.isHidden[index] else { return false }
        let isOnRecord = shown.ways[shown.cases[index].way].finding != nil
        return isOnRecord ? !countsKnown : !excusesOnlyFindings
    }

    /// Runs of some cases that the baseline shows as well, and that count: those on record, where that
    /// is asked for.
    func counted(among cases: [Int], countsKnown: Bool) -> [KnownFailures] {
        guard countsKnown, !excusesOnlyFindings else { return [] }
        var runs: [Int: Int] = [:]
        for index in cases where !comparison.isNew[index] || comparison.isHidden[index] {
            if let finding = shown.ways[shown.cases[index].way].finding {
                runs[finding, default: 0] += shown.cases[index].runs
            }
        }
        return KnownFailures.list(runs)
    }

    /// The cases of the baseline that break an expectation, and are not here.
    func mended(breaking expectation: Expectation) -> [Int] {
        guard isWhole else { return [] }
        return baseline.shown.cases.indices.filter {
            comparison.isGone[$0]
                && baseline.shown.ways[baseline.shown.cases[$0].way].expectation
                    == expectation.name
        }
    }
}

/// The words that a variant's sources are made of, read when one is first asked for.
private final class Identifiers {
    private let variant: Variant
    private lazy var names = SourceWords.all(of: variant)

    init(of variant: Variant) { self.variant = variant }

    func contains(_ name: String) -> Bool { names.contains(name) }
}
