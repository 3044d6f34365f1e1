// SPDX-License-Identifier: GPL-2.0-only

// What the code without the patches shows of what a search has found. To search it as long as the code
// with them would double the time, so three questions are asked, each where the one before has no
// answer:
//
// - What does it break that the patched code does not? A search of an eighth of the runs, or of the
//   time; what it finds is made again with the patches.
// - Does it fail in the very run that fails? Every failing run is made again without the patches.
// - Does it fail so in another order, or with the call at another place? What is new by then has its
//   scenarios searched as far as the patched code was, for half of the time at most.
//
// What must hold: with a number of runs, the answer for a scenario depends on nothing but that
// scenario, so that shards come to the answer of the whole.

import Expectations
import Slices
import Workers

/// What came of holding a search against other code.
struct ComparedSearch {
    var shown: ShownFailures
    var comparison: SearchComparison
    /// By the name of an expectation, in which way the run fails that is to be shown, if it is new.
    var newKinds: [String: String]
}

/// A baseline in the making: all that it has shown so far.
private struct SearchedBaseline {
    var shown = ShownFailures()
    var lockOrder = LockOrderGraph()
    /// Runs of searches, and what each says of.
    var runs = 0
    var runsOfExpectations = Expectations.all.map { _ in 0 }
    /// Names of scenarios in which all was tried that was tried with the patches.
    var searched: Set<String> = []
    var unsupported: [UnsupportedOperation: Int] = [:]
    var harnessErrors = 0
}

extension CheckSession {
    /// Holds a search against code that is there.
    ///
    /// - Parameter tally: loses what does not count.
    func compare(
        _ tally: inout SearchTally, of variant: Variant, _ plan: SearchPlan, shard: Shard,
        beside base: Variant, _ description: BaselineDescription
    ) throws -> ComparedSearch {
        tally.failures.sort()
        let shown = try shownFailures(in: tally, of: plan, by: variant)
        var seen = SearchedBaseline()
        let brief = try search(base, plan.brief, shard: shard, isWhole: plan.isUnlimited, &seen)
        try `repeat`(tally.runsToRepeat, of: plan, on: base, &seen)
        try searchOn(base, plan, tally, shown, variant, &seen)
        let counting = SearchCounting(
            compared(shown, variant, base, seen, tally), of: plan, countsKnown: countsKnown,
            searched: seen.searched, isBaselineWhole: false)
        var comparison = SearchComparison(description)
        comparison.runs = seen.runs
        comparison.lockOrder = seen.lockOrder
        for index in comparison.lines.indices {
            comparison.lines[index].before = seen.runsOfExpectations[index]
        }
        // What the brief search found must be gone in the very runs, too.
        let again = try reportingPool.repeat(
            brief.failures.entries.map(brief.failures.run), of: plan,
            with: .file(variant.image))
        var both = shown
        try add(again.failures, again.deaths, of: plan, by: variant, to: &both)
        let after = compared(both, variant, base, seen, tally)
        let kinds = counting.count(in: &tally, into: &comparison)
        if after.isWhole {
            // Where another call fails than before, the run says nothing of that failure.
            let alike = brief.failures.entries.indices.filter {
                again.alike.contains(brief.failures.entries[$0].ordinal)
            }
            comparison.noteMended(after, among: Set(alike))
        }
        if seen.harnessErrors > 0 {
            tally.leftOut.append(
                "\(seen.harnessErrors) runs of the code that this is held against ended in an error "
                    + "of the harness: what they show is not known")
        }
        return ComparedSearch(shown: shown, comparison: comparison, newKinds: kinds)
    }

    /// Holds a search against a report that was kept.
    func compare(
        _ tally: inout SearchTally, of variant: Variant, _ plan: SearchPlan,
        beside report: KeptReport
    ) throws -> ComparedSearch {
        tally.failures.sort()
        let shown = try shownFailures(in: tally, of: plan, by: variant)
        let base = BaselineRecord(report)
        var comparison = SearchComparison(base.description)
        comparison.runs = report.runs
        for expectation in Expectations.all {
            let isAsked = base.verdicts[expectation.index] != .notApplicable
            comparison.lines[expectation.index].before = isAsked ? 1 : 0
        }
        let compared = ComparedFailures(shown, of: variant, beside: base, isWhole: false)
        let counting = SearchCounting(
            compared, of: plan, countsKnown: countsKnown, searched: [], isBaselineWhole: true)
        let kinds = counting.count(in: &tally, into: &comparison)
        return ComparedSearch(shown: shown, comparison: comparison, newKinds: kinds)
    }

    /// What a search shows, under the names of the image's functions.
    func shownFailures(
        in tally: SearchTally, of plan: SearchPlan, by variant: Variant
    ) throws -> ShownFailures {
        var shown = ShownFailures()
        try add(tally.failures, tally.deaths, of: plan, by: variant, to: &shown)
        shown.inversions = tally.lockOrder.inversions().map { $0.map(\.held) }
        return shown
    }

    // MARK: - Asking

    /// Searches the baseline.
    ///
    /// - Parameter isWhole: as far as the code that is judged.
    private func search(
        _ base: Variant, _ plan: SearchPlan, shard: Shard = .whole, sharesOut: Bool = false,
        isWhole: Bool, _ seen: inout SearchedBaseline
    ) throws -> SearchTally {
        var tally = try reportingPool.search(
            .file(base.image), plan: plan, shard: shard, sharesOut: sharesOut)
        tally.failures.sort()
        seen.shown.merge(try shownFailures(in: tally, of: plan, by: base))
        seen.lockOrder.merge(tally.lockOrder)
        seen.runs += tally.runs
        for (index, line) in tally.lines.enumerated() {
            seen.runsOfExpectations[index] += line.runs
        }
        seen.harnessErrors += tally.harnessErrors.reduce(0) { $0 + $1.runs }
        seen.unsupported.merge(tally.unsupported) { max($0, $1) }
        if isWhole, tally.deaths.isEmpty {
            let done = tally.coverage.filter { !tally.isCut || $0.isDone(within: plan.share) }
            seen.searched.formUnion(done.map(\.name))
        }
        return tally
    }

    /// Makes runs of a plan with the baseline.
    private func `repeat`(
        _ runs: [RepeatedRun], of plan: SearchPlan, on base: Variant,
        _ seen: inout SearchedBaseline
    ) throws {
        let again = try reportingPool.repeat(runs, of: plan, with: .file(base.image))
        try add(again.failures, again.deaths, of: plan, by: base, to: &seen.shown)
        seen.lockOrder.merge(again.lockOrder)
    }

    private func add(
        _ failures: FailureLog, _ deaths: [Death], of plan: SearchPlan, by variant: Variant,
        to shown: inout ShownFailures
    ) throws {
        let frames = try frames(of: failures, image: variant.image)
        shown.add(
            failures, deaths, of: { plan.scenario(at: $0).name }, added: Set(variant.addedLines),
            frames: { frames[$0] ?? [] })
    }

    /// Searches the baseline in the scenarios that fail as it has not been seen to do.
    private func searchOn(
        _ base: Variant, _ plan: SearchPlan, _ tally: SearchTally, _ shown: ShownFailures,
        _ variant: Variant, _ seen: inout SearchedBaseline
    ) throws {
        let compared = compared(shown, variant, base, seen, tally)
        var places: Set<Int> = []
        for index in shown.cases.indices
        where compared.comparison.isNew[index] && !compared.comparison.isHidden[index] {
            if !seen.searched.contains(shown.scenarios[shown.cases[index].scenario]) {
                places.insert(Int(tally.ordinal(ofCase: index).scenario))
            }
        }
        let coverage = Dictionary(
            tally.coverage.map { ($0.index, $0.runs) }, uniquingKeysWith: max)
        for isDrawn in [false, true] {
            let mine = places.filter { ($0 >= plan.scenarios.count) == isDrawn }.sorted()
            guard !mine.isEmpty else { continue }
            var asked = plan
            asked.scenarios = mine.map(plan.scenario)
            asked.generated = nil
            asked.seconds = plan.seconds.map { $0 / 4 }
            // Patches may change what there is to try.
            let most =
                isDrawn
                ? plan.generatedShare
                : mine.compactMap { coverage[$0] }.max() ?? plan.generatedShare
            asked.runs = plan.isUnlimited ? nil : 2 * most * mine.count
            _ = try search(base, asked, sharesOut: isDrawn, isWhole: true, &seen)
        }
    }

    private func compared(
        _ shown: ShownFailures, _ variant: Variant, _ base: Variant, _ seen: SearchedBaseline,
        _ tally: SearchTally
    ) -> ComparedFailures {
        ComparedFailures(
            shown, of: variant,
            beside: BaselineRecord(
                shown: seen.shown, inversions: seen.lockOrder.inversions(), of: base),
            isWhole: tally.deaths.isEmpty && tally.harnessErrors.isEmpty && tally.leftOut.isEmpty
                && seen.shown.left == 0 && seen.unsupported == tally.unsupported)
    }
}

extension SearchComparison {
    /// Notes what only the baseline shows.
    ///
    /// - Parameters:
    ///   - compared: beside what the patched code shows in the baseline's failing runs, too.
    ///   - cases: the baseline's that count.
    fileprivate mutating func noteMended(
        _ compared: ComparedFailures, among cases: Set<Int>
    ) {
        let before = compared.baseline.shown
        for expectation in Expectations.all {
            for index in compared.mended(breaking: expectation) where cases.contains(index) {
                let item = before.cases[index]
                lines[expectation.index].mended += item.runs
                if let finding = before.ways[item.way].numberOnRecord {
                    lines[expectation.index].gone.insert(finding)
                }
                mended.add(item, of: before)
            }
        }
    }
}

extension ScenarioCoverage {
    /// Whether all was tried, or as much as there were runs for.
    fileprivate func isDone(within share: Int?) -> Bool {
        runs >= share ?? .max || (isComplete && completeFailureSets == failureSets)
    }
}

extension SearchPlan {
    /// Nothing ends the search but that all is tried.
    var isUnlimited: Bool { runs == nil && seconds == nil }

    /// The same for a part of the runs or the time; all of it where there is no limit.
    var brief: SearchPlan {
        var plan = self
        plan.runs = runs.map { max(1, $0 / SearchPlan.briefPart) }
        plan.seconds = seconds.map { $0 / Double(SearchPlan.briefPart) }
        return plan
    }

    private static let briefPart = 8
}
