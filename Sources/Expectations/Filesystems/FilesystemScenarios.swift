// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of filesystems that a check has to be asked for. They stand behind all others, so that
// the index of those depends on nothing here.

import Machine

/// What set-up leaves behind.
struct FilesystemState {
    var name: String
    var description: String
    var setup: [Operation] = []
}

/// What is done then.
struct FilesystemCase {
    var name: String
    var action: String
    var operations: [Operation]
}

/// All of them, those of one task first.
public enum FilesystemScenarios {
    public static let ofOneTask: [Scenario] = FuseScenarios.all + ErofsScenarios.all
    public static let races: [Scenario] = FuseRaces.all + ErofsRaces.all
    public static let all: [Scenario] = ofOneTask + races
}
