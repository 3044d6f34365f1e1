// SPDX-License-Identifier: GPL-2.0-only

// What a program that looks at a file can tell of a run: less than its record has. A fault that the
// kernel makes again has the result of the second time; a process that was killed has none.

import Exploration
import Machine

/// A run as an observer sees it.
struct SeenOutcome: Equatable {
    struct Result: Equatable {
        /// As stage.h has it.
        var state: String
        var value: Int64
        var seen: [RunRecord.EndState.Bytes]
        /// Pages that an fsync() wrote back; -1: it is none.
        var writtenBack: Int
    }

    private(set) var hangsIn = -1
    private(set) var killedIn = -1
    private(set) var results: [Result] = []
    private(set) var size: UInt64
    private(set) var blocks: Int
    private(set) var lost: Int
    private(set) var warns: Bool
    private(set) var contents: [RunRecord.EndState.Bytes]

    /// - Parameter operations: of the witness; a run may have one more, or fewer.
    init(_ way: StagedWay, operations: Int) {
        let record = way.record
        size = record.size
        blocks = record.endState?.blocks.count ?? 0
        contents = record.endState?.contents ?? []
        lost = record.lost.filter { $0.kind == "block" }
            .reduce(0) { $0 + Int($1.size / 4096) }
        let crashes = record.end != .finished && !record.end.hangs
        warns =
            crashes || record.steps.contains { $0.kind == .warn }
            || record.findings.contains {
                StagedAspects(rule: $0.expectation).contains(.warning)
            }
        for (index, end) in record.operations.enumerated() where index != way.repeated {
            let isOfFsync =
                way.run.operations.indices.contains(index)
                && way.run.operations[index].kind == .fsync
            let flushed = record.steps.filter { $0.kind == .flush && $0.operation == index }
                .reduce(0) { $0 + Int($1.arguments[1]) }
            results.append(
                Result(
                    state: Self.constant(end.state), value: end.state == .done ? end.value : 0,
                    seen: record.endState.map { Self.seen(in: $0, index) } ?? [],
                    writtenBack: isOfFsync ? (flushed + 4095) / 4096 : -1))
        }
        while results.count < operations {
            results.append(Result(state: "NOT_RUN", value: 0, seen: [], writtenBack: -1))
        }
        let running = results.firstIndex { $0.state == "RUNNING" } ?? -1
        if record.end.hangs { hangsIn = running }
        killedIn = way.killed ?? (crashes ? running : -1)
    }

    private static func seen(
        in end: RunRecord.EndState, _ index: Int
    ) -> [RunRecord.EndState.Bytes] {
        end.seen.indices.contains(index) ? end.seen[index] : []
    }

    private static func constant(_ state: RunRecord.OperationEnd.State) -> String {
        switch state {
        case .notRun: "NOT_RUN"
        case .running: "RUNNING"
        case .done: "DONE"
        }
    }
}
