// SPDX-License-Identifier: GPL-2.0-only

// The steps of a run that tell its story. A trace has a hundred lines, and most of them say the same
// in every run; who reads a race wants to see what each task did, what it held meanwhile, where it
// gave way and what it ran into. What is left out is told by number; `replay` has all of it.
// Columns and picture are made of the same rows.

import Exploration

/// A step worth a row.
struct KeyStep {
    enum Role: String {
        /// An operation begins or returns.
        case operation
        /// Something is held, given back, waited for.
        case taken, given, waiting, waking
        /// The filesystem's begin and end.
        case begin, end
        /// A change that others can see.
        case effect
        /// A call that was made to fail.
        case failure
        case warning
        /// Stands still for ever, or died.
        case stuck
    }

    var task: Int
    var role: Role
    var text: String
    /// Of the code under test; empty for the machine's own doing.
    var function: String
    /// File and line of the code under test; empty where it has none.
    var location: String
    /// Index of the step; behind the last one for what became of a task.
    var index: Int
    /// Who goes on behind it, though this task could have.
    var givesWayTo: Int?
}

/// The rows of a run.
struct KeySteps {
    private(set) var rows: [KeyStep] = []
    /// Those of `LockSection.all` whose ends are among the rows.
    private(set) var sections: [LockSection] = []
    /// Steps worth a row for which there was no room.
    private(set) var leftOut = 0

    /// More rows than that are no story.
    static let rowsMax = 72

    private let witness: Witness
    private var record: RunRecord { witness.record }

    init(_ witness: Witness) {
        self.witness = witness
        let switches = Self.switches(of: witness.record)
        sections = LockSection.all(of: witness.record).filter { matters($0) }
        let starts = Set(sections.map(\.first))
        let ends = Set(sections.compactMap(\.last))
        let trace = TraceText(witness: witness)
        for (index, step) in witness.record.steps.enumerated() {
            guard witness.run.operations[safe: step.operation]?.isSetup != true,
                let role = role(
                    of: step, isStart: starts.contains(index), isEnd: ends.contains(index),
                    isSwitch: switches[index] != nil)
            else { continue }
            let frame = witness.frame(at: step.pc)
            rows.append(
                KeyStep(
                    task: step.task, role: role, text: describe(step, trace),
                    function: frame?.function ?? "", location: frame?.location ?? "", index: index,
                    givesWayTo: switches[index]))
        }
        shorten()
        rows += outcome()
    }

    /// Behind which steps a task gives way that could have gone on, and to whom.
    private static func switches(of record: RunRecord) -> [Int: Int] {
        var switches: [Int: Int] = [:]
        var last = [Int?](repeating: nil, count: 4)
        for (index, step) in record.steps.enumerated() where step.task < 4 {
            guard step.kind == .schedule else {
                last[step.task] = index
                continue
            }
            let next = Int(step.arguments[0])
            let isForced = step.arguments[2] != 0
            if !isForced, next != step.task, let index = last[step.task] {
                switches[index] = next
            }
        }
        return switches
    }

    /// Whether something else than the work that a lock is for happened while it was held.
    private func matters(_ section: LockSection) -> Bool {
        guard let last = section.last else { return true }
        return record.steps[section.first...last].contains { step in
            if step.kind == .lockWait, step.object == section.object { return true }
            if step.task != section.task { return step.kind != .schedule }
            switch step.kind {
            case .opEnter, .opReturn, .faultEnter, .begin, .end, .wait, .lockWait, .warn, .misuse:
                return true
            case .point: return step.result != 0
            default: return false
            }
        }
    }

    private func role(
        of step: RunRecord.Step, isStart: Bool, isEnd: Bool, isSwitch: Bool
    ) -> KeyStep.Role? {
        switch step.kind {
        case .none, .schedule, .taskExit: return nil
        case .opEnter, .opReturn: return .operation
        case .faultEnter, .faultReturn:
            // One fault an operation is the operation itself.
            let entries = record.operations[safe: step.operation]?.entries ?? 0
            return entries > 1 || isSwitch ? .operation : nil
        case .lockWait: return .waiting
        case .wait: return .waiting
        case .wake:
            let isWanted = step.result > 0 || step.arguments[1] > 0 || record.end == .lostWakeup
            return isWanted || isSwitch ? .waking : nil
        case .begin: return .begin
        case .end: return .end
        case .warn, .misuse: return .warning
        case .print: return .effect
        case .point where step.result != 0: return .failure
        default: break
        }
        if isStart { return .taken }
        if isEnd { return .given }
        return isSwitch || Self.isSeen(step) ? .effect : nil
    }

    /// A change that others can see, or an error that nobody asked for.
    private static func isSeen(_ step: RunRecord.Step) -> Bool {
        switch step.kind {
        case .access, .map, .indexInsert, .indexDelete, .cacheAdd, .cacheRemove, .pteInsert,
            .pmdInsert, .pteClear, .pmdClear, .pmdSplit, .pteProtect, .unmapRange, .zeroout,
            .blockAllocate, .blockFree, .flush, .unflushed, .size, .copy,
            .times:
            return true
        case .endReturn, .preload, .queueEnter, .directAccess, .metadataRead, .metadataWrite:
            return step.result < 0
        default: return false
        }
    }

    private func describe(_ step: RunRecord.Step, _ trace: TraceText) -> String {
        let text =
            step.kind == .unlock
            ? "unlock \(step.lockName)" : Layout.plain(trace.describe(step))
        // Rows are a story and no table of constants.
        return text.replacing("IOMAP_F_", with: "").replacing("IOMAP_", with: "")
    }

    /// Leaves out what is least of the story until the rest has room: changes first, then all that
    /// is far from both ends.
    private mutating func shorten() {
        let count = rows.count
        guard count > KeySteps.rowsMax else { return }
        var surplus = count - KeySteps.rowsMax
        rows.removeAll { row in
            guard surplus > 0, row.role == .effect, row.givesWayTo == nil else { return false }
            surplus -= 1
            return true
        }
        if rows.count > KeySteps.rowsMax {
            let head = KeySteps.rowsMax / 2
            rows.removeSubrange(head..<(rows.count - head))
        }
        leftOut = count - rows.count
    }

    /// What became of tasks that did not return.
    private func outcome() -> [KeyStep] {
        guard record.death == nil else { return [] }
        if record.end.isDeadlock {
            return record.blocked.map { task in
                var text = "waits for ever for \(task.lockName)"
                if task.owner == task.task {
                    text += ", which it holds itself"
                } else if task.owner >= 0 {
                    text += ", held by \(TaskName.of(task.owner))"
                }
                let frame = witness.frame(at: task.pc)
                return KeyStep(
                    task: task.task, role: .stuck, text: text, function: frame?.function ?? "",
                    location: frame?.location ?? "", index: record.steps.count)
            }
        }
        guard record.end != .finished,
            let chain = record.lastChain
        else { return [] }
        let frame = witness.frames(of: chain).first
        return [
            KeyStep(
                task: chain.task, role: .stuck, text: record.end.description,
                function: frame?.function ?? "", location: frame?.location ?? "",
                index: record.steps.count)
        ]
    }
}
