// SPDX-License-Identifier: GPL-2.0-only

// What of the failures of two versions of the code is the same. A failure is the same if the same
// expectation is broken in the same way and function, in the same scenario, where the same functions
// made the same calls that failed. How often it shows is no matter.
//
// A refactoring moves calls into other functions. So it is also the same where the functions differ
// and the failing calls have the same kinds and numbers; but where a failure is told apart by the
// function in which it shows, that function must be one that the other version does not have.
//
// A call that a patch adds fails in no run of the code without it. If what such a run shows is what both
// versions show in the scenario where all else fails and that call does not, it is no matter to it.

import Expectations

/// Finds failures among those that a version of the code shows.
package struct KnownFailureCases {
    private let known: ShownFailures
    private let exact: Projection

    package init(_ known: ShownFailures) {
        self.known = known
        exact = Projection(of: known, usesFunctions: true)
    }

    /// For each case of another version whether it is among those that are known.
    ///
    /// - Parameter hasMoved: whether a failure can show in one function here and in another there.
    package func contains(
        _ others: ShownFailures, hasMoved: (_ here: String?, _ there: String?) -> Bool
    ) -> [Bool] {
        let exact = self.exact.has(others)
        // Seldom needed, so not made before.
        guard exact.contains(false) else { return exact }
        let moved = Projection(of: known, usesFunctions: false).find(others)
        return others.cases.indices.map { index in
            if exact[index] { return true }
            let function = others.ways[others.cases[index].way].function
            return moved[index].contains { way in
                let known = self.known.ways[way].function
                return known == function || hasMoved(known, function)
            }
        }
    }

    /// Ways, calls and scenarios by number, and the cases as triples of them, each triple in one number.
    private struct Projection {
        private struct Way: Hashable {
            var signature: FailureSignature
            var function: String?
        }

        private struct Call: Hashable {
            var point: String
            var error: String
            var function: String?
            var task: Int
            var operation: Int
            var nth: Int
        }

        private let usesFunctions: Bool
        private var ways: [Way: Int] = [:]
        private var calls: [[Call]: Int] = [:]
        private var scenarios: [String: Int] = [:]
        private var callCount = 0
        private var scenarioCount = 0
        /// The way, as the failures have it, of each triple,
        private var cases: [Int: Int] = [:]
        /// ... and the others of those that have several.
        private var more: [Int: [Int]] = [:]

        init(of failures: ShownFailures, usesFunctions: Bool) {
            self.usesFunctions = usesFunctions
            ways = Projection.numbers(of: failures.ways.map(key))
            calls = Projection.numbers(of: failures.calls.map { $0.map(key) })
            scenarios = Projection.numbers(of: failures.scenarios)
            callCount = failures.calls.count
            scenarioCount = failures.scenarios.count
            let numbers = self.numbers(of: failures)
            cases.reserveCapacity(failures.cases.count)
            for item in failures.cases {
                guard let triple = numbers(item) else { continue }
                guard let first = cases[triple] else {
                    cases[triple] = item.way
                    continue
                }
                if first != item.way, more[triple]?.contains(item.way) != true {
                    more[triple, default: []].append(item.way)
                }
            }
        }

        private static func numbers<Key: Hashable>(of keys: [Key]) -> [Key: Int] {
            Dictionary(keys.enumerated().map { ($1, $0) }) { first, _ in first }
        }

        /// For each case the known ways that are the same.
        func find(_ failures: ShownFailures) -> [[Int]] {
            let numbers = self.numbers(of: failures)
            return failures.cases.map { item in
                guard let triple = numbers(item), let first = cases[triple] else { return [] }
                return [first] + (more.isEmpty ? [] : more[triple] ?? [])
            }
        }

        /// Whether each case is known.
        func has(_ failures: ShownFailures) -> [Bool] {
            let numbers = self.numbers(of: failures)
            return failures.cases.map { item in numbers(item).map { cases[$0] != nil } ?? false }
        }

        private func numbers(
            of failures: ShownFailures
        ) -> (ShownFailures.Case) -> Int? {
            let ways = failures.ways.map { self.ways[key($0)] }
            let calls = failures.calls.map { self.calls[$0.map(key)] }
            let scenarios = failures.scenarios.map { self.scenarios[$0] }
            // A number is that of its first key: it is below the number of all keys.
            let (callCount, scenarioCount) = (self.callCount, self.scenarioCount)
            return { item in
                guard let way = ways[item.way], let calls = calls[item.calls],
                    let scenario = scenarios[item.scenario]
                else { return nil }
                return (way * callCount + calls) * scenarioCount + scenario
            }
        }

        private func key(_ way: ShownFailures.Way) -> Way {
            Way(signature: way.signature, function: usesFunctions ? way.function : nil)
        }

        private func key(_ call: ShownFailures.Call) -> Call {
            Call(
                point: call.point, error: call.error,
                function: usesFunctions ? call.function : nil, task: call.task,
                operation: call.operation,
                // Of a call that was not reached nothing else is known.
                nth: usesFunctions && !call.point.isEmpty ? 0 : call.nth)
        }
    }
}

/// The failures of two versions of the code, held against each other.
package struct FailureComparison: Sendable {
    /// For each case of the later version whether the earlier one does not have it.
    package let isNew: [Bool]
    /// For each new case that is on record whether it may have been there: the earlier version's run
    /// of the scenario ends in another failure, with the same calls failing or some of them.
    package let isHidden: [Bool]
    /// For each case of the earlier version whether the later one does not have it.
    package let isGone: [Bool]
    package let newInversions: Set<[String]>
    package let goneInversions: Set<[String]>

    /// - Parameter hasFunction: whether the code of the earlier and of the later version has a
    ///   function; nil where that is not known.
    package init(
        from before: ShownFailures, to after: ShownFailures,
        hasFunction: (before: (String) -> Bool, after: (String) -> Bool)?
    ) {
        func hasMoved(_ earlier: String?, _ later: String?) -> Bool {
            guard let earlier, let later, let hasFunction else { return false }
            return !hasFunction.before(later) || !hasFunction.after(earlier)
        }
        let (casesBefore, casesAfter) = (KnownFailureCases(before), KnownFailureCases(after))
        var isNew = casesBefore.contains(after) { hasMoved($0, $1) }.map { !$0 }
        let (plain, places) = after.withoutAddedCalls { isNew[$0] }
        if !places.isEmpty {
            let known = casesBefore.contains(plain) { hasMoved($0, $1) }
            let stays = casesAfter.contains(plain) { _, _ in false }
            for (place, isKnown) in zip(places, zip(known, stays).map { $0 && $1 }) where isKnown {
                isNew[place] = false
            }
        }
        self.isNew = isNew
        let ends = EndedRuns(before)
        isHidden = zip(after.cases, isNew).map { item, isNew in
            isNew && after.ways[item.way].finding != nil
                && ends.hide(after.calls[item.calls], of: after.scenarios[item.scenario])
        }
        // Behind a new failure a scenario may not come to what it showed before.
        let broken = Set(
            zip(after.cases, isNew).filter(\.1).map { after.scenarios[$0.0.scenario] })
        let isThere = casesAfter.contains(before) { hasMoved($1, $0) }
        isGone = zip(before.cases, isThere).map { item, isThere in
            !isThere && !broken.contains(before.scenarios[item.scenario])
        }
        newInversions = Set(after.inversions).subtracting(before.inversions)
        goneInversions = Set(before.inversions).subtracting(after.inversions)
    }
}

extension ShownFailures {
    /// Those of some cases in which a call fails that patches have added, as if it did not fail.
    ///
    /// - Returns: the cases, and for each its place among these.
    fileprivate func withoutAddedCalls(
        where isMeant: (Int) -> Bool
    ) -> (ShownFailures, places: [Int]) {
        var plain = ShownFailures()
        var places: [Int] = []
        for (place, item) in cases.enumerated()
        where isMeant(place) && calls[item.calls].contains(where: \.isAdded) {
            plain.add(
                Case(
                    way: plain.index(of: ways[item.way]),
                    calls: plain.index(of: calls[item.calls].filter { !$0.isAdded }),
                    scenario: plain.index(ofScenario: scenarios[item.scenario]), runs: item.runs))
            places.append(place)
        }
        return (plain, places)
    }
}

/// Scenarios whose runs end in a failure, with the calls that fail in them.
private struct EndedRuns {
    private struct Call: Hashable {
        var point: String
        var error: String
        var task: Int
        var operation: Int

        init(_ call: ShownFailures.Call) {
            point = call.point
            error = call.error
            task = call.task
            operation = call.operation
        }
    }

    private var calls: [String: Set<Set<Call>>] = [:]

    init(_ shown: ShownFailures) {
        for item in shown.cases where shown.ways[item.way].endsRun {
            calls[shown.scenarios[item.scenario], default: []].insert(
                Set(shown.calls[item.calls].map(Call.init)))
        }
    }

    /// Whether a run of the scenario may end before it comes to what it shows when it does not.
    func hide(_ failing: [ShownFailures.Call], of scenario: String) -> Bool {
        let failing = Set(failing.map(Call.init))
        return calls[scenario]?.contains { $0.isSubset(of: failing) } ?? false
    }
}
