// SPDX-License-Identifier: GPL-2.0-only

// The coverage map that clang leaves in an image: for each function its regions of lines, and for each
// region the sum of counters that says how often it ran. LLVM's own reader, llvm-cov, needs a profile
// on disk and answers for all runs together. Which scenario ran a line shows only in the counters
// between two scenarios, so the map is read here. Its format is documented with LLVM ("LLVM Code
// Coverage Mapping Format", versions 4 to 7); a test compares what is read with llvm-cov.
//
// What must hold: whatever is not understood makes the whole map unreadable, because half a map would
// call lines missed that ran.

import System

/// Regions of code and the counters that count them.
struct CoverageMap {
    /// A range of lines and columns of a file.
    struct Region {
        enum Kind { case code, gap, skipped }

        var file: String
        var start: Position
        var end: Position
        var kind: Kind
        /// How often it ran: counters of the image, each times its factor.
        var sum: [Int: Int]
    }

    struct Position: Comparable {
        var line: Int
        var column: Int

        static func < (a: Position, b: Position) -> Bool {
            a.line != b.line ? a.line < b.line : a.column < b.column
        }
    }

    /// The regions of one function.
    typealias Function = [Region]

    private(set) var functions: [Function] = []

    /// Reads the map of an image; nil if it has none, or one of a format that is not known.
    init?(image bytes: [UInt8]) {
        guard let file = ELFFile(bytes), let counters = ProfileCounters(of: file),
            let lists = CoverageMap.fileLists(of: file),
            let records = file.section(named: "__llvm_covfun")?.range
        else { return nil }
        let reader = LittleEndian(bytes)
        var offset = records.lowerBound
        while offset + 28 <= records.upperBound {
            guard let name = reader.word(at: offset),
                let size = reader.number(at: offset + 8, bytes: 4),
                let hash = reader.word(at: offset + 12), let list = reader.word(at: offset + 20),
                size <= records.upperBound - offset - 28
            else { return nil }
            let data = bytes[(offset + 28)..<(offset + 28 + size)]
            // Between two records there may be zeros, up to a multiple of eight.
            offset = (offset + 28 + size + 7) & ~7
            guard size > 0 else { continue }
            guard let files = lists[list],
                let function = CoverageMap.regions(
                    in: data, of: files, first: counters.first(of: name, hash))
            else { return nil }
            functions.append(function)
        }
    }

    // MARK: - Files

    /// The lists of file names, by the number that stands for each.
    private static func fileLists(of file: ELFFile) -> [UInt64: [String]]? {
        guard let section = file.section(named: "__llvm_covmap")?.range else { return nil }
        let reader = LittleEndian(file.bytes)
        var lists: [UInt64: [String]] = [:]
        var offset = section.lowerBound
        while offset + 16 <= section.upperBound {
            // Versions count from 0; 4 came with LLVM 11, 7 with LLVM 18.
            guard let size = reader.number(at: offset + 4, bytes: 4),
                let version = reader.number(at: offset + 12, bytes: 4),
                (3...6).contains(version), size <= section.upperBound - offset - 16
            else { return nil }
            let encoded = file.bytes[(offset + 16)..<(offset + 16 + size)]
            offset = (offset + 16 + size + 7) & ~7
            var list = LEB128(encoded)
            // A compressed list has a length here: variants are compiled without.
            guard let count = list.next(), list.next() != nil, list.next() == 0 else { return nil }
            var names: [String] = []
            for _ in 0..<min(count, encoded.count) {
                guard let length = list.next(), let name = list.take(length) else { return nil }
                names.append(normalizedPath(String(anyBytes: name)))
            }
            lists[MD5.word(of: encoded)] = names
        }
        return lists
    }
}
