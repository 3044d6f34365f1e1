// SPDX-License-Identifier: GPL-2.0-only

// Whether a record can be what a worker of ours wrote down: whoever prints it looks up one part by the
// number that stands in another.

import Machine

extension RunRecord {
    /// What cannot be in a record of ours, as a part of a sentence; nil for nothing.
    ///
    /// - Parameter run: what was recorded.
    func objection(ofRun run: Run) -> String? {
        if death != nil {
            return steps.isEmpty && operations.isEmpty && endState == nil
                ? nil : "a run that killed its process and went on"
        }
        let count = run.operations.count
        let isOperation = { (index: Int) in
            (-1..<count).contains(index) || index == Step.noOperation
        }
        // A run that was refused has none.
        guard operations.count == count || operations.isEmpty,
            operations.allSatisfy({ operation in
                operation.events.lowerBound >= 0 && operation.events.upperBound <= steps.count
                    && CountCheck.isCount(operation.entries)
            })
        else { return "operations that the run does not have" }
        guard
            steps.allSatisfy({ step in
                step.arguments.count == 4 && 0..<256 ~= step.task && isOperation(step.operation)
            })
        else { return "a step that no run has" }
        guard findings.allSatisfy({ $0.event.map { -1..<steps.count ~= $0 } ?? true }) else {
            return "a broken expectation at no event"
        }
        if let endState {
            let ranges = ([endState.contents] + endState.seen).joined()
            guard endState.seen.count == operations.count, ranges.allSatisfy({ $0.from <= $0.to })
            else {
                return "an end that no run has"
            }
        }
        return nil
    }
}
