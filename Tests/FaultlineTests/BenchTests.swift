// SPDX-License-Identifier: GPL-2.0-only

// What `bench` says of the figures that it was given: a factor that is known only from below is
// never shown as if it were known. And that what it measures can be run on every tree.

import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct BenchTests {
    private static let report = BenchReport(
        processors: 2, jobs: 2,
        figures: [
            Figure("explore with two jobs against one", 1.9, "times", .atLeast, 1.8),
            Figure("lock toys in all orders, one core", 900_000, "runs/s", .atLeast, 1_000_000),
        ],
        reduction: ReductionFigures(
            limit: 5000,
            scenarios: [
                count("race/a", exhaustive: 12, isWhole: true, reduced: 4),
                count("race/b", exhaustive: 5000, isWhole: false, reduced: 2),
                count("race/c", exhaustive: 5000, isWhole: false, reduced: 100, redundant: 3),
            ]))

    private static func count(
        _ name: String, exhaustive: Int, isWhole: Bool, reduced: Int, redundant: Int = 0
    ) -> OrderCount {
        OrderCount(
            scenario: name, exhaustive: exhaustive, isWhole: isWhole, reduced: reduced,
            redundant: redundant)
    }

    @Test func theSummaryGivesTheRangeAndWhatIsKnownFromBelow() {
        let text = Self.report.text().plain
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                "in 3 scenarios of two tasks: 3.00 to >2,500, median >50.00."),
            "\(text)")
        #expect(words.contains("2 exceed the limit of 5,000 orders: their ratio is a lower bound"))
        #expect(words.contains("Of 106 runs by dpor, 3 repeated another one."))
        #expect(text.split(separator: "\n").count { $0.contains("MISSED") } == 1)
        #expect(!text.contains("race/a"))
    }

    @Test func theTableHasALineForEachScenario() {
        let lines = Self.report.text(listsReduction: true).plain.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("race/a") && $0.hasSuffix(" 3.00") })
        #expect(lines.contains { $0.hasPrefix("race/b") && $0.contains(">5,000") })
    }

    @Test func jsonSaysOfEachScenarioWhetherAllOrdersWereCounted() throws {
        let text = try Self.report.json.text()
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["figures"] is [[String: Any]])
        let reduction = try #require(object["reduction"] as? [String: Any])
        #expect(reduction["limit"] as? Int == 5000)
        let rows = try #require(reduction["scenarios"] as? [[String: Any]])
        #expect(rows.count == 3)
        #expect(
            Set(rows[0].keys) == [
                "scenario", "exhaustive", "exhaustive_complete", "dpor", "redundant", "factor",
            ])
        #expect(rows.map { $0["exhaustive_complete"] as? Bool } == [true, false, false])
        #expect(rows.map { $0["factor"] as? Double } == [3, 2500, 50])
    }

    /// A loop that is measured is long: what it takes in one world must fit into one.
    @Test(arguments: KernelTree.there)
    func whatIsMeasuredRunsToItsEnd(_ tree: KernelTree) throws {
        let image = try tree.image
        let filesystems = Filesystem.allCases.filter { image.supports(.writeFault, on: $0) }
        #expect(!filesystems.isEmpty)
        for filesystem in filesystems {
            let subjects = SpeedSubjects(on: filesystem)
            for run in [subjects.fault.run(), subjects.warm, subjects.switching] {
                image.run(run) { outcome in
                    #expect(outcome.end == .finished, "\(filesystem.name): \(outcome.message)")
                }
            }
        }
    }
}
