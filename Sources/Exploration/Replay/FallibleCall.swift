// SPDX-License-Identifier: GPL-2.0-only

// A call that can fail, by what a reader of the code sees: which function calls what, and for which
// time. Its number in the run is good for one version of the code; this is good for the next one, or
// it is not there any more, and that can be said.

import Expectations
import Machine

/// A fallible call that a run passes.
package struct FallibleCall: Hashable, Sendable {
    package var task: Int
    package var kind: InjectionPoint
    /// The innermost function of the code under test; empty for the machine's own doing.
    package var function: String
    /// Among the calls of this kind that the task makes in this function, from 1.
    package var occurrence: Int
    /// Among all fallible calls of the task, from 1: `fail_nth`.
    package var nth: UInt32

    /// Those of a run, in order.
    package static func all(
        of record: RunRecord, _ frames: [UInt64: [CodeFrame]]
    ) -> [FallibleCall] {
        var calls: [FallibleCall] = []
        for step in record.steps where step.kind == .point && step.arguments.count > 1 {
            guard let kind = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: step.arguments[1]))
            else { continue }
            let function = frames[step.pc]?.first { $0.isOfSlice }?.function ?? ""
            let before = calls.count {
                $0.task == step.task && $0.kind == kind && $0.function == function
            }
            calls.append(
                FallibleCall(
                    task: step.task, kind: kind, function: function, occurrence: before + 1,
                    nth: UInt32(truncatingIfNeeded: step.arguments[0])))
        }
        return calls
    }
}
