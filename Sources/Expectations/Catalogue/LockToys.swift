// SPDX-License-Identifier: GPL-2.0-only

// Two scenarios without a filesystem: a few tasks that each enter a section under one mutex twice.
// Strategies are compared with them: n tasks with k sections each can take the lock in (nk)!/(k!)^n
// orders, 6 for two tasks and 90 for three, and a run costs almost nothing, so that the cost of the
// strategy itself is measured.

import Machine

/// The reference scenarios of order strategies.
public enum LockToys {
    /// `lock-toy-2x2`.
    public static let twoTasks = toy(tasks: 2, sections: 2)
    /// `lock-toy-3x2`.
    public static let threeTasks = toy(tasks: 3, sections: 2)

    public static let all = [twoTasks, threeTasks]

    /// Tasks that each enter `sections` sections.
    public static func toy(tasks: Int, sections: Int) -> Scenario {
        var operations: [Operation] = []
        for task in 0..<tasks {
            for _ in 0..<sections {
                operations.append(Operation(.mutexSection, at: 0, task: UInt8(task)))
            }
        }
        return Scenario(
            name: "lock-toy-\(tasks)x\(sections)",
            description: "\(tasks) tasks each enter a section under one mutex \(sections) times.",
            geometry: Geometry(filesystem: .none, size: 0, mappedPages: 0..<1, skew: 0),
            operations: operations)
    }
}
