// SPDX-License-Identifier: GPL-2.0-only

// What the pieces of a run are called in every report: locks, tasks, what was lost, how it ended.

import Exploration
import Machine

/// Something of a run that is about a lock, or about an object without a lock class.
protocol LockNamed {
    var lockClass: String { get }
    var object: ObjectName { get }
}

extension LockNamed {
    /// The class of the lock; where there is none, the object.
    var lockName: String { lockClass.isEmpty ? "\(object)" : lockClass }
}

extension RunRecord.Step: LockNamed {}
extension RunRecord.Held: LockNamed {}
extension RunRecord.Blocked: LockNamed {}

/// Tasks as lockdep names them: command and number.
enum TaskName {
    static func of(_ task: Int) -> String { "task\(task)/\(task)" }
}

extension RunRecord.Lost {
    /// The kind of object, and what it is where that says more.
    var description: String { what.isEmpty || what == kind ? kind : "\(kind) (\(what))" }
}

extension RunRecord {
    /// How the run ended.
    package var endDescription: String {
        death.map { "the process \($0.words)" } ?? "the run \(end.description)"
    }

    /// Where it ended, if it did not finish.
    var lastChain: Chain? { endChain.flatMap { chains[safe: $0] } }
}

extension Witness {
    /// How many tasks take part, those that make the prior state included.
    var taskCount: Int { Set(run.operations.map(\.task)).count }

    /// The tasks whose operations are tested, ascending.
    var testedTasks: [Int] {
        Set(run.operations.filter { !$0.isSetup }.map { Int($0.task) }).sorted()
    }
}

extension Array {
    /// The element, or nil where a record that was read from a file does not have it.
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
