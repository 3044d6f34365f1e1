// SPDX-License-Identifier: GPL-2.0-only

// Scenarios drawn by lot find bugs that nobody had in mind when they were drawn: a thousand of them,
// with single failures and 20,000 runs in all, notice each of these seeds; and without the seed the
// same runs keep the expectation that it breaks.

import Expectations
import Exploration
import Foundation
import Slices
import Testing
import VariantTesting

@Suite struct GeneratedSeedTests {
    private static let budget = [
        "explore", "--all-failures", "--scenario", "generated/*", "--generated", "1000", "--runs",
        "20000", "--failures", "1", "--format", "json",
    ]

    private struct Document: Decodable {
        struct Variant: Decodable {
            struct Verdict: Decodable {
                struct Witness: Decodable {
                    let id: String
                    let scenario: String
                }
                let expectation: String
                let verdict: String
                let witness: Witness?
            }
            let verdicts: [Verdict]
        }
        let variants: [Variant]

        func verdict(of name: String) -> Variant.Verdict? {
            variants[0].verdicts.first { $0.expectation == name }
        }
    }

    private static func explore(
        _ patches: [String], _ arguments: [String] = budget
    ) throws -> Document {
        let run = try CommandRun(arguments + patches, in: CommandRun.home)
        return try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    }

    /// What the bases come to, made once.
    private static let bases = Result<[String: Document], any Error> {
        let names = Set(try seeds.map { try Seed(name: $0).base ?? "" })
        return Dictionary(
            uniqueKeysWithValues: try names.map { ($0, try explore($0.isEmpty ? [] : [$0])) })
    }

    /// One for each kind of place that scenarios are drawn at.
    private static let seeds = [
        "bitmap-not-released", "busy-becomes-sigbus", "contiguous-blocks-not-linked",
        "chain-not-released", "counting-blocks-loops", "deleted-entry-counted",
    ]

    @Test(arguments: seeds) func aSeedIsFoundByScenariosDrawnByLot(name: String) throws {
        let seed = try Seed(name: name)
        let seeded = try Self.explore(seed.patches)
        let witness = try #require(
            seeded.verdict(of: seed.fails)?.witness, "\(seed.fails) does not notice \(name)")
        #expect(witness.scenario.hasPrefix("generated/1-"))
        let base = try Self.bases.get()[seed.base ?? ""]
        #expect(base?.verdict(of: seed.fails)?.verdict == "pass", "so it proves nothing")
        let replay = try CommandRun(["replay", witness.id], in: CommandRun.home)
        #expect(replay.status == 1 && replay.output.contains(seed.fails), "\(replay.output)")
    }

    /// Without failures: with one, a store under an entry of 2 MiB that is cut in two is missed by
    /// fsync(), and that is the code's own.
    @Test func withoutASeedNothingIsFound() throws {
        let document = try Self.explore(
            Shipped.option2.patches,
            [
                "explore", "--scenario", "generated/*", "--generated", "5000", "--runs", "50000",
                "--failures", "0", "--format", "json",
            ])
        let failing = document.variants[0].verdicts.filter { $0.verdict == "fail" }
        #expect(failing.map(\.expectation) == [])
    }
}
