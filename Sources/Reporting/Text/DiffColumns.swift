// SPDX-License-Identifier: GPL-2.0-only

// Two runs side by side, marked as `diff -y` marks them: `|` where a line is another one, `<` and
// `>` where only one side has it. A long stretch on which both agree is one line that counts it. A
// line that differs is shown with its location in the code.

/// Lays out two columns.
struct DiffColumns {
    private static let width = (Layout.mailWidth - 3) / 2
    /// Lines that stay around a difference.
    private static let context = 2

    /// What stands beside each other; nil where one side has nothing.
    private struct ColumnPair {
        var before: DiffLine?
        var after: DiffLine?

        var isEqual: Bool { before != nil && before?.text == after?.text }
        var mark: String {
            switch (before, after) {
            case (nil, _): ">"
            case (_, nil): "<"
            default: isEqual ? " " : "|"
            }
        }
    }

    /// The lines of both, beside each other.
    static func lines(
        _ before: [DiffLine], _ after: [DiffLine], heads: (String, String)
    ) -> [String] {
        let rows = DiffColumns.rows(before, after)
        var lines = [cells(heads.0, " ", heads.1)].flatMap { $0 }
        lines.append(
            String(repeating: "-", count: width) + "   " + String(repeating: "-", count: width))
        var index = 0
        while index < rows.count {
            let stretch = rows[index...].prefix { $0.isEqual }.count
            let head = index == 0 ? 1 : context
            let isLast = index + stretch == rows.count
            let tail = isLast ? 1 : context
            guard stretch > head + tail + 1 else {
                let end = stretch == 0 ? index + 1 : index + stretch
                for row in rows[index..<end] { lines += text(row) }
                index = end
                continue
            }
            for row in rows[index..<index + head] { lines += text(row) }
            lines.append("  ... \((stretch - head - tail).of("line")) alike ...")
            for row in rows[index + stretch - tail..<index + stretch] { lines += text(row) }
            index += stretch
        }
        return lines
    }

    /// Both sequences beside each other, with as many equal lines as possible.
    private static func rows(
        _ before: [DiffLine], _ after: [DiffLine]
    ) -> [ColumnPair] {
        let change = after.map(\.text).difference(from: before.map(\.text))
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for item in change {
            switch item {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var rows: [ColumnPair] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            let isGone = old < before.count && removed.contains(old)
            let isNew = new < after.count && inserted.contains(new)
            if isGone, isNew, isSameCall(before[old], after[new]) {
                rows.append(ColumnPair(before: before[old], after: after[new]))
                (old, new) = (old + 1, new + 1)
            } else if isGone {
                rows.append(ColumnPair(before: before[old], after: nil))
                old += 1
            } else if isNew {
                rows.append(ColumnPair(before: nil, after: after[new]))
                new += 1
            } else {
                rows.append(ColumnPair(before: before[old], after: after[new]))
                (old, new) = (old + 1, new + 1)
            }
        }
        return rows
    }

    /// The same thing with other arguments: it begins with the same word.
    private static func isSameCall(_ one: DiffLine, _ other: DiffLine) -> Bool {
        func name(_ line: DiffLine) -> Substring? { line.text.split(separator: " ").first }
        return name(one) == name(other)
    }

    private static func text(_ row: ColumnPair) -> [String] {
        cells(
            cell(row.before, withLocation: !row.isEqual), row.mark,
            cell(row.after, withLocation: !row.isEqual),
            depth: row.before?.depth ?? row.after!.depth)
    }

    private static func cell(_ line: DiffLine?, withLocation: Bool) -> String {
        guard let line else { return "" }
        guard withLocation, let location = line.location else { return line.text }
        return "\(line.text) (\(location))"
    }

    private static func cells(
        _ left: String, _ mark: String, _ right: String, depth: Int = 0
    ) -> [String] {
        let indent = String(repeating: " ", count: depth)
        func wrap(_ text: String) -> [String] {
            guard !text.isEmpty else { return [] }
            return Layout.fill(text, first: indent, rest: indent + "  ", width: width)
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        let (old, new) = (wrap(left), wrap(right))
        return (0..<max(old.count, new.count)).map { index in
            let mark = index == 0 ? mark : " "
            var line = (old[safe: index] ?? "").padded(to: width + 1) + mark
            if let text = new[safe: index] { line += " " + text }
            return Layout.trimmed(line)
        }
    }
}
