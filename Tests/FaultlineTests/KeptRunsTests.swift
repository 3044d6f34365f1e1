// SPDX-License-Identifier: GPL-2.0-only

// The same question, asked again: its runs come from the cache, and the answer says so and is the same.

import Foundation
import Testing
import VariantTesting

@Suite struct KeptRunsTests {
    private static let patch = CommandRun.home.appending(
        path: Shipped.naive.patches[0]
    ).path

    private static func report(_ arguments: [String]) throws -> [String: Any] {
        let run = try CommandRun(
            ["check", "--embedded", "--format", "json"] + arguments + [patch])
        #expect(run.status == 1 && run.errors.isEmpty, "\(run.errors)")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }

    private static func variant(of report: [String: Any]) throws -> [String: Any] {
        try #require((report["variants"] as? [[String: Any]])?.first)
    }

    @Test func anUnchangedQuestionHasTheSameAnswerFromTheRunsThatWereMade() throws {
        var made = try Self.variant(of: Self.report(["--no-reuse"]))
        var kept = try Self.variant(of: Self.report([]))
        #expect(made["runs_kept"] == nil)
        #expect(kept.removeValue(forKey: "runs_kept") as? Bool == true)
        #expect(kept.removeValue(forKey: "seconds") as? Double == 0)
        #expect((made.removeValue(forKey: "seconds") as? Double ?? 0) > 0)
        #expect(try sortedJSON(made) == sortedJSON(kept))
        let text = try CommandRun(["check", "--embedded", Self.patch]).output
        #expect(
            text.replacing(/\s+/, with: " ").contains("kept from an earlier check of the same code")
        )
    }

    @Test func otherOrdersAreAnotherQuestion() throws {
        _ = try Self.report([])
        let other = try Self.variant(of: Self.report(["--orders", "none", "--no-reuse"]))
        let again = try Self.variant(of: Self.report(["--orders", "none"]))
        let whole = try Self.variant(of: Self.report([]))
        #expect(other["runs"] as? Int == again["runs"] as? Int)
        #expect(try #require(whole["runs"] as? Int) > #require(again["runs"] as? Int))
    }
}
