// SPDX-License-Identifier: GPL-2.0-only

// Which of the lines that patches add were run, and in how many scenarios, together with the text
// around them: a report that names a line shows it. A line that never ran is a note to the reader
// and never a failure: it may be the one that cannot happen here.

import FoundationEssentials
import Slices
import Workers

/// Which lines that the patches add were run.
package struct Coverage: Sendable, Codable, Hashable {
    /// An added line that makes code.
    package struct Line: Sendable, Codable, Hashable {
        package var file: String
        package var line: Int
        /// Those in which it ran.
        package var scenarios: Int

        package init(file: String, line: Int, scenarios: Int) {
            self.file = file
            self.line = line
            self.scenarios = scenarios
        }
    }

    /// Ascending.
    package var lines: [Line]
    /// The added lines of each place with what stands around them, in the order of `lines`.
    package var excerpts: [SourceExcerpt]

    package init(lines: [Line], excerpts: [SourceExcerpt] = []) {
        self.lines = lines
        self.excerpts = excerpts
    }

    /// Adds the scenarios of another part of the same runs.
    package mutating func merge(_ other: Coverage) {
        guard lines.count == other.lines.count else { return }
        for index in lines.indices { lines[index].scenarios += other.lines[index].scenarios }
        let counts = Dictionary(
            lines.map { (SourceLine(file: $0.file, line: $0.line), $0.scenarios) },
            uniquingKeysWith: max)
        for excerpt in excerpts.indices {
            let file = excerpts[excerpt].file
            for index in excerpts[excerpt].lines.indices {
                let number = excerpts[excerpt].lines[index].number
                if let count = counts[SourceLine(file: file, line: number)] {
                    excerpts[excerpt].lines[index].scenarios = count
                }
            }
        }
    }

    /// Lines that the patches add and that make code.
    package var addedLines: Int { lines.count }
    package var executed: Int { lines.count { $0.scenarios > 0 } }
    package var missed: [Line] { lines.filter { $0.scenarios == 0 } }

    /// What stands on a line, without its indentation.
    package func text(of line: Line) -> String {
        let excerpt = excerpts.first { excerpt in
            excerpt.file == line.file && excerpt.lines.contains { $0.number == line.line }
        }
        let text = excerpt?.lines.first { $0.number == line.line }?.text ?? ""
        return String(text.drop { $0.isWhitespace })
    }

    /// - Parameter scenarios: of each of the lines; empty if nothing was run.
    package init(of variant: Variant, _ counters: HunkCounters, scenarios: [Int])
        throws(WorkerError)
    {
        lines = counters.lines.enumerated().map { index, line in
            Line(
                file: line.location.file, line: line.location.line,
                scenarios: index < scenarios.count ? scenarios[index] : 0)
        }
        excerpts = try SourceExcerpt.all(of: variant, lines)
    }
}

/// A few lines of a patched file around those that the patches added.
package struct SourceExcerpt: Sendable, Codable, Hashable {
    package struct Line: Sendable, Codable, Hashable {
        package var number: Int
        package var text: String
        package var isAdded: Bool
        /// Those in which it ran; nil for a line that makes no code, or that no patch added.
        package var scenarios: Int?

        package enum CodingKeys: String, CodingKey {
            case number = "line"
            case isAdded = "added"
            case text, scenarios
        }

        package init(number: Int, text: String, isAdded: Bool, scenarios: Int?) {
            self.number = number
            self.text = text
            self.isAdded = isAdded
            self.scenarios = scenarios
        }
    }

    package var file: String
    package var lines: [Line]

    package init(file: String, lines: [Line]) {
        self.file = file
        self.lines = lines
    }

    /// Lines shown above and below an added one.
    package static let context = 3

    /// The parts around what never ran; none if all did.
    package func missed() -> [SourceExcerpt] {
        let wanted = lines.filter { $0.scenarios == 0 }.map(\.number)
        return SourceExcerpt.cut(lines, around: wanted).map { SourceExcerpt(file: file, lines: $0) }
    }

    package static func all(
        of variant: Variant, _ lines: [Coverage.Line]
    ) throws(WorkerError) -> [SourceExcerpt] {
        let counts = Dictionary(
            lines.map { (SourceLine(file: $0.file, line: $0.line), $0.scenarios) },
            uniquingKeysWith: max)
        let files = Dictionary(grouping: variant.addedLines, by: \.file).sorted { $0.key < $1.key }
        var excerpts: [SourceExcerpt] = []
        for (file, added) in files {
            guard let bytes = FileManager.default.contents(atPath: "\(variant.sources)/\(file)")
            else { throw WorkerError("\(variant.sources)/\(file): cannot be read") }
            let isAdded = Set(added.map(\.line))
            let all = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .enumerated().map { index, text in
                    Line(
                        number: index + 1, text: String(decoding: text, as: UTF8.self),
                        isAdded: isAdded.contains(index + 1),
                        scenarios: counts[SourceLine(file: file, line: index + 1)])
                }
            excerpts += cut(all, around: added.map(\.line)).map {
                SourceExcerpt(file: file, lines: $0)
            }
        }
        return excerpts
    }

    /// The lines near those wanted, in pieces without gaps.
    private static func cut(_ lines: [Line], around wanted: [Int]) -> [[Line]] {
        var near: Set<Int> = []
        for number in wanted { near.formUnion((number - context)...(number + context)) }
        var pieces: [[Line]] = []
        for line in lines where near.contains(line.number) {
            if let last = pieces.last?.last, last.number == line.number - 1 {
                pieces[pieces.count - 1].append(line)
            } else {
                pieces.append([line])
            }
        }
        return pieces
    }
}
