// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of FIDEDUPERANGE: two ranges of a file, one right behind the other, are compared by way of
// begin and end of both, and if they hold the same they get the same blocks. What they hold is what a
// read() would see, whether it is in blocks, in unwritten ones, or nowhere.

import Machine

/// All of them.
enum DedupeScenarios {
    static let all: [Scenario] =
        LayoutState.each(
            [.full], [.fresh, .loaded, .stored, .shared, .pinned],
            [
                LayoutCase("dedupe", "deduplication of the page and the next one") {
                    [$0.page(.dedupe)]
                }
            ])
        + LayoutState.each([.full], [.deduped, .dedupedAndLoaded], afterwards)
        + LayoutState.each([.full], [.fresh, .loaded], different)
        + LayoutState.each(
            [.hole], [.fresh, .loaded],
            [
                LayoutCase("dedupe", "deduplication of the page and the next one, both of a hole") {
                    [$0.page(.dedupe), $0.whole(.read)]
                }
            ])
        + LayoutState.each(
            [.mixed, .unwritten, .staleBehind, .staleInFront], [.fresh, .loaded],
            [
                LayoutCase("dedupe", "deduplication of the page and the next one, and read()") {
                    [$0.page(.dedupe), $0.whole(.read)]
                },
                LayoutCase("dedupe-all", "deduplication of two pages and the next two") {
                    _ in [Operation(.dedupe, at: 0, length: 2 * LayoutFile.page)]
                },
            ])
        // What the first pages say of the second ones.
        + LayoutState.each(
            [.full], [withHole(at: 1), withHole(at: 3)],
            [
                LayoutCase("dedupe-others", "deduplication of two pages and the next two") {
                    [$0.range(.dedupe, pages: 2), $0.whole(.read)]
                }
            ])

    private static func withHole(at page: UInt64) -> LayoutState {
        LayoutState(
            name: "hole-at-\(page)", description: "of which page \(page) became a hole",
            setup: { _ in
                [
                    Operation(
                        .punchHole, at: page * LayoutFile.page, length: LayoutFile.page,
                        isSetup: true)
                ]
            })
    }

    private static let afterwards = [
        LayoutCase("read-fault", "a load of the second page") { [$0.next.access(.readFault)] },
        LayoutCase("write-fault", "a store, and a load of the second page") {
            [$0.access(.writeFault), $0.next.access(.readFault)]
        },
        LayoutCase("truncate-to-second", "truncate() to the second page") {
            [$0.truncate(to: $0.next.start)]
        },
        LayoutCase("punch-page", "a hole for the page, and a load of the second one") {
            [$0.page(.punchHole), $0.next.access(.readFault)]
        },
        LayoutCase("unshare", "unsharing of the page") { [$0.page(.unshare)] },
    ]

    private static let different = [
        LayoutCase("dedupe-others", "deduplication of two pages and the next two, which differ") {
            [$0.range(.dedupe, pages: 2)]
        },
        LayoutCase("dedupe-over-eof", "deduplication with a page behind EOF") {
            [Operation(.dedupe, at: $0.start + 3 * LayoutFile.page, length: LayoutFile.page)]
        },
        LayoutCase("dedupe-inside", "deduplication of a part of a page") {
            [$0.range(.dedupe, skip: 100)]
        },
        LayoutCase("dedupe-nothing", "deduplication of no bytes") {
            [Operation(.dedupe, at: $0.start, length: 0)]
        },
    ]

    static let races: [Scenario] = [LayoutFile.full].flatMap { file in
        [
            file.race(
                "write-fault+dedupe", "a store; deduplication of the page and the next one",
                [file.access(.writeFault), file.page(.dedupe, task: 1)]),
            file.race(
                "read-fault+dedupe", "a load of the second page; deduplication",
                [file.next.access(.readFault), file.page(.dedupe, task: 1)]),
            file.race(
                "overwrite+dedupe", "write() of the page; deduplication",
                [file.page(.write), file.page(.dedupe, task: 1)]),
        ]
    }
}
