// SPDX-License-Identifier: GPL-2.0-only

// A deadlock in plain sentences, for a reader who has never seen a lockdep splat: who took what,
// who wants what, and why that can never be granted.

import Exploration

/// Tells why tasks wait for ever.
struct DeadlockStory {
    let witness: Witness

    private var record: RunRecord { witness.record }

    /// Nil when the run ended otherwise.
    func sentences() -> String? {
        guard record.end.isDeadlock else { return nil }
        let cycle = record.blocked.filter(\.isInCycle)
        let waiting = cycle.isEmpty ? record.blocked : cycle
        guard !waiting.isEmpty else { return nil }
        if record.end == .lostWakeup {
            return waiting.map {
                "\(TaskName.of($0.task)) waits\(location($0.pc)) to be woken, and no task is left "
                    + "to do it."
            }.joined(separator: " ")
        }
        return waiting.map { record.end == .selfDeadlock ? recursion($0) : step($0) }
            .joined(separator: " ")
    }

    private func recursion(_ task: RunRecord.Blocked) -> String {
        let name = task.lockName
        guard let held = heldInTheWay(of: task, by: task.task) else {
            return "\(TaskName.of(task.task)) waits for \(name), which it holds itself."
        }
        return "\(TaskName.of(task.task)) takes \(name) for \(mode(held.isRead))"
            + "\(location(held.pc)). Before it releases it, it asks for it again, for "
            + "\(mode(task.isRead)),\(location(task.pc)). \(rule(held: held.isRead, wanted: task.isRead)) "
            + "The task waits for itself, for ever."
    }

    private func step(_ task: RunRecord.Blocked) -> String {
        let name = task.lockName
        var text = "\(TaskName.of(task.task)) waits for \(name)\(location(task.pc))"
        if task.owner >= 0 {
            text += ", which \(TaskName.of(task.owner)) holds"
            if let held = heldInTheWay(of: task, by: task.owner) {
                text += " since it took it\(location(held.pc))"
            }
        }
        return text + "."
    }

    private func heldInTheWay(of task: RunRecord.Blocked, by owner: Int) -> RunRecord.Held? {
        let held = record.held.filter { $0.task == owner && $0.operation < 0 }
        return held.first { $0.object == task.object }
            ?? held.first { $0.lockClass == task.lockClass }
    }

    private func rule(held: Bool, wanted: Bool) -> String {
        switch (held, wanted) {
        case (true, false):
            "A writer must wait until every reader is gone, and one of them is "
                + "the task itself."
        case (false, true):
            "A reader must wait until the writer is gone, and that is the task "
                + "itself."
        case (false, false): "Only one can hold it, and that is the task itself."
        case (true, true):
            "A reader must wait behind a writer that already waits, and that "
                + "writer waits for the task itself."
        }
    }

    private func mode(_ isRead: Bool) -> String { isRead ? "read" : "write" }

    private func location(_ pc: UInt64) -> String {
        witness.frame(at: pc).map { " in " + Layout.unbroken("\($0.function)()") } ?? ""
    }
}
