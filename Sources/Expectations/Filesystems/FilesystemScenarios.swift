// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of filesystems that a check has to be asked for. They stand behind all others, so that
// the index of those depends on nothing here.

import Machine

/// All of them, those of one task first.
public enum FilesystemScenarios {
    public static let ofOneTask: [Scenario] = FuseScenarios.all
    public static let races: [Scenario] = FuseScenarios.races
    public static let all: [Scenario] = ofOneTask + races
}
