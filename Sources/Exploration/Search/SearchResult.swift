// SPDX-License-Identifier: GPL-2.0-only

// Everything that is known after a search of a variant: what was asked, of which code, what the runs
// came to, and the witnesses of what they broke. It is made in one piece or of the results of
// shards, and a report is made of it alone, so that both come to the same report, byte for byte.
//
// It travels from machine to machine in the JSON of a shard. The scenarios do not: whoever joins
// shards holds them against each other by a digest.

import Expectations
import FoundationEssentials
import Machine
import Slices
import System

/// What a search of one variant came to.
package struct SearchResult: Codable, Sendable {
    /// Another number is another format.
    package static let format = 3

    /// The code.
    package var subject: Witness.Subject
    /// As the user gave them, and for a reader.
    package var patches: [String]
    package var titles: [String]
    /// What is to be said of the variant.
    package var notes: [String]
    /// What was asked, without the scenarios.
    package var plan: SearchPlan
    /// Names of the plan's scenarios, in order, and a digest of all that they say.
    package var scenarios: [String]
    package var scenarioDigest: String
    /// Failures on record count like others.
    package var countsKnown: Bool
    package var shard: Shard
    package var seconds: Double
    /// What counts, where there is something to compare with.
    package var tally: SearchTally
    /// All that fails, each by what it is.
    package var shown = ShownFailures()
    /// What of it is new; nil where all of it counts.
    package var comparison: SearchComparison?
    /// Which added lines ran; nil where that was not looked at.
    package var coverage: Coverage?
    /// What is to be said if nothing of the change has run; nil where that was not looked at.
    package var unreached: NotJudged?
    package var hasRunChange = false
    /// The patches change nothing that runs, so nothing was run.
    package var isSameCode = false
    /// Of these patches, a file that they touch if it is none of the slice.
    package var outside: String?
    /// For each expectation that runs broke, by name, the smallest one that was found.
    package var witnesses: [String: Witness]
    /// For each error of the harness in the tally, the first run.
    package var errors: [Witness]

    /// The same for others, as the JSON of a shard has it.
    package var portable: SearchResult {
        var result = self
        result.subject = subject.portable
        result.witnesses = witnesses.mapValues(\.portable)
        result.errors = errors.map(\.portable)
        return result
    }

    /// Nobody has more machines, and each shard is looked for.
    private static let mostShards = 1 << 16

    /// Whether it can be worked with: a file can say anything.
    package var isSound: Bool {
        (1...Self.mostShards).contains(shard.count) && (0..<shard.count).contains(shard.index)
            && seconds.isFinite
            && tally.objection == nil && errors.count == tally.harnessErrors.count
            && (0...2).contains(plan.failures)
            && shown.areCounts
            && comparison.map { $0.isSound(beside: shown.cases.count) } ?? true
            && coverage?.lines.allSatisfy { CountCheck.isCount($0.scenarios) } ?? true
            && zip(Expectations.all, tally.lines).allSatisfy {
                ($1.finding == nil) == (witnesses[$0.name] == nil)
                    || $0.mask == .lockOrder
            }
    }

    /// The scenario at a place of the plan.
    package func scenarioName(at place: Int) -> String {
        place < scenarios.count
            ? scenarios[place]
            : "\(GeneratedScenarios.prefix)\(plan.seed)-\(place - scenarios.count)"
    }
}

extension SearchResult {
    /// Inversions of lock classes that are not there without the patches.
    package var newInversions: [[LockOrderGraph.Edge]] {
        let before = Set(comparison?.lockOrder.inversions().map { $0.map(\.held) } ?? [])
        return tally.lockOrder.inversions().filter { !before.contains($0.map(\.held)) }
    }

    /// Inversions that only the baseline has; none where some runs were not made.
    package var goneInversions: Int {
        guard let comparison, tally.deaths.isEmpty, tally.harnessErrors.isEmpty else { return 0 }
        let here = Set(tally.lockOrder.inversions().map { $0.map(\.held) })
        return comparison.lockOrder.inversions().count { !here.contains($0.map(\.held)) }
    }

    /// The first new inversion, and the run that closes it; nil if there is none.
    package func inversion() -> (cycle: [LockOrderGraph.Edge], scenario: Scenario, run: Run)? {
        guard let cycle = newInversions.first,
            let closing = cycle.max(by: { $0.runKey < $1.runKey }),
            let scenario = CheckSession.scenario(named: closing.scenario)
        else { return nil }
        let run = scenario.run(
            injections: closing.injections, schedule: Schedule(choices: closing.choices))
        return (cycle, scenario, run)
    }
}

extension CheckSession {
    /// A scenario of any kind, by name.
    package static func scenario(named name: String) -> Scenario? {
        ConcurrentScenarios.scenario(named: name) ?? LockToys.all.first { $0.name == name }
            ?? GeneratedScenarios.scenario(named: name) ?? Catalogue.scenario(named: name)
            ?? FilesystemScenarios.all.first { $0.name == name }
    }

    /// Builds a variant and searches it.
    package func search(
        _ request: BuildRequest, plan: SearchPlan, shard: Shard = .whole
    ) throws -> SearchResult {
        progress?(.building(variants: 1))
        let built = try BuiltVariants([request], against: baseline, by: builder)
        let variant = built.variants[0]
        var result = SearchResult(
            subject: subject(of: variant, request), patches: variant.patches,
            titles: titles(of: variant, request), notes: variant.notes + built.notes[0],
            plan: plan, scenarios: [], scenarioDigest: "", countsKnown: countsKnown, shard: shard,
            seconds: 0, tally: SearchTally(), witnesses: [:], errors: [])
        if let base = built.base(of: 0), try variant.hasCode(of: base) {
            result.isSameCode = true
            let outcome = CheckSession.outcome(ofSameCode: variant, as: base, request)
            if case .notJudged(let reason) = outcome { result.outside = reason.location }
        } else {
            try search(variant, beside: built.base(of: 0), request, &result)
        }
        progress?(.done)
        result.scenarioDigest = try CheckSession.digest(of: result.plan.scenarios)
        result.scenarios = result.plan.scenarios.map(\.name)
        result.plan.scenarios = []
        return result
    }

    /// Searches a variant and writes down what it comes to.
    private func search(
        _ variant: Variant, beside base: Variant?, _ request: BuildRequest,
        _ result: inout SearchResult
    ) throws {
        let start = monotonicNanoseconds()
        let image = ImageReference.file(variant.image)
        let plan = try self.plan(result.plan, on: image)
        result.plan = plan
        onSearch?()
        let hunks = try counters(of: variant, beside: base)
        result.tally = try reportingPool.search(
            image, plan: plan, shard: result.shard, hunks: hunks)
        if let hunks {
            result.unreached = NotJudged(hunks, of: variant)
            result.hasRunChange = result.tally.scenariosOfLines.contains { $0 > 0 }
            result.coverage = try coverage(of: variant, hunks, result.tally.scenariosOfLines)
        }
        result.seconds = Double(monotonicNanoseconds() &- start) / 1e9
        let newKinds = try compare(&result, variant, beside: base)
        progress?(.witnessing)
        let tally = result.tally
        let found = zip(Expectations.all, tally.lines).compactMap { expectation, line in
            line.finding.map { (expectation, $0) }
        }
        let larger = found.filter { $1.deadly == nil }
        let smaller = try pool.shrink(
            larger.map { expectation, run in
                // What is new must not shrink to what is not.
                let kind = newKinds[expectation.name]
                return ShrinkJob(
                    image: image, finding: run, expectation: expectation.name, kind: kind,
                    base: kind == nil ? nil : base.map { .file($0.image) })
            })
        let smallest = Dictionary(uniqueKeysWithValues: zip(larger.map(\.0.name), smaller))
        var named = found.map { expectation, run in
            let shown = smallest[expectation.name] ?? run
            return (name: expectation.name, scenario: shown.scenario, run: shown.run)
        }
        if let inversion = result.inversion() {
            named.append((CheckSession.lockOrder, inversion.scenario, inversion.run))
        }
        let written = try witness(
            named.map { ($0.scenario, $0.run) }, of: variant, request)
        result.witnesses = Dictionary(
            zip(named.map(\.name), written), uniquingKeysWith: { $1 })
        result.errors = try witness(
            tally.harnessErrors.map { ($0.first.scenario, $0.first.run) }, of: variant, request)
    }

    /// Holds what a search has found against the baseline, where there is one.
    ///
    /// - Returns: by the name of an expectation, in which way the run fails that is to be shown, if it
    ///   is new.
    private func compare(
        _ result: inout SearchResult, _ variant: Variant, beside base: Variant?
    ) throws -> [String: String] {
        var tally = result.tally
        let plan = result.plan
        var compared: ComparedSearch?
        if let base {
            let isOther = if case .code = baseline { true } else { false }
            let description = BaselineDescription(
                kind: isOther ? .revision : .unpatched, name: base.name, runs: 0)
            compared = try compare(
                &tally, of: variant, plan, shard: result.shard, beside: base, description)
        } else if case .report(let kept) = baseline {
            compared = try compare(&tally, of: variant, plan, beside: kept)
        } else {
            tally.failures.sort()
            result.shown = try shownFailures(in: tally, of: plan, by: variant)
            if countsKnown { tally = tally.countingKnown() }
        }
        if let compared {
            (result.shown, result.comparison) = (compared.shown, compared.comparison)
        }
        // It is told in other words now.
        tally.failures = FailureLog()
        tally.scenariosOfLines = []
        result.tally = tally
        return compared?.newKinds ?? [:]
    }

    /// The plan without scenarios that need what this kernel has not, unless it has no others.
    private func plan(_ plan: SearchPlan, on image: ImageReference) throws -> SearchPlan {
        guard plan.scenarios.contains(where: { $0.isLeftOut { _ in false } }) else { return plan }
        let description = try pool.describe(image)
        var part = plan
        part.scenarios.removeAll { description.leavesOut($0) }
        return part.scenarios.isEmpty ? plan : part
    }

    package static let lockOrder = ExpectationSet.lockOrder.members[0].name

    private static func digest(of scenarios: [Scenario]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var digest = Digest()
        for scenario in scenarios { digest.add(try encoder.encode(scenario)) }
        return digest.hexadecimal
    }
}
