// SPDX-License-Identifier: GPL-2.0-only

// The regions in one function's record of a coverage map.

extension CoverageMap {
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
    private struct EncodedRegion {
        var region: Region
        var counter: Counter
        /// The file number of what a macro's use expands to: its count is that of the first region
        /// there.
        var expansion: Int?
    }

    /// - Parameter first: the function's first counter; nil: it was never compiled, so nothing of
    ///   it ever runs.
    static func regions(
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
        var encoded: [[EncodedRegion]] = []
        for file in files {
            guard let regions = regions(of: file, &reader) else { return nil }
            encoded.append(regions)
        }
        var sums = Sums(first: first, expressions: expressions)
        return encoded.joined().map { item in
            var region = item.region
            region.sum = sums.value(counter(of: item, encoded, depth: 0))
            return region
        }
    }

    private static func counter(of item: EncodedRegion, _ encoded: [[EncodedRegion]], depth: Int)
        -> Counter
    {
        guard let expansion = item.expansion, depth <= encoded.count,
            encoded.indices.contains(expansion), let first = encoded[expansion].first
        else { return item.counter }
        return counter(of: first, encoded, depth: depth + 1)
    }

    private static func regions(of file: String, _ reader: inout LEB128) -> [EncodedRegion]? {
        guard let count = reader.next() else { return nil }
        var regions: [EncodedRegion] = []
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
                EncodedRegion(
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
