// SPDX-License-Identifier: GPL-2.0-only

// The coverage map that clang leaves in an image: for each function its regions of lines, and for
// each region the sum of counters that says how often it ran. LLVM's own reader is llvm-cov, which
// takes a profile written to disk and answers for all runs together; which scenario ran a line is
// known only to who looks at the counters between two scenarios, so the map is read here. Its
// format is documented with LLVM ("LLVM Code Coverage Mapping Format", versions 4 to 7); a test
// holds what is read against llvm-cov. What is not understood makes the whole map unreadable: half
// a map would call lines missed that ran.

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
        guard let file = ELFFile(bytes), let counters = Counters(of: file),
            let lists = CoverageMap.fileLists(of: file),
            let records = file.section(named: "__llvm_covfun")?.range
        else { return nil }
        let reader = LittleEndian(bytes)
        var place = records.lowerBound
        while place + 28 <= records.upperBound {
            guard let name = reader.word(at: place),
                let size = reader.number(at: place + 8, bytes: 4),
                let hash = reader.word(at: place + 12), let list = reader.word(at: place + 20),
                size <= records.upperBound - place - 28
            else { return nil }
            let data = bytes[(place + 28)..<(place + 28 + size)]
            // Between two records there may be zeros, up to a multiple of eight.
            place = (place + 28 + size + 7) & ~7
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
        var place = section.lowerBound
        while place + 16 <= section.upperBound {
            // Versions count from 0; 4 came with LLVM 11, 7 with LLVM 18.
            guard let size = reader.number(at: place + 4, bytes: 4),
                let version = reader.number(at: place + 12, bytes: 4),
                (3...6).contains(version), size <= section.upperBound - place - 16
            else { return nil }
            let encoded = file.bytes[(place + 16)..<(place + 16 + size)]
            place = (place + 16 + size + 7) & ~7
            var list = LEB128(encoded)
            // A compressed list has a length here: variants are compiled without.
            guard let count = list.next(), list.next() != nil, list.next() == 0 else { return nil }
            var names: [String] = []
            for _ in 0..<min(count, encoded.count) {
                guard let length = list.next(), let name = list.take(length) else { return nil }
                names.append(Symbolizer.treePath(String(anyBytes: name)))
            }
            lists[MD5.word(of: encoded)] = names
        }
        return lists
    }

    // MARK: - Counters

    /// Where the counters of each function begin.
    private struct Counters {
        private struct Key: Hashable {
            var name: UInt64
            var hash: UInt64
        }

        private var first: [Key: Int] = [:]

        init?(of file: ELFFile) {
            guard let data = file.section(named: "__llvm_prf_data"),
                let counters = file.section(named: "__llvm_prf_cnts")
            else { return nil }
            let reader = LittleEndian(file.bytes)
            // A record grew from 48 to 64 bytes with version 9 of the format; which one it is shows
            // where the records' own numbers of counters lead from each to the next.
            for size in [64, 48] where data.range.count % size == 0 {
                guard let found = Counters.read(data, counters, recordSize: size, reader) else {
                    continue
                }
                first = found
                return
            }
            return nil
        }

        func first(of name: UInt64, _ hash: UInt64) -> Int? {
            first[Key(name: name, hash: hash)]
        }

        private static func read(
            _ data: ELFFile.Section, _ counters: ELFFile.Section, recordSize: Int,
            _ reader: LittleEndian
        ) -> [Key: Int]? {
            var first: [Key: Int] = [:]
            var total = 0
            for place in stride(from: 0, to: data.range.count, by: recordSize) {
                let record = data.range.lowerBound + place
                guard let name = reader.word(at: record), let hash = reader.word(at: record + 8),
                    let distance = reader.word(at: record + 16),
                    let count = reader.number(
                        at: record + (recordSize == 64 ? 48 : 40), bytes: 4)
                else { return nil }
                let offset =
                    data.address + place + Int(Int64(bitPattern: distance)) - counters.address
                guard offset >= 0, offset % 8 == 0 else { return nil }
                first[Key(name: name, hash: hash)] = offset / 8
                total += count
            }
            return total * 8 == counters.size ? first : nil
        }
    }
}

extension CoverageMap {
    // MARK: - Regions

    /// A counter as the map has it: a number of this function's, or of an expression.
    private enum Counter {
        case zero
        case own(Int)
        case difference(Int)
        case sum(Int)

        init(_ value: Int) {
            switch value & 3 {
            case 0: self = .zero
            case 1: self = .own(value >> 2)
            case 2: self = .difference(value >> 2)
            default: self = .sum(value >> 2)
            }
        }
    }

    /// A region before its counter is known.
    private struct Raw {
        var region: Region
        var counter: Counter
        /// The file number of what a macro's use expands to: its count is that of the first region
        /// there.
        var expansion: Int?
    }

    /// - Parameter first: the function's first counter; nil: it was never compiled, so nothing of
    ///   it ever runs.
    private static func regions(
        in data: ArraySlice<UInt8>, of list: [String], first: Int?
    ) -> Function? {
        var reader = LEB128(data)
        guard let fileCount = reader.next(), fileCount <= data.count else { return nil }
        var files: [String] = []
        for _ in 0..<fileCount {
            guard let index = reader.next(), list.indices.contains(index) else { return nil }
            files.append(list[index])
        }
        guard let expressionCount = reader.next(), expressionCount <= data.count else {
            return nil
        }
        var expressions: [(Counter, Counter)] = []
        for _ in 0..<expressionCount {
            guard let left = reader.next(), let right = reader.next() else { return nil }
            expressions.append((Counter(left), Counter(right)))
        }
        var raw: [[Raw]] = []
        for file in files {
            guard let regions = regions(of: file, &reader) else { return nil }
            raw.append(regions)
        }
        var sums = Sums(first: first, expressions: expressions)
        return raw.joined().map { item in
            var region = item.region
            region.sum = sums.value(counter(of: item, raw, depth: 0))
            return region
        }
    }

    private static func counter(of item: Raw, _ raw: [[Raw]], depth: Int) -> Counter {
        guard let expansion = item.expansion, depth <= raw.count,
            raw.indices.contains(expansion), let first = raw[expansion].first
        else { return item.counter }
        return counter(of: first, raw, depth: depth + 1)
    }

    private static func regions(of file: String, _ reader: inout LEB128) -> [Raw]? {
        guard let count = reader.next() else { return nil }
        var regions: [Raw] = []
        var line = 0
        for _ in 0..<count {
            guard let header = reader.next() else { return nil }
            var kind = Region.Kind?.some(.code)
            var counter = Counter(header)
            var expansion: Int?
            if header & 3 == 0 {
                counter = .zero
                if header & 4 != 0 {
                    expansion = header >> 3
                } else {
                    switch header >> 3 {
                    case 0: break
                    case 2: kind = .skipped
                    // A branch: how often it was taken and not taken. Lines have no use for it.
                    case 4:
                        kind = nil
                        guard reader.next() != nil, reader.next() != nil else { return nil }
                    default: return nil
                    }
                }
            }
            guard let delta = reader.next(), let startColumn = reader.next(),
                let lines = reader.next(), let endColumn = reader.next()
            else { return nil }
            line += delta
            guard let known = kind else { continue }
            let isGap = endColumn & 1 << 31 != 0
            let isWhole = startColumn == 0 && endColumn == 0
            let last = isWhole ? Int.max : endColumn & ~(1 << 31)
            regions.append(
                Raw(
                    region: Region(
                        file: file,
                        start: Position(line: line, column: isWhole ? 1 : startColumn),
                        end: Position(line: line + lines, column: last),
                        kind: isGap ? .gap : known, sum: [:]), counter: counter,
                    expansion: expansion))
        }
        return regions
    }

    /// What counters and expressions add up to.
    private struct Sums {
        let first: Int?
        let expressions: [(Counter, Counter)]
        private var known: [Int: [Int: Int]] = [:]

        init(first: Int?, expressions: [(Counter, Counter)]) {
            self.first = first
            self.expressions = expressions
        }

        mutating func value(_ counter: Counter, depth: Int = 0) -> [Int: Int] {
            guard let first, depth <= expressions.count else { return [:] }
            switch counter {
            case .zero: return [:]
            case .own(let index): return [first + index: 1]
            case .sum(let index): return expression(index, factor: 1, depth: depth)
            case .difference(let index): return expression(index, factor: -1, depth: depth)
            }
        }

        private mutating func expression(_ index: Int, factor: Int, depth: Int) -> [Int: Int] {
            guard expressions.indices.contains(index) else { return [:] }
            if let value = known[index] { return value }
            var sum = value(expressions[index].0, depth: depth + 1)
            for (counter, count) in value(expressions[index].1, depth: depth + 1) {
                sum[counter, default: 0] += factor * count
            }
            sum = sum.filter { $0.value != 0 }
            known[index] = sum
            return sum
        }
    }
}

/// Numbers of seven bits a byte, as coverage maps have them.
private struct LEB128 {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> Int? {
        var value = 0
        var shift = 0
        while let byte = rest.popFirst(), shift < 56 {
            value |= Int(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard (0...rest.count).contains(count) else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
