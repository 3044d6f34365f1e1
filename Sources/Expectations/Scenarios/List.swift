// SPDX-License-Identifier: GPL-2.0-only

// The scenarios of this folder, each with one line. What stands here is run by `swift test`, listed
// by `faultline list`, and part of every check: scenarios of one task with the catalogue, those of
// several with the races.

extension OwnScenarios {
    static let list: [OwnScenario] = [
        fsyncAgainstAppend,
        cutAndGrowAgainstLoad,
    ]
}
