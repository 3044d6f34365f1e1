// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of a medium that fails under a page that is entered in the index. Who handles it locks the
// entry, by the page or by the file, and takes the page out of all page tables; from then on nobody
// maps it again until it was written anew as a whole. It is not the first page of the file, nor of the
// index.

import Machine

/// All of them.
enum MediumScenarios {
    static let all: [Scenario] = withPage + withoutPage

    private static let withPage: [Scenario] = LayoutState.each(
        [LayoutFile.mixed.next, .hugeBlock], [.loaded, .stored],
        [
            LayoutCase("memory-failure", "the medium fails, and a load") {
                [$0.about(.memoryFailure), $0.access(.readFault)]
            },
            LayoutCase("mapping-failure", "the medium fails, the file is known, and a store") {
                [$0.about(.mappingFailure), $0.access(.writeFault)]
            },
            LayoutCase("memory-failure-write", "the medium fails, write() of the page, and a load")
            {
                [$0.about(.memoryFailure), $0.page(.write), $0.access(.readFault)]
            },
            LayoutCase("memory-failure-truncate", "the medium fails, and truncate() to 0") {
                [$0.about(.memoryFailure), $0.truncate(to: 0)]
            },
        ])

    /// The filesystem asks for pages of the file that have no page of the device.
    private static let withoutPage: [Scenario] = LayoutState.each(
        [.hole, .hugeHole], [.fresh, .loaded],
        [
            LayoutCase("mapping-failure", "the file is told of a bad medium, and a store") {
                [$0.about(.mappingFailure), $0.access(.writeFault)]
            }
        ])

    static let races: [Scenario] =
        races(of: .mixed) + [
            LayoutFile.hugeBlock.race(
                "memory-failure+truncate-to-0", "the medium fails; truncate() to 0",
                LayoutState.stored.setup(.hugeBlock)
                    + [
                        LayoutFile.hugeBlock.about(.memoryFailure),
                        LayoutFile.hugeBlock.truncate(to: 0, task: 1),
                    ])
        ]

    private static func races(of file: LayoutFile) -> [Scenario] {
        let loaded = LayoutState.loaded.setup(file)
        return [
            file.race(
                "memory-failure+write-fault", "the medium fails under what is mapped; a store",
                loaded + [file.about(.memoryFailure), file.access(.writeFault, task: 1)]),
            file.race(
                "mapping-failure+write-fault",
                "the medium fails under what is mapped, and the file is known; a store",
                loaded + [file.about(.mappingFailure), file.access(.writeFault, task: 1)]),
            file.race(
                "memory-failure+truncate-to-0", "the medium fails; truncate() to 0",
                loaded + [file.about(.memoryFailure), file.truncate(to: 0, task: 1)]),
            file.race(
                "mapping-failure+truncate-to-0",
                "the medium fails, and the file is known; truncate() to 0",
                loaded + [file.about(.mappingFailure), file.truncate(to: 0, task: 1)]),
            file.race(
                "memory-failure+evict", "the medium fails; eviction of the inode",
                loaded + [file.about(.memoryFailure), Operation(.evict, at: 0, task: 1)]),
        ]
    }
}
