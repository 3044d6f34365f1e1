// SPDX-License-Identifier: GPL-2.0-only

// What the runs of each scenario of an image come to, beside the functions that they enter. A patch
// changes nothing of a scenario that enters no function that it changes: so all its runs, all orders of
// its tasks and all failures that they lead to are as they were, and are taken from here.
//
// What must hold: the parts of a tally that add up are here scenario by scenario. What does not add up,
// the smallest run that fails and the first that shows a lock order, is found again in the failure log
// and in the graph; so of lock orders there is for each scenario which of them it shows.

import Expectations
import FoundationEssentials
import Machine

/// The scenarios of an image with the functions that they enter.
package struct RunsByFunction: Codable, Sendable {
    /// One lock class taken with another one held.
    struct LockEdge: Codable, Hashable, Sendable {
        var held: String
        var taken: String
        /// In a scenario whose lock orders may be a finding's.
        var isApart: Bool
    }

    /// A scenario that was run.
    struct Scenario: Sendable {
        var place: Int
        /// An index into `entered`.
        var entered: Int
        /// An index into `taken`.
        var taken: Int
        /// Counts of a tally that are not 0: the index of each, and the number.
        var counts: [(index: Int, number: Int)]
    }

    /// By name.
    package private(set) var functions: [String]
    /// Those that were entered before the first scenario, a bit for each: all that follows may hang on
    /// them.
    private(set) var atStart: [UInt32]
    private(set) var edges: [LockEdge] = []
    /// Distinct sets of functions, a bit for each.
    private(set) var entered: [[UInt32]] = []
    /// Distinct sets of lock orders, indices into `edges`.
    private(set) var taken: [[UInt32]] = []
    private(set) var scenarios: [Scenario] = []

    init(functions: [String], atStart: [UInt32]) {
        self.functions = functions
        self.atStart = atStart
    }

    mutating func add(_ entered: [UInt32]) -> Int {
        self.entered.append(entered)
        return self.entered.count - 1
    }

    mutating func add(_ taken: Set<LockEdge>) -> Int {
        self.taken.append(
            taken.map { edge in
                if let known = edges.firstIndex(of: edge) { return UInt32(known) }
                edges.append(edge)
                return UInt32(edges.count - 1)
            })
        return self.taken.count - 1
    }

    mutating func add(_ scenario: Scenario) { scenarios.append(scenario) }

    /// The shards of one image together; nil where one is not known.
    init?(_ shards: [RunsByFunction?]) {
        let known = shards.compactMap { $0 }
        guard known.count == shards.count, let first = known.first else { return nil }
        self = first
        for shard in known.dropFirst() {
            guard shard.functions == functions else { return nil }
            merge(shard)
        }
    }

    /// Adds the scenarios of another shard of the same image.
    private mutating func merge(_ other: RunsByFunction) {
        for index in atStart.indices { atStart[index] |= other.atStart[index] }
        let firstSet = entered.count
        entered += other.entered
        let taken = other.taken.map { add(Set($0.map { other.edges[Int($0)] })) }
        for var scenario in other.scenarios {
            scenario.entered += firstSet
            scenario.taken = taken[scenario.taken]
            add(scenario)
        }
    }

    /// Some scenarios of this record alone.
    func with(_ scenarios: [Scenario]) -> RunsByFunction {
        var part = self
        part.entered = []
        part.scenarios = []
        var places: [Int: Int] = [:]
        for var scenario in scenarios {
            let place = places[scenario.entered] ?? part.add(entered[scenario.entered])
            places[scenario.entered] = place
            scenario.entered = place
            part.add(scenario)
        }
        return part
    }

    /// Adds scenarios of another image that do the same in this one.
    ///
    /// - Returns: nil where they enter a function that this image does not have.
    func joined(with other: RunsByFunction) -> RunsByFunction? {
        let places = Dictionary(zip(functions, functions.indices)) { first, _ in first }
        var other = other
        for index in other.entered.indices {
            var set = [UInt32](repeating: 0, count: (functions.count + 31) / 32)
            for (function, name) in other.functions.enumerated()
            where other.entered[index][function / 32] & 1 << UInt32(function % 32) != 0 {
                guard let place = places[name] else { return nil }
                set[place / 32] |= 1 << UInt32(place % 32)
            }
            other.entered[index] = set
        }
        other.atStart = atStart
        var all = self
        all.merge(other)
        return all
    }

    /// What all scenarios come to is what a tally has counted.
    func addsUp(to tally: Tally) -> Bool {
        var sum = Tally()
        for scenario in scenarios { sum.add(scenario.counts) }
        var (mine, theirs): ([Int], [Int]) = ([], [])
        sum.readCounts(into: &mine)
        tally.readCounts(into: &theirs)
        return mine == theirs
    }

    // MARK: - In the cache

    private enum CodingKeys: String, CodingKey {
        case functions, atStart, edges, entered, taken, scenarios
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        functions = try values.decode([String].self, forKey: .functions)
        atStart = try values.decode([UInt32].self, forKey: .atStart)
        edges = try values.decode([LockEdge].self, forKey: .edges)
        var sets = Lists(try values.decode(PackedNumbers.self, forKey: .entered).numbers)
        while let list = sets.next() { entered.append(list) }
        var orders = Lists(try values.decode(PackedNumbers.self, forKey: .taken).numbers)
        while let list = orders.next() { taken.append(list) }
        var runs = Lists(try values.decode(PackedNumbers.self, forKey: .scenarios).numbers)
        while let list = runs.next() {
            guard list.count >= 3, list.count % 2 == 1 else { throw damaged(values) }
            scenarios.append(
                Scenario(
                    place: Int(list[0]), entered: Int(list[1]), taken: Int(list[2]),
                    counts: stride(from: 3, to: list.count, by: 2).map {
                        (Int(list[$0]), Int(list[$0 + 1]))
                    }))
        }
        let words = (functions.count + 31) / 32
        guard atStart.count == words, entered.allSatisfy({ $0.count == words }),
            taken.joined().allSatisfy({ edges.indices.contains(Int($0)) }),
            scenarios.allSatisfy({ scenario in
                entered.indices.contains(scenario.entered)
                    && taken.indices.contains(scenario.taken)
                    && scenario.place < ScenarioIndex.placeCount
                    && scenario.counts.allSatisfy { $0.index < Tally.countCount }
            })
        else { throw damaged(values) }
    }

    private func damaged(_ values: KeyedDecodingContainer<CodingKeys>) -> DecodingError {
        .dataCorruptedError(
            forKey: .scenarios, in: values, debugDescription: "runs of nothing")
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(functions, forKey: .functions)
        try values.encode(atStart, forKey: .atStart)
        try values.encode(edges, forKey: .edges)
        try values.encode(PackedNumbers(Lists.packed(entered)), forKey: .entered)
        try values.encode(PackedNumbers(Lists.packed(taken)), forKey: .taken)
        let runs = scenarios.map { scenario in
            [UInt32(scenario.place), UInt32(scenario.entered), UInt32(scenario.taken)]
                + scenario.counts.flatMap { [UInt32($0.index), UInt32(clamping: $0.number)] }
        }
        try values.encode(PackedNumbers(Lists.packed(runs)), forKey: .scenarios)
    }
}

/// Lists of numbers, one behind the other, each with its length before it.
private struct Lists {
    private var rest: ArraySlice<UInt32>

    init(_ numbers: [UInt32]) { rest = numbers[...] }

    mutating func next() -> [UInt32]? {
        guard let count = rest.popFirst(), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }

    static func packed(_ lists: [[UInt32]]) -> [UInt32] {
        lists.flatMap { [UInt32($0.count)] + $0 }
    }
}

// MARK: - The counts of a tally

extension Tally {
    /// Its numbers that add up over scenarios, but for those of expectations and findings.
    private static let plainCounts: [any WritableKeyPath<Tally, Int> & Sendable] = [
        \.runs, \.scenarios, \.callsNotFailed, \.races.scenarios, \.races.runs, \.races.failing,
        \.races.complete, \.races.bounded, \.races.broken,
    ]
    /// How many there are with those.
    static let countCount =
        plainCounts.count + 2 * Expectations.all.count + Findings.all.count
    /// Where `callsNotFailed` is among them.
    static let indexOfCallsNotFailed = 2

    /// The numbers that add up over scenarios, always in the same order.
    func readCounts(into counts: inout [Int]) {
        counts.removeAll(keepingCapacity: true)
        for path in Tally.plainCounts { counts.append(self[keyPath: path]) }
        for index in lines.indices {
            counts.append(lines[index].runs)
            counts.append(lines[index].failures)
        }
        for index in findings.indices { counts.append(findings[index].failures) }
    }

    /// Adds some of these numbers.
    mutating func add(_ counts: [(index: Int, number: Int)]) {
        let plain = Tally.plainCounts.count
        for (index, number) in counts {
            let (place, ofFindings) = (index - plain, index - plain - 2 * lines.count)
            if place < 0 {
                self[keyPath: Tally.plainCounts[index]] += number
            } else if ofFindings >= 0 {
                findings[ofFindings].failures += number
            } else if place % 2 == 0 {
                lines[place / 2].runs += number
            } else {
                lines[place / 2].failures += number
            }
        }
    }
}
