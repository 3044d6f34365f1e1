// SPDX-License-Identifier: GPL-2.0-only

import Foundation
import Testing

@testable import Expectations

/// Failures that are counted apart are on record where a reader can judge them.
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

    /// But for the one deadlock that the strict filesystem's second mode is there to show (12), which
    /// looks at the mode and at who waits for what; and for the warnings that say that two pages have
    /// come to one block (2, 6).
    @Test func noFindingExcusesADeadlockOrAWarning() {
        let never: ExpectationSet = [
            .noSelfDeadlock, .noDeadlock, .lockOrder, .locksReleased, .faultKeepsBlocks, .noWarning,
        ]
        let excused = Findings.all.filter { !never.isDisjoint(with: $0.expectation) }
        #expect(excused.map(\.number) == [2, 6, 12])
        #expect(excused.map(\.expectation) == [.noWarning, .noWarning, .noDeadlock])
    }
}
