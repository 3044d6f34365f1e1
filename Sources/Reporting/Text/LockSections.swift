// SPDX-License-Identifier: GPL-2.0-only

// What each task holds from which step to which, read off the trace: locks, freeze protection, and
// entries of the mapping that are locked, which no lock event tells because to the kernel a locked
// entry is a bit in a slot. Columns show only those that matter, and a picture draws them as bars.

import Exploration
import Machine

/// Something held by a task from one step of a run to another.
struct LockSection {
    var task: Int
    var name: String
    var isRead: Bool
    /// Tells things of one name apart.
    var object: ObjectName
    /// Of a locked entry.
    var index: Int64?
    var first: Int
    /// Nil: it was never given back.
    var last: Int?

    /// All of a run, in the order in which they were taken.
    static func all(of record: RunRecord) -> [LockSection] {
        var sections: [LockSection] = []
        for (position, step) in record.steps.enumerated() {
            switch step.kind {
            case .lock: sections.append(LockSection(step, at: position))
            case .trylock where step.result != 0: sections.append(LockSection(step, at: position))
            case .unlock: sections.end(at: position) { $0.isLock(of: step) }
            case .downgrade:
                sections.end(at: position) { $0.isLock(of: step) }
                var section = LockSection(step, at: position)
                section.isRead = true
                sections.append(section)
            case .freezeEnter:
                var section = LockSection(step, at: position)
                section.name = protection(step)
                section.isRead = true
                sections.append(section)
            case .freezeExit:
                sections.end(at: position) {
                    $0.task == step.task && $0.name == LockSection.protection(step)
                }
            case .indexInsert, .indexReplace, .indexDelete: sections.note(entry: step, at: position)
            default: break
            }
        }
        return sections
    }

    private init(_ step: RunRecord.Step, at position: Int) {
        task = step.task
        name = step.lockName
        isRead = step.arguments[1] != 0
        object = step.object
        first = position
    }

    fileprivate init(entry step: RunRecord.Step, at position: Int) {
        self.init(step, at: position)
        name = "entry \(step.arguments[0])"
        isRead = false
        index = step.arguments[0]
    }

    private static func protection(_ step: RunRecord.Step) -> String {
        "freeze protection \(step.arguments[0])"
    }

    private func isLock(of step: RunRecord.Step) -> Bool {
        task == step.task && object == step.object && index == nil
    }
}

extension [LockSection] {
    /// Ends the last one that is meant and still open.
    fileprivate mutating func end(at position: Int, _ isMeant: (LockSection) -> Bool) {
        let found = indices.last { self[$0].last == nil && isMeant(self[$0]) }
        if let found { self[found].last = position }
    }

    /// A slot of the index was written: locked, not locked, or emptied.
    fileprivate mutating func note(entry step: RunRecord.Step, at position: Int) {
        guard step.kind != .indexInsert || step.result == 0 else { return }
        let index = step.arguments[0]
        let isLocked = step.kind != .indexDelete && step.arguments[2] != 0
        let isHeld = contains { $0.last == nil && $0.index == index }
        if isLocked, !isHeld {
            append(LockSection(entry: step, at: position))
        } else if !isLocked {
            end(at: position) { $0.index == index }
        }
    }
}
