// SPDX-License-Identifier: GPL-2.0-only

// A deadlock as lockdep would have printed it: kernel developers have read thousands of these and
// know where to look. The order of the sections is lockdep's; what it cannot know and the machine
// does (which mode, which line) stands where its usage bits and offsets would.

import Exploration

/// Writes a deadlock like a lockdep splat.
struct SplatText {
    let witness: Witness

    private var record: RunRecord { witness.record }

    /// Nil when the run ended otherwise than by waiting for ever.
    func lines() -> [StyledText]? {
        guard record.end.isDeadlock, let first = waiting.first else { return nil }
        return record.end == .lostWakeup ? lostWakeup() : inversion(first)
    }

    /// The tasks that matter: those of the cycle, or all that wait where there is none.
    private var waiting: [RunRecord.Blocked] {
        let cycle = record.blocked.filter(\.isInCycle)
        return cycle.isEmpty ? record.blocked : cycle
    }

    private func inversion(_ first: RunRecord.Blocked) -> [StyledText] {
        let isRecursive = record.end == .selfDeadlock
        let title =
            "WARNING: possible \(isRecursive ? "recursive locking" : "circular locking dependency") "
            + "detected"
        let rule = title.count
        var lines: [StyledText] = [
            StyledText(String(repeating: "=", count: rule)), StyledText(title, .warning),
            StyledText(String(repeating: "-", count: rule)),
        ]
        for (index, task) in waiting.enumerated() {
            if index > 0 { lines += ["", "and"] }
            lines.append("\(TaskName.of(task.task)) is trying to acquire lock:")
            lines.append(" " + lock(task.lockName, task.isRead, task.pc))
            lines += ["", "but task is already holding lock:"]
            for held in inTheWay(of: task, isRecursive: isRecursive) {
                lines.append(" " + lock(held.lockName, held.isRead, held.pc))
            }
        }
        lines += ["", "other info that might help us debug this:"]
        lines += [" Possible unsafe locking scenario:", ""]
        lines += isRecursive ? oneColumn(first) : columns()
        lines += ["", " *** DEADLOCK ***", ""]
        for task in waiting { lines += holdings(of: task.task) + [""] }
        for task in waiting {
            lines.append(
                waiting.count == 1
                    ? "stack backtrace:" : "stack backtrace of \(TaskName.of(task.task)):")
            lines += backtrace(task.chain)
        }
        return lines
    }

    /// A task that nobody wakes holds no lock in anybody's way, so lockdep has no form for it; the
    /// hung-task detector has.
    private func lostWakeup() -> [StyledText] {
        var lines: [StyledText] = []
        for task in waiting {
            lines.append(
                StyledText(
                    "INFO: \(TaskName.of(task.task)) is blocked for ever, and nobody will wake it.",
                    .warning))
            lines.append("It waits for:")
            lines.append(" " + lock(task.lockName, task.isRead, task.pc))
            lines.append("")
            lines += holdings(of: task.task)
            lines += ["", "stack backtrace:"] + backtrace(task.chain)
        }
        return lines
    }

    /// What a task holds that another one, or it itself, is waiting for.
    private func inTheWay(
        of task: RunRecord.Blocked, isRecursive: Bool
    ) -> [RunRecord.Held] {
        let mine = held(by: task.task)
        let wanted = isRecursive ? [task] : waiting.filter { $0.owner == task.task }
        let exact = mine.filter { lock in wanted.contains { $0.object == lock.object } }
        if !exact.isEmpty { return exact }
        return mine.filter { lock in wanted.contains { $0.lockClass == lock.lockClass } }
    }

    private func held(by task: Int) -> [RunRecord.Held] {
        record.held.filter { $0.task == task && $0.operation < 0 }
    }

    private func oneColumn(_ task: RunRecord.Blocked) -> [String] {
        let name = task.lockName
        return ["       CPU0", "       ----", "  lock(\(name));", "  lock(\(name));"]
    }

    /// One column a task: what each holds in the others' way first, what each wants then.
    private func columns() -> [String] {
        let width = waiting.count > 2 ? 21 : 30
        var lines = [String](repeating: "", count: 2)
        for index in waiting.indices {
            let indent = index == 0 ? 7 : index * width + 7
            lines[0] = (lines[0].padded(to: indent)) + "CPU\(index)"
            lines[1] = (lines[1].padded(to: indent)) + "----"
        }
        for (index, task) in waiting.enumerated() {
            for held in inTheWay(of: task, isRecursive: false) {
                lines.append(
                    String(repeating: " ", count: 2 + index * width) + "lock(\(held.lockName));")
            }
        }
        for (index, task) in waiting.enumerated() {
            lines.append(
                String(repeating: " ", count: 2 + index * width) + "lock(\(task.lockName));")
        }
        return lines
    }

    private func holdings(of task: Int) -> [String] {
        let locks = held(by: task)
        guard !locks.isEmpty else { return ["no locks held by \(TaskName.of(task))."] }
        return ["\(locks.count.of("lock")) held by \(TaskName.of(task)):"]
            + locks.enumerated().map {
                " #\($0.offset): " + lock($0.element.lockName, $0.element.isRead, $0.element.pc)
            }
    }

    private func backtrace(_ chain: Int) -> [String] {
        guard let chain = record.chains[safe: chain] else { return [" (none)"] }
        let frames = witness.frames(of: chain)
        return frames.isEmpty
            ? [" (none)"] : frames.map { " " + $0.description }
    }

    private func lock(_ name: String, _ isRead: Bool, _ pc: UInt64) -> String {
        "(\(name)){\(isRead ? "read" : "write")}, at: \(witness.location(of: pc) ?? "the caller, in mm")"
    }
}
