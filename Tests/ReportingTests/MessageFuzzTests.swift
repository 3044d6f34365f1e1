// SPDX-License-Identifier: GPL-2.0-only

// Whatever a worker sends, a shard or a witness says: it is refused, or it can be worked with.

import Expectations
import Foundation
import Interleavings
import Machine
import System
import TestSupport
import Testing
import VariantTesting

@testable import Comparison
@testable import Exploration
@testable import Reporting

@Suite struct MessageFuzzTests {
    private static let only = Array(stride(from: 3, to: ScenarioIndex.catalogueCount, by: 307))

    private static func json(of value: some Encodable) throws -> Any {
        try JSONSerialization.jsonObject(
            with: JSONEncoder().encode(value), options: .fragmentsAllowed)
    }

    /// Feeds a type; nothing that comes past the decoder may trap.
    private static func feed<T: Codable & SendableMetatype>(
        _ name: String, _ values: [T], _ attempt: (T) throws -> Void
    ) throws {
        let inputs = try values.map(json)
        var fuzzing = Fuzzing(name)
        var decoded = 0
        try fuzzing.run(inputs) {
            Fuzzing.changed(json: $0, &$1)
        } attempt: { bytes in
            guard let value = try? JSONDecoder().decode(T.self, from: Data(bytes)) else { return }
            decoded += 1
            try attempt(value)
        }
        #expect(decoded > 20, "of \(fuzzing.count)")
    }

    private static func record(of scenario: Scenario, _ schedule: Schedule) -> RunRecord {
        let image = KernelImage.workingCopy
        return image.run(scenario.run(schedule: schedule)) { outcome in
            RunRecord(copying: outcome, of: image, injections: [])
        }
    }

    private static let subject = Witness.Subject(
        tree: Witness.TreeIdentity(kind: "embedded", version: "4.9"), variant: "x", patches: [],
        allowsOutside: false, key: "k")

    private static func witness(of scenario: Scenario, _ record: RunRecord) -> Witness {
        Witness(
            subject: subject, scenario: scenario, run: scenario.run(), record: record, frames: [:])
    }

    @Test func aTallyAddsUpOrIsRefused() throws {
        var job = CheckJob(image: .workingCopy, shard: .whole, orders: nil, only: Self.only)
        job.canaries = Canary.some(among: Self.only)
        var runner = ShardRunner(job, of: .workingCopy)
        try runner.run { _ in }
        let honest = runner.tally
        try Self.feed("tally", [honest]) { tally in
            guard job.objection(to: tally, isWhole: true) == nil else { return }
            var sum = try tally.without(job.canaries)
            sum.merge(try honest.without(job.canaries))
            sum.failures.sort()
            _ = sum.countingKnown()
            _ = ShownFailures(sum) { _ in [] }
            _ = sum.lockOrder.inversions()
            for entry in sum.failures.entries { _ = sum.failures.key(of: entry) }
        }
    }

    @Test func aTallyOfASearchAddsUpOrIsRefused() throws {
        let plan = SearchPlan(
            scenarios: Array(ScenarioIndex.races.prefix(3)), failures: 1, runs: 60)
        var search = OrderSearch(
            SearchJob(image: .workingCopy, plan: plan, shard: .whole),
            of: .workingCopy, page: nil)
        try search.run { _ in }
        let honest = search.tally
        #expect(honest.objection == nil, "\(honest.objection ?? "")")
        try Self.feed("search-tally", [honest]) { tally in
            guard tally.objection == nil else { return }
            var sum = tally
            sum.merge(honest)
            _ = sum.runsToRepeat
            var shown = ShownFailures()
            shown.add(sum.failures, sum.deaths, of: { plan.scenario(at: $0).name }) { _ in [] }
            for index in shown.cases.indices { _ = sum.foundRun(ofCase: index, in: plan).run }
            _ = sum.countingKnown().runs
            for line in sum.lines { _ = line.finding?.run }
        }
    }

    @Test func aShardIsJoinedOrRefused() throws {
        let names = ScenarioIndex.races.prefix(3).map(\.name)
        var tally = SearchTally()
        tally.coverage = names.enumerated().map {
            ScenarioCoverage(index: $0.offset, name: $0.element, tasks: 2)
        }
        let result = SearchResult(
            subject: Self.subject, patches: [], titles: [], notes: [],
            plan: SearchPlan(scenarios: [], runs: 60), scenarios: names, scenarioDigest: "d",
            countsKnown: false, shard: .whole, seconds: 1, tally: tally, witnesses: [:], errors: [])
        #expect(result.isSound)
        try Self.feed("shard", [result]) { result in
            guard result.isSound else { return }
            guard let merge = try? ShardMerge([.init(file: "1.json", result: result)]) else {
                return
            }
            _ = try? ExploreJSON.render(SearchReport(merge.result))
        }
    }

    @Test func aTallyOfAComparisonAddsUpOrIsRefused() throws {
        let honest = DifferenceTally()
        try Self.feed("comparison-tally", [honest]) { tally in
            guard tally.objection(of: ScenarioIndex.count(with: nil)) == nil else { return }
            var sum = tally
            sum.merge(honest)
            sum.merge(tally)
        }
    }

    @Test func aRecordIsToldOrIsRefused() throws {
        let scenarios = [Catalogue.scenarios[40], ScenarioIndex.races[1]]
        let records = scenarios.map { Self.record(of: $0, Schedule(policy: .roundRobin)) }
        for (scenario, record) in zip(scenarios, records) {
            #expect(record.objection(ofRun: scenario.run()) == nil)
        }
        try Self.feed("record", records) { record in
            for scenario in scenarios where record.objection(ofRun: scenario.run()) == nil {
                let witness = Self.witness(of: scenario, record)
                _ = WitnessText(witness).renderReplay().plain
                _ = try WitnessJSON.renderReplay(witness, differences: [])
                _ = try? WitnessSwift(witness).render()
                _ = LockSection.all(of: record)
                _ = TaskColumns(witness: witness).lines()
            }
        }
    }

    @Test func aWitnessIsShownOrRefused() throws {
        let directory = try TemporaryDirectory.make()
        let file = directory.appending(path: "w.json").path
        let store = WitnessStore(directory: directory.path)
        let scenarios = [Catalogue.scenarios[40], ScenarioIndex.races[1]]
        let witnesses = scenarios.map {
            Self.witness(of: $0, Self.record(of: $0, Schedule(policy: .roundRobin)))
        }
        try Self.feed("witness", witnesses) { witness in
            try JSONEncoder().encode(witness).write(to: URL(filePath: file))
            guard let loaded = try? store.load(file) else { return }
            _ = loaded.run
            _ = WitnessText(loaded).renderReplay().plain
        }
    }
}
