// SPDX-License-Identifier: GPL-2.0-only

// Where everything of a run's picture stands, before a line of it is drawn: lanes side by side, each
// with as many columns for bars as its task holds things at once, rows below each other as high as
// their words need. Numbers are whole, and follow from letters and rows alone.

import Exploration

/// The places of a run's picture.
struct PictureLayout {
    /// A row with its coordinates.
    struct PictureRow {
        var row: KeyStep
        /// The function, where it is not that of the row above.
        var head: [String]
        var lines: [String]
        /// Expectations that break here, in words.
        var broken: [String]
        var top: Int
        var bottom: Int

        var headLines: Int { head.count }
        /// What the box behind it means; nil for no box.
        var mark: String? {
            switch row.role {
            case .failure, .stuck, .warning: row.role.rawValue
            default: broken.isEmpty ? nil : "breaks"
            }
        }
    }

    /// A section with its coordinates.
    struct Bar {
        var section: LockSection
        var x: Int
        var start: Int
        var end: Int
    }

    static let line = 16
    static let barWidth = 14
    private static let barStep = 18
    static let letter = 7.3
    private static let gap = 14
    private static let margin = 8
    private static let bracketWidth = 18

    private(set) var rows: [PictureRow] = []
    private(set) var bars: [Bar] = []
    private(set) var bottom = 0
    private var lanes: [(x: Int, width: Int, barColumns: Int)] = []
    private let tasks: [Int]

    var width: Int { (lanes.last.map { $0.x + $0.width } ?? 0) + Self.margin }
    var height: Int { bottom + 30 }

    init(_ witness: Witness, _ story: KeySteps, _ tasks: [Int]) {
        self.tasks = tasks
        let letters = tasks.count == 1 ? 84 : tasks.count == 2 ? 48 : 34
        place(story, Self.broken(witness, story), letters: letters)
        let columns = Self.columns(of: story.sections)
        var x = Self.margin
        for task in tasks {
            let mine = zip(story.sections, columns).filter { $0.0.task == task }
            let count = (mine.map(\.1).max() ?? -1) + 1
            let width =
                Self.gap + count * Self.barStep + Self.bracketWidth
                + Int(Double(letters) * Self.letter) + Self.gap
            lanes.append((x, width, count))
            x += width + Self.gap
        }
        for (section, column) in zip(story.sections, columns) {
            guard let lane = tasks.firstIndex(of: section.task) else { continue }
            bars.append(
                Bar(
                    section: section, x: lanes[lane].x + Self.gap / 2 + column * Self.barStep,
                    start: y(ofStep: section.first) - 8,
                    end: section.last.map { y(ofStep: $0) } ?? bottom - 4))
        }
    }

    func laneX(_ column: Int) -> Int { lanes[column].x }
    func laneWidth(_ column: Int) -> Int { lanes[column].width }
    func bracketX(_ column: Int) -> Int {
        lanes[column].x + Self.gap / 2 + lanes[column].barColumns * Self.barStep + 2
    }
    func textX(_ column: Int) -> Int { bracketX(column) + Self.bracketWidth - 2 }

    /// The line of words of a step, or of the last one before it that has a row.
    func y(ofStep index: Int) -> Int {
        let placed = rows.last { $0.row.index <= index } ?? rows.first
        return placed.map { $0.top + ($0.headLines + 1) * Self.line - 2 } ?? 40
    }

    /// The bar that a task waits for.
    func bar(inTheWayOf blocked: RunRecord.Blocked) -> Bar? {
        let held = bars.filter { $0.section.task == blocked.owner && $0.section.last == nil }
        return held.last { $0.section.object == blocked.object && $0.section.index == nil }
            ?? held.last { $0.section.name == blocked.lockClass }
            ?? held.last { $0.section.index != nil && blocked.lockClass.contains("entry") }
    }

    private mutating func place(_ story: KeySteps, _ broken: [Int: [String]], letters: Int) {
        var y = 36
        var functions: [Int: String] = [:]
        var locations: [Int: String] = [:]
        var last: Int?
        for (index, row) in story.rows.enumerated() {
            // A switch has a line of its own.
            if last != nil, last != row.task { y += 8 }
            last = row.task
            var head: [String] = []
            if row.function.isEmpty {
                functions[row.task] = nil
            } else if functions[row.task] != row.function {
                functions[row.task] = row.function
                head = TaskColumns.fold(row.function + "()", letters, indent: 0)
            }
            // Where it stands, unless that is where the row above stands.
            let isNew = !row.location.isEmpty && locations[row.task] != row.location
            locations[row.task] = row.location
            let lines = TaskColumns.fold(
                row.text + (isNew ? ", \(row.location)" : ""), letters,
                indent: row.role == .operation ? 0 : 2)
            let names = (broken[index] ?? []).flatMap {
                TaskColumns.fold("breaks \($0)", letters, indent: 2)
            }
            var height = (head.count + lines.count + names.count) * Self.line + 3
            if row.givesWayTo != nil { height += Self.line }
            if row.role == .stuck { height += 16 }
            rows.append(
                PictureRow(
                    row: row, head: head, lines: lines, broken: names, top: y,
                    bottom: y + height))
            y += height
        }
        bottom = y + 8
    }

    /// For each row the expectations that break there: at the finding's step, or at the last row of
    /// its task before it.
    private static func broken(_ witness: Witness, _ story: KeySteps) -> [Int: [String]] {
        var broken: [Int: [String]] = [:]
        for finding in witness.record.findings {
            guard let event = finding.event, let step = witness.record.steps[safe: event] else {
                continue
            }
            let row = story.rows.lastIndex { $0.index <= event && $0.task == step.task }
            if let row, !(broken[row] ?? []).contains(finding.expectation) {
                broken[row, default: []].append(finding.expectation)
            }
        }
        return broken
    }

    /// A column for each section, such that those held at once by a task stand beside each other.
    private static func columns(of sections: [LockSection]) -> [Int] {
        var columns: [Int] = []
        for (index, section) in sections.enumerated() {
            let taken = sections[..<index].indices.filter {
                sections[$0].task == section.task
                    && (sections[$0].last ?? .max) > section.first
            }.map { columns[$0] }
            columns.append((0...).first { !taken.contains($0) }!)
        }
        return columns
    }
}
