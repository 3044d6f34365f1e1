// SPDX-License-Identifier: GPL-2.0-only

// The failures that code shows, each by what it is: the expectation, what went wrong and in which
// function, the scenario, and the calls that were made to fail, by name and by the function that
// makes them. Nothing in it depends on lines, addresses or the order of tasks, so it can be held
// against what another version of the code shows. It is kept in the cache, and a JSON report has it.

import Expectations
import Machine
import Slices

/// The failures of one version of the code.
package struct ShownFailures: Codable, Sendable {
    /// One way of breaking an expectation.
    package struct Way: Codable, Hashable, Sendable {
        /// Without the function.
        package var signature: FailureSignature
        /// The function of the code under test in which it shows, where that tells failures apart.
        package var function: String?
        /// The number of the finding on record whose shape it has.
        package var finding: Int?
        /// Such a run goes no further: what it would have shown behind that is not to be seen.
        package var endsRun: Bool

        package init(
            signature: FailureSignature, function: String?, finding: Int?, endsRun: Bool = false
        ) {
            self.signature = signature
            self.function = function
            self.finding = finding
            self.endsRun = endsRun
        }

        package var expectation: String { signature.expectation }
        /// With the function.
        package var fullSignature: FailureSignature { signature.naming(function) }
    }

    /// A call that was made to fail.
    package struct Call: Codable, Hashable, Sendable {
        /// The kind of call, the same in all kernels; empty if the run never came to it.
        package var point: String
        /// What this kernel calls it.
        package var call: String
        /// As reports have it: `-ENOMEM`, or how much a copy manages first.
        package var error: String
        /// The function of the code under test that makes it.
        package var function: String?
        package var task: Int
        /// The operation that makes it; -1: none.
        package var operation: Int
        /// Its number among the fallible calls of the task.
        package var nth: Int
        /// It is made by a line that patches have added.
        package var isAdded = false

        package init(
            point: String, call: String, error: String, function: String?, task: Int,
            operation: Int, nth: Int, isAdded: Bool = false
        ) {
            self.point = point
            self.call = call
            self.error = error
            self.function = function
            self.task = task
            self.operation = operation
            self.nth = nth
            self.isAdded = isAdded
        }
    }

    /// A scenario that fails in one way with one choice of failing calls.
    package struct Case: Hashable, Sendable {
        /// An index into `ways`.
        package var way: Int
        /// An index into `calls`.
        package var calls: Int
        /// An index into `scenarios`.
        package var scenario: Int
        /// More than one where the order of tasks makes a difference.
        package var runs: Int

        package init(way: Int, calls: Int, scenario: Int, runs: Int) {
            self.way = way
            self.calls = calls
            self.scenario = scenario
            self.runs = runs
        }
    }

    package private(set) var ways: [Way] = []
    package private(set) var calls: [[Call]] = []
    /// Names.
    package private(set) var scenarios: [String] = []
    package private(set) var cases: [Case] = []
    /// Cycles of lock classes that are taken in both orders.
    package var inversions: [[String]] = []
    /// Failing runs that are not among the cases.
    package var left = 0

    private var places = Places()

    /// Where to find what was added.
    private struct Places {
        var ways: [Way: Int] = [:]
        var calls: [[Call]: Int] = [:]
        var scenarios: [String: Int] = [:]
    }

    package init() {}

    package mutating func index(of way: Way) -> Int {
        ShownFailures.place(way, in: &ways, &places.ways)
    }

    package mutating func index(of calls: [Call]) -> Int {
        ShownFailures.place(calls, in: &self.calls, &places.calls)
    }

    package mutating func index(ofScenario name: String) -> Int {
        ShownFailures.place(name, in: &scenarios, &places.scenarios)
    }

    package mutating func add(_ new: Case) { cases.append(new) }

    /// Adds a case of other failures.
    package mutating func add(_ item: Case, of other: ShownFailures) {
        add(
            Case(
                way: index(of: other.ways[item.way]), calls: index(of: other.calls[item.calls]),
                scenario: index(ofScenario: other.scenarios[item.scenario]), runs: item.runs))
    }

    /// Adds the cases of other failures behind its own.
    package mutating func merge(_ other: ShownFailures) {
        if places.ways.isEmpty { findPlaces() }
        for item in other.cases { add(item, of: other) }
        inversions += other.inversions.filter { !inversions.contains($0) }
        left += other.left
    }

    /// The same with everything in an order of its own, and what belongs to each case.
    func sorted(
        with changes: [ReportedFailure.Change?]?
    ) -> (shown: ShownFailures, changes: [ReportedFailure.Change?]?) {
        func ranks<Value>(_ values: [Value], _ precedes: (Value, Value) -> Bool) -> [Int] {
            var ranks = Array(repeating: 0, count: values.count)
            let order = values.indices.sorted { precedes(values[$0], values[$1]) }
            for (rank, index) in order.enumerated() { ranks[index] = rank }
            return ranks
        }
        let ways = ranks(self.ways) {
            ($0.signature, $0.function ?? "", $0.finding ?? 0)
                < ($1.signature, $1.function ?? "", $1.finding ?? 0)
        }
        let calls = ranks(self.calls.map { "\($0)" }, <)
        let scenarios = ranks(self.scenarios, <)
        let order = cases.indices.sorted { one, other in
            let (one, other) = (cases[one], cases[other])
            return (ways[one.way], calls[one.calls], scenarios[one.scenario])
                < (ways[other.way], calls[other.calls], scenarios[other.scenario])
        }
        var sorted = self
        sorted.cases = order.map { cases[$0] }
        return (sorted, changes.map { changes in order.map { changes[$0] } })
    }

    private static func place<Value: Hashable>(
        _ value: Value, in values: inout [Value], _ places: inout [Value: Int]
    ) -> Int {
        if let known = places[value] { return known }
        values.append(value)
        places[value] = values.count - 1
        return values.count - 1
    }

    /// What was read back does not know where to find what it has.
    private mutating func findPlaces() {
        for (index, way) in ways.enumerated() { places.ways[way] = index }
        for (index, sites) in calls.enumerated() { places.calls[sites] = index }
        for (index, name) in scenarios.enumerated() { places.scenarios[name] = index }
    }

    /// Whether its numbers can be added up.
    var areCounts: Bool {
        CountCheck.isCount(left) && cases.allSatisfy { CountCheck.isCount($0.runs) }
    }

    /// Whether anything breaks an expectation.
    package func breaks(_ expectation: Expectation) -> Bool {
        if expectation.mask == .lockOrder, !inversions.isEmpty { return true }
        return ways.contains { $0.expectation == expectation.name }
    }
}

extension ShownFailures {
    private enum CodingKeys: String, CodingKey {
        case ways, calls, scenarios, cases, inversions, left
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        ways = try values.decode([Way].self, forKey: .ways)
        calls = try values.decode([[Call]].self, forKey: .calls)
        scenarios = try values.decode([String].self, forKey: .scenarios)
        inversions = try values.decode([[String]].self, forKey: .inversions)
        left = try values.decode(Int.self, forKey: .left)
        let numbers = try values.decode(PackedNumbers.self, forKey: .cases).numbers
        cases = (0..<numbers.count / 4).map { index in
            Case(
                way: Int(numbers[4 * index]), calls: Int(numbers[4 * index + 1]),
                scenario: Int(numbers[4 * index + 2]), runs: Int(numbers[4 * index + 3]))
        }
        guard
            cases.allSatisfy({
                ways.indices.contains($0.way) && calls.indices.contains($0.calls)
                    && scenarios.indices.contains($0.scenario)
            })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .cases, in: values, debugDescription: "a case of nothing")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(ways, forKey: .ways)
        try values.encode(calls, forKey: .calls)
        try values.encode(scenarios, forKey: .scenarios)
        try values.encode(inversions, forKey: .inversions)
        try values.encode(left, forKey: .left)
        var numbers: [UInt32] = []
        numbers.reserveCapacity(4 * cases.count)
        for item in cases {
            numbers.append(UInt32(item.way))
            numbers.append(UInt32(item.calls))
            numbers.append(UInt32(item.scenario))
            numbers.append(UInt32(clamping: item.runs))
        }
        try values.encode(PackedNumbers(numbers), forKey: .cases)
    }
}

extension ShownFailures {
    /// The failures of a tally.
    ///
    /// - Parameters:
    ///   - added: the lines that patches have added.
    ///   - frames: functions and lines behind a code address of the image.
    package init(
        _ tally: Tally, added: Set<SourceLine> = [], frames: (UInt64) -> [CodeFrame]
    ) {
        self.init()
        add(
            tally.failures, tally.deaths, of: { ScenarioIndex.scenario(at: $0).name },
            added: added, frames: frames)
        inversions = tally.lockOrder.inversions().map { $0.map(\.held) }
    }

    /// Adds the failures of a log, in the order of its entries, and deaths behind them.
    ///
    /// - Parameters:
    ///   - name: of the scenario with an index.
    ///   - added: the lines that patches have added.
    ///   - frames: functions and lines behind a code address of the image.
    package mutating func add(
        _ log: FailureLog, _ deaths: [Death], of name: (Int) -> String,
        added: Set<SourceLine> = [], frames: (UInt64) -> [CodeFrame]
    ) {
        func place(_ chain: [UInt64]) -> CodeFrame? {
            chain.lazy.flatMap(frames).first { $0.isOfSlice }
        }
        let ways = log.ways.map {
            index(
                of: Way(
                    signature: $0.signature, function: place($0.chain)?.function,
                    finding: $0.finding, endsRun: $0.endsRun))
        }
        let calls = log.calls.map { sites in
            index(
                of: sites.map { site in
                    let caller = site.pc == 0 ? nil : place([site.pc])
                    return Call(
                        point: site.point.map { "\($0)" } ?? "",
                        call: site.point.flatMap { log.names[$0] } ?? "",
                        error: site.injection.errorName,
                        function: caller?.function,
                        task: Int(site.injection.task), operation: site.operation,
                        nth: Int(site.injection.nth),
                        isAdded: caller.map {
                            added.contains(SourceLine(file: $0.file, line: $0.line))
                        } ?? false)
                })
        }
        for entry in log.entries {
            add(
                Case(
                    way: ways[entry.way], calls: calls[entry.calls],
                    scenario: index(ofScenario: name(Int(entry.ordinal.scenario))),
                    runs: entry.runs))
        }
        for death in deaths {
            let calls = death.injections.map {
                Call(
                    point: "", call: "", error: $0.errorName, function: nil, task: Int($0.task),
                    operation: -1, nth: Int($0.nth))
            }
            add(
                Case(
                    way: index(
                        of: Way(
                            signature: death.signature, function: nil, finding: nil, endsRun: true)),
                    calls: index(of: calls),
                    scenario: index(ofScenario: name(Int(death.ordinal.scenario))),
                    runs: 1))
        }
        left += log.left
    }
}

extension Injection {
    fileprivate var errorName: String {
        error > 0 ? "\(error) byte\(error == 1 ? "" : "s")" : Errno.name(of: error)
    }
}

extension FailureLog {
    /// Every code address that it mentions, each once, ascending.
    package var codeAddresses: [UInt64] {
        var addresses = Set(ways.flatMap(\.chain))
        addresses.formUnion(calls.joined().map(\.pc))
        addresses.remove(0)
        return addresses.sorted()
    }
}
