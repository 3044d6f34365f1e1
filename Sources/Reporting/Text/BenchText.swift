// SPDX-License-Identifier: GPL-2.0-only

// The figures of `bench`, beside the budgets that the design sets for them.

import Exploration

/// A measured figure and its budget.
package struct Figure: Encodable, Sendable {
    package enum Direction: Sendable { case atMost, atLeast }

    package let figure: String
    package let value: Double
    package let unit: String
    package let budget: Double
    package let met: Bool

    package init(
        _ figure: String, _ value: Double, _ unit: String, _ direction: Direction,
        _ budget: Double
    ) {
        self.figure = figure
        self.value = value
        self.unit = unit
        self.budget = budget
        met = direction == .atMost ? value <= budget : value >= budget
    }

    var line: StyledText {
        let name = Layout.fill(figure, width: 44).split(separator: "\n").map(String.init)
        let last = (name.last ?? "").padded(to: 46)
        let numbers =
            Figure.number(value).rightAligned(to: 11) + Figure.number(budget).rightAligned(to: 11)
            + " " + unit.padded(to: 7)
        let text = (name.dropLast() + [last + numbers]).joined(separator: "\n")
        return met ? StyledText(text) : StyledText(text) + StyledText("MISSED", .bad)
    }

    static func number(_ value: Double) -> String {
        value >= 1000 ? Int(value.rounded()).grouped : decimal(value)
    }
}

/// All figures.
package struct BenchReport: Sendable {
    package let processors: Int
    package let jobs: Int
    /// The tree that was measured; absent for the embedded slice.
    let tree: Witness.TreeIdentity?
    package let figures: [Figure]
    /// Absent where orders were not counted.
    package let reduction: ReductionFigures?

    package init(
        processors: Int, jobs: Int, tree: Witness.TreeIdentity? = nil, figures: [Figure],
        reduction: ReductionFigures? = nil
    ) {
        self.processors = processors
        self.jobs = jobs
        self.tree = tree
        self.figures = figures
        self.reduction = reduction
    }

    /// - Parameter listsReduction: with a line for each scenario.
    package func text(listsReduction: Bool = false) -> StyledText {
        let head =
            "figure".padded(to: 46) + "measured".rightAligned(to: 11)
            + "budget".rightAligned(to: 11)
        var lines: [StyledText] = []
        if let tree { lines += [Layout.entry("tree", tree.chosen, indent: 0), ""] }
        lines.append(head)
        lines += figures.map(\.line)
        if let reduction {
            lines += ["", Layout.entry("reduction", reduction.summary, indent: 0)]
            if listsReduction { lines += [""] + reduction.table }
        }
        lines += ["", "\(processors.of("processor")), \(jobs.of("job"))"]
        return lines.joined()
    }

    package var json: JSONObject {
        [
            "faultline": 1, "processors": processors, "jobs": jobs, "tree": tree?.json,
            "figures": figures, "reduction": reduction?.json,
        ]
    }
}
