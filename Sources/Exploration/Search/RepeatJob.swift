// SPDX-License-Identifier: GPL-2.0-only

// The failing runs of one version of the code, made with another. Whether a failure of a search is
// the patch's is seen best in the very run that shows it: the scenario, the failing calls and the
// order are known, so the question costs one run.

import Expectations
import Machine
import Workers

/// A run of a plan's scenario, by what it takes to make it again.
package struct RepeatedRun: Codable, Sendable {
    package var ordinal: RunOrdinal
    /// The calls that fail, as far as they are known.
    package var calls: [FailedSite]
    package var choices: [UInt8]
    /// As it was asked for, where it killed its process.
    package var deadly: Run?

    var injections: [Injection] { calls.map(\.injection) }

    func run(of scenario: Scenario) -> Run {
        deadly
            ?? scenario.run(injections: injections, schedule: Schedule(choices: choices))
    }
}

/// What repeated runs show.
package struct RepeatedFailures: Codable, Sendable {
    package internal(set) var failures = FailureLog()
    package internal(set) var deaths: [Death] = []
    package internal(set) var lockOrder = LockOrderGraph()
    /// Runs in which the same calls of the same operations fail.
    package internal(set) var alike: Set<RunOrdinal> = []
    /// Runs that say nothing: errors of the harness, or a call that was to fail is not there.
    package internal(set) var silent = 0

    mutating func merge(_ other: RepeatedFailures) {
        failures.merge(other.failures)
        deaths += other.deaths
        lockOrder.merge(other.lockOrder)
        alike.formUnion(other.alike)
        silent += other.silent
    }
}

/// Makes runs that are known from another version of the code.
package struct RepeatJob: ImageJob {
    package static let name = "repeat"

    package var image: ImageReference
    package var plan: SearchPlan
    /// One for each ordinal.
    package var runs: [RepeatedRun]
    package var deaths: [Death] = []
    package var suspects = SuspectRuns()
    package var limit = DeathLimit()

    package var images: [ImageReference] { [image] }

    package func run(in worker: WorkerContext<RepeatJob>) throws -> RepeatedFailures {
        let image = try self.image.load()
        var judge = Judge(image: image)
        var table = FailureTable(of: image)
        var shown = RepeatedFailures()
        shown.deaths = deaths
        let deadly = Set(deaths.map(\.ordinal))
        for (index, known) in runs.enumerated() where !deadly.contains(known.ordinal) {
            let scenario = plan.scenario(at: Int(known.ordinal.scenario))
            guard image.supports(scenario) else {
                shown.silent += 1
                continue
            }
            let run = known.run(of: scenario)
            worker.page.note(run.schedule, recordsSteps: run.recordsSteps)
            worker.page.begin(known.ordinal, runs: UInt64(index), injections: known.injections)
            image.run(run) { outcome in
                worker.page.enter(.judging)
                guard outcome.end != .refused, !outcome.end.isHarnessError else {
                    shown.silent += 1
                    return
                }
                let isAlike = known.calls.allSatisfy { call in
                    let site = FailedSite(call.injection, in: outcome)
                    return (site.point, site.operation) == (call.point, call.operation)
                }
                if isAlike { shown.alike.insert(known.ordinal) }
                let judgement = judge.judge(
                    outcome, of: scenario, injections: known.injections,
                    runKey: known.ordinal.packed)
                guard judgement.hasFailure else { return }
                table.count(
                    judgement, by: judge, outcome, of: scenario, known.ordinal,
                    injections: known.injections, order: outcome.takenOrder(),
                    into: &shown.failures)
            }
        }
        shown.lockOrder = judge.lockOrder
        worker.page.enter(.finished)
        return shown
    }

    /// A run that kills its process shows that; behind too many of them only these count.
    package func resume(
        after death: WorkerDeath<RepeatedFailures>
    ) throws -> Continuation<RepeatJob> {
        var killed = try Death(of: death, scenarios: plan.scenarioCount)
        var rest = self
        guard try rest.suspects.confirm(killed) else { return .again(rest) }
        let scenario = plan.scenario(at: Int(killed.ordinal.scenario))
        killed.run = runs.first { $0.ordinal == killed.ordinal }?.run(of: scenario)
        rest.deaths.append(killed)
        if limit.isReached(by: rest.deaths) { rest.runs = [] }
        return .again(rest)
    }

    package func objection(to result: RepeatedFailures, isWhole: Bool) -> String? {
        guard CountCheck.isCount(result.silent), CountCheck.isCount(result.failures.left) else {
            return "a count is out of range"
        }
        return result.failures.objection(scenarios: 1 << 32)
    }
}

extension SearchTally {
    /// What has to be made again: every run that fails, and every one that shows an edge of the
    /// lock-order graph, each once.
    var runsToRepeat: [RepeatedRun] {
        let deadly = deaths.map {
            RepeatedRun(
                ordinal: $0.ordinal, calls: $0.injections.map(FailedSite.init(unknown:)),
                choices: [], deadly: $0.run)
        }
        let edges = lockOrder.edges.map {
            RepeatedRun(
                ordinal: RunOrdinal(packed: $0.runKey),
                calls: $0.injections.map(FailedSite.init(unknown:)), choices: $0.choices)
        }
        var known: Set<RunOrdinal> = []
        return (failures.entries.map(failures.run) + deadly + edges).filter {
            known.insert($0.ordinal).inserted
        }
    }
}

extension FailureLog {
    /// The run of an entry.
    func run(of entry: Entry) -> RepeatedRun {
        RepeatedRun(
            ordinal: entry.ordinal, calls: calls[entry.calls], choices: orders[entry.order])
    }
}

extension FailedSite {
    /// Of a call of which nothing is known but its number.
    fileprivate init(unknown injection: Injection) {
        self.init(injection, point: nil, operation: -1, pc: 0)
    }
}

extension WorkerPool {
    /// Makes runs of a plan's scenarios with an image.
    ///
    /// - Parameter runs: one for each ordinal.
    func `repeat`(
        _ runs: [RepeatedRun], of plan: SearchPlan, with image: ImageReference
    ) throws -> RepeatedFailures {
        var shown = RepeatedFailures()
        guard !runs.isEmpty else { return shown }
        let shares = (0..<min(jobs, runs.count)).map { job in
            RepeatJob(
                image: image, plan: plan,
                runs: stride(from: job, to: runs.count, by: jobs).map { runs[$0] })
        }
        for state in try run(shares) { state.results.forEach { shown.merge($0) } }
        return shown
    }
}
