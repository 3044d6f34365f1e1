// SPDX-License-Identifier: GPL-2.0-only

// Which counters say whether a line that the patches added has run; where they add none that makes
// code, whether a function has that they change. A line's regions are those that
// begin on it, and the one that it begins in; it ran if any of them did, as llvm-cov counts it. A line
// without a region (a declaration, a struct's member) cannot run and is not missed.

import System

/// The added lines that make code, and the counters to look at for each.
package struct HunkCounters: Hashable, Codable, Sendable {
    /// How often a region ran: counters, each times a factor.
    package struct Sum: Hashable, Codable, Sendable {
        /// Indices into `counters`.
        package var slots: [Int]
        package var factors: [Int]
    }

    /// A line that makes code.
    package struct CodeLine: Hashable, Codable, Sendable {
        package var location: SourceLine
        /// Its regions, indices into `sums`; empty for code that was compiled away: it never runs.
        package var sums: [Int]
    }

    /// The counters of the image that are needed, by their numbers there.
    package var counters: [Int]
    package var sums: [Sum]
    /// Ascending.
    package var lines: [CodeLine]
    /// They are those that the patches add.
    package var areAdded = true

    /// The added lines. Reads the coverage map of a variant's image; nil if it has none, or one of a
    /// clang that is not known.
    package init?(of variant: Variant) throws {
        try self.init(of: variant, lines: variant.addedLines)
    }

    /// The lines of the functions that the patches change; nil if they change none.
    ///
    /// - Parameter base: the same code without the patches.
    package init?(of variant: Variant, changedFrom base: Variant) throws {
        let changed = try SourceFunctions.changed(from: base, to: variant)
        guard !changed.isEmpty else { return nil }
        try self.init(of: variant, lines: changed)
        guard !lines.isEmpty else { return nil }
        areAdded = false
    }

    /// Some lines; those of comments and punctuation are none.
    package init?(of variant: Variant, lines wanted: [SourceLine]) throws {
        counters = []
        sums = []
        lines = []
        let code = try HunkCounters.codeLines(among: wanted, of: variant)
        guard !code.isEmpty else { return }
        guard let map = CoverageMap(image: try Disk.read(variant.image)) else { return nil }
        var slots: [Int: Int] = [:]
        var numbers: [Sum: Int] = [:]
        for (file, wanted) in Dictionary(grouping: code, by: \.file).sorted(by: { $0.key < $1.key })
        {
            let functions = map.functions.map { $0.filter { $0.file == file } }
                .filter { !$0.isEmpty }
            for line in wanted {
                let found = functions.compactMap { CoverageMap.sums(at: line.line, in: $0) }
                guard !found.isEmpty else { continue }
                let regions = Set(found.joined()).filter { !$0.isEmpty }.map { sum in
                    let sum = HunkCounters.sum(sum, &slots)
                    let number = numbers[sum, default: numbers.count]
                    numbers[sum] = number
                    return number
                }
                lines.append(CodeLine(location: line, sums: regions.sorted()))
            }
        }
        counters = slots.sorted { $0.value < $1.value }.map(\.key)
        sums = numbers.sorted { $0.value < $1.value }.map(\.key)
    }

    private static func sum(_ sum: [Int: Int], _ slots: inout [Int: Int]) -> Sum {
        let terms = sum.sorted { $0.key < $1.key }
        return Sum(
            slots: terms.map { term in
                let slot = slots[term.key, default: slots.count]
                slots[term.key] = slot
                return slot
            }, factors: terms.map(\.value))
    }

    /// The lines that hold more than comments and punctuation.
    private static func codeLines(
        among wanted: [SourceLine], of variant: Variant
    ) throws -> [SourceLine] {
        var found: [SourceLine] = []
        for file in Set(wanted.map(\.file)).sorted() {
            let path = variant.sources + "/" + file
            guard file.hasSuffix(".c") || file.hasSuffix(".h") else { continue }
            let code = SourceText.linesWithCode(in: try Disk.read(path))
            found += wanted.filter { $0.file == file && code.contains($0.line) }
        }
        return found
    }
}

extension CoverageMap {
    /// The counts that say how often a line ran.
    ///
    /// - Parameter regions: those of one function in the line's file.
    /// - Returns: nil where the line is none of the function's, or skipped by the preprocessor.
    static func sums(at line: Int, in regions: Function) -> [[Int: Int]]? {
        let start = Position(line: line, column: 1)
        // One that ends before the first column, as a gap before a label does, still reaches here.
        let around = regions.filter { $0.start < start && start <= $0.end }
            .max { ($0.start, $1.end) < ($1.start, $0.end) }
        let begun = regions.filter { $0.start.line == line }
        if let first = begun.min(by: { $0.start < $1.start }), first.kind == .skipped { return nil }
        var found = begun.filter { $0.kind == .code }.map(\.sum)
        if let around, around.kind != .skipped { found.append(around.sum) }
        return found.isEmpty ? nil : found
    }
}
