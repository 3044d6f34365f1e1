// SPDX-License-Identifier: GPL-2.0-only

// A run of several tasks as one column a task, time downwards, the way lockdep draws a scenario: who
// did what while the others stood where. A function is named over what it does, once; locks have
// their class and nothing has an address. 72 columns hold two tasks well and four at a pinch.

import Exploration

/// Writes the rows of a run side by side.
struct TaskColumns {
    let witness: Witness

    private static let gap = 2

    /// Nothing for a run of one task: its trace is a column already.
    func lines() -> [String] {
        let tasks = witness.testedTasks
        let story = KeySteps(witness)
        guard tasks.count > 1, !story.rows.isEmpty else { return [] }
        let width = (Layout.mailWidth - Self.gap * tasks.count) / tasks.count
        var lines = ["", "  what happened, time downwards:"]
        func add(_ text: String, under task: Int) {
            guard let column = tasks.firstIndex(of: task) else { return }
            let start = Self.gap + column * (width + Self.gap)
            lines.append(String(repeating: " ", count: start) + text)
        }
        var heads = ""
        for task in tasks {
            heads += "  " + TaskName.of(task).padded(to: width)
        }
        lines.append(Layout.trimmed(heads))
        lines.append(
            Layout.trimmed(
                tasks.map { _ in "  " + String(repeating: "-", count: width) }.joined()))
        var functions: [Int: String] = [:]
        for row in story.rows {
            if row.function.isEmpty {
                functions[row.task] = nil
            } else if functions[row.task] != row.function {
                functions[row.task] = row.function
                for line in Self.fold(row.function + "()", width, indent: 1) {
                    add(line, under: row.task)
                }
            }
            for line in Self.fold(Self.marked(row), width, indent: row.role == .operation ? 0 : 2) {
                add(line, under: row.task)
            }
            if let next = row.givesWayTo {
                for line in Self.fold("==> \(TaskName.of(next)) goes on", width, indent: 0) {
                    add(line, under: row.task)
                }
            }
        }
        if story.leftOut > 0 {
            lines.append("  (\(story.leftOut.of("step")) more: see the trace)")
        }
        return lines
    }

    /// What must not be missed is marked.
    private static func marked(_ row: KeyStep) -> String {
        switch row.role {
        case .stuck: "*** " + row.text
        case .warning: "!!! " + row.text
        default: row.text
        }
    }

    /// Words on lines of a width; a word that is wider is cut where names allow it.
    static func fold(_ text: String, _ width: Int, indent: Int) -> [String] {
        let start = String(repeating: " ", count: indent)
        let rest = String(repeating: " ", count: indent + 2)
        var lines: [String] = []
        var line = start
        var isEmpty = true
        for word in text.split(separator: " ").flatMap({ pieces($0, width - indent - 2) }) {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = rest
                isEmpty = true
            }
            line += isEmpty ? word : " " + word
            isEmpty = false
        }
        lines.append(line)
        return lines
    }

    /// A word in pieces of a width, cut behind an underscore, a dot or a bracket where there is one.
    private static func pieces(_ word: Substring, _ width: Int) -> [String] {
        var pieces: [String] = []
        var rest = word
        while rest.count > width {
            let room = rest.prefix(width)
            let cut = room.lastIndex { "_.>[(-".contains($0) }.map { room.index(after: $0) }
            let end = cut ?? room.endIndex
            pieces.append(String(rest[..<end]))
            rest = rest[end...]
        }
        return pieces + [String(rest)]
    }
}
