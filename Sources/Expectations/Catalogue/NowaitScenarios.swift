// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of reads and writes that must not wait (RWF_NOWAIT), and of those of no bytes. Where it would
// have to wait, for a lock or for a block, the call fails with -EAGAIN, or ends early. ext2 refuses it
// as a whole: it opens no file with FMODE_NOWAIT.

import Machine

/// All of them.
enum NowaitScenarios {
    static let all: [Scenario] =
        LayoutState.each(
            [.mixed, .hole, .unwritten], [.fresh, .stored],
            [
                LayoutCase("read-nowait", "a read of the file that must not wait") {
                    [$0.whole(.readNowait)]
                },
                LayoutCase("write-nowait", "a write of the page that must not wait") {
                    [$0.page(.writeNowait)]
                },
                LayoutCase(
                    "write-nowait-across", "a write of three pages that must not wait, and read()"
                ) { [$0.range(.writeNowait, pages: 3, skip: 100), $0.whole(.read)] },
                LayoutCase("write-nowait-extend", "a write over EOF that must not wait") {
                    [
                        Operation(
                            .writeNowait, at: $0.geometry.size - 10, length: 3 * LayoutFile.page)
                    ]
                },
            ])
        + LayoutState.each(
            [.full], [.shared],
            [
                LayoutCase("write-nowait", "a write of the page that must not wait") {
                    [$0.page(.writeNowait)]
                }
            ])
        + LayoutState.each(
            [.mixed, .hole], [.fresh, .stored],
            [
                LayoutCase("read-nothing", "a read of no bytes") {
                    [Operation(.read, at: $0.start, length: 0)]
                },
                LayoutCase("read-nothing-inside", "a read of no bytes inside of the page") {
                    [Operation(.read, at: $0.start + 100, length: 0)]
                },
            ])

    static let races: [Scenario] = [LayoutFile.mixed].flatMap { file in
        [
            file.race(
                "write-fault+write-nowait", "a store; a write of the page that must not wait",
                [file.access(.writeFault), file.page(.writeNowait, task: 1)]),
            file.race(
                "overwrite+read-nowait", "write() of the page; a read that must not wait",
                [file.page(.write), file.page(.readNowait, task: 1)]),
            file.race(
                "truncate-to-0+write-nowait", "truncate() to 0; a write that must not wait",
                [file.truncate(to: 0), file.page(.writeNowait, task: 1)]),
        ]
    }
}
