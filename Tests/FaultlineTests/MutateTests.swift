// SPDX-License-Identifier: GPL-2.0-only

// How much a verdict is worth: which mistakes in added lines a check notices.

import Foundation
import Testing
import VariantTesting

@Suite struct MutateTests {
    private static func mutate(_ arguments: [String], input: String = "") throws -> CommandRun {
        try CommandRun(
            ["mutate", "--orders", "none"] + arguments, input: input, in: CommandRun.home)
    }

    @Test func mistakesInAddedLinesAreNoticedOrTold() throws {
        let run = try Self.mutate(
            [
                "--count", "6", "--seed", "3", "--format", "json",
                "patches/option-2-iomap-fault-flag.patch",
            ])
        #expect(run.status < 2, "\(run.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let mutants = try #require(report["mutants"] as? [[String: Any]])
        let noticed = mutants.filter { $0["outcome"] as? String == "noticed" }
        let unnoticed = mutants.filter { $0["outcome"] as? String == "unnoticed" }
        #expect(noticed.count > 0 && noticed.count == report["noticed"] as? Int)
        #expect(run.status == (unnoticed.isEmpty ? 0 : 1))
        for mutant in noticed {
            let id = try #require(mutant["witness"] as? String)
            #expect((mutant["expectations"] as? [String])?.isEmpty == false && id.count == 12)
        }
        for mutant in mutants {
            let diff = try #require(mutant["diff"] as? String)
            #expect(diff.hasPrefix("--- a/fs/") && diff.contains("\n@@ "))
        }
    }

    @Test func aShardIsItsPartOfTheSample() throws {
        let run = try Self.mutate(
            ["--count", "3", "--seed", "7", "--shard", "1/3", "--format", "json"])
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
            "\(run.errors)")
        #expect(report["tried"] as? Int == 1 && report["shard"] as? String == "1/3")
        #expect(report["seed"] as? Int == 7 && report["possible"] as? Int ?? 0 > 1000)
    }

    @Test func whereNothingCanBeChangedThereIsNoAnswer() throws {
        let patch = try MadePatch.inserting(["\t/* A comment. */"], into: "dax_iomap_pmd_fault")
        let run = try Self.mutate(["-"], input: patch)
        #expect(run.status == 2 && run.errors.contains("nothing to change"), "\(run.errors)")
    }
}
