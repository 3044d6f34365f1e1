// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of walks over many entries of the index: writeback, the search for pins, what a copy makes
// clean. Such a walk lets the lock of the index go in between (XA_CHECK_SCHED, which is small here), and
// has to go on where it was.

import Machine

/// All of them.
enum WalkScenarios {
    static let all: [Scenario] =
        LayoutState.each(
            [.full], [everywhere],
            [
                LayoutCase("fsync", "fsync()") { _ in [Operation(.fsync, at: 0)] },
                LayoutCase("fsync-range", "fsync() of all but the last page, and then of it") {
                    [
                        $0.range(.fsync, pages: 4),
                        Operation(.fsync, at: 4 * LayoutFile.page, length: LayoutFile.page),
                    ]
                },
                LayoutCase("fsync-and-stores", "fsync(), a store to the last page, and fsync()") {
                    [
                        Operation(.fsync, at: 0), last($0).access(.writeFault),
                        Operation(.fsync, at: 0),
                    ]
                },
                LayoutCase("zero-all", "zeroing of all of it, and fsync()") {
                    [$0.whole(.zeroRange), Operation(.fsync, at: 0)]
                },
                LayoutCase("punch-all", "a hole for all of it") { [$0.whole(.punchHole)] },
            ])
        + LayoutState.each(
            [.full], [everywhereAndShared],
            [
                LayoutCase("write-three", "write() of the first three pages, and fsync()") {
                    [$0.range(.write, pages: 3), Operation(.fsync, at: 0)]
                }
            ])
        + LayoutState.each(
            [.full], [pinnedFirst, pinnedLast],
            [
                LayoutCase("truncate-to-zero", "truncate() to 0") { [$0.truncate(to: 0)] },
                LayoutCase("punch-all", "a hole for all of it") { [$0.whole(.punchHole)] },
            ])

    static let races: [Scenario] = [
        LayoutFile.full.race(
            "pinned-last/unpin+truncate-to-0", "the end of a pin of the last page; truncate() to 0",
            pinnedLast.setup(.full)
                + [last(.full).about(.unpin), LayoutFile.full.truncate(to: 0, task: 1)]),
        LayoutFile.full.race(
            "stored-in-front/fsync+truncate-to-0", "fsync() of three pages; truncate() to 0",
            // More than are gone through before the lock is let go; with each one there are more orders.
            everywhere.setup(.full).prefix(3)
                + [Operation(.fsync, at: 0), LayoutFile.full.truncate(to: 0, task: 1)]),
    ]

    private static func last(_ file: LayoutFile) -> LayoutFile {
        var file = file
        file.target = FileModel.pagesUp(file.geometry.size) - 1
        return file
    }

    private static let everywhere = LayoutState(
        name: "stored-everywhere", description: "to each page of which a store was made",
        setup: { file in
            (0..<FileModel.pagesUp(file.geometry.size)).map {
                var page = file
                page.target = $0
                return page.access(.writeFault, isSetup: true)
            }
        })
    private static let everywhereAndShared = LayoutState(
        name: "stored-everywhere-shared",
        description: "to each page of which a store was made before another file got all blocks",
        setup: { everywhere.setup($0) + [$0.whole(.reflink, isSetup: true)] })
    private static let pinnedFirst = LayoutState(
        name: "pinned-first", description: "stored to everywhere, of which the first page is pinned",
        setup: { everywhere.setup($0) + [$0.about(.pin, isSetup: true)] })
    private static let pinnedLast = LayoutState(
        name: "pinned-last", description: "stored to everywhere, of which the last page is pinned",
        setup: { everywhere.setup($0) + [last($0).about(.pin, isSetup: true)] })
}
