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
    }

    private(set) var hangsIn = -1
    private(set) var killedIn = -1
    private(set) var results: [Result] = []
    private(set) var size: UInt64
    private(set) var blocks: Int
    private(set) var lost: Int
    private(set) var warns: Bool
    private(set) var contents: [RunRecord.EndState.Bytes]
    /// What the rules that the run breaks are about, and how it breaks the first.
    private(set) var decides: StagedAspects
    private(set) var actual: String

    /// - Parameter operations: of the witness; a run may have one more, or fewer.
    init(_ way: StagedWay, operations: Int) {
        let record = way.record
        size = record.size
        blocks = record.endState?.blocks.count ?? 0
        contents = record.endState.map { Self.contents($0.contents, upTo: record.size) } ?? []
        let visible = record.findings.filter { !StagedAspects($0, in: record).isEmpty }
        decides = visible.reduce(into: StagedAspects()) {
            $0.formUnion(StagedAspects($1, in: record))
        }
        actual = visible.first?.actual ?? ""
        lost = record.lost.filter { $0.kind == "block" }
            .reduce(0) { $0 + Int($1.size / 4096) }
        let crashes = record.end != .finished && !record.end.hangs
        warns = record.findings.contains { StagedAspects($0, in: record).contains(.warning) }
        for (index, end) in record.operations.enumerated() where index != way.repeated {
            results.append(
                Result(
                    state: Self.constant(end.state), value: end.state == .done ? end.value : 0,
                    seen: record.endState.map { Self.seen(in: $0, index) } ?? []))
        }
        while results.count < operations {
            results.append(Result(state: "NOT_RUN", value: 0, seen: []))
        }
        let running = results.firstIndex { $0.state == "RUNNING" } ?? -1
        if record.end.hangs { hangsIn = running }
        killedIn = way.killed ?? (crashes ? running : -1)
    }

    /// A record has what is in blocks; a hole is zeroes, and behind the end there is nothing.
    private static func contents(
        _ runs: [RunRecord.EndState.Bytes], upTo size: UInt64
    ) -> [RunRecord.EndState.Bytes] {
        var whole: [RunRecord.EndState.Bytes] = []
        var end: UInt64 = 0
        func add(_ from: UInt64, _ to: UInt64, _ value: UInt8) {
            let to = min(to, size)
            if from < to { whole.append(.init(from: from, to: to, value: value)) }
        }
        for run in runs {
            add(end, run.from, 0)
            add(run.from, run.to, run.value)
            end = max(end, run.to)
        }
        add(end, size, 0)
        return whole
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
