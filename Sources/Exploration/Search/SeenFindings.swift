// SPDX-License-Identifier: GPL-2.0-only

// Runs of a search that fail as a finding on record describes, by what they are: the finding, the
// scenario, and the calls that were made to fail. A shape excuses no patch. So where there are
// patches, the code without them is searched in the same scenarios, and what does not show there
// counts.
//
// What must hold: it stays small however long the search is, and what there is no room for is
// counted and said.

import Expectations
import Machine
import Slices
import Workers

/// Runs that show findings, and what may have hidden others.
package struct SeenFindings: Codable, Sendable {
    /// What two versions of the code have in common where they fail alike.
    package struct Place: Codable, Hashable, Sendable {
        package var scenario: String
        /// Task, kind and error of each call that was made to fail, sorted.
        package var calls: [String]
    }

    /// Runs of one place that show one finding.
    package struct Runs: Codable, Sendable {
        /// An index into `Findings.all`.
        package var finding: Int
        package var place: Place
        package var count: Int
        package var smallest: FoundRun
        /// The scenario is one that was drawn.
        package var isDrawn: Bool
    }

    package private(set) var runs: [Runs] = []
    /// Where a run ended in a failure, so that what lies behind is not to be seen.
    package private(set) var ended: Set<Place> = []
    /// Runs that show a finding for which there is no room.
    package private(set) var left = 0

    private static let limit = 1_000
    private static let endedLimit = 20_000

    package init() {}

    /// - Parameters:
    ///   - findings: a mask of indices into `Findings.all`.
    ///   - endsRun: the run ended in a failure, or an operation left something locked.
    mutating func note(
        _ outcome: borrowing Outcome, findings: UInt32, endsRun: Bool, isDrawn: Bool,
        _ run: FoundRun
    ) {
        guard findings != 0 || endsRun else { return }
        let place = Place(outcome, run)
        if endsRun, ended.count < Self.endedLimit { ended.insert(place) }
        for index in Findings.all.indices where findings & 1 << UInt32(index) != 0 {
            add(Runs(finding: index, place: place, count: 1, smallest: run, isDrawn: isDrawn))
        }
    }

    package mutating func merge(_ other: SeenFindings) {
        other.runs.forEach { add($0) }
        ended.formUnion(other.ended)
        left += other.left
    }

    private mutating func add(_ other: Runs) {
        let known = runs.firstIndex { $0.finding == other.finding && $0.place == other.place }
        if let known {
            runs[known].count += other.count
            if other.smallest.isSmaller(than: runs[known].smallest) {
                runs[known].smallest = other.smallest
            }
        } else if runs.count < Self.limit {
            runs.append(other)
        } else {
            left += other.count
        }
    }

    /// Whether code that shows this may show a finding at a place, too: it does, or its run of the
    /// scenario ends in a failure with the same calls failing or some of them.
    func mayShow(_ other: Runs) -> Bool {
        runs.contains { $0.finding == other.finding && $0.place == other.place }
            || ended.contains {
                $0.scenario == other.place.scenario
                    && Set($0.calls).isSubset(of: other.place.calls)
            }
    }
}

extension SeenFindings.Place {
    fileprivate init(_ outcome: borrowing Outcome, _ run: FoundRun) {
        scenario = run.scenario.name
        calls = run.injections.map { injection in
            let point = FailedSite(injection, in: outcome).point
            return "\(injection.task) \(point.map { Int64($0.rawValue) } ?? -1) \(injection.error)"
        }.sorted()
    }
}

extension SearchTally {
    /// Counts what shows findings that the code without the patches does not show in the same
    /// scenarios, and forgets the rest of what was seen.
    ///
    /// - Parameter base: what that code shows; nil where it was not asked: all is excused then.
    mutating func countWhatIsNew(beside base: SeenFindings?) {
        defer { seen = SeenFindings() }
        guard let base else { return }
        var excused: [Int: [FoundRun]] = [:]
        for runs in seen.runs {
            guard !base.mayShow(runs) else {
                excused[runs.finding, default: []].append(runs.smallest)
                continue
            }
            let line = Findings.all[runs.finding].expectation.rawValue.trailingZeroBitCount
            lines[line].failures += runs.count
            lines[line].consider(runs.smallest)
            findings[runs.finding].failures -= runs.count
        }
        for index in findings.indices {
            findings[index].finding = nil
            excused[index]?.forEach { findings[index].consider($0) }
        }
    }
}

extension CheckSession {
    /// What the code without the patches shows in the scenarios in which findings were seen.
    ///
    /// - Parameter tally: of the code with the patches.
    /// - Returns: nil where it cannot be asked, with the reason as a note.
    func findingsSeen(
        without request: BuildRequest, _ plan: SearchPlan, _ tally: SearchTally
    ) throws -> (seen: SeenFindings?, note: String?) {
        let byShape = "runs that look like a finding on record are excused by their shape alone"
        if pool.isInterrupted?() == true {
            return (nil, "interrupted before the code without the patch was run: \(byShape)")
        }
        let base = BuildRequest(
            name: CheckSession.baseName, tree: request.tree,
            patches: Array(request.patches.prefix(request.below)))
        guard case .success(let variant) = try builder.build([base])[0] else {
            return (nil, "without the patches the code cannot be built: \(byShape)")
        }
        var seen = SeenFindings()
        for isDrawn in [false, true] {
            let runs = tally.seen.runs.filter { $0.isDrawn == isDrawn }
            var scenarios: [Scenario] = []
            var known: Set<String> = []
            for run in runs where known.insert(run.place.scenario).inserted {
                scenarios.append(run.smallest.scenario)
            }
            guard !scenarios.isEmpty else { continue }
            // Twice as many as with the patches: they may change what there is to try.
            let most =
                isDrawn
                ? plan.generatedShare : tally.coverage.map(\.runs).max() ?? plan.generatedShare
            var asked = plan
            asked.scenarios = scenarios
            asked.generated = nil
            asked.seconds = nil
            asked.runs = 2 * most * scenarios.count
            seen.merge(
                try reportingPool.search(
                    .file(variant.image), plan: asked, seesFindings: true, sharesOut: isDrawn
                ).seen)
        }
        return (
            seen,
            tally.seen.left == 0
                ? nil : "\(tally.seen.left) runs on record were not looked for without the patch"
        )
    }
}
