// SPDX-License-Identifier: GPL-2.0-only

// What workers of a search and of a recording send is a claim, as the tally of a check is: as it was made
// it passes, and with a single thing changed it does not.

import Expectations
import Interleavings
import Machine
import Testing

@testable import Exploration

@Suite struct ClaimTests {
    private static let searched = Result<SearchTally, any Error> {
        let plan = SearchPlan(
            scenarios: Array(ScenarioIndex.races.prefix(4)), failures: 1, runs: 200)
        var search = OrderSearch(
            SearchJob(image: .workingCopy, plan: plan, shard: .whole), of: .workingCopy)
        try search.run { _ in }
        return search.tally
    }

    @Test func aSearchWithACanaryIsWhatItWouldHaveBeen() throws {
        let plan = SearchPlan(
            scenarios: Array(ScenarioIndex.races.prefix(4)), failures: 1, runs: 200)
        let honest = try Self.searched.get()
        for _ in 0..<3 {
            var job = SearchJob(image: .workingCopy, plan: plan, shard: .whole)
            job.canary = SearchCanary()
            var search = OrderSearch(job, of: .workingCopy)
            try search.run { _ in }
            #expect(job.objection(to: search.tally, isWhole: true) == nil)
            let plain = try search.tally.plain(without: job.canary)
            #expect(plain.canaries == nil && plain.runs == honest.runs)
            #expect(plain.lines.map(\.runs) == honest.lines.map(\.runs))
            #expect(plain.lines.map(\.failures) == honest.lines.map(\.failures))
            #expect(plain.lines.map(\.finding?.rank) == honest.lines.map(\.finding?.rank))
            for change: (inout SearchTally) -> Void in [
                { $0.canaries = nil }, { $0.canaries = [] }, { $0.canaries?[0].fails = 0 },
                { $0.canaries?[0].ordinal.run = 1 }, { $0.canaries! += $0.canaries! },
                { $0.lines = SearchTally().lines },
            ] {
                var tally = search.tally
                change(&tally)
                #expect(job.objection(to: tally, isWhole: true) != nil)
            }
        }
    }

    private static func aRun() -> FoundRun {
        FoundRun(
            scenario: ScenarioIndex.races[0], injections: [], choices: [], preemptions: 0,
            ordinal: RunOrdinal(scenario: 0, run: 0))
    }

    private static let searchChanges: [(String, @Sendable (inout SearchTally) -> Void)] = [
        ("a rule that is missing", { $0.lines.removeLast() }),
        ("a finding that is missing", { $0.findings.removeLast() }),
        ("a kind of generated scenarios that is missing", { $0.generated.scenarios = [0, 0] }),
        (
            "a failing run of no way of failing",
            {
                $0.failures.add(
                    FailureLog.Entry(
                        way: 9, ordinal: RunOrdinal(scenario: 0, run: 0), calls: 0,
                        preemptions: 0, order: 0, runs: 1))
            }
        ),
        (
            "a failing call of a task that no machine has",
            { tally in
                _ = tally.failures.add([
                    FailedSite(
                        Injection(task: 9, nth: 1, error: -5), point: nil, operation: 0, pc: 0)
                ]) { _ in nil }
            }
        ),
        ("a negative number of runs", { $0.lines[0].runs = -1 }),
        ("a number of runs that overflows", { $0.lines[0].runs = .max }),
        (
            "failures that nobody shows",
            {
                $0.lines[0].failures = 1
                $0.lines[0].finding = nil
            }
        ),
        (
            "a failing run that nobody counted",
            {
                $0.lines[1].failures = 0
                $0.lines[1].finding = aRun()
            }
        ),
        ("a negative coverage", { $0.coverage[0].runs = -5 }),
        ("a coverage that overflows", { $0.coverage[0].redundant = .max }),
        ("generated runs that overflow", { $0.generated.runs = .max }),
        ("a next number below zero", { $0.nextGenerated = -1 }),
        (
            "a task that there is not",
            { tally in
                tally.lines[2].failures = 1
                tally.lines[2].finding = aRun()
                tally.lines[2].finding?.choices = [4]
            }
        ),
        (
            "more failing calls than a run has",
            { tally in
                tally.lines[2].failures = 1
                tally.lines[2].finding = aRun()
                tally.lines[2].finding?.injections = Array(
                    repeating: Injection(nth: 1, error: -5), count: 9)
            }
        ),
        (
            "a negative number of preemptions",
            { tally in
                tally.lines[2].failures = 1
                tally.lines[2].finding = aRun()
                tally.lines[2].finding?.preemptions = -1
            }
        ),
    ]

    @Test func aTallyOfASearchThatWasWrittenToDoesNotPass() throws {
        let honest = try Self.searched.get()
        #expect(honest.runs > 0)
        #expect(honest.objection == nil, "\(honest.objection ?? "")")
        for (name, change) in Self.searchChanges {
            var tally = honest
            change(&tally)
            #expect(tally.objection != nil, "\(name)")
        }
    }

    private static let recordChanges: [(String, @Sendable (inout RunRecord) -> Void)] = [
        ("an operation more", { $0.operations.append($0.operations[0]) }),
        ("an operation less", { $0.operations.removeLast() }),
        ("events behind the last step", { $0.operations[0].events = 0..<1_000_000 }),
        ("a step of an operation that there is not", { $0.steps[3].operation = 99 }),
        ("a step with an argument less", { $0.steps[0].arguments.removeLast() }),
        ("a step without arguments", { $0.steps[0].arguments = [] }),
        ("a task below zero", { $0.steps[0].task = -1 }),
        (
            "bytes that end before they begin",
            {
                $0.endState?.contents = [.init(from: 9, to: 3, value: 1)]
            }
        ),
        ("what an operation saw is missing", { $0.endState?.seen = [] }),
        (
            "a rule that there is not",
            {
                $0.findings.append(.init(expectation: "no-such-rule", expected: "", actual: ""))
            }
        ),
        (
            "an event that there is not",
            {
                $0.findings.append(
                    .init(expectation: "no-leak", expected: "", actual: "", event: 1 << 40))
            }
        ),
    ]

    @Test func aRecordThatWasWrittenToDoesNotPass() throws {
        let scenario = Catalogue.scenarios[40]
        let image = KernelImage.workingCopy
        let honest = image.run(scenario.run()) { outcome in
            RunRecord(copying: outcome, of: image, injections: [])
        }
        try #require(honest.end == .finished && honest.steps.count > 4)
        let job = RecordingJob(requests: [
            RecordingRequest(image: .workingCopy, scenario: scenario, run: scenario.run())
        ])
        #expect(job.objection(to: [honest], isWhole: true) == nil)
        #expect(job.objection(to: [], isWhole: true) != nil)
        #expect(job.objection(to: [honest, honest], isWhole: true) != nil)
        for (name, change) in Self.recordChanges {
            var record = honest
            change(&record)
            #expect(job.objection(to: [record], isWhole: true) != nil, "\(name)")
        }
    }

    @Test func noRunOfTheCatalogueIsRefused() throws {
        let image = KernelImage.workingCopy
        for scenario in Catalogue.scenarios.prefix(600) where image.supports(scenario) {
            let record = image.run(scenario.run()) { outcome in
                RunRecord(copying: outcome, of: image, injections: [])
            }
            let objection = record.objection(ofRun: scenario.run())
            #expect(objection == nil, "\(scenario.name): \(objection ?? "")")
        }
    }
}
