// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of 2 MiB that become pages: mapped as one, cut off or unmapped, and faulted in again page by
// page, with storage and zeroes under what is or was one entry.

import Machine

/// All of them.
enum HugeAgainScenarios {
    static let all = again + besideAnother

    private static let besideAnother = LayoutState.each(
        [.hugeHoles], [bothLoaded],
        [
            LayoutCase("write-fault", "a store, and loads of both 2 MiB") {
                [
                    $0.access(.writeFault), $0.access(.readFault),
                    Operation(.readFault, at: LayoutFile.hugePages * LayoutFile.page, length: 16),
                ]
            }
        ])

    private static let bothLoaded = LayoutState(
        name: "both-loaded", description: "of which a load has mapped each 2 MiB",
        setup: { file in
            [file.start, file.start + LayoutFile.hugePages * LayoutFile.page].map {
                Operation(.pmdReadFault, at: $0, length: 16, isSetup: true)
            }
        })

    private static let again = LayoutState.each(
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
