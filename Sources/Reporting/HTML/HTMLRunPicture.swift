// SPDX-License-Identifier: GPL-2.0-only

// The picture of a run: a lane for each task, time downwards, the same rows as the columns of text.
// What a task holds is a bar beside its lane, from where it is taken to where it is given back; begin
// and end of the filesystem's mapping are a bracket; an arrow leads from lane to lane where the run
// goes on with another task, and from who waits for ever to what it waits for. Widths are counted in
// letters of a fixed width, so that nothing is measured and the same run gives the same picture.

import Exploration

/// Draws a run as SVG.
struct HTMLRunPicture {
    private let witness: Witness
    /// Distinguishes the names within one page.
    private let name: String
    private let story: KeySteps
    private let tasks: [Int]
    private let layout: PictureLayout

    init(_ witness: Witness, name: String) {
        self.witness = witness
        self.name = name
        story = KeySteps(witness)
        tasks = witness.testedTasks
        layout = PictureLayout(witness, story, tasks)
    }

    /// Nil for a run of which nothing is known but its end.
    func render() -> String? {
        guard !story.rows.isEmpty else { return nil }
        let size = (layout.width, layout.height)
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size.0) \(size.1)\" "
                + "width=\"\(size.0)\" height=\"\(size.1)\" role=\"group\" "
                + "aria-labelledby=\"\(name)-title \(name)-words\">",
            "<title id=\"\(name)-title\">Witness \(HTMLText.escape(witness.id)): "
                + "the run</title>",
            "<desc id=\"\(name)-words\">\(HTMLText.escape(summary))</desc>",
        ]
        parts += lanes() + bars() + brackets() + marks() + switches() + rows() + wanted()
        let isSound = witness.record.end == .finished
        parts.append(text(8, size.1 - 8, isSound ? "head" : "stuck", ending))
        return parts.joined(separator: "\n") + "\n</svg>"
    }

    private var summary: String {
        "\(tasks.count.of("lane")), one for each task, time from top to bottom. \(ending). The text "
            + "of this witness, below, says the same."
    }

    private var ending: String {
        witness.record.endDescription
            + (story.leftOut > 0 ? "; \(story.leftOut.of("step")) are left out" : "")
    }

    // MARK: - Parts

    private func lanes() -> [String] {
        tasks.enumerated().flatMap { column, task in
            let x = layout.laneX(column)
            let lane =
                "<rect class=\"lane\" x=\"\(x)\" y=\"4\" width=\"\(layout.laneWidth(column))\" "
                + "height=\"\(layout.bottom - 4)\" rx=\"4\"/>"
            return [lane, text(layout.textX(column), 24, "head", TaskName.of(task))]
        }
    }

    private func bars() -> [String] {
        layout.bars.map { bar in
            let section = bar.section
            let mode = section.index != nil ? "locked" : section.isRead ? "for read" : "for write"
            let kind = section.index != nil ? "entry" : section.isRead ? "read" : "write"
            let end = section.last == nil ? "; never released" : ""
            let height = bar.end - bar.start
            var svg =
                "<g><title>\(HTMLText.escape("\(section.name), \(mode)\(end)"))</title>"
                + "<rect class=\"bar \(kind)\" x=\"\(bar.x)\" y=\"\(bar.start)\" "
                + "width=\"\(PictureLayout.barWidth)\" height=\"\(height)\" rx=\"2\"/>"
            if height >= section.name.count * 6 + 8 {
                // Below the line of the letters, an underscore is to the left of them: inside the bar.
                let (x, y) = (bar.x + PictureLayout.barWidth / 2 - 2, bar.start + 5)
                svg +=
                    "<text class=\"label\" transform=\"translate(\(x) \(y)) rotate(90)\">"
                    + "\(HTMLText.escape(section.name))</text>"
            }
            return svg + "</g>"
        }
    }

    /// From each begin that succeeded to its end.
    private func brackets() -> [String] {
        let steps = witness.record.steps
        return story.rows.indices.compactMap { index in
            let row = story.rows[index]
            guard row.role == .begin, steps[safe: row.index].map({ $0.result >= 0 }) == true,
                let column = tasks.firstIndex(of: row.task)
            else { return nil }
            let later = story.rows[(index + 1)...].first {
                $0.task == row.task && ($0.role == .begin || $0.role == .end)
            }
            let end = later?.role == .end ? layout.y(ofStep: later!.index) : nil
            let returned = story.rows[index...].first {
                $0.task == row.task && $0.role == .operation && $0.index > row.index
            }
            let x = layout.bracketX(column)
            let top = layout.y(ofStep: row.index) - 6
            guard let end else {
                let bottom = returned.map { layout.y(ofStep: $0.index) - 14 } ?? layout.bottom - 8
                return "<g><title>iomap_begin without iomap_end</title>"
                    + "<path class=\"bracket open\" d=\"M\(x + 7) \(top)H\(x)V\(bottom)m-4 -4l8 8m0 -8l-8 8\"/></g>"
            }
            return "<g><title>from iomap_begin to iomap_end</title><path class=\"bracket\" "
                + "d=\"M\(x + 7) \(top)H\(x)V\(end - 2)H\(x + 7)\"/></g>"
        }
    }

    /// Boxes behind the rows that must not be missed.
    private func marks() -> [String] {
        layout.rows.compactMap { placed in
            guard let column = tasks.firstIndex(of: placed.row.task), let kind = placed.mark else {
                return nil
            }
            let width = layout.laneX(column) + layout.laneWidth(column) - layout.textX(column)
            return "<rect class=\"mark \(kind)\" x=\"\(layout.textX(column) - 4)\" "
                + "y=\"\(placed.top + placed.headLines * PictureLayout.line)\" width=\"\(width)\" "
                + "height=\"\((placed.lines.count + placed.broken.count) * PictureLayout.line + 4)\" "
                + "rx=\"2\"/>"
        }
    }

    private func rows() -> [String] {
        layout.rows.flatMap { placed -> [String] in
            guard let column = tasks.firstIndex(of: placed.row.task) else { return [] }
            let x = layout.textX(column)
            var y = placed.top
            var parts: [String] = []
            for line in placed.head {
                y += PictureLayout.line
                parts.append(text(x, y - 5, "function", line))
            }
            for line in placed.lines {
                y += PictureLayout.line
                parts.append(text(x, y - 3, placed.row.role.rawValue, line))
            }
            for line in placed.broken {
                y += PictureLayout.line
                parts.append(text(x, y - 3, "breaks", line))
            }
            if let next = placed.row.givesWayTo {
                y += PictureLayout.line
                parts.append(text(x, y - 3, "way", "gives way to \(TaskName.of(next))"))
            }
            return parts
        }
    }

    /// Where the run goes on with another task: an arrow from the one lane to the other.
    private func switches() -> [String] {
        zip(layout.rows, layout.rows.dropFirst()).compactMap { one, next in
            guard one.row.task != next.row.task, next.row.role != .stuck,
                let from = tasks.firstIndex(of: one.row.task),
                let to = tasks.firstIndex(of: next.row.task)
            else { return nil }
            let y = next.top - 3
            let start = layout.textX(from)
            let isRight = to > from
            let end =
                isRight ? layout.laneX(to) + 2 : layout.laneX(to) + layout.laneWidth(to) - 2
            let back = isRight ? -7 : 7
            let kind = one.row.givesWayTo != nil ? "way" : "soft"
            return "<g><path class=\"switch \(kind)\" d=\"M\(start) \(y)H\(end + back)\"/>"
                + "<path class=\"tip \(kind)\" d=\"M\(end) \(y)l\(back) -4v8z\"/></g>"
        }
    }

    /// From who waits for ever to the bar of what is waited for.
    private func wanted() -> [String] {
        witness.record.blocked.compactMap { blocked in
            let placed = layout.rows.last { $0.row.task == blocked.task && $0.row.role == .stuck }
            guard let placed, let column = tasks.firstIndex(of: blocked.task),
                let bar = layout.bar(inTheWayOf: blocked)
            else { return nil }
            let y = placed.bottom - 6
            let start = layout.textX(column)
            let isRight = bar.x > start
            let end = isRight ? bar.x : bar.x + PictureLayout.barWidth
            let back = isRight ? -8 : 8
            return "<g><title>waits for what \(TaskName.of(blocked.owner)) holds</title>"
                + "<path class=\"wanted\" d=\"M\(start) \(y - 6)V\(y)H\(end + back)\"/>"
                + "<path class=\"tip\" d=\"M\(end) \(y)l\(back) -5v10z\"/></g>"
        }
    }

    /// Blanks at the start move the text to the right, because a drawing leaves them out.
    private func text(_ x: Int, _ y: Int, _ kind: String, _ line: String) -> String {
        let letters = line.drop { $0 == " " }
        let x = x + (line.count - letters.count) * Int(PictureLayout.letter)
        return "<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\">"
            + "\(HTMLText.escape(String(letters)))</text>"
    }
}
