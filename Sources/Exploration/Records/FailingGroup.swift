// SPDX-License-Identifier: GPL-2.0-only

// All runs that fail, not the smallest alone: grouped by the way they fail in, each under the id that
// its witness has. A witness's id follows from the code and the run, so no run has to be made again to
// know it; `replay` makes the one that is wanted.

import Expectations
import FoundationEssentials
import Machine

/// The runs that fail in one way.
package struct FailingGroup: Sendable {
    package var expectation: String
    /// What went wrong.
    package var kind: String
    /// The function in which it shows, where that tells failures apart.
    package var function: String?
    package var runs: [ListedRun]
}

/// A run that fails, and what it takes to make it again.
package struct ListedRun: Codable, Sendable {
    /// That of its witness.
    package var id: String
    package var scenario: String
    /// The calls that fail: `dax_insert_mapping_entry: kmem_cache_alloc -ENOMEM`.
    package var calls: [String]
    /// How many orders of its tasks fail so; this is the smallest. 1 for a scenario of one task.
    package var orders: Int
    package var run: Run
}

/// The runs of a tally that fail and count.
struct FailingScenarios {
    private let tally: Tally
    private let shown: ShownFailures
    private let counted: [Int]

    init(
        _ tally: Tally, _ shown: ShownFailures, _ compared: ComparedFailures?,
        by session: CheckSession
    ) {
        self.tally = tally
        self.shown = shown
        counted = shown.cases.indices.filter { index in
            let way = shown.ways[shown.cases[index].way]
            guard session.filter.expectations?.contains(way.expectation) ?? true else {
                return false
            }
            if let compared { return !compared.excuses(index, countsKnown: session.countsKnown) }
            return way.finding == nil || session.countsKnown
        }
    }

    /// Names of the scenarios, in order, each once.
    var names: [String] {
        var known: Set<Int> = []
        return counted.map { shown.cases[$0].scenario }.filter { known.insert($0).inserted }
            .map { shown.scenarios[$0] }
    }

    func groups(of subject: Witness.Subject) -> [FailingGroup] {
        var order: [Int] = []
        var groups: [Int: [ListedRun]] = [:]
        for index in counted {
            let item = shown.cases[index]
            if groups[item.way] == nil { order.append(item.way) }
            groups[item.way, default: []].append(run(index, subject))
        }
        let all = order.map { place in
            let way = shown.ways[place]
            return FailingGroup(
                expectation: way.expectation, kind: way.signature.kind, function: way.function,
                runs: groups[place] ?? [])
        }
        func place(_ group: FailingGroup) -> Int {
            Expectations.named(group.expectation)?.index ?? .max
        }
        return all.enumerated().sorted {
            (place($0.element), $0.offset) < (place($1.element), $1.offset)
        }.map(\.element)
    }

    private func run(_ index: Int, _ subject: Witness.Subject) -> ListedRun {
        let item = shown.cases[index]
        let log = tally.failures
        let scenario: Scenario
        let run: Run
        if index < log.entries.count {
            let entry = log.entries[index]
            let key = log.key(of: entry)
            scenario = ScenarioIndex.scenario(of: entry.ordinal)
            run = scenario.run(
                injections: key.injections, schedule: Schedule(choices: key.choices))
        } else {
            let death = tally.deaths[index - log.entries.count]
            scenario = ScenarioIndex.scenario(of: death.ordinal)
            run = death.key(of: scenario).deadly ?? scenario.run(injections: death.injections)
        }
        return ListedRun(
            id: Witness.identify(subject, scenario.name, run), scenario: scenario.name,
            calls: shown.calls[item.calls].map(\.words), orders: item.runs, run: run)
    }
}

extension ShownFailures.Call {
    /// "dax_insert_mapping_entry: kmem_cache_alloc -ENOMEM".
    fileprivate var words: String {
        let name = call.isEmpty ? "call \(nth)" : call
        return (function.map { "\($0): " } ?? "") + "\(name) \(error)"
    }
}

/// Runs that were listed, with the code that they are of.
private struct ListedRuns: Codable {
    var subject: Witness.Subject
    var runs: [ListedRun]
}

extension WitnessStore {
    /// More lists than so many are not kept.
    private static let listCapacity = 16

    private var lists: String { directory + "-listed" }

    /// Keeps what it takes to make listed runs again.
    func save(_ groups: [FailingGroup], of subject: Witness.Subject) throws {
        var known: Set<String> = []
        let runs = groups.flatMap(\.runs).filter { known.insert($0.id).inserted }
        guard let first = runs.first else { return }
        try FileManager.default.createDirectory(atPath: lists, withIntermediateDirectories: true)
        try JSONEncoder().encode(ListedRuns(subject: subject, runs: runs)).write(
            to: URL(filePath: "\(lists)/\(first.id)-\(runs.count).json"), options: .atomic)
        for old in newestLists().dropFirst(Self.listCapacity) {
            try? FileManager.default.removeItem(atPath: old)
        }
    }

    /// A listed run as a witness that has no record yet; nil if none, or several, begin so.
    func listed(_ prefix: String) -> Witness? {
        guard !prefix.isEmpty else { return nil }
        for path in newestLists() {
            guard let data = FileManager.default.contents(atPath: path),
                let list = try? JSONDecoder().decode(ListedRuns.self, from: data)
            else { continue }
            let found = list.runs.filter { $0.id.hasPrefix(prefix) }
            guard let listed = found.first else { continue }
            guard found.count == 1 else { return nil }
            let scenario = Scenario(
                name: listed.scenario,
                description: ScenarioIndex.scenario(named: listed.scenario)?.description
                    ?? listed.scenario,
                geometry: listed.run.geometry, operations: listed.run.operations)
            let witness = Witness(unrecorded: listed.run, of: scenario, list.subject)
            return witness.mistake == nil ? witness : nil
        }
        return nil
    }

    private func newestLists() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: lists)) ?? []
        let dated = names.map { name -> (Date, String) in
            let path = "\(lists)/\(name)"
            let values = try? FileManager.default.attributesOfItem(atPath: path)
            return (values?[.modificationDate] as? Date ?? .distantPast, path)
        }
        return dated.sorted { ($0.0, $0.1) > ($1.0, $1.1) }.map(\.1)
    }
}

extension Witness {
    /// A run that is still to be made.
    init(unrecorded run: Run, of scenario: Scenario, _ subject: Subject) {
        let record = RunRecord(
            death: Death(
                ordinal: RunOrdinal(scenario: 0, run: 0), injections: [], cause: .exit(0),
                whileJudging: false, said: ""))
        self.init(subject: subject, scenario: scenario, run: run, record: record, frames: [:])
    }
}
