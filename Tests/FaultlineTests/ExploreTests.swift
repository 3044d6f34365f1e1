// SPDX-License-Identifier: GPL-2.0-only

// `explore` as a user runs it, and the races that it must find: each patch in Tests/Seeds/races
// breaks the slice in a way that shows in some orders only, and names the scenarios that are enough
// to find it and the expectation that must notice.

import Expectations
import Foundation
import Machine
import Slices
import System
import Testing
import VariantTesting

@testable import Exploration

@Suite struct ExploreTests {
    private struct Document: Decodable {
        struct Explored: Decodable {
            struct Scenario: Decodable {
                let name: String
                let runs: Int
                let complete: Bool
                let redundant: Int
            }
            let scenarios: [Scenario]
            let cut: Bool
        }
        struct Variant: Decodable {
            struct Verdict: Decodable {
                struct Witness: Decodable {
                    let id: String
                    let schedule: String
                }
                let expectation: String
                let verdict: String
                let witness: Witness?
            }
            let runs: Int
            let verdicts: [Verdict]
        }
        let runs: Int
        let explored: Explored
        let variants: [Variant]

        func verdict(of name: String) -> Variant.Verdict? {
            variants[0].verdicts.first { $0.expectation == name }
        }
    }

    private static func explore(_ arguments: [String]) throws -> (Int32, Document) {
        let home = CommandRun.home
        let run = try CommandRun(["explore", "--format", "json"] + arguments, in: home)
        #expect(run.errors == "")
        return (
            run.status, try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
        )
    }

    @Test(arguments: [("lock-toy-2x2", 6), ("lock-toy-3x2", 90)])
    func theReferenceScenariosTakeWhatTheoryGivesThem(name: String, runs: Int) throws {
        let (status, document) = try Self.explore(["--scenario", name, "--strategy", "dpor"])
        #expect(status == 0)
        #expect(document.runs == runs)
        #expect(document.explored.scenarios.map(\.complete) == [true])
        let (_, all) = try Self.explore(["--scenario", name, "--strategy", "exhaustive"])
        #expect(all.runs > 10 * runs && all.explored.scenarios[0].complete)
    }

    @Test func shardsAddUpToTheWhole() throws {
        let arguments = ["--scenario", "race/ext2/block/*", "--tasks", "2", "--runs", "100000"]
        let patch = Shipped.option2.patches
        let (_, whole) = try Self.explore(arguments + patch)
        var names: [String] = []
        var runs = 0
        for shard in 1...3 {
            let (_, part) = try Self.explore(arguments + ["--shard", "\(shard)/3"] + patch)
            names += part.explored.scenarios.map(\.name)
            runs += part.runs
        }
        #expect(names.sorted() == whole.explored.scenarios.map(\.name).sorted())
        #expect(runs == whole.runs)
    }

    @Test func theSameSeedFindsTheSameWitness() throws {
        let arguments = [
            "--scenario", "race/strict-truncate-lock/hole/write-fault+truncate-to-0",
            "--strategy", "pct", "--runs", "300", "--seed", "3", "--count-known",
        ]
        let first = try Self.explore(arguments + Shipped.option2.patches)
        let second = try Self.explore(arguments + ["--jobs", "1"] + Shipped.option2.patches)
        let witness = try #require(first.1.verdict(of: "no-deadlock")?.witness)
        #expect(witness.id == second.1.verdict(of: "no-deadlock")?.witness?.id)
        #expect(witness.schedule == second.1.verdict(of: "no-deadlock")?.witness?.schedule)
    }

    @Test func timeThatRunsOutIsSaid() throws {
        let (_, document) = try Self.explore(
            ["--seconds", "1", "--failures", "2", "--scenario", "race/ext2/*"]
                + Shipped.option2.patches)
        #expect(document.explored.cut)
        #expect(document.runs > 100)
    }

    @Test(arguments: [
        ["--failures", "3"], ["--preemptions", "-1"], ["--runs", "0"], ["--seconds", "0"],
        ["--shard", "3/2"], ["--shard", "x"], ["--scenario", "no-such-scenario"],
        ["--strategy", "luck"],
    ])
    func whatCannotBeAskedIsRefused(arguments: [String]) throws {
        let run = try CommandRun(["explore"] + arguments)
        #expect(run.status == 2)
        #expect(!run.errors.isEmpty && run.output.isEmpty)
    }

    // MARK: - Seeded races

    @Test(arguments: RaceSeed.all)
    func aSeededRaceIsFoundAndItsWitnessReplays(seed: RaceSeed) throws {
        let expectation = try #require(Expectations.named(seed.fails))
        let arguments = ["--scenario", seed.scenario, "--runs", seed.runs]
        let (_, base) = try Self.explore(arguments + [seed.base])
        #expect(base.verdict(of: expectation.name)?.verdict == "pass")
        let (status, document) = try Self.explore(arguments + [seed.base, seed.path])
        #expect(status == 1)
        let verdict = try #require(document.verdict(of: expectation.name))
        #expect(verdict.verdict == "fail")
        let witness = try #require(verdict.witness)
        let replay = try CommandRun(["replay", witness.id], in: CommandRun.home)
        #expect(replay.status == 1)
        #expect(replay.output.contains(expectation.name))
        let stored = try Self.witness(witness.id)
        let order = try #require(stored.order)
        let preemptions = order.count { $0.place.operation >= 0 }
        #expect(!order.isEmpty && preemptions <= 3, "\(order)")
        // The line that said what is wrong says so again.
        let finding = stored.record.findings.first { $0.expectation == expectation.name }
        let actual = try #require(finding).actual
        #expect(Self.words(replay.output).contains(Self.words("actual " + actual)))
    }

    /// A text without its line breaks.
    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func thereAreFifteenSeededRaces() {
        #expect(RaceSeed.all.count >= 15)
    }

    private static func witness(_ id: String) throws -> Witness {
        try WitnessStore(in: BuildCache(root: CommandRun.sharedCache.url.path)).load(id)
    }

    @Test func aRaceThatKillsItsProcessIsAFindingThatReplays() throws {
        let text = try MadePatch.inserting(
            ["\textern void _exit(int);", "\t_exit(3);"], into: "dax_wait_for_entry")
        let file = try TemporaryDirectory.make().appending(path: "exits.patch")
        try Data(text.utf8).write(to: file)
        let (status, document) = try Self.explore(
            ["--trust", "--scenario", "race/ext2/block/*fault+*fault", "--tasks", "2", file.path])
        #expect(status == 1)
        let witness = try #require(document.verdict(of: "no-warning")?.witness)
        let replay = try CommandRun(["replay", "--trust", witness.id], in: CommandRun.home)
        #expect(replay.status == 1 && replay.output.contains("exit with status 3"))
    }

    // MARK: - Orders on other code

    @Test func anOrderIsFollowedOnOtherCodeUpToWhereThatDiffers() throws {
        let seed = try RaceSeed(name: "unlocked-before-sleep-is-announced")
        let (_, document) = try Self.explore(
            ["--scenario", seed.scenario, seed.base, seed.path])
        let id = try #require(document.verdict(of: seed.fails)?.witness?.id)
        let stored = try Self.witness(id)
        let order = try #require(stored.order)
        #expect(order.count == 2 && order[1].place.function == "dax_wait_for_entry")

        /// The same witness, but of code to which other patches were applied.
        func replay(_ patches: [String]) throws -> CommandRun {
            let variants = try Variants()
            let subject = Witness.Subject(
                tree: stored.subject.tree, variant: "other",
                patches: try variants.read(patches).map(Witness.PatchText.init),
                allowsOutside: false, key: stored.subject.key)
            let other = Witness(
                subject: subject, scenario: stored.scenarioAsFound, run: stored.run,
                record: stored.record, frames: stored.frames)
            let file = try TemporaryDirectory.make().appending(path: "witness.json")
            try JSONEncoder().encode(other).write(to: file)
            return try CommandRun(["replay", file.path], in: CommandRun.home)
        }
        let merged = try replay(["patches/history/merged-v4.10.patch", seed.path])
        #expect(merged.status == 1 && merged.output.contains(seed.fails))
        #expect(
            merged.errors.contains("follows the witness's order to the end, through 2 switches"))
        let mended = try replay([seed.base])
        #expect(mended.status == 0)
        #expect(mended.errors.contains("through 1 of 2 switches; then this code differs"))
        #expect(
            mended.errors.contains("no point at which task 1, after unlock"), "\(mended.errors)")
    }
}
