// SPDX-License-Identifier: GPL-2.0-only

// A part of a check: what is asked is answered as the whole would answer it, and what is left out is
// told.

import Foundation
import Testing
import VariantTesting

@Suite struct FilterTests {
    private static let merged = "patches/history/merged-v4.10.patch"
    /// A hundred of all scenarios: what is asked of them is not how many they are.
    private static let few = ["--scenario", "ext2/1-byte/*"]

    private static func check(_ arguments: [String], cache: URL? = nil) throws -> CommandRun {
        try CommandRun(
            ["check", "--orders", "none"] + arguments, in: CommandRun.home, cache: cache)
    }

    private static func variant(_ arguments: [String]) throws -> (Int32, [String: Any]) {
        let run = try check(arguments + ["--format", "json"])
        let report =
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        return (run.status, try #require((report?["variants"] as? [[String: Any]])?.first))
    }

    @Test func someScenariosAreRunAndTheOthersAreTold() throws {
        let run = try Self.check(["--scenario", "ext2/*/write-fault/*", Self.merged])
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.contains("no-self-deadlock    FAIL"), "\(run.output)")
        #expect(run.output.contains("only       scenarios ext2/*/write-fault/*"))
        #expect(run.output.contains("Left out: "))
    }

    @Test func oneRuleIsAsked() throws {
        let (status, variant) = try Self.variant(
            Self.few + ["--expectation", "no-leak", Self.merged])
        #expect(status == 0)
        let verdicts = try #require(variant["verdicts"] as? [[String: Any]])
        #expect(verdicts.compactMap { $0["expectation"] as? String } == ["no-leak"])
        #expect((variant["filter"] as? String)?.contains(" expectations") == true)
    }

    @Test func onlyRunsInWhichACallFails() throws {
        let (_, variant) = try Self.variant(
            Self.few + ["--failure", "vm-insert-mixed", "--all-failures", Self.merged])
        let (_, other) = try Self.variant(Self.few + ["--all-failures", Self.merged])
        let (some, all) = (variant["runs"] as? Int ?? 0, other["runs"] as? Int ?? 0)
        #expect(some > 0 && some < all, "\(some) of \(all)")
        for failure in try #require(variant["failures"] as? [[String: Any]]) {
            let calls = try #require(failure["calls"] as? [[String: Any]])
            #expect(calls.contains { $0["point"] as? String == "pteInsert" }, "\(calls)")
        }
    }

    @Test func onlyRunsThatEnterAFunction() throws {
        let (_, variant) = try Self.variant(
            Self.few + ["--function", "ext2_write_failed", Self.merged])
        let (_, other) = try Self.variant(Self.few + [Self.merged])
        let (some, all) = (variant["runs"] as? Int ?? 0, other["runs"] as? Int ?? 0)
        #expect(some > 0 && some < all, "\(some) of \(all)")
    }

    @Test(arguments: [
        (["--scenario", "ext2/1-bite/*"], "no scenario of this check matches"),
        (["--expectation", "no-leek"], "did you mean no-leak?"),
        (["--failure", "kmem_cache_aloc"], "did you mean kmem_cache_alloc?"),
        (["--failure", "kmalloc:EIO"], "it can with -ENOMEM"),
        (["--function", "dax_iomap_falt"], "did you mean dax_iomap_fault?"),
    ])
    func aNameThatThereIsNotIsAMistake(arguments: [String], words: String) throws {
        let run = try Self.check(arguments)
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test func allFailingRunsAreListedAndEachCanBeMadeAgain() throws {
        let (status, variant) = try Self.variant(Self.few + ["--list-failing", Self.merged])
        #expect(status == 1)
        let groups = try #require(variant["failing_runs"] as? [[String: Any]])
        let runs = groups.flatMap { $0["runs"] as? [[String: Any]] ?? [] }
        #expect(runs.count > 5)
        let last = try #require(runs.last)
        let id = try #require(last["id"] as? String)
        let replay = try CommandRun(["replay", id], in: CommandRun.home)
        #expect(replay.status == 1, "\(replay.errors)")
        #expect(replay.output.hasPrefix("witness \(id)\n"))
        #expect(replay.output.contains(try #require(last["scenario"] as? String)))
    }

    @Test func whatFailedIsRunAgain() throws {
        let cache = try TemporaryDirectory.make()
        let unknown = try Self.check(["--rerun-failed", Self.merged], cache: cache)
        #expect(unknown.status == 2 && unknown.errors.contains("was not checked yet"))
        let first = try Self.check([Self.merged])
        let again = try Self.check(["--rerun-failed", Self.merged])
        #expect(first.status == 1 && again.status == 1, "\(again.errors)")
        #expect(again.output.contains("scenarios that failed last"), "\(again.output)")
        #expect(again.output.contains("no-self-deadlock    FAIL"))
    }

    /// Another patch was checked since, of which nothing fails.
    @Test func whatFailedIsRememberedByPatch() throws {
        let good = CommandRun.home.appending(path: "patches/option-2-iomap-fault-flag.patch").path
        #expect(try Self.check([Self.merged]).status == 1)
        #expect(try Self.check([good]).status == 0)
        let again = try Self.check(["--rerun-failed", Self.merged])
        #expect(again.status == 1, "\(again.errors)")
        #expect(again.output.contains("scenarios that failed last"), "\(again.output)")
    }

    @Test func thePartOfACheckIsNoBaseline() throws {
        let file = try TemporaryDirectory.make().appending(path: "part.json")
        let part = try Self.check(
            Self.few + ["--expectation", "no-leak", "--format", "json", "--output", file.path])
        #expect(part.status < 2, "\(part.errors)")
        let run = try Self.check(["--baseline", file.path, Self.merged])
        #expect(run.status == 2)
        #expect(run.errors.contains("the report of part of a check"), "\(run.errors)")
    }
}
