// SPDX-License-Identifier: GPL-2.0-only

// The verdict table: a row for each expectation, a column for each variant. Names of variants are
// long and the line is short, so a name is written downwards over its column in pieces, only as
// much of it as tells it from the others; where that does not fit, columns are numbered.

import Exploration

/// Writes the table of verdicts.
struct VerdictTable {
    let report: Report
    private let labelWidth = 20
    private let columnWidth = 7

    init(_ report: Report) { self.report = report }

    /// One block of lines for as many variants as fit beside each other.
    func lines() -> [StyledText] {
        let perBlock = (Layout.mailWidth - labelWidth) / columnWidth
        let heads = columnHeads()
        var lines: [StyledText] = []
        var first = 0
        while first < report.variants.count {
            // Blocks of equal size look better than a last one with one column.
            let blocks = (report.variants.count - first + perBlock - 1) / perBlock
            let size = (report.variants.count - first + blocks - 1) / blocks
            if first > 0 { lines.append("") }
            lines += block(Array(first..<(first + size)), heads: heads)
            first += size
        }
        return lines
    }

    private func block(_ columns: [Int], heads: [[String]]) -> [StyledText] {
        var lines: [StyledText] = []
        let height = columns.map { heads[$0].count }.max() ?? 0
        for row in 0..<height {
            lines.append(
                Layout.trimmed(
                    cells(columns.map { heads[$0][safe: row].map { StyledText($0) } ?? "" }).plain))
        }
        let verdicts = report.variants.first?.verdicts ?? []
        for (row, verdict) in verdicts.enumerated() {
            lines.append(
                cells(
                    columns.map { report.variants[$0].verdicts[row].word },
                    label: verdict.expectation.name))
        }
        lines.append(
            cells(columns.map { StyledText("\(report.variants[$0].runs)") }, label: "runs"))
        return lines
    }

    private func cells(_ cells: [StyledText], label: String = "") -> StyledText {
        cells.reduce(StyledText(label.padded(to: labelWidth))) { line, cell in
            let gap = max(0, columnWidth - cell.plain.count)
            return line + String(repeating: " ", count: gap) + cell
        }
    }

    /// What to call each column elsewhere on the page.
    var labels: [String] { columnHeads().map { $0.joined(separator: "-") } }

    /// For each variant its name in pieces, from the top.
    private func columnHeads() -> [[String]] {
        let pieces = report.variants.map { $0.name.split(separator: "-").map(String.init) }
        let heads = pieces.indices.map { index -> [String] in
            let mine = pieces[index]
            for length in 1...max(1, mine.count) {
                let prefix = Array(mine.prefix(length))
                let isUnique = pieces.indices.allSatisfy {
                    $0 == index || Array(pieces[$0].prefix(length)) != prefix
                }
                if isUnique { return prefix }
            }
            return mine
        }
        let fit = heads.allSatisfy {
            $0.count <= 3 && $0.allSatisfy { $0.count < columnWidth } && !$0.isEmpty
        }
        return fit && Set(heads).count == heads.count
            ? heads : report.variants.indices.map { ["(\($0 + 1))"] }
    }
}
