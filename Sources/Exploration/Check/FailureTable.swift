// SPDX-License-Identifier: GPL-2.0-only

// Writes failing runs into a log while runs are made. A run that breaks nothing never comes here; one
// that fails looks up in which way, and which calls failed, and allocates where either is new.

import Expectations
import Machine

/// Knows what of an image's failures is in a log already, in a worker.
package struct FailureTable {
    private let image: KernelImage
    private var ways: [FailureKind: Int] = [:]
    private var calls: [[FailedSite]: Int] = [:]
    /// The log's entries of scenarios that are run in several orders.
    private var cases: [Case: Int] = [:]

    private struct Case: Hashable {
        var scenario: UInt32
        var way: Int
        var calls: Int
    }

    package init(of image: KernelImage) { self.image = image }

    /// Counts a run that fails.
    ///
    /// - Parameter order: that of its tasks, where there are several.
    package mutating func count(
        _ judgement: Judgement, by judge: Judge, _ outcome: borrowing Outcome,
        of scenario: Scenario, _ ordinal: RunOrdinal, injections: [Injection],
        order: TakenOrder? = nil, into log: inout FailureLog
    ) {
        let sites = injections.map { FailedSite($0, in: outcome) }
        let calls = self.calls[sites] ?? log.add(sites, named: image.name(of:))
        self.calls[sites] = calls
        judge.forEachFailure(judgement, outcome, of: scenario) { kind in
            let way = ways[kind] ?? log.add(FailureLog.Way(kind, of: image))
            ways[kind] = way
            let place = Case(scenario: ordinal.scenario, way: way, calls: calls)
            if let order, let known = cases[place] {
                return log.count(
                    ordinal, preemptions: order.preemptions, choices: order.choices, at: known)
            }
            let index = log.add(
                FailureLog.Entry(
                    way: way, ordinal: ordinal, calls: calls,
                    preemptions: order?.preemptions ?? 0, order: 0, runs: 1),
                choices: order?.choices ?? [])
            if order != nil { cases[place] = index }
        }
    }
}

extension FailedSite {
    init(_ injection: Injection, in outcome: borrowing Outcome) {
        for event in outcome.events
        where event.kind == .point && UInt32(event.task) == injection.task
            && event.arg0 == Int64(injection.nth)
        {
            self.init(
                injection,
                point: InjectionPoint(rawValue: UInt32(truncatingIfNeeded: event.arg1)),
                operation: event.operation ?? -1, pc: event.pc)
            return
        }
        self.init(injection, point: nil, operation: -1, pc: 0)
    }
}

extension FailureLog.Way {
    fileprivate init(_ kind: FailureKind, of image: KernelImage) {
        signature = FailureSignature(
            expectation: Expectations.all[kind.expectation].name,
            kind: kind.description(lockClasses: image.lockClassNames()))
        chain = kind.places
        finding = kind.finding.map { Findings.all[$0].number }
        endsRun = kind.endsRun
    }
}

extension FailureKind {
    package var places: [UInt64] { (0..<4).map { chain[$0] }.filter { $0 != 0 } }
}
