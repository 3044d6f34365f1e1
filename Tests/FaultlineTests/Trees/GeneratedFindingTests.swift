// SPDX-License-Identifier: GPL-2.0-only

// What scenarios drawn by lot have shown of kernel trees: bugs that are on record, each found again
// by the scenario that showed it, and alarms that were false, each silent.

import Expectations
import Exploration
import Foundation
import Slices
import Testing
import VariantTesting

@Suite struct GeneratedFindingTests {
    private struct Document: Decodable {
        struct Known: Decodable { let finding: Int }
        struct Verdict: Decodable {
            let expectation: String
            let verdict: String
            let known: [Known]?
        }
        struct Variant: Decodable { let verdicts: [Verdict] }
        let variants: [Variant]

        func verdict(of name: String) -> Verdict? {
            variants[0].verdicts.first { $0.expectation == name }
        }
    }

    private func explore(
        _ tree: KernelTree, _ number: String, failures: Int = 1
    ) throws -> Document {
        let run = try CommandRun([
            "explore", "--tree", try tree.directory.path, "--failures", "\(failures)", "--runs",
            "20000", "--scenario", "generated/" + number, "--format", "json",
        ])
        try tree.noteTested()
        return try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    }

    /// An entry that stays (6) is in the way of other pages only if the access does not come again, which
    /// takes a second call that fails.
    @Test(
        arguments: KernelTree.withExt2,
        [
            ("1-2759", 5, "error-kept"), ("1-752", 6, "no-warning"), ("1-945", 6, "no-warning"),
            ("1-945", 6, "data-intact"), ("12-2358", 6, "data-intact"),
            ("12-2532", 2, "no-warning"), ("3-2791", 15, "data-intact"),
        ])
    func aBugOnRecordIsCountedApart(
        _ tree: KernelTree, _ found: (scenario: String, finding: Int, expectation: String)
    ) throws {
        let document = try explore(tree, found.scenario, failures: found.finding == 6 ? 2 : 1)
        let verdict = try #require(document.verdict(of: found.expectation))
        #expect(verdict.known?.contains { $0.finding == found.finding } == true)
        #expect(verdict.verdict == "pass")
    }

    /// A private copy that came too late; a mapping askew to the file with EOF between the two; a
    /// map that cannot be read, which cannot be noted in the superblock either.
    @Test(
        arguments: KernelTree.withExt2,
        [
            ("7-886", "data-intact"), ("3-1020", "fault-code"), ("3-1020", "pmd-rules"),
            ("3-2512", "error-kept"),
        ])
    func aFalseAlarmIsSilent(
        _ tree: KernelTree, _ alarm: (scenario: String, expectation: String)
    ) throws {
        let verdict = try explore(tree, alarm.scenario).verdict(of: alarm.expectation)
        #expect(verdict?.verdict == "pass")
    }
}
