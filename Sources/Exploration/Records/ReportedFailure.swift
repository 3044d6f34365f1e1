// SPDX-License-Identifier: GPL-2.0-only

// A failure as a JSON report has it, and as it is read back to be a baseline. The scenarios that fail
// in the same way with the same failing calls stand together, so a report stays small.

import Expectations

/// Scenarios that fail in one way with one choice of failing calls.
package struct ReportedFailure: Codable, Sendable {
    /// Whether the baseline has it, too.
    package enum Change: String, Codable, Sendable {
        case new
        case asBefore = "as-before"
        /// It is on record, and the baseline's run ends in another failure before it comes to it.
        case hidden
    }

    /// A call that fails.
    package struct Call: Codable, Sendable {
        /// The kind of call; absent if the run never came to it.
        package var point: String?
        /// What this kernel calls it.
        package var call: String
        package var error: String
        /// The function that makes it.
        package var function: String?
        package var task: Int
        /// The operation that makes it.
        package var operation: Int?
        package var nth: Int

        private enum CodingKeys: String, CodingKey {
            case point, call, error, function, task, operation
            case nth = "fail_nth"
        }
    }

    package var expectation: String
    /// What went wrong.
    package var kind: String
    /// The function in which it shows, where that tells failures apart.
    package var function: String?
    /// The number of the finding on record whose shape it has.
    package var finding: Int?
    /// Present, and true, if such a run goes no further.
    package var endsRun: Bool?
    /// Absent without a baseline.
    package var change: Change?
    package var calls: [Call]
    /// By name; none for an inversion of lock classes, which is judged over all runs.
    package var scenarios: [String]
    package var runs: Int

    private enum CodingKeys: String, CodingKey {
        case expectation, kind, function, finding, change, calls, scenarios, runs
        case endsRun = "ends_run"
    }
}

extension ShownFailures {
    /// As many scenarios as a report has room for: all that a check can write down.
    package static let reportLimit = FailureLog.limit

    /// The failures as a report has them.
    ///
    /// - Parameters:
    ///   - change: of a case.
    ///   - isWanted: whether a case is one of them.
    func reported(
        _ change: (Int) -> ReportedFailure.Change?,
        inversions: [([String], ReportedFailure.Change?)],
        where isWanted: (Int) -> Bool = { _ in true }
    ) -> [ReportedFailure] {
        struct Group: Hashable {
            var way: Int
            var calls: Int
            var change: ReportedFailure.Change?
        }
        var order: [Group] = []
        var groups: [Group: [Int]] = [:]
        for index in cases.indices.lazy.filter(isWanted).prefix(Self.reportLimit) {
            let item = cases[index]
            let group = Group(way: item.way, calls: item.calls, change: change(index))
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append(index)
        }
        var all = order.map { group in
            let way = ways[group.way]
            let members = groups[group] ?? []
            return ReportedFailure(
                expectation: way.expectation, kind: way.signature.kind, function: way.function,
                finding: way.numberOnRecord, endsRun: way.endsRun ? true : nil,
                change: group.change,
                calls: calls[group.calls].map(ReportedFailure.Call.init),
                scenarios: members.map { scenarios[cases[$0].scenario] },
                runs: members.reduce(0) { $0 + cases[$1].runs })
        }
        all += inversions.map { cycle, change in
            ReportedFailure(
                expectation: ExpectationSet.lockOrder.name,
                kind: FailureSignature.inversion(of: cycle), change: change, calls: [],
                scenarios: [], runs: 1)
        }
        func place(_ failure: ReportedFailure) -> Int {
            Expectations.named(failure.expectation)?.index ?? .max
        }
        return all.enumerated().sorted {
            (place($0.element), $0.offset) < (place($1.element), $1.offset)
        }.map(\.element)
    }

    /// The failures of a report.
    package init(_ failures: [ReportedFailure]) {
        self.init()
        for failure in failures {
            let signature = FailureSignature(expectation: failure.expectation, kind: failure.kind)
            if let cycle = signature.inversion {
                inversions.append(cycle)
                continue
            }
            let way = index(
                of: Way(
                    signature: signature, function: failure.function, finding: failure.finding,
                    endsRun: failure.endsRun ?? false))
            let calls = index(of: failure.calls.map(Call.init))
            for name in failure.scenarios {
                add(
                    Case(
                        way: way, calls: calls, scenario: index(ofScenario: name),
                        runs: max(1, failure.runs / max(1, failure.scenarios.count))))
            }
        }
    }
}

extension ReportedFailure.Call {
    fileprivate init(_ call: ShownFailures.Call) {
        self.init(
            point: call.point.isEmpty ? nil : call.point, call: call.call, error: call.error,
            function: call.function, task: call.task,
            operation: call.operation < 0 ? nil : call.operation, nth: call.nth)
    }
}

extension ShownFailures.Call {
    fileprivate init(_ call: ReportedFailure.Call) {
        self.init(
            point: call.point ?? "", call: call.call, error: call.error, function: call.function,
            task: call.task, operation: call.operation ?? -1, nth: call.nth)
    }
}
