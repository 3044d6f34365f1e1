// SPDX-License-Identifier: GPL-2.0-only

// The scenarios of this folder, one line each. `swift test` runs those in this list, `faultline
// list` shows them, and every check judges them: scenarios of one task with the catalogue, those of
// several with the concurrent scenarios.

extension OwnScenarios {
    static let list: [OwnScenario] = [
        fsyncAgainstAppend,
        cutAndGrowAgainstLoad,
    ]
}
