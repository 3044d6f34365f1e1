// SPDX-License-Identifier: GPL-2.0-only

// All failing runs of a check: for each way of failing its runs, a line each, with the id by which
// `replay` makes it. What the runs have in common stands once, above them.

import Expectations
import Exploration

/// The list of runs that fail.
struct FailingList {
    private let groups: [FailingGroup]

    init(_ groups: [FailingGroup]) { self.groups = groups }

    /// Every run once, in however many ways it fails.
    private var distinct: Int { Set(groups.flatMap(\.runs).map(\.id)).count }

    var lines: [StyledText] {
        guard !groups.isEmpty else { return ["", "No run fails in a way that counts."] }
        var lines: [StyledText] = []
        for group in groups {
            lines += ["", Layout.rule]
            let place = group.function.map { ", in \($0)()" } ?? ""
            lines.append(
                StyledText(
                    Layout.fill(
                        "\(group.expectation): \(group.kind)\(place): \(group.runs.count.of("run"))"
                    ), .bad))
            lines += group.runs.map { run in
                let orders = run.orders > 1 ? "; \(run.orders.grouped) orders" : ""
                let calls = run.calls.map { "; failing " + $0 }.joined()
                return StyledText(
                    Layout.fill(
                        run.scenario + calls + orders, first: "  \(run.id)  ",
                        rest: String(repeating: " ", count: 16)))
            }
        }
        return lines + [
            "",
            StyledText(
                Layout.fill(
                    "\(distinct.of("failing run")) in \(groups.count.of("way")). "
                        + "One of them, step by step: faultline replay ID")),
        ]
    }
}

extension FailingGroup {
    var json: JSONObject {
        [
            "expectation": expectation, "kind": kind, "function": function,
            "runs": runs.map { run in
                [
                    "id": run.id, "scenario": run.scenario, "failing": run.calls,
                    "orders": run.orders,
                ] as JSONObject
            },
        ]
    }
}
