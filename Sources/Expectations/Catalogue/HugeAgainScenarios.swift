// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of 2 MiB that become pages: mapped as one, cut off or unmapped, and faulted in again page by
// page, with storage and zeroes under what is or was one entry.

import Machine

/// All of them.
enum HugeAgainScenarios {
    static let all = LayoutState.each(
        [.hugeBlock, .hugeHole], [.unmapped, .cutAndGrown, .emptiedAndGrown, .punched],
        [
            LayoutCase("page-faults", "a load and a store of the page") {
                [$0.access(.readFault), $0.access(.writeFault)]
            },
            LayoutCase("pages-faults", "a load of the next page, and a store to the page") {
                [$0.next.access(.readFault), $0.access(.writeFault)]
            },
            LayoutCase("pmd-write-fault", "a 2 MiB store") { [$0.access(.pmdWriteFault)] },
            LayoutCase("pmd-read-fault", "a load of the next page, and a 2 MiB load") {
                [$0.next.access(.readFault), $0.access(.pmdReadFault)]
            },
        ])
}
