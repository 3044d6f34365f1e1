// SPDX-License-Identifier: GPL-2.0-only

// The expectations, on csrc/kernel as it is compiled into this test: whatever was applied to it by
// hand is what is judged here. Workers run the same static C target, so that a patch that takes its
// process with it costs one run.

import Expectations
import Machine
import Slices
import Testing
import VariantTesting

import struct Expectations.Expectation

@testable import Exploration
@testable import Reporting

@Suite struct WorkingCopyTests {
    private static let tally = Result<Tally, any Error> {
        try Variants().pool.check([.workingCopy])[0].tally
    }

    /// The same code built as a variant: tells the story of what fails.
    private static let report = Result<VariantReport, any Error> {
        let variants = try Variants()
        let request = BuildRequest(
            name: CheckSession.workingCopyName, tree: .embedded(of: variants.builder.checkout),
            patches: [])
        return try CheckSession(builder: variants.builder, pool: variants.pool)
            .check([request]).variants[0]
    }

    @Test(arguments: Expectations.all) func keeps(_ expectation: Expectation) throws {
        let tally = try Self.tally.get()
        let line = try #require(zip(Expectations.all, tally.lines).first { $0.0 == expectation }).1
        let isBroken =
            expectation.name == "lock-order"
            ? !tally.lockOrder.inversions().isEmpty : line.failures > 0
        guard isBroken else {
            #expect(line.runs > 0, "no run says anything about \(expectation.name)")
            return
        }
        let witness = try Self.report.get().verdict(of: expectation.name).witness
        let story =
            "\(expectation.name) fails in \(line.failures) of \(line.runs) runs\n"
            + (witness?.text(for: expectation) ?? "built as a variant, the same code keeps it")
            + "\nthe same from the command line: swift run -c release faultline check"
        OpenQuestion.record(story, breaking: expectation)
    }
}
