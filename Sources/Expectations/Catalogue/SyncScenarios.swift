// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of MAP_SYNC: a store to blocks that a crash would take away again is mapped only when
// they are committed. What is asked in one task is every way in which a block can be new, and in
// several who may see it in the meantime. Kernels without dax_finish_sync_fault() have none of them.

import Machine

/// All of them.
enum SyncScenarios {
    static let all: [Scenario] =
        LayoutState.each(
            [.mixed, .hole, .unwritten], [.synchronous, .synchronousAndLoaded],
            [
                LayoutCase("write-fault", "a store") { [$0.access(.writeFault)] },
                LayoutCase("write-then-write-fault", "write() of the page, and a store") {
                    [$0.page(.write), $0.access(.writeFault)]
                },
                LayoutCase("write-fault-and-again", "a store, fsync(), and a store") {
                    [$0.access(.writeFault), Operation(.fsync, at: 0), $0.access(.pfnMkwrite)]
                },
            ])
        + LayoutState.each(
            [.hugeHole], [.synchronous, .synchronousAndLoaded],
            [
                LayoutCase("pmd-write-fault", "a 2 MiB store") { [$0.access(.pmdWriteFault)] },
                LayoutCase("write-fault", "a store") { [$0.access(.writeFault)] },
            ])

    static let races: [Scenario] = [
        race(.hole, "write-fault+write-fault", "a store; another", .writeFault, .writeFault),
        race(.hole, "write-fault+read-fault", "a store; a load", .writeFault, .readFault),
        race(.hole, "write-fault+fsync", "a store; fsync()", .writeFault, .fsync),
        race(
            .hole, "write-fault+truncate-to-0", "a store; truncate() to 0", .writeFault, .truncate),
    ]

    private static func race(
        _ file: LayoutFile, _ name: String, _ description: String, _ one: Operation.Kind,
        _ other: Operation.Kind
    ) -> Scenario {
        let second =
            other.isAccess ? file.access(other, task: 1) : Operation(other, at: 0, task: 1)
        return file.race(
            "synchronous/\(name)", description,
            LayoutState.synchronous.setup(file) + [file.access(one), second])
    }
}
