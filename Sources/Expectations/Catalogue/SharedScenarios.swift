// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of blocks that another file has too: whoever changes them changes a copy, which holds all
// that was not changed, and the other file's blocks stay as they are.

import Machine

/// All of them.
enum SharedScenarios {
    static let all: [Scenario] =
        LayoutState.each(
            [.full], [.shared, .sharedAndLoaded, .storedAndShared],
            [
                LayoutCase("read-fault", "a load") { [$0.access(.readFault)] },
                LayoutCase("write-fault", "a store") { [$0.access(.writeFault)] },
                LayoutCase("write-fault-fsync", "a store, and fsync()") {
                    [$0.access(.writeFault), Operation(.fsync, at: 0)]
                },
                LayoutCase("private-write-fault", "a store through the private mapping") {
                    [$0.access(.privateWriteFault)]
                },
                LayoutCase("write-page", "write() of the page, and a load") {
                    [$0.page(.write), $0.access(.readFault)]
                },
                LayoutCase("write-inside", "write() inside of the page") {
                    [$0.range(.write, skip: 100)]
                },
                LayoutCase("write-across", "write() over the end of what is shared, and read()") {
                    [$0.range(.write, pages: 4, skip: 100), $0.whole(.read)]
                },
                LayoutCase("zero-page", "zeroing of the page, and a load") {
                    [$0.page(.zeroRange), $0.access(.readFault)]
                },
                LayoutCase("zero-inside", "zeroing inside of the page") {
                    [$0.range(.zeroRange, skip: 100)]
                },
                LayoutCase("punch-page", "a hole for the page") { [$0.page(.punchHole)] },
                LayoutCase("truncate-into-it", "truncate() into the page") {
                    [$0.truncate(to: $0.start + 100)]
                },
                LayoutCase("unshare", "unsharing of all of it, and a store") {
                    [$0.whole(.unshare), $0.access(.writeFault)]
                },
                LayoutCase("unshare-inside", "unsharing of some bytes, and read()") {
                    [$0.range(.unshare, skip: 100), $0.whole(.read)]
                },
                LayoutCase("unshare-head", "unsharing of the page's first bytes, and read()") {
                    [Operation(.unshare, at: $0.start, length: 100), $0.whole(.read)]
                },
                LayoutCase("write-head", "write() to the page's first bytes") {
                    [Operation(.write, at: $0.start, length: 100, fill: 0x61)]
                },
                LayoutCase(
                    "write-beside-store", "a store to the next page, write(), and fsync()"
                ) {
                    [$0.next.access(.writeFault), $0.page(.write), Operation(.fsync, at: 0)]
                },
            ])
        // One copy of what lies in several pieces.
        + LayoutState.each(
            [.mixed], [.sharedInPieces],
            [
                LayoutCase("write-across", "write() over several pieces, and read()") {
                    [$0.range(.write, pages: 4, skip: 100), $0.whole(.read)]
                },
                LayoutCase("zero-across", "zeroing over several pieces, and read()") {
                    [$0.range(.zeroRange, pages: 4, skip: 100), $0.whole(.read)]
                },
                LayoutCase("unshare", "unsharing of all of it, and read()") {
                    [$0.whole(.unshare), $0.whole(.read)]
                },
            ])
        + LayoutState.each(
            [.hugeBlock], [.shared],
            [
                LayoutCase("pmd-write-fault", "a 2 MiB store") { [$0.access(.pmdWriteFault)] },
                LayoutCase("write-fault", "a store") { [$0.access(.writeFault)] },
                LayoutCase("write-page", "write() of the page") { [$0.page(.write)] },
            ])

        + LayoutState.each([.alwaysCopiedHole, .alwaysCopiedUnwritten], [.shared], whateverIsThere)
        + LayoutState.each([.full], [.shared], unsharings)
        + LayoutState.each([last], [.sharedAndLoaded], behindEnd)
        // What a store has marked for writeback is copied once more.
        + LayoutState.each(
            [.alwaysCopied], [.shared],
            [
                LayoutCase("write-over-store", "a store, write() of the page, and a load") {
                    [$0.access(.writeFault), $0.page(.write), $0.access(.readFault)]
                }
            ])

    /// Parts of pages, and what is beside the pages.
    private static let unsharings = [
        LayoutCase("unshare-across", "unsharing of bytes in two pages, and read()") {
            [
                Operation(.unshare, at: $0.start + 100, length: LayoutFile.page - 50),
                $0.whole(.read),
            ]
        },
        LayoutCase("unshare-behind-eof", "unsharing of what is behind EOF") {
            [Operation(.unshare, at: $0.geometry.size + LayoutFile.page, length: LayoutFile.page)]
        },
        LayoutCase(
            "unshare-beside-store", "a store to the last page, unsharing of the page, and fsync()"
        ) {
            [
                Operation(.writeFault, at: 4 * LayoutFile.page, length: 16),
                $0.page(.unshare), Operation(.fsync, at: 0),
            ]
        },
    ]

    /// The file's last page, of which another file has the block, too.
    private static let last: LayoutFile = {
        var file = LayoutFile.full
        file.target = 4
        return file
    }()
    private static let behindEnd = [
        LayoutCase("write-behind-eof", "write() behind EOF that leaves a gap, and a store") {
            [
                Operation(
                    .write, at: $0.geometry.size + LayoutFile.page, length: 100, fill: 0x62),
                $0.access(.writeFault),
            ]
        }
    ]

    /// Copies of what holds no data: they are zero where nothing is written.
    private static let whateverIsThere = [
        LayoutCase("write-fault", "a store, and read()") {
            [$0.access(.writeFault), $0.whole(.read)]
        },
        LayoutCase("write-inside", "write() inside of the page, and a load") {
            [$0.range(.write, skip: 100), $0.access(.readFault)]
        },
        LayoutCase("write-two", "write() of the page and the next one, and read()") {
            [$0.range(.write, pages: 2), $0.whole(.read)]
        },
        LayoutCase("zero-inside", "zeroing inside of the page, and read()") {
            [$0.range(.zeroRange, skip: 100), $0.whole(.read)]
        },
    ]

    static let races: [Scenario] = races(of: .full)

    private static func races(of file: LayoutFile) -> [Scenario] {
        let shared = LayoutState.shared.setup(file)
        return [
            file.race(
                "shared/write-fault+write-fault", "a store; another",
                shared + [file.access(.writeFault), file.access(.writeFault, task: 1)]),
            file.race(
                "shared/read-fault+write-fault", "a load; a store",
                shared + [file.access(.readFault), file.access(.writeFault, task: 1)]),
            file.race(
                "shared/write-fault+overwrite", "a store; write() of the page",
                shared + [file.access(.writeFault), file.page(.write, task: 1)]),
            file.race(
                "shared/read-fault+unshare", "a load; unsharing of the page",
                shared + [file.access(.readFault), file.page(.unshare, task: 1)]),
        ]
    }
}
