// SPDX-License-Identifier: GPL-2.0-only

// Which added lines ran, asked twice: of the counters, through the coverage map that is read here,
// and of LLVM's own tools, for which a profile is written, merged and exported.

import System
import Testing

@testable import Slices

/// Which of the lines that the patches added ran.
struct HunkCoverage: Equatable {
    /// The added lines that hold code; comments, blank lines and lone braces do not count.
    var addedLines: Int
    /// Those that did not run, ascending.
    var missed: [SourceLine]

    var executed: Int { addedLines - missed.count }
}

extension HunkCoverage {
    /// What the image's counters say.
    init(of variant: Variant, in toy: Toy) throws {
        let hunks = try #require(try HunkCounters(of: variant))
        let counters = toy.profileCounters
        let ran = hunks.sums.map { sum in
            zip(sum.slots, sum.factors).reduce(0) { total, term in
                total + Int(counters[hunks.counters[term.0]]) * term.1
            } > 0
        }
        addedLines = hunks.lines.count
        missed = hunks.lines.filter { line in !line.sums.contains { ran[$0] } }.map(\.location)
    }
}

/// How often each line ran, by llvm-profdata and llvm-cov.
struct LineCounts {
    private var counts: [SourceLine: Int] = [:]

    /// - Parameter profile: written by the image that ran.
    init(of image: String, profile: String, toolchain: Toolchain) throws {
        let directory = directoryName(try #require(realPath(toolchain.clang)))
        func output(_ tool: String, _ arguments: [String]) throws -> [UInt8] {
            let done = try Command(executable: "\(directory)/\(tool)", arguments: arguments).run()
            try #require(done.status == 0, "\(tool): \(done.messages)")
            return done.output
        }
        _ = try output("llvm-profdata", ["merge", "-sparse", profile, "-o", profile + ".merged"])
        self.init(
            lcov: try output(
                "llvm-cov",
                ["export", "-format=lcov", "-instr-profile", profile + ".merged", image]))
    }

    private init(lcov bytes: [UInt8]) {
        var file = ""
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "SF:") {
                file = normalizedPath(String(anyBytes: line.dropFirst(3)))
            } else if line.starts(with: "DA:") {
                let numbers = String(anyBytes: line.dropFirst(3)).split(separator: ",")
                guard numbers.count >= 2, let number = Int(numbers[0]), let count = Int(numbers[1])
                else { continue }
                counts[SourceLine(file: file, line: number), default: 0] += count
            }
        }
    }

    /// Nil: no code at this line.
    subscript(line: SourceLine) -> Int? { counts[line] }

    /// The same of a variant's added lines.
    func coverage(of variant: Variant) throws -> HunkCoverage {
        let code = try variant.addedLines.filter { added in
            SourceText.linesWithCode(in: try Disk.read(variant.sources + "/" + added.file))
                .contains(added.line)
        }.filter { counts[$0] != nil }
        return HunkCoverage(addedLines: code.count, missed: code.filter { counts[$0] == 0 })
    }
}
