// SPDX-License-Identifier: GPL-2.0-only

// Two scenarios that are no filesystem's: a few tasks that each enter a section under one mutex
// twice, in a world without a file. They are what explorers of orders are compared with. What is
// known of them beforehand: n tasks with k sections each can go through the lock in (nk)!/(k!)^n
// orders, 6 for two tasks and 90 for three, and a run costs next to nothing, so that what is
// measured is the explorer.

import Machine

/// The reference scenarios of the explorer itself.
package enum LockToys {
    /// `lock-toy-2x2`.
    package static let twoTasks = toy(tasks: 2, sections: 2)
    /// `lock-toy-3x2`.
    package static let threeTasks = toy(tasks: 3, sections: 2)

    package static let all = [twoTasks, threeTasks]

    /// Tasks that each enter so many sections.
    package static func toy(tasks: Int, sections: Int) -> Scenario {
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
