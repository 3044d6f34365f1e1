// SPDX-License-Identifier: GPL-2.0-only

import Foundation
import Testing

@testable import Expectations

/// Every failure that is counted apart is described in FINDINGS.md.
@Suite struct FindingsTests {
    @Test func everyFindingHasItsSection() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "FINDINGS.md"), encoding: .utf8)
        for finding in Findings.all {
            let expectation = Expectations.all.first { $0.mask == finding.expectation }
            let name = try #require(expectation?.name, "finding \(finding.number) breaks one")
            let sections = text.components(separatedBy: "\n## ")
                .filter { $0.hasPrefix("\(finding.number). ") }
            #expect(sections.count == 1, "\(finding.number): \(finding.title)")
            #expect(sections.first?.contains("**Expectation:** \(name)") == true)
        }
    }

    /// `Judgement.findings` has a bit for each; a comparison of orders puts them behind those of the
    /// expectations.
    @Test func theTableIsNotTooLong() {
        #expect(Findings.all.count + Expectations.all.count <= UInt64.bitWidth)
    }

    /// Exceptions: the deadlock that the strict filesystem's second mode provokes (12), which
    /// checks the mode and the tasks of the cycle; warnings about one block in two pages (2, 6);
    /// the one about a page that is mapped still, which checks the call, its extent and what mapped
    /// the page (17); the one about a pin that was not seen, which checks that the entry was locked
    /// during the search (19); a wait for the last reference to a page, which checks that a
    /// mapping of it was made meanwhile and is left (20); the one about a copy that goes behind
    /// what is mapped, which checks that it is of shared blocks (28); what comes of a range of
    /// fuse's window that is taken while it is free, which checks that it was freed over the wait
    /// for a pin, and taken without the lock (34); a store to a range that may only be read, which
    /// checks that it asked for none itself (35); and a huge entry over a page table, which checks
    /// that another task mapped a page meanwhile, and that the mapping is MAP_SYNC (37).
    @Test func noOtherFindingExcusesADeadlockOrAWarning() {
        let never = ExpectationSet(
            NoSelfDeadlock.self, NoDeadlock.self, LockOrder.self, LocksReleased.self,
            FaultKeepsBlocks.self, NoWarning.self)
        let excused = Findings.all.filter { !never.isDisjoint(with: $0.expectation) }
        #expect(excused.map(\.number) == [2, 6, 12, 17, 19, 20, 28, 37, 34, 35])
        #expect(
            excused.map(\.expectation) == [
                .noWarning, .noWarning, ExpectationSet(NoDeadlock.self), .noWarning, .noWarning,
                ExpectationSet(NoDeadlock.self), .noWarning, .noWarning, .noWarning, .noWarning,
            ])
    }
}
