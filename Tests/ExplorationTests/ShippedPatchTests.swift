// SPDX-License-Identifier: GPL-2.0-only

// The question of October 2016, as statements: what each way out breaks, and nothing besides. What
// stands here was seen to be so; if a run says otherwise, one of the two is wrong, and the failure
// shows the run.

import Expectations
import Machine
import Testing
import VariantTesting

@testable import Exploration

@Suite struct ShippedPatchTests {
    /// Fails the test with the witness of each verdict that is not as said.
    private func expect(_ shipped: Shipped, breaks expected: Set<String>) throws {
        let report = try Variants.report(of: shipped)
        for verdict in report.verdicts {
            let name = verdict.expectation.name
            if verdict.verdict == .fail && !expected.contains(name) {
                Issue.record(
                    "\(shipped) breaks \(name)\n\(verdict.witness!.text(for: verdict.expectation))")
            }
        }
        #expect(report.failing == expected)
        #expect(report.runs > 50_000)
    }

    @Test func withoutIomapEndWhatBeginTookIsNeverGivenBack() throws {
        try expect(.base, breaks: ["begin-end-balanced", "locks-released", "no-leak"])
    }

    @Test func omittingIomapEndWithACommentChangesNothing() throws {
        try expect(.option1, breaks: ["begin-end-balanced", "locks-released", "no-leak"])
    }

    @Test func theFaultFlagBreaksNothing() throws {
        try expect(.option2, breaks: [])
    }

    @Test func anEntryLockedBetweenBeginAndEndBreaksNothing() throws {
        try expect(.nestingTurnedRound, breaks: [])
    }

    @Test func anEndThatDoesNotSeeIomapWriteUndoesWhatTheFaultDid() throws {
        try expect(
            .option3a,
            breaks: [
                "begin-end-flags", "data-intact", "durability", "fault-keeps-blocks", "no-warning",
            ])
    }

    @Test func theSizeOfTheFaultIsNotWhatAFailingFaultWrote() throws {
        try expect(.option3b, breaks: ["written-truthful"])
        let verdict = try Variants.report(of: .option3b).verdict(of: "written-truthful")
        let text = try #require(verdict.witness).text(for: verdict.expectation)
        #expect(text.contains("iomap_end with written 0: nothing was done"), "\(text)")
    }

    @Test func anEndThatWroteNothingDeadlocksAndFreesBlocksInUse() throws {
        try expect(
            .naive,
            breaks: [
                "no-self-deadlock", "written-truthful", "data-intact", "durability",
                "fault-keeps-blocks", "no-warning",
            ])
        let witness = try #require(
            try Variants.report(of: .naive).verdict(of: "no-self-deadlock").witness)
        #expect(witness.run.injections.isEmpty, "even a fault that succeeds deadlocks")
    }

    @Test func whatWasMergedStillDeadlocks() throws {
        try expect(.merged, breaks: ["no-self-deadlock"])
        let verdict = try Variants.report(of: .merged).verdict(of: "no-self-deadlock")
        let witness = try #require(verdict.witness)
        let text = witness.text(for: verdict.expectation)
        var rest = text[...]
        for name in [
            "ext2_dax_fault", "dax_iomap_fault", "ext2_iomap_end", "ext2_write_failed",
            "ext2_truncate_blocks", "(&ei->dax_sem){write}", "(&ei->dax_sem){read}",
        ] {
            let found = try #require(rest.range(of: name), "\(name) is missing, or out of order")
            rest = rest[found.upperBound...]
        }
    }

    /// The same, of every run instead of the smallest.
    @Test func whatWasMergedDeadlocksOnlyWhenAWriteFaultOfThePartialLastPageFails() throws {
        let variants = try Variants()
        let variant = try variants.builder.build(
            variants.tree, patches: try variants.read(Shipped.merged.patches), named: "merged")
        let image = try KernelImage(contentsOf: variant.image)
        var deadlocks = 0
        var strategy = SingleFailures(legalErrors: image.legalErrors)
        for scenario in Catalogue.scenarios where image.supports(scenario) {
            strategy.restart(followsEnds: false)
            var run = scenario.run()
            while strategy.next(&run.injections) {
                let isDeadlock = image.run(run) { outcome in
                    strategy.learn(from: outcome)
                    return outcome.end == .selfDeadlock
                }
                guard isDeadlock else { continue }
                deadlocks += 1
                let size = scenario.geometry.size
                let stores = scenario.operations.filter {
                    ($0.kind == .writeFault || $0.kind == .pfnMkwrite)
                        && $0.position / 4096 == size / 4096
                }
                #expect(scenario.geometry.filesystem == .ext2, "\(scenario.name)")
                #expect(size % 4096 != 0, "\(scenario.name)")
                #expect(!stores.isEmpty, "\(scenario.name)")
                #expect(
                    !run.injections.isEmpty || scenario.geometry.hasBadMedium, "\(scenario.name)")
            }
        }
        #expect(deadlocks > 0)
    }
}
