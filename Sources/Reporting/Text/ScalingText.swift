// SPDX-License-Identifier: GPL-2.0-only

// How the work grows, as a table and as a page with a picture for each thing that grows.

import Exploration

/// What `bench --scaling` tells.
package struct ScalingReport: Sendable {
    private let points: [ScalingPoint]
    /// The most runs for one point.
    private let limit: Int

    package init(_ points: [ScalingPoint], limit: Int) {
        self.points = points
        self.limit = limit
    }

    private var axes: [(axis: ScalingPoint.Axis, points: [ScalingPoint])] {
        ScalingPoint.Axis.allCases.map { axis in (axis, points.filter { $0.axis == axis }) }
            .filter { !$0.points.isEmpty }
    }

    /// Runs, with a sign where there would have been more.
    private func runs(_ point: ScalingPoint) -> String {
        (point.isWhole ? "" : ">") + point.runs.grouped
    }

    private func traces(_ point: ScalingPoint) -> String {
        point.traces.map { (point.isWhole ? "" : ">") + $0.grouped } ?? "-"
    }

    package var text: StyledText {
        var lines = [
            "what grows".padded(to: 28) + "runs".rightAligned(to: 10)
                + "traces".rightAligned(to: 10) + "ns a run".rightAligned(to: 12)
                + "KiB".rightAligned(to: 12)
        ]
        for (axis, points) in axes {
            for point in points {
                lines.append(
                    "\(axis.rawValue) \(point.value.grouped)".padded(to: 28)
                        + runs(point).rightAligned(to: 10) + traces(point).rightAligned(to: 10)
                        + Int(point.nanoseconds).grouped.rightAligned(to: 12)
                        + point.memory.grouped.rightAligned(to: 12))
            }
            lines.append("")
        }
        lines.append("> stands where more than \(limit.grouped) runs were not made.")
        return StyledText(lines.joined(separator: "\n"))
    }

    package var json: JSONObject {
        [
            "faultline": 1, "limit": limit,
            "points": points.map { point -> JSONObject in
                [
                    "axis": point.axis.rawValue, "value": point.value, "runs": point.runs,
                    "traces": point.traces, "complete": point.isWhole,
                    "nanoseconds": point.nanoseconds, "memory_kib": point.memory,
                ]
            },
        ]
    }

    // MARK: - As a page

    /// A page that needs nothing beside it.
    package var html: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>How the work grows</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>\(HTMLStyle.sheet)</style></head><body>
        <h1>How the work grows</h1>
        <p>Each bar is as long as the logarithm of its number. An open end says that more than
        \(limit.grouped) runs were not made.</p>

        """
            + axes.map { axis, points in
                picture(axis.rawValue, points, points.map { ($0.runs, runs($0)) }, "runs")
                    + picture(
                        axis.rawValue, points,
                        points.map {
                            (Int($0.nanoseconds), Int($0.nanoseconds).grouped)
                        }, "ns of the processor a run")
            }.joined() + "</body></html>\n"
    }

    private func picture(
        _ axis: String, _ points: [ScalingPoint], _ numbers: [(value: Int, text: String)],
        _ unit: String
    ) -> String {
        let row = 24
        let longest = numbers.map { width($0.value) }.max() ?? 1
        let bars = zip(points, numbers).enumerated().map { index, item in
            let (point, number) = item
            let length = max(2, 360 * width(number.value) / max(1, longest))
            let y = index * row
            return """
                <text x="70" y="\(y + 16)" text-anchor="end" fill="var(--fore)">\(point.value)</text>
                <rect x="80" y="\(y + 4)" width="\(length)" height="16" fill="var(--read)"\
                 stroke="var(--edge)"\(point.isWhole ? "" : " stroke-dasharray=\"4 3\"")/>
                <text x="\(88 + length)" y="\(y + 16)" fill="var(--fore)">\
                \(number.text.replacing(">", with: "&gt;"))</text>

                """
        }.joined()
        return """
            <h2>\(axis): \(unit)</h2>
            <svg role="img" aria-label="\(unit) by \(axis)" width="600" height="\(points.count * row)">
            \(bars)</svg>

            """
    }

    /// Of a number's bar: a hundred for each binary digit, with what lies between.
    private func width(_ value: Int) -> Int {
        guard value > 0 else { return 0 }
        let digits = Int.bitWidth - 1 - value.leadingZeroBitCount
        let rest = Double(value) / Double(1 << digits) - 1
        return 100 * digits + Int(100 * rest)
    }
}
