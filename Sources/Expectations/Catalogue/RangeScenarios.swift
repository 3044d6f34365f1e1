// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of fallocate(): a range of the file becomes zeroes, or a hole, inside of a page, over
// whole ones, and over the end of the file. They need the locks of truncation and end inside of the
// file, so what lies on both sides must stay.

import Machine

/// All of them.
enum RangeScenarios {
    static let all: [Scenario] = zeroing + holes + huge

    private static let states = [LayoutState.fresh, .loaded, .stored]

    private static let zeroing = LayoutState.each(
        [.mixed, .hole, .unwritten], states,
        [
            LayoutCase("zero-page", "zeroing of the page, and a load") {
                [$0.page(.zeroRange), $0.access(.readFault)]
            },
            LayoutCase("zero-inside", "zeroing inside of the page") {
                [$0.range(.zeroRange, skip: 100)]
            },
            LayoutCase("zero-across", "zeroing over three pages but for some bytes") {
                [$0.range(.zeroRange, pages: 3, skip: 100)]
            },
            LayoutCase("zero-over-eof", "zeroing over EOF, and read()") {
                [$0.range(.zeroRange, pages: 8, skip: 50), $0.whole(.read)]
            },
        ])

    private static let holes =
        LayoutState.each(
            [.mixed, .hole], states,
            [
                LayoutCase("punch-page", "a hole for the page, and a load") {
                    [$0.page(.punchHole), $0.access(.readFault)]
                },
                LayoutCase("punch-inside", "a hole inside of the page") {
                    [$0.range(.punchHole, skip: 100)]
                },
                LayoutCase("punch-across", "a hole over three pages but for some bytes") {
                    [$0.range(.punchHole, pages: 3, skip: 100)]
                },
                LayoutCase("punch-all", "a hole for all of the file, and read()") {
                    [$0.whole(.punchHole), $0.whole(.read)]
                },
                LayoutCase("punch-then-store", "a hole for the page, and a store") {
                    [$0.page(.punchHole), $0.access(.writeFault)]
                },
            ])
        + LayoutState.each(
            [.mixed], [.pinned],
            [LayoutCase("punch-page", "a hole for the page") { [$0.page(.punchHole)] }])

    private static let huge = LayoutState.each(
        [.hugeBlock], [.loaded, .stored],
        [
            LayoutCase("punch-page", "a hole for a page in the middle, and a 2 MiB load") {
                [$0.page(.punchHole), $0.access(.pmdReadFault)]
            },
            LayoutCase("zero-inside", "zeroing inside of a page in the middle, and a load") {
                [$0.range(.zeroRange, skip: 100), $0.access(.readFault)]
            },
        ])

    static let races: [Scenario] =
        [LayoutFile.mixed, .hole].flatMap { file in
            [
                file.race(
                    "write-fault+punch-page", "a store; a hole for the page",
                    [file.access(.writeFault), file.page(.punchHole, task: 1)]),
                file.race(
                    "read-fault+punch-page", "a load; a hole for the page",
                    [file.access(.readFault), file.page(.punchHole, task: 1)]),
                file.race(
                    "write-fault+zero-inside", "a store; zeroing inside of the page",
                    [file.access(.writeFault), file.range(.zeroRange, skip: 20, task: 1)]),
            ]
        } + [
            LayoutFile.mixed.race(
                "fsync+punch-page", "fsync() after a store; a hole for the page",
                LayoutState.stored.setup(.mixed)
                    + [Operation(.fsync, at: 0), LayoutFile.mixed.page(.punchHole, task: 1)]),
            LayoutFile.mixed.race(
                "overwrite+punch-page", "write() of the page; a hole for it",
                [LayoutFile.mixed.page(.write), LayoutFile.mixed.page(.punchHole, task: 1)]),
            LayoutFile.hugeBlock.race(
                "pmd-write-fault+punch-page", "a 2 MiB store; a hole for the page",
                [
                    LayoutFile.hugeBlock.access(.pmdWriteFault),
                    LayoutFile.hugeBlock.page(.punchHole, task: 1),
                ]),
        ]
}
