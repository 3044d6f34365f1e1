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
    package static let format = 2

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
    package var tally: SearchTally
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

extension SearchTally {
    /// The first inversion of lock classes, and the run that closes it; nil if there is none.
    package func inversion() -> (cycle: [LockOrderGraph.Edge], scenario: Scenario, run: Run)? {
        guard let cycle = lockOrder.inversions().first,
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
        let variant = try build([request])[0]
        let start = monotonicNanoseconds()
        let image = ImageReference.file(variant.image)
        let plan = try self.plan(plan, on: image)
        onSearch?()
        let isCompared = request.patches.count > request.below && !countsKnown
        var tally = try reportingPool.search(
            image, plan: plan, shard: shard, seesFindings: isCompared)
        let seconds = Double(monotonicNanoseconds() &- start) / 1e9
        if countsKnown { tally = tally.countingKnown() }
        if isCompared, !tally.seen.runs.isEmpty {
            let base = try findingsSeen(without: request, plan, tally)
            tally.leftOut += [base.note].compactMap { $0 }
            tally.countWhatIsNew(beside: base.seen)
        }
        progress?(.witnessing)
        defer { progress?(.done) }
        let found = zip(Expectations.all, tally.lines).compactMap { expectation, line in
            line.finding.map { (expectation, $0) }
        }
        let larger = found.filter { $1.deadly == nil }
        let smaller = try pool.shrink(
            larger.map { ShrinkJob(image: image, finding: $1, expectation: $0.name) })
        let smallest = Dictionary(uniqueKeysWithValues: zip(larger.map(\.0.name), smaller))
        var named = found.map { expectation, run in
            let shown = smallest[expectation.name] ?? run
            return (name: expectation.name, scenario: shown.scenario, run: shown.run)
        }
        if let inversion = tally.inversion() {
            named.append((CheckSession.lockOrder, inversion.scenario, inversion.run))
        }
        let written = try witness(
            named.map { ($0.scenario, $0.run) }, of: variant, request)
        let witnesses = Dictionary(
            zip(named.map(\.name), written), uniquingKeysWith: { $1 })
        let errors = try witness(
            tally.harnessErrors.map { ($0.first.scenario, $0.first.run) }, of: variant, request)
        var stripped = plan
        stripped.scenarios = []
        return SearchResult(
            subject: subject(of: variant, request), patches: variant.patches,
            titles: titles(of: variant, request), notes: variant.notes, plan: stripped,
            scenarios: plan.scenarios.map(\.name),
            scenarioDigest: try CheckSession.digest(of: plan.scenarios), countsKnown: countsKnown,
            shard: shard, seconds: seconds, tally: tally, witnesses: witnesses, errors: errors)
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
