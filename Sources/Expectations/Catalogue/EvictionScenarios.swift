// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of an inode that leaves memory: its entries go, who pins a page is waited for, and what
// was stored is found when the file is read in again.

import Machine

/// All of them.
enum EvictionScenarios {
    static let all: [Scenario] = LayoutState.each(
        [.mixed, .hole, .hugeBlock], [.fresh, .loaded, .stored, .pinned],
        [
            LayoutCase("evict", "eviction of the inode, and a load") {
                [Operation(.evict, at: 0), $0.access(.readFault)]
            }
        ])

    static let races: [Scenario] = [LayoutFile.mixed, .hugeBlock].map { file in
        file.race(
            "pinned/unpin+evict", "the end of a pin; eviction of the inode",
            LayoutState.pinned.setup(file)
                + [file.about(.unpin), Operation(.evict, at: 0, task: 1)])
    }
}
