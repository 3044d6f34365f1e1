// SPDX-License-Identifier: GPL-2.0-only

// The assertion that goes with a scenario of one's own: every expectation holds on the working copy
// of csrc/kernel. What fails is told as `faultline check` tells it, and kept as a witness.
//
//     try expectHolds(fsyncAgainstAppend)
//     try expectHolds(fsyncAgainstAppend, failing: [.call(2, returns: -Errno.enospc)])
//     try expectHolds(
//         fsyncAgainstAppend,
//         failing: [.call("bdev_direct_access", in: "dax_map_atomic", returns: -Errno.eio)])
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
    case these([FailingCall])
    /// Every call that there is, one in each run, with each error that it can return.
    case eachCall

    init(arrayLiteral calls: FailingCall...) { self = .these(calls) }
}

/// A call that is made to fail.
enum FailingCall {
    /// By its number.
    case numbered(Injection)
    /// By the code around it.
    case named(NamedFailure)

    /// The n-th fallible call of a task (what a report calls `fail_nth`) returns an error.
    static func call(_ nth: UInt32, of task: UInt32 = 0, returns error: Int) -> FailingCall {
        .numbered(Injection(task: task, nth: nth, error: Int32(error)))
    }

    /// The n-th fallible call of a task, a copy to or from the user, faults behind so many bytes.
    static func call(_ nth: UInt32, of task: UInt32 = 0, copies bytes: Int) -> FailingCall {
        .numbered(Injection(task: task, nth: nth, error: Int32(bytes)))
    }

    /// A call of a task returns an error, found by its name, the function that it stands in, and for
    /// which time the task makes it there.
    static func call(
        _ name: String, in function: String = "", time: Int = 1, of task: UInt32 = 0,
        returns error: Int
    ) -> FailingCall {
        .named(
            NamedFailure(
                call: name, function: function, occurrence: time, task: task, error: Int32(error)))
    }

    /// The same of a copy to or from the user, which faults behind so many bytes.
    static func call(
        _ name: String, in function: String = "", time: Int = 1, of task: UInt32 = 0,
        copies bytes: Int
    ) -> FailingCall { call(name, in: function, time: time, of: task, returns: bytes) }
}

/// A failure of a call that is known by the code around it.
struct NamedFailure {
    var call: String
    var function: String
    var occurrence: Int
    var task: UInt32
    var error: Int32

    /// E.g. "call 2 of kmalloc() in dax_insert_entry(), task 0".
    var description: String {
        (occurrence == 1 ? "" : "call \(occurrence) of ") + "\(call)()"
            + (function.isEmpty ? "" : " in \(function)()") + ", task \(task)"
    }
}

/// Runs a scenario on the working copy and expects every expectation to hold.
///
/// - Parameters:
///   - tree: the code that the scenario is a witness of, where it is one, and the patches on it.
///   - failing: what fails in these runs; nothing unless told.
///   - order: where tasks give way to each other, as a witness says it; every order that can make
///     a difference unless told.
/// - Throws: `ScenarioMistake` for a scenario that no world can be made of.
func expectHolds(
    _ own: OwnScenario, foundOn tree: String? = nil, with patches: [String] = [],
    failing: Failing = [], order: [PreemptionPoint] = [],
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let trial = try WorkingCopyTrial(own.scenario())
    let result =
        switch failing {
        case .eachCall where order.isEmpty: try trial.everyOrder(failures: 1)
        case .these(let calls): try trial.with(calls, in: order)
        case .eachCall:
            WorkingCopyTrial.Result(problems: [
                "an order goes with the failures that it was found with: each other one changes it"
            ])
        }
    for problem in result.problems {
        let origin = tree.map { "; the witness is of \($0)" } ?? ""
        let changed = patches.isEmpty ? "" : " with \(patches.joined(separator: ", "))"
        Issue.record("\(own.name): \(problem)\(origin)\(changed)", sourceLocation: sourceLocation)
    }
    for failure in result.failures {
        try OpenQuestion.record(
            trial.story(of: failure, in: result), breaking: failure.expectation,
            sourceLocation: sourceLocation)
    }
}
