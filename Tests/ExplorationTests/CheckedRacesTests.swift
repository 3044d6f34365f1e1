// SPDX-License-Identifier: GPL-2.0-only

// The races that `check` runs without being asked: what it says of them, that a bug which shows in
// some orders only is found by it and by nothing less, and that neither the number of jobs nor a
// death bends what it found.

import Expectations
import Foundation
import Interleavings
import Machine
import Slices
import System
import Testing
import VariantTesting

@testable import Exploration

@Suite struct CheckedRacesTests {
    private static let workingCopy = KernelImage.workingCopy

    private struct Document: Decodable {
        struct Variant: Decodable {
            struct Orders: Decodable {
                let scenarios: Int
                let runs: Int
                let failingRuns: Int
                let completeScenarios: Int
                let preemptions: Int?
                let words: String

                enum CodingKeys: String, CodingKey {
                    case scenarios, runs, preemptions, words
                    case failingRuns = "failing_runs"
                    case completeScenarios = "complete_scenarios"
                }
            }
            struct Verdict: Decodable {
                struct Witness: Decodable {
                    let id: String
                    let scenario: String
                    let schedule: String
                    let text: String
                }
                let expectation: String
                let verdict: String
                let witness: Witness?
            }
            struct Coverage: Decodable {
                let addedLines: Int
                let executed: Int

                enum CodingKeys: String, CodingKey {
                    case executed
                    case addedLines = "added_lines"
                }
            }
            let runs: Int
            let orders: Orders?
            let verdicts: [Verdict]
            let coverage: Coverage

            func verdict(of name: String) -> Verdict { verdicts.first { $0.expectation == name }! }
        }
        let variants: [Variant]
    }

    private static func check(
        _ arguments: [String], input: String = ""
    ) throws -> (status: Int32, variant: Document.Variant) {
        let run = try CommandRun(
            ["check", "--format", "json"] + arguments, input: input, in: CommandRun.home)
        #expect(run.errors == "")
        let document = try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
        return (run.status, document.variants[0])
    }

    // MARK: - What is said of them

    /// Those that the embedded slice has.
    private static let races = ScenarioIndex.races.count {
        !KernelImage.workingCopy.leavesOut($0)
    }

    @Test func whatWasCoveredIsSaidAndCountsAmongTheRuns() throws {
        let patch = Shipped.option2.patches
        let (status, bounded) = try Self.check(patch)
        let orders = try #require(bounded.orders)
        #expect(status == 0)
        #expect(orders.scenarios == Self.races && orders.scenarios > 400)
        #expect(orders.runs > 5 * orders.scenarios)
        // Of those of three tasks, some have thousands of orders.
        #expect(orders.completeScenarios > orders.scenarios * 7 / 8)
        #expect(orders.completeScenarios < orders.scenarios && orders.preemptions == 1)
        #expect(orders.words.contains("every order with at most 1 preemption"))

        let (_, without) = try Self.check(["--orders", "none"] + patch)
        #expect(without.orders == nil)
        #expect(orders.failingRuns > 0)
        #expect(orders.failingRuns <= orders.scenarios * OrdersCovered.failingRunsEach)
        #expect(bounded.runs == without.runs + orders.runs + orders.failingRuns)

        let (_, more) = try Self.check(["--preemptions", "2"] + patch)
        #expect(try #require(more.orders).runs > orders.runs)
        #expect(more.orders?.preemptions == 2)

        let text = try CommandRun(["check"] + patch, in: CommandRun.home).output
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("orders \(orders.runs / 1000),"))
        #expect(words.contains("of \(orders.scenarios) scenarios of two or three tasks:"))
    }

    @Test func allOrdersCanBeAskedFor() throws {
        let (status, all) = try Self.check(["--orders", "all"] + Shipped.option2.patches)
        let orders = try #require(all.orders)
        #expect(status == 0)
        #expect(orders.completeScenarios == orders.scenarios)
        #expect(orders.preemptions == nil)
        #expect(orders.words.contains("all of them in every order that can make a difference"))
    }

    @Test(arguments: [
        ["--orders", "some"], ["--preemptions", "4"], ["--preemptions", "-1"],
        ["--orders", "all", "--preemptions", "1"], ["--orders", "none", "--preemptions", "1"],
    ])
    func whatCannotBeAskedIsRefused(arguments: [String]) throws {
        for command in ["check", "matrix"] {
            let run = try CommandRun([command] + arguments)
            #expect(run.status == 2)
            #expect(!run.errors.isEmpty && run.output.isEmpty)
        }
    }

    @Test func theLockOfBeginAgainstTruncateIsLeftToExplore() {
        #expect(ScenarioIndex.racesLeftOut > 100)
        #expect(ScenarioIndex.races.allSatisfy { $0.tasks <= 3 })
        let two = ScenarioIndex.races.filter { $0.tasks == 2 }
        #expect(!ScenarioIndex.races.contains { $0.geometry.flags.contains(.strictTruncateLock) })
        let all = ConcurrentScenarios.scenarios.count { $0.tasks == 2 }
        #expect(two.count + ScenarioIndex.racesLeftOut == all)
    }

    // MARK: - What they find

    /// Those that show with two tasks.
    private static let seeds = RaceSeed.all.filter { seed in
        ScenarioIndex.races.contains { $0.name == seed.scenario }
    }

    /// Tallies of all seeds in their own races and of what they stand on in all, by name.
    private static let tallies = Result<[String: Tally], any Error> {
        let variants = try Variants()
        let bases = Set(seeds.map(\.base)).sorted()
        let requests =
            try bases.map { ($0, try variants.read([$0])) }
            + seeds.map { ($0.name, try variants.read([$0.base, $0.path])) }
        let built = try variants.builder.build(
            requests.map { BuildRequest(name: $0, tree: variants.tree, patches: $1) })
        let races = ScenarioIndex.catalogueCount..<ScenarioIndex.count(with: .standard)
        var tallies: [String: Tally] = [:]
        for ((name, _), result) in zip(requests, built) {
            let image = try KernelImage(contentsOf: result.get().image)
            let seed = seeds.first { $0.name == name }
            let job = CheckJob(
                image: .workingCopy, shard: .whole, orders: .standard,
                only: races.filter { place in
                    seed.map { $0.scenario == ScenarioIndex.scenario(at: place).name } ?? true
                })
            var shard = ShardRunner(job, of: image)
            try shard.run { _ in }
            tallies[name] = shard.tally
        }
        return tallies
    }

    @Test(arguments: seeds) func aSeededRaceIsFoundByCheck(seed: RaceSeed) throws {
        let tallies = try Self.tallies.get()
        let index = try #require(Expectations.named(seed.fails)).index
        let seeded = try #require(tallies[seed.name])
        #expect(seeded.lines[index].failures > 0, "\(seed.path) must break \(seed.fails)")
        let base = try #require(tallies[seed.base])
        #expect(base.lines[index].failures == 0, "\(seed.fails) fails without \(seed.path)")
        #expect(base.races.complete + base.races.bounded == Self.races)
    }

    @Test func onlyRacesShowALostWakeupAndItsWitnessIsSmall() throws {
        let seed = try RaceSeed(name: "unlocked-before-sleep-is-announced")
        let (before, alone) = try Self.check(["--orders", "none", seed.base, seed.path])
        #expect(before == 0 && alone.verdict(of: seed.fails).verdict == "pass")
        let (status, found) = try Self.check(["--no-reuse", "--jobs", "1", seed.base, seed.path])
        #expect(status == 1)
        let witness = try #require(found.verdict(of: seed.fails).witness)
        #expect(witness.scenario.hasPrefix("race/"))
        let stored = try WitnessStore(in: BuildCache(root: CommandRun.sharedCache.url.path))
            .load(witness.id)
        #expect(stored.run.injections.isEmpty)
        #expect(stored.run.operations.count == 2)
        #expect(stored.order.map { $0.count <= 3 } == true, "\(stored.order ?? [])")
        let replay = try CommandRun(["replay", witness.id], in: CommandRun.home)
        #expect(replay.status == 1 && replay.output.contains(seed.fails))

        let (_, again) = try Self.check(["--no-reuse", "--jobs", "3", seed.base, seed.path])
        #expect(again.runs == found.runs && again.orders?.runs == found.orders?.runs)
        #expect(again.verdict(of: seed.fails).witness?.id == witness.id)
    }

    @Test func aRaceThatKillsItsProcessIsAVerdictWhateverTheJobs() throws {
        let patch = try MadePatch.inserting(
            ["\textern void _exit(int);", "\t_exit(3);"], into: "dax_wait_for_entry")
        let (status, one) = try Self.check(["--trust", "--jobs", "1", "-"], input: patch)
        #expect(status == 1)
        let witness = try #require(one.verdict(of: "no-warning").witness)
        #expect(witness.text.contains("called exit with status 3"), "\(witness.text)")
        let replay = try CommandRun(["replay", "--trust", witness.id], in: CommandRun.home)
        #expect(replay.status == 1 && replay.output.contains("exit with status 3"))
        let (_, three) = try Self.check(["--trust", "--jobs", "3", "-"], input: patch)
        #expect(three.verdict(of: "no-warning").witness?.id == witness.id)
    }

    @Test func linesThatOnlyARaceReachesCountAsRun() throws {
        let patch = try MadePatch.inserting(
            ["\tstatic volatile int waited;", "\twaited = 1;"], into: "dax_wait_for_entry")
        let (_, alone) = try Self.check(["--orders", "none", "-"], input: patch)
        #expect(alone.coverage.addedLines > 0 && alone.coverage.executed == 0)
        let (_, races) = try Self.check(["-"], input: patch)
        #expect(races.coverage.executed == races.coverage.addedLines)
    }

    // MARK: - What they rest on

    @Test(arguments: [("lock-toy-2x2", 6, 50), ("lock-toy-3x2", 90, 500)])
    func whatIsThroughWithinTheLimitIsComplete(name: String, orders: Int, limit: Int) throws {
        let toy = try #require(LockToys.all.first { $0.name == name })
        let worth = Self.run(toy, LimitedOrders(OrderLimit(runs: limit, preemptions: 1)))
        #expect(worth.isComplete && worth.runs == orders && worth.preemptions == nil)
        let all = Self.run(toy, LimitedOrders(.none))
        #expect(all.isComplete && all.runs == orders)
    }

    @Test func whatIsNotThroughIsRunInEveryOrderWithFewPreemptions() throws {
        let toy = LockToys.threeTasks
        let bounded = Self.run(toy, BoundedOrders(preemptions: 1))
        let worth = Self.run(toy, LimitedOrders(OrderLimit(runs: 10, preemptions: 1)))
        #expect(!worth.isComplete)
        #expect(worth.preemptions == 1)
        #expect(worth.runs == 10 + bounded.runs)
    }

    private static func run(_ scenario: Scenario, _ strategy: some OrderStrategy) -> OrderWorth {
        var strategy = strategy
        var run = scenario.run()
        while strategy.next(&run) { workingCopy.run(run) { strategy.learn(from: $0) } }
        return strategy.worth
    }

    @Test func anOrderThatWasTakenCanBeMadeAgain() throws {
        let name = "race/ext2/hole/write-fault+truncate-to-0"
        let race = try #require(ConcurrentScenarios.scenario(named: name))
        var strategy = LimitedOrders(OrderLimit(runs: 5, preemptions: 1))
        var run = race.run()
        while strategy.next(&run) {
            let (order, preemptions, trace) = Self.workingCopy.run(run) { outcome in
                strategy.learn(from: outcome)
                return (outcome.takenOrder(), outcome.preemptions, Self.trace(outcome))
            }
            #expect(order.preemptions == preemptions)
            let again = Self.workingCopy.run(
                race.run(schedule: Schedule(choices: order.choices))
            ) { outcome in
                #expect(outcome.diverged == 0)
                #expect(outcome.takenOrder() == order)
                return Self.trace(outcome)
            }
            #expect(again == trace, "choices \(order.choices)")
        }
    }

    /// Who did what, without the choices themselves: a run that records steps has more of them.
    private static func trace(_ outcome: borrowing Outcome) -> [String] {
        outcome.events.filter { $0.kind != .schedule }.map { "\($0.task) \($0.kind) \($0.pc)" }
    }

    @Test func anEdgeOfTheLockOrderKnowsTheOrderThatShowedIt() throws {
        let race = try #require(
            ConcurrentScenarios.scenario(
                named: "race/strict-truncate-lock/block/write-fault+truncate-to-0"))
        var judge = Judge(image: Self.workingCopy)
        var order = TakenOrder()
        Self.workingCopy.run(race.run(schedule: Schedule(choices: [1]))) { outcome in
            order = outcome.takenOrder()
            _ = judge.judge(outcome, of: race, injections: [])
        }
        #expect(order.choices == [1] && order.preemptions == 0)
        #expect(!judge.lockOrder.edges.isEmpty)
        #expect(judge.lockOrder.edges.allSatisfy { $0.choices == order.choices })
    }

    @Test func ordersAreCountedUpToALimit() throws {
        let whole = try OrderCount(of: LockToys.twoTasks, on: Self.workingCopy, limit: 10_000)
        #expect(whole.isWhole && whole.exhaustive > 100)
        #expect(whole.reduced == 6 && whole.redundant == 0)
        let cut = try OrderCount(of: LockToys.twoTasks, on: Self.workingCopy, limit: 50)
        #expect(!cut.isWhole && cut.exhaustive == 50 && cut.reduced == 6)
        #expect(cut.factor < whole.factor)
        let exact = try OrderCount(
            of: LockToys.twoTasks, on: Self.workingCopy, limit: whole.exhaustive)
        #expect(exact == whole)
    }
}
