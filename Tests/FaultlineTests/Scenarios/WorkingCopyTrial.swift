// SPDX-License-Identifier: GPL-2.0-only

// One scenario tried on the working copy, as it is compiled into this test. Only when something
// fails is the same code built as a variant too, which knows functions and lines and leaves a
// witness in the user's own cache for `faultline replay`.

import Expectations
import Interleavings
import Machine
import Patches
import Slices
import System
import VariantTesting
import Workers

import struct Expectations.Expectation

@testable import Exploration
@testable import Reporting

/// Runs of one scenario.
struct WorkingCopyTrial {
    private let scenario: Scenario
    private let image: KernelImage

    /// Patches to try on instead, on top of the committed slice: for tests of the assertion.
    @TaskLocal static var patches: [Patch] = []

    /// More runs than any scenario of a few operations needs; one that does is told.
    static let runsMax = 50_000

    /// What came of it.
    struct Result {
        var runs = 0
        var failures: [Failure] = []
        /// Why the answer is none, or not a whole one.
        var problems: [String] = []
    }

    /// An expectation that does not hold.
    struct Failure {
        var expectation: Expectation
        var runs: Int
        /// The smallest run that shows it.
        var run: Run
    }

    init(_ scenario: Scenario) throws {
        self.scenario = scenario
        guard !WorkingCopyTrial.patches.isEmpty else {
            image = .workingCopy
            return
        }
        let session = try WorkingCopyTrial.session.get()
        let variant = try session.build([try WorkingCopyTrial.request(session)])[0]
        image = try KernelImage(contentsOf: variant.image)
    }

    /// These failures, in this order, or in every order if there is none.
    func with(_ calls: [FailingCall], in order: [PreemptionPoint]) throws -> Result {
        var injections: [Injection] = []
        for call in calls {
            switch call {
            case .numbered(let injection): injections.append(injection)
            case .named(let failure):
                guard let found = try injection(of: failure, behind: injections, in: order) else {
                    return Result(problems: [
                        "\(failure.description), is not called: the failure that is meant does not "
                            + "happen in this code"
                    ])
                }
                injections.append(found)
            }
        }
        if !order.isEmpty { return try thisOrder(order, with: injections) }
        return injections.isEmpty
            ? try everyOrder(failures: 0) : everyOrder(with: injections)
    }

    /// A failure by number, as this code has it; nil if it makes no such call.
    ///
    /// - Parameter injections: what fails before it.
    private func injection(
        of failure: NamedFailure, behind injections: [Injection], in order: [PreemptionPoint]
    ) throws -> Injection? {
        let session = try WorkingCopyTrial.session.get()
        let request = try WorkingCopyTrial.request(session)
        let variant = try session.build([request])[0]
        var run = scenario.run(injections: injections)
        run.schedule = try session.follow(order, scenario, run, of: variant).schedule
        let witness = try session.witness([(scenario, run)], of: variant, request)[0]
        let call = FallibleCall.all(of: witness.record, witness.frames).first {
            $0.task == Int(failure.task) && image.name(of: $0.kind) == failure.call
                && $0.function == failure.function && $0.occurrence == failure.occurrence
        }
        return call.map { Injection(task: failure.task, nth: $0.nth, error: failure.error) }
    }

    /// Every order, without failures and with up to so many.
    func everyOrder(failures: Int) throws -> Result {
        let plan = SearchPlan(
            scenarios: [scenario], failures: failures, runs: WorkingCopyTrial.runsMax)
        var search = OrderSearch(
            SearchJob(image: .workingCopy, plan: plan, shard: .whole), of: image)
        try search.run { _ in }
        let tally = search.tally
        var result = Result(runs: tally.runs)
        for (expectation, line) in zip(Expectations.all, tally.lines) {
            guard let finding = line.finding else { continue }
            result.failures.append(
                Failure(expectation: expectation, runs: line.failures, run: finding.run))
        }
        note(inversionsOf: tally.lockOrder, in: &result)
        let isWhole = tally.coverage.allSatisfy {
            $0.isComplete && $0.completeFailureSets == $0.failureSets
        }
        if !isWhole || result.runs == 0 { result.problems.append(incomplete(result.runs)) }
        return result
    }

    /// Every order, with these failures in each.
    func everyOrder(with injections: [Injection]) -> Result {
        var judge = Judge(image: image)
        var strategy = DPOR()
        var run = scenario.run(injections: injections)
        var result = Result()
        var fallible: [UInt32: UInt32] = [:]
        while result.runs < WorkingCopyTrial.runsMax, strategy.next(&run) {
            result.runs += 1
            image.run(run) { outcome in
                strategy.learn(from: outcome)
                for event in outcome.events where event.kind == .point {
                    let nth = UInt32(truncatingIfNeeded: event.arg0)
                    fallible[UInt32(event.task), default: 0].formMax(with: nth)
                }
                if outcome.end.isHarnessError {
                    result.problems.append("the run \(outcome.end.description): \(outcome.message)")
                }
                let fails = judge.judge(outcome, of: scenario, injections: injections).fails
                let finding = FoundRun(
                    outcome, scenario, injections, RunOrdinal(scenario: 0, run: result.runs))
                result.note(fails.members, finding.run)
            }
            if !result.problems.isEmpty { return result }
        }
        note(inversionsOf: judge.lockOrder, in: &result)
        for injection in injections where fallible[injection.task, default: 0] < injection.nth {
            result.problems.append(
                "call \(injection.nth) of task \(injection.task) never comes: it makes "
                    + "\(fallible[injection.task, default: 0]) fallible calls")
        }
        if !strategy.worth.isComplete { result.problems.append(incomplete(result.runs)) }
        return result
    }

    /// One order, as a witness has it.
    func thisOrder(_ marks: [PreemptionPoint], with injections: [Injection]) throws -> Result {
        let session = try WorkingCopyTrial.session.get()
        let variant = try session.build([try WorkingCopyTrial.request(session)])[0]
        let asked = scenario.run(injections: injections)
        let following = try session.follow(marks, scenario, asked, of: variant)
        var result = Result(runs: 1)
        if let lost = following.lost {
            result.problems = [
                "the order was followed for \(following.followed) of \(marks.count) switches, up to "
                    + "where \(lost): this code gives way at no such place; without `order:` every "
                    + "order is tried"
            ]
            return result
        }
        let run = scenario.run(injections: injections, schedule: following.schedule)
        var judge = Judge(image: image)
        image.run(run) { outcome in
            if outcome.end.isHarnessError {
                result.problems.append("the run \(outcome.end.description): \(outcome.message)")
            }
            let fails = judge.judge(outcome, of: scenario, injections: injections).fails
            result.note(fails.members, run)
        }
        note(inversionsOf: judge.lockOrder, in: &result)
        return result
    }

    private func incomplete(_ runs: Int) -> String {
        "\(runs) runs were made, and there is more to try: make the scenario smaller, or search it "
            + "with `faultline explore --scenario \(scenario.name)`"
    }

    private func note(inversionsOf graph: LockOrderGraph, in result: inout Result) {
        guard let cycle = graph.inversions().first,
            let closing = cycle.max(by: { $0.runKey < $1.runKey })
        else { return }
        result.note(
            [Expectations.named("lock-order")!], scenario.run(injections: closing.injections))
    }

    // MARK: - The story

    private static let session = Swift.Result<CheckSession, any Error> {
        let builder = Builder(
            Installation(
                checkout: Checkout(root: CommandRun.home.path), toolchain: try Toolchain.find(),
                cache: try BuildCache.find()))
        return CheckSession(
            builder: builder, pool: WorkerPool(executable: CommandRun.executable.path, jobs: 1))
    }

    private static func request(_ session: CheckSession) throws -> BuildRequest {
        guard patches.isEmpty else {
            return BuildRequest(
                name: "trial", tree: try session.builder.trees.pristineTree(), patches: patches)
        }
        return BuildRequest(
            name: CheckSession.workingCopyName, tree: .embedded(of: session.builder.checkout),
            patches: [])
    }

    /// All there is to tell of a failure; its witness is kept.
    func story(of failure: Failure, in result: Result) throws -> String {
        let session = try WorkingCopyTrial.session.get()
        let request = try WorkingCopyTrial.request(session)
        let variant = try session.build([request])[0]
        let witness = try session.witness(
            [(scenario, failure.run)], of: variant, request)[0]
        try session.store.save(witness)
        return "\(scenario.name) breaks \(failure.expectation.name) in \(failure.runs) of "
            + "\(result.runs) runs\n" + witness.text(for: failure.expectation)
    }
}

extension WorkingCopyTrial.Result {
    /// Counts a run; the one with the fewest choices is kept of each expectation.
    fileprivate mutating func note(_ broken: [Expectation], _ run: Run) {
        for expectation in broken {
            guard let place = failures.firstIndex(where: { $0.expectation == expectation }) else {
                failures.append(
                    WorkingCopyTrial.Failure(expectation: expectation, runs: 1, run: run))
                continue
            }
            failures[place].runs += 1
            if run.schedule.choices.count < failures[place].run.schedule.choices.count {
                failures[place].run = run
            }
        }
    }
}

extension UInt32 {
    fileprivate mutating func formMax(with other: UInt32) { self = Swift.max(self, other) }
}
