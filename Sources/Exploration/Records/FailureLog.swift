// SPDX-License-Identifier: GPL-2.0-only

// Every failing run of an image, by what its failure is: in which way which expectation was broken,
// in which scenario, with which calls failing. A count says how often something fails; only this says
// whether it is the same failure as in another version of the code.
//
// There can be tens of thousands of failing runs, and each checkpoint carries all of them, so ways
// and calls are written down once, and a run is seven numbers. The function in which a failure shows
// is not known here: a worker has code addresses, the parent the debug information.

import Machine

/// A call that was made to fail, as a worker sees it.
package struct FailedSite: Codable, Hashable, Sendable {
    package var injection: Injection
    /// Nil if the run never came to the call.
    package var point: InjectionPoint?
    /// The operation that makes it; -1: none.
    package var operation: Int
    /// The code address behind the call.
    package var pc: UInt64

    package init(_ injection: Injection, point: InjectionPoint?, operation: Int, pc: UInt64) {
        self.injection = injection
        self.point = point
        self.operation = operation
        self.pc = pc
    }
}

/// The failing runs of an image.
package struct FailureLog: Codable, Sendable {
    /// One way of breaking an expectation.
    package struct Way: Codable, Hashable, Sendable {
        /// Without the function.
        package var signature: FailureSignature
        /// Code addresses where it shows, innermost first; empty where the place is no matter.
        package var chain: [UInt64]
        /// The number of the finding on record whose shape it has.
        package var finding: Int?
        /// Such a run goes no further: what it would have shown behind that is not to be seen.
        package var endsRun: Bool
    }

    /// A run that fails in one way; of a scenario of several tasks, the smallest of those that do.
    package struct Entry: Hashable, Sendable {
        /// An index into `ways`.
        package var way: Int
        package var ordinal: RunOrdinal
        /// An index into `calls`.
        package var calls: Int
        package var preemptions: Int
        /// An index into `orders`.
        package var order: Int
        /// How many runs of the scenario these calls make fail in this way.
        package var runs: Int
    }

    package private(set) var ways: [Way] = []
    /// The calls that failed in a run: of each task by number, ascending.
    package private(set) var calls: [[FailedSite]] = []
    /// What the image calls the points of `calls`: `vmf_insert_mixed`.
    package private(set) var names: [InjectionPoint: String] = [:]
    /// Orders of tasks, choice by choice; the first one has no choices.
    package private(set) var orders: [[UInt8]] = [[]]
    package private(set) var entries: [Entry] = []
    /// Runs that fail and have no entry.
    package private(set) var left = 0

    /// More than all runs of a check that breaks one expectation.
    package static let limit = 1 << 18

    /// So many runs have an entry.
    private let room: Int

    package init(room: Int = limit) { self.room = room }

    package var isEmpty: Bool { entries.isEmpty && left == 0 }

    // MARK: - Writing down

    /// - Returns: the index of a way that was not there.
    mutating func add(_ way: Way) -> Int {
        ways.append(way)
        return ways.count - 1
    }

    /// - Returns: the index of calls that were not there.
    mutating func add(_ sites: [FailedSite], named name: (InjectionPoint) -> String?) -> Int {
        for point in sites.compactMap(\.point) where names[point] == nil {
            names[point] = name(point)
        }
        calls.append(sites)
        return calls.count - 1
    }

    /// - Returns: the index of the entry; nil if there is no room for it.
    @discardableResult
    mutating func add(_ entry: Entry, choices: [UInt8] = []) -> Int? {
        guard entries.count < room else {
            left += entry.runs
            return nil
        }
        var entry = entry
        entry.order = 0
        if !choices.isEmpty {
            entry.order = orders.count
            orders.append(choices)
        }
        entries.append(entry)
        return entries.count - 1
    }

    /// Counts one more run like an entry's, and keeps the smaller of the two.
    mutating func count(
        _ ordinal: RunOrdinal, preemptions: Int, choices: [UInt8], at index: Int
    ) {
        entries[index].runs += 1
        guard preemptions < entries[index].preemptions else { return }
        entries[index].ordinal = ordinal
        entries[index].preemptions = preemptions
        entries[index].order = orders.count
        orders.append(choices)
    }

    /// Adds the runs of another part: no scenario is of both.
    package mutating func merge(_ other: FailureLog) {
        let ways = other.ways.map { way in self.ways.firstIndex(of: way) ?? add(way) }
        var known = Dictionary(calls.enumerated().map { ($1, $0) }) { first, _ in first }
        let calls = other.calls.map { sites in
            if let index = known[sites] { return index }
            let index = add(sites) { other.names[$0] }
            known[sites] = index
            return index
        }
        for var entry in other.entries {
            entry.way = ways[entry.way]
            entry.calls = calls[entry.calls]
            add(entry, choices: other.orders[entry.order])
        }
        left += other.left
    }

    /// The same as if some runs had not been made.
    func without(_ gone: Set<RunOrdinal>) -> FailureLog {
        filtered({ !gone.contains($0) }, at: { $0 })!
    }

    /// The same with some of the runs only, on another image.
    ///
    /// - Parameter translate: a code address there; nil if there is no such place.
    /// - Returns: nil if one of the runs shows what is not there.
    func filtered(
        _ isKept: (RunOrdinal) -> Bool, at translate: (UInt64) -> UInt64?
    ) -> FailureLog? {
        var log = FailureLog()
        (log.names, log.left) = (names, left)
        var newWays: [Int: Int] = [:]
        var newCalls: [Int: Int] = [:]
        for var entry in entries where isKept(entry.ordinal) {
            if newWays[entry.way] == nil {
                guard let way = ways[entry.way].translated(translate) else { return nil }
                newWays[entry.way] = log.add(way)
            }
            if newCalls[entry.calls] == nil {
                let sites = calls[entry.calls].compactMap { $0.translated(translate) }
                guard sites.count == calls[entry.calls].count else { return nil }
                newCalls[entry.calls] = log.add(sites) { names[$0] }
            }
            (entry.way, entry.calls) = (newWays[entry.way]!, newCalls[entry.calls]!)
            log.add(entry, choices: orders[entry.order])
        }
        return log
    }

    /// Puts the runs into an order that does not depend on how they were divided.
    package mutating func sort() {
        let order = ways.indices.sorted { one, other in
            (ways[one].signature, ways[one].chain.description)
                < (ways[other].signature, ways[other].chain.description)
        }
        var ranks = Array(repeating: 0, count: ways.count)
        for (rank, way) in order.enumerated() { ranks[way] = rank }
        entries.sort { ($0.ordinal, ranks[$0.way]) < ($1.ordinal, ranks[$1.way]) }
    }

    // MARK: - Reading

    /// The run of an entry, by what it takes to make it again.
    package func key(of entry: Entry) -> WitnessKey {
        WitnessKey(
            rank: rank(of: entry), injections: calls[entry.calls].map(\.injection),
            choices: orders[entry.order])
    }

    func rank(of entry: Entry) -> WitnessRank {
        WitnessRank(
            of: ScenarioIndex.scenario(of: entry.ordinal), injections: calls[entry.calls].count,
            preemptions: entry.preemptions, ordinal: entry.ordinal)
    }
}

extension FailureLog.Way {
    fileprivate func translated(_ translate: (UInt64) -> UInt64?) -> Self? {
        var way = self
        way.chain = chain.compactMap(translate)
        return way.chain.count == chain.count ? way : nil
    }
}

extension FailedSite {
    fileprivate func translated(_ translate: (UInt64) -> UInt64?) -> Self? {
        guard let pc = translate(pc) else { return nil }
        return FailedSite(injection, point: point, operation: operation, pc: pc)
    }
}

extension FailureLog {
    private enum CodingKeys: String, CodingKey { case ways, calls, names, orders, entries, left }

    package init(from decoder: any Decoder) throws {
        room = FailureLog.limit
        let values = try decoder.container(keyedBy: CodingKeys.self)
        ways = try values.decode([Way].self, forKey: .ways)
        calls = try values.decode([[FailedSite]].self, forKey: .calls)
        names = try values.decode([InjectionPoint: String].self, forKey: .names)
        orders = try values.decode([[UInt8]].self, forKey: .orders)
        left = try values.decode(Int.self, forKey: .left)
        let words = try values.decode(PackedNumbers.self, forKey: .entries).numbers
        entries = (0..<words.count / Entry.words).map { index in
            Entry { words[index * Entry.words + $0] }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(ways, forKey: .ways)
        try values.encode(calls, forKey: .calls)
        try values.encode(names, forKey: .names)
        try values.encode(orders, forKey: .orders)
        try values.encode(left, forKey: .left)
        var words: [UInt32] = []
        words.reserveCapacity(entries.count * Entry.words)
        for entry in entries { words += entry.packed }
        try values.encode(PackedNumbers(words), forKey: .entries)
    }
}

extension FailureLog.Entry {
    fileprivate static let words = 7

    fileprivate var packed: [UInt32] {
        [
            UInt32(way), ordinal.scenario, ordinal.run, UInt32(calls), UInt32(preemptions),
            UInt32(order), UInt32(clamping: runs),
        ]
    }

    fileprivate init(_ word: (Int) -> UInt32) {
        way = Int(word(0))
        ordinal = RunOrdinal(scenario: Int(word(1)), run: Int(word(2)))
        calls = Int(word(3))
        preemptions = Int(word(4))
        order = Int(word(5))
        runs = Int(word(6))
    }
}
