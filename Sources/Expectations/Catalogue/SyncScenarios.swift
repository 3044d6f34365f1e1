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
        + LayoutState.each(
            [.full], [synchronousAndShared],
            [
                LayoutCase("write-fault", "a store") { [$0.access(.writeFault)] },
                LayoutCase("write-faults", "a store to a page of its own, and one to the page") {
                    [
                        Operation(.writeFault, at: 4 * LayoutFile.page, length: 16),
                        $0.access(.writeFault),
                    ]
                },
            ])

    private static let synchronousAndShared = LayoutState(
        name: "synchronous-shared",
        description: "mapped with MAP_SYNC, of which another file has the first blocks, too",
        setup: { LayoutState.synchronous.setup($0) + LayoutState.shared.setup($0) })

    static let races: [Scenario] = accesses + writes

    /// A write() to what it has just allocated drops the entry that a store is about to map.
    private static let writes: [Scenario] = [
        LayoutFile.hole.race(
            "synchronous/write-fault+overwrite", "a store; write() of the page",
            LayoutState.synchronous.setup(.hole)
                + [LayoutFile.hole.access(.writeFault), LayoutFile.hole.page(.write, task: 1)])
    ]

    private static let accesses: [Scenario] = [
        race(
            .hugeHole, "pmd-write-fault+read-fault", "a 2 MiB store; a load", .pmdWriteFault,
            .readFault),
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
