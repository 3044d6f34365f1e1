// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of fallocate() that takes a range out of a file: what was behind it is at another page from
// then on, so no entry and no mapping from there on may stay, and what was stored must not be lost.

import Machine

/// All of them.
enum CollapseScenarios {
    static let all: [Scenario] =
        LayoutState.each([.mixed, .hole, .full], [.fresh, .loaded, .stored], cases)
        + LayoutState.each([.full], [.shared, .pinned], [cases[0]])
        + LayoutState.each(
            [.hugeBlock], [.loaded, .stored],
            [
                LayoutCase("collapse", "the page taken out, a store, and a 2 MiB load") {
                    [$0.page(.collapseRange), $0.access(.writeFault), $0.access(.pmdReadFault)]
                }
            ])

    private static let cases = [
        LayoutCase("collapse", "the page taken out, a load, a store and read()") {
            [
                $0.page(.collapseRange), $0.access(.readFault), $0.access(.writeFault),
                $0.whole(.read),
            ]
        },
        LayoutCase("collapse-two", "two pages taken out, and fsync()") {
            [$0.range(.collapseRange, pages: 2), Operation(.fsync, at: 0)]
        },
        LayoutCase("store-behind-and-collapse", "a store to the next page, and the page taken out")
        {
            [$0.next.access(.writeFault), $0.page(.collapseRange), $0.access(.readFault)]
        },
        LayoutCase("collapse-end", "all pages up to EOF taken out, which is refused") {
            [$0.range(.collapseRange, pages: 5)]
        },
    ]

    static let races: [Scenario] =
        [LayoutFile.full, .hole].flatMap { file in
            [
                file.race(
                    "write-fault+collapse", "a store to the next page; the page taken out",
                    [file.next.access(.writeFault), file.page(.collapseRange, task: 1)]),
                file.race(
                    "read-fault+collapse", "a load; the page taken out",
                    [file.access(.readFault), file.page(.collapseRange, task: 1)]),
            ]
        } + [
            LayoutFile.full.race(
                "fsync+collapse", "fsync() after a store; the page taken out",
                LayoutState.stored.setup(.full)
                    + [Operation(.fsync, at: 0), LayoutFile.full.page(.collapseRange, task: 1)])
        ]
}
