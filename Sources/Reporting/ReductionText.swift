// SPDX-License-Identifier: GPL-2.0-only

// What the reduction of orders saves, as `bench` tells it: in a sentence, as a table, and scenario
// by scenario for a program.

import Exploration

/// How many orders of each race there are, and how many of them a reduction runs.
package struct ReductionFigures: Encodable, Sendable {
    /// Orders of one scenario that were counted at most.
    package let limit: Int
    package let scenarios: [OrderCount]

    package init(limit: Int, scenarios: [OrderCount]) {
        self.limit = limit
        self.scenarios = scenarios
    }

    private struct Row: Encodable {
        let scenario: String
        let exhaustive: Int
        let isWhole: Bool
        let dpor: Int
        let redundant: Int
        let factor: Double

        enum CodingKeys: String, CodingKey {
            case scenario, exhaustive, dpor, redundant, factor
            case isWhole = "exhaustive_complete"
        }
    }

    private enum CodingKeys: CodingKey { case limit, scenarios }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(limit, forKey: .limit)
        try values.encode(
            scenarios.map {
                Row(
                    scenario: $0.scenario, exhaustive: $0.exhaustive,
                    isWhole: $0.isWhole, dpor: $0.reduced,
                    redundant: $0.redundant, factor: ($0.factor * 100).rounded() / 100)
            }, forKey: .scenarios)
    }

    /// The least, the middle and the largest factor. One that is known only from below cannot make
    /// the middle one too large.
    var summary: String {
        let sorted = scenarios.sorted { ($0.factor, $0.scenario) < ($1.factor, $1.scenario) }
        guard let least = sorted.first, let most = sorted.last else { return "none was counted" }
        let all = scenarios.reduce(0) { $0 + $1.reduced }
        let redundant = scenarios.reduce(0) { $0 + $1.redundant }
        let cut = scenarios.count { !$0.isWhole }
        return
            "all orders over those that dpor runs, of \(scenarios.count.of("scenario")) of two "
            + "tasks: from \(words(least)) to \(words(most)), \(words(sorted[sorted.count / 2])) in "
            + "the middle. \(cut.grouped) have more than \(limit.grouped) orders and are known from "
            + "below. Of \(all.of("run")) by dpor \(redundant.grouped) repeated another one."
    }

    /// One line for each scenario.
    var table: [String] {
        let head =
            "reduction factor".padded(to: 46) + "all orders".rightAligned(to: 12)
            + "dpor".rightAligned(to: 7) + "factor".rightAligned(to: 11)
        return [head]
            + scenarios.map { count in
                let more = count.isWhole ? "" : ">"
                let numbers =
                    (more + count.exhaustive.grouped).rightAligned(to: 12)
                    + count.reduced.grouped.rightAligned(to: 7)
                    + words(count).rightAligned(to: 11)
                guard count.scenario.count > 45 else {
                    return count.scenario.padded(to: 46) + numbers
                }
                return count.scenario + "\n" + "".padded(to: 46) + numbers
            }
    }

    private func words(_ count: OrderCount) -> String {
        (count.isWhole ? "" : ">") + Figure.number(count.factor)
    }
}
