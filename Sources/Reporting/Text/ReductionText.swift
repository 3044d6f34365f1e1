// SPDX-License-Identifier: GPL-2.0-only

// What the reduction of orders saves, as `bench` tells it: in a sentence, as a table, and scenario
// by scenario for a program.

import Exploration

/// How many orders of each race there are, and how many of them a reduction runs.
package struct ReductionFigures: Sendable {
    /// Orders of one scenario that were counted at most.
    package let limit: Int
    package let scenarios: [OrderCount]

    package init(limit: Int, scenarios: [OrderCount]) {
        self.limit = limit
        self.scenarios = scenarios
    }

    var json: JSONObject {
        [
            "limit": limit,
            "scenarios": scenarios.map {
                [
                    "scenario": $0.scenario, "exhaustive": $0.exhaustive,
                    "exhaustive_complete": $0.isWhole, "dpor": $0.reduced,
                    "redundant": $0.redundant, "factor": ($0.factor * 100).rounded() / 100,
                ] as JSONObject
            },
        ]
    }

    /// The least, the median and the largest factor. A lower bound cannot make the median too large.
    var summary: String {
        let sorted = scenarios.sorted { ($0.factor, $0.scenario) < ($1.factor, $1.scenario) }
        guard let least = sorted.first, let most = sorted.last else {
            return "no scenario was counted"
        }
        let all = scenarios.reduce(0) { $0 + $1.reduced }
        let redundant = scenarios.reduce(0) { $0 + $1.redundant }
        let cut = scenarios.count { !$0.isWhole }
        return
            "all orders divided by those that dpor runs, in \(scenarios.count.of("scenario")) of two "
            + "tasks: \(ratio(least)) to \(ratio(most)), median \(ratio(sorted[sorted.count / 2])). "
            + "\(cut.grouped) exceed the limit of \(limit.grouped) orders: their ratio is a lower "
            + "bound. Of \(all.of("run")) by dpor, \(redundant.grouped) repeated another one."
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
                    + ratio(count).rightAligned(to: 11)
                guard count.scenario.count > 45 else {
                    return count.scenario.padded(to: 46) + numbers
                }
                return count.scenario + "\n" + "".padded(to: 46) + numbers
            }
    }

    private func ratio(_ count: OrderCount) -> String {
        (count.isWhole ? "" : ">") + Figure.number(count.factor)
    }
}
