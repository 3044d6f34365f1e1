// SPDX-License-Identifier: GPL-2.0-only

// All scenarios about where the bytes of a file are. Kernels need not have what they do.
//
// What belongs in `check`: in one task, each operation once for each kind of page that makes its code
// go another way. In two tasks, only pairs that meet in the same entry, lock or block, on a file of a
// few pages; a pair on 2 MiB where code of its own deals with it. All else is made by hand, in
// `Scenarios/`, and is for `explore`.

/// All of them.
enum LayoutScenarios {
    static let all =
        PinScenarios.all + SyncScenarios.all + RangeScenarios.all + MediumScenarios.all
        + SharedScenarios.all + EvictionScenarios.all + DedupeScenarios.all + CollapseScenarios.all
        + NowaitScenarios.all + HugeAgainScenarios.all + WalkScenarios.all
    static let races =
        PinScenarios.races + SyncScenarios.races + RangeScenarios.races + MediumScenarios.races
        + SharedScenarios.races + EvictionScenarios.races + DedupeScenarios.races
        + CollapseScenarios.races + NowaitScenarios.races + WalkScenarios.races
}
