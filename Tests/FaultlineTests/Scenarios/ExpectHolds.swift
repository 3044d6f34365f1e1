// SPDX-License-Identifier: GPL-2.0-only

// The assertion that goes with a scenario of one's own: every expectation holds on the working copy
// of csrc/kernel. What fails is told as `faultline check` tells it, and kept as a witness.
//
//     try expectHolds(fsyncAgainstAppend)
//     try expectHolds(fsyncAgainstAppend, failing: [.call(2, returns: -Errno.enospc)])
//     try expectHolds(fsyncAgainstAppend, order: [.first(1)])

import Expectations
import Machine
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

/// What is made to fail in the runs of a scenario.
enum Failing: ExpressibleByArrayLiteral {
    /// These calls, in every run.
    case these([Injection])
    /// Every call that there is, one in each run, with each error that it can return.
    case eachCall

    init(arrayLiteral calls: Injection...) { self = .these(calls) }
}

extension Injection {
    /// The n-th fallible call of a task (what a report calls `fail_nth`) returns an error.
    static func call(_ nth: UInt32, of task: UInt32 = 0, returns error: Int) -> Injection {
        Injection(task: task, nth: nth, error: Int32(error))
    }

    /// The n-th fallible call of a task, a copy to or from the user, faults behind so many bytes.
    static func call(_ nth: UInt32, of task: UInt32 = 0, copies bytes: Int) -> Injection {
        Injection(task: task, nth: nth, error: Int32(bytes))
    }
}

/// Runs a scenario on the working copy and expects every expectation to hold.
///
/// - Parameters:
///   - failing: what fails in these runs; nothing unless told.
///   - order: where tasks give way to each other, as a witness says it; every order that can make
///     a difference unless told.
/// - Throws: `ScenarioMistake` for a scenario that no world can be made of.
func expectHolds(
    _ own: OwnScenario, failing: Failing = [], order: [PreemptionPoint] = [],
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let trial = try WorkingCopyTrial(own.scenario())
    let result =
        switch failing {
        case .eachCall where order.isEmpty: try trial.everyOrder(failures: 1)
        case .these([]) where order.isEmpty: try trial.everyOrder(failures: 0)
        case .these(let calls) where order.isEmpty: trial.everyOrder(with: calls)
        case .these(let calls): try trial.thisOrder(order, with: calls)
        case .eachCall:
            WorkingCopyTrial.Result(problems: [
                "an order goes with the failures that it was found with: each other one changes it"
            ])
        }
    for problem in result.problems {
        Issue.record("\(own.name): \(problem)", sourceLocation: sourceLocation)
    }
    for failure in result.failures {
        try OpenQuestion.record(
            trial.story(of: failure, in: result), breaking: failure.expectation,
            sourceLocation: sourceLocation)
    }
}
