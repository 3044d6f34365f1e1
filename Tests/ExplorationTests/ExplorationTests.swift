// SPDX-License-Identifier: GPL-2.0-only

// The explorer's own rules: what is tried and in which order, that parts add up to the whole, and
// that a worker that dies costs one run. Everything here runs on the working copy.

import Expectations
import Foundation
import Machine
import Patches
import Slices
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting
@testable import Workers

@Suite struct ExplorationTests {
    private static func pool(jobs: Int) -> WorkerPool {
        WorkerPool(executable: CommandRun.executable.path, jobs: jobs)
    }

    // MARK: - Enumeration

    /// Runs a scenario by the strategy and returns what was injected.
    private static func injections(of scenario: Scenario) -> [[Injection]] {
        let image = KernelImage.workingCopy
        var strategy = SingleFailures(legalErrors: image.legalErrors)
        strategy.restart(followsEnds: scenario.wantsEndFailurePair)
        var run = scenario.run()
        var all: [[Injection]] = []
        while strategy.next(&run.injections) {
            all.append(run.injections)
            image.run(run) { strategy.learn(from: $0) }
        }
        return all
    }

    @Test func everyPointFailsOnceWithEachLegalError() throws {
        let scenario = try #require(
            Catalogue.scenarios.first {
                $0.name.hasPrefix("ext2/") && $0.name.hasSuffix("last-full/write-fault/hole")
            })
        let image = KernelImage.workingCopy
        var expected: [Injection] = []
        image.run(scenario.run()) { outcome in
            for event in outcome.events where event.kind == .point {
                let kind = InjectionPoint(rawValue: UInt32(event.arg1))!
                for error in image.legalErrors(of: kind) {
                    expected.append(
                        Injection(
                            task: UInt32(event.task), nth: UInt32(event.arg0), error: error))
                }
            }
        }
        #expect(expected.count > 3)
        #expect(Self.injections(of: scenario) == [[]] + expected.map { [$0] })
    }

    @Test func aFailureIsFollowedByAFailingEndOnTheStrictFilesystem() throws {
        let scenario = try #require(
            Catalogue.scenarios.first {
                $0.wantsEndFailurePair && $0.operations.last?.kind == .write
            })
        let all = Self.injections(of: scenario)
        for pair in all where pair.count == 2 {
            #expect(pair[0].task == pair[1].task && pair[0].nth < pair[1].nth)
            #expect(all.contains([pair[0]]))
        }
        #expect(all.contains { $0.count == 2 })
    }

    // MARK: - Parts and workers

    @Test func partsAddUpToTheWhole() throws {
        func tally(jobs: Int) throws -> Tally {
            try Self.pool(jobs: jobs).check([.workingCopy])[0].tally
        }
        let one = try tally(jobs: 1)
        let three = try tally(jobs: 3)
        #expect(one.runs == three.runs)
        #expect(one.scenarios == three.scenarios)
        #expect(one.lockOrder == three.lockOrder)
        for (a, b) in zip(one.lines, three.lines) {
            #expect(a.runs == b.runs && a.failures == b.failures && a.witness == b.witness)
        }
        #expect(one.runs > 50_000)
    }

    @Test func aWorkerThatStandsStillIsKilledAndTheRestIsToldNotRun() throws {
        let variants = try Variants()
        let patch = try TemporaryDirectory.make().appending(path: "hang.patch")
        let text = try MadePatch.inserting(
            ["\textern int pause(void);", "\tfor (;;)", "\t\tpause();"], into: "dax_iomap_fault")
        try Data(text.utf8).write(to: patch)
        var builder = variants.builder
        builder.trustsPatches = true
        let variant = try builder.build(
            variants.tree,
            patches: Patch.read(patch.path, toolchain: builder.toolchain, cache: builder.cache),
            named: "hang")
        var pool = Self.pool(jobs: 1)
        pool.isConfined = false
        pool.hangSeconds = 1
        let tally = try pool.check([.file(variant.image)])[0].tally
        #expect(tally.deaths.map(\.cause) == [.hang(seconds: 1), .hang(seconds: 1)])
        #expect(tally.leftOut.count == 1)
        let line = tally.lines[ExpectationSet.noWarning.rawValue.trailingZeroBitCount]
        #expect(line.failures == 2 && line.witness?.ordinal == tally.deaths[0].ordinal)
    }

    @Test func anImageThatCannotBeLoadedIsNoVerdict() throws {
        #expect(throws: (any Error).self) {
            try Self.pool(jobs: 1).check([.file("/no/such/image.so")])
        }
    }

    @Test func aRecordedRunIsTheRun() throws {
        let scenario = Catalogue.scenarios[0]
        let record = try Self.pool(jobs: 1).record([(.workingCopy, scenario, scenario.run())])[0]
        let events = KernelImage.workingCopy.run(scenario.run()) { outcome in
            outcome.events.map(\.kind)
        }
        #expect(record.steps.map(\.kind) == events)
        #expect(record.end == .finished)
    }

    // MARK: - Small things

    @Test func anOrdinalSortsLikeItsPackedForm() {
        let ordinals = [(0, 5), (1, 0), (1, 7), (2, 0)].map { RunOrdinal(scenario: $0, run: $1) }
        #expect(ordinals == ordinals.shuffled().sorted())
        for ordinal in ordinals { #expect(RunOrdinal(packed: ordinal.packed) == ordinal) }
    }

    @Test func theSmallestWitnessHasFewestFailuresThenFewestOperations() {
        func key(_ failures: Int, _ operations: Int, _ scenario: Int) -> WitnessRank {
            WitnessRank(
                failures: failures, operations: operations,
                ordinal: RunOrdinal(scenario: scenario, run: 0))
        }
        let keys = [key(0, 1, 9), key(0, 2, 1), key(1, 1, 0), key(1, 1, 3)]
        #expect(keys.reversed().sorted() == keys)
    }

    @Test func aWorkersPageTellsWhichRunItIsAt() throws {
        let page = try WorkerPage()
        let other = try WorkerPage(inherited: page.descriptor, isCareful: false)
        let ordinal = RunOrdinal(scenario: 4, run: 2)
        let injections = [Injection(nth: 3, error: -12), Injection(task: 1, nth: 9, error: 7)]
        other.begin(ordinal, runs: 17, injections: injections)
        let note = try #require(page.run(of: 5))
        #expect(page.phase == .running && note.ordinal == ordinal)
        #expect(note.injections == injections)
        #expect(page.run(of: 4) == nil, "a scenario that does not exist is not believed")
    }

    // MARK: - Text

    @Test func namesOfVariantsStandOverTheirColumns() {
        func report(_ names: [String]) -> Report {
            Report(
                tree: Witness.TreeIdentity(kind: "embedded", version: "4.9.0-rc"),
                variants: names.map { name in
                    VariantReport(
                        name: name, patches: [], scenarios: 1, runs: 1, seconds: 0,
                        verdicts: Expectations.all.map {
                            ExpectationVerdict(
                                expectation: $0, verdict: .notApplicable, runs: 0, failures: 0)
                        })
                })
        }
        let shipped = VerdictTable(
            report(["base", "option-1-omit-iomap-end", "option-2-iomap-fault-flag"])
        ).lines().map(\.plain)
        #expect(shipped[0] == "                       base option option")
        #expect(shipped[1] == "                                 1      2")
        #expect(shipped[2] == "no-self-deadlock       n.a.   n.a.   n.a.")
        let long = VerdictTable(report(["base", "0001-something-long", "0001-something-else"]))
        #expect(long.lines()[0].plain == "                        (1)    (2)    (3)")
        let many = VerdictTable(report((1...20).map { "v\($0)" })).lines().map(\.plain)
        #expect(many.allSatisfy { $0.count <= 72 })
    }

    @Test func wordsAreFilledAndNeverCut() {
        let text = Layout.fill(
            "one two three", first: "- ", rest: "  ", width: 9)
        #expect(text == "- one two\n  three")
        #expect(Layout.fill("fs/ext2/inode.c", width: 5) == "fs/ext2/inode.c")
    }
}
