// SPDX-License-Identifier: GPL-2.0-only

// Patches that end the process which judges them, or try to keep its parent waiting. Each costs the
// runs that it spoils and no more: none of these tests would end if something waited for a sleeper.
// Their workers have no sandbox: this is what still holds where a kernel has none.

import Expectations
import Foundation
import Glibc
import Machine
import Patches
import Slices
import System
import Testing
import VariantTesting
import Workers

@testable import Exploration

@Suite struct DeadlyPatchTests {
    /// Raw system calls of x86-64, as the handler of a patch makes them.
    private static let forksASleeperAndExits = [
        "\textern long syscall(long number, ...);",
        "\tlong time[2] = { 86400, 0 };",
        "",
        // fork(); the child has a name of its own, leaves the group, and sleeps for a day.
        "\tif (!syscall(57)) {",
        "\t\tsyscall(157, 15, \"fl-sleeper\");",
        "\t\tsyscall(112);",
        "\t\tfor (;;)",
        "\t\t\tsyscall(35, time, 0);",
        "\t}",
        "\tsyscall(231, 3);",
    ]

    private static let closesEveryDescriptor = [
        "\textern long syscall(long number, ...);",
        "\tlong number;",
        "",
        "\tfor (number = 0; number < 64; number++)",
        "\t\tsyscall(3, number);",
    ]

    private static func image(_ name: String, _ statements: [String]) throws -> ImageReference {
        .file(try Variants().trusted(statements, named: name).image)
    }

    private static func pool(jobs: Int = 2) -> WorkerPool {
        var pool = WorkerPool(executable: CommandRun.executable.path, jobs: jobs)
        pool.hangSeconds = 2
        pool.isConfined = false
        return pool
    }

    /// Processes with the name that the sleepers have, dead ones that nobody has reaped apart.
    private static func sleepers() -> [String] {
        Disk.names(in: "/proc").filter { process in
            let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return status.map { $0.contains("(fl-sleeper)") && !$0.contains(") Z ") } ?? false
        }
    }

    @Test(.timeLimit(.minutes(5))) func aHandlerThatForksASleeperAndExitsIsAFinding() throws {
        let image = try Self.image("sleeper", Self.forksASleeperAndExits)
        let tally = try Self.pool().check([image])[0].tally
        #expect(!tally.deaths.isEmpty)
        #expect(tally.deaths.allSatisfy { $0.cause == .exit(3) }, "\(tally.deaths)")
        let alone = try Self.pool(jobs: 1).check([image])[0].tally
        #expect(tally.deaths.map(\.ordinal) == alone.deaths.map(\.ordinal))
        #expect(tally.runs == alone.runs && tally.leftOut == alone.leftOut)
        #expect(tally.lines.map(\.failures) == alone.lines.map(\.failures))
        #expect(tally.lines.map(\.runs) == alone.lines.map(\.runs))
        #expect(tally.leftOut.count == 1 && tally.deaths.count == DeathLimit().deaths)
        let scenarios = ScenarioIndex.races.prefix(40)
        let found = try Self.pool().search(
            image, plan: SearchPlan(scenarios: Array(scenarios), runs: 400))
        #expect(found.deaths.allSatisfy { $0.cause == .exit(3) }, "\(found.deaths)")
        #expect(!found.deaths.isEmpty)
        // SIGKILL takes a moment.
        for _ in 0..<100 where !Self.sleepers().isEmpty { usleep(50_000) }
        #expect(Self.sleepers().isEmpty, "what a worker starts ends with it")
    }

    @Test(.timeLimit(.minutes(5))) func theRunThatClosesTheDescriptorsIsFound() throws {
        let image = try Self.image("closes", Self.closesEveryDescriptor)
        let tally = try Self.pool(jobs: 1).check([image])[0].tally
        let first = try #require(tally.deaths.first)
        #expect(first.cause == .closedDescriptors)
        // The run is one that calls the handler, and it is the first of those.
        let scenario = ScenarioIndex.scenario(of: first.ordinal)
        #expect(scenario.operations.contains { $0.kind.isAccess }, "\(scenario.name)")
        let record = try Self.pool(jobs: 1).record([(image, scenario, scenario.run())])[0]
        #expect(record.death?.cause == .closedDescriptors)
    }

    /// Each run ends, and all of them would take hours.
    @Test(.timeLimit(.minutes(5))) func runsThatTakeTooLongAreNoVerdict() throws {
        let image = try Self.image(
            "slow",
            [
                "\tvoid *memory = kmalloc(1 << 20, GFP_KERNEL);", "\tint n;", "",
                "\tfor (n = 0; memory && n < 1000; n++)", "\t\tmemset(memory, n, 1 << 20);",
                "\tkfree(memory);",
            ])
        var pool = Self.pool()
        pool.limit.free = 0.2
        let tally = try pool.check([image])[0].tally
        #expect(tally.isCutShort && !tally.isUndisturbed)
        #expect(tally.harnessErrors.map(\.end) == [.limit], "\(tally.harnessErrors)")
        #expect(tally.scenarios < ScenarioIndex.catalogueCount)
        #expect(tally.deaths.isEmpty)
    }

    @Test func aJobThatIsOnlySlowHasItsTime() {
        let limit = RunTimeLimit()
        #expect(!limit.isReached(after: limit.free, runs: 1))
        #expect(limit.isReached(after: limit.free + 1, runs: 1))
        #expect(!limit.isReached(after: 10 * limit.free, runs: 1_000_000))
    }

    /// It passes fallible calls on the way: each of them failed would be a run that never ends.
    @Test(.timeLimit(.minutes(5))) func aLoopCostsEachScenarioItsBudgetAndNoMore() throws {
        let image = try Self.image(
            "loops", ["\tfor (;;)", "\t\tkfree(kmalloc(8, GFP_KERNEL));"])
        let alone = try Self.pool(jobs: 1).check([image])[0].tally
        #expect(alone.deaths.isEmpty)
        #expect(alone.callsNotFailed > 0)
        // Two runs of a fault use up the budget; without it there would be one for each kmalloc().
        #expect(alone.runs < 6 * alone.scenarios, "\(alone.runs) of \(alone.scenarios)")
        let together = try Self.pool(jobs: 2).check([image])[0].tally
        #expect(together.runs == alone.runs)
        #expect(together.callsNotFailed == alone.callsNotFailed)
        #expect(together.lines.map(\.failures) == alone.lines.map(\.failures))
    }
}
