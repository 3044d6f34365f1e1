// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of several tasks about where a file's bytes are. Each is a wait that is right, and a
// change that must wait; what one task takes, another gives back.

import Machine

/// All of them.
enum LayoutRaces {
    static let all: [Scenario] =
        [LayoutFile.mixed, .hugeBlock].flatMap { pins(of: $0) + evictions(of: $0) }
        + [LayoutFile.mixed, .hole, .hugeBlock].flatMap { ranges(of: $0) }
        + [LayoutFile.mixed, .hugeBlock].flatMap { failures(of: $0) }
        + [LayoutFile.sync, .syncHole].flatMap { synchronous(of: $0) } + sharing(of: .shared)

    private static func pins(of file: LayoutFile) -> [Scenario] {
        let pinning = [file.about(.pin), file.about(.unpin)]
        let pinned = LayoutState.pinned.setup(file)
        return [
            file.race(
                "pin-unpin+truncate-to-0", "a pin and its end; truncate() to 0",
                pinning + [file.truncate(to: 0, task: 1)]),
            file.race(
                "pin-unpin+punch-page", "a pin and its end; a hole for the page",
                pinning + [file.range(.punchHole, task: 1)]),
            file.race(
                "pinned/unpin+truncate-to-0", "the end of a pin; truncate() to 0",
                pinned + [file.about(.unpin), file.truncate(to: 0, task: 1)]),
            file.race(
                "pinned/unpin+punch-page", "the end of a pin; a hole for the page",
                pinned + [file.about(.unpin), file.range(.punchHole, task: 1)]),
            file.race(
                "pinned/unpin+overwrite", "the end of a pin; write() of the page",
                pinned + [file.about(.unpin), file.range(.write, task: 1)]),
            file.race(
                "pinned/fsync+truncate-to-0", "fsync() of a pinned page; truncate() to 0",
                pinned + [Operation(.fsync, at: 0), file.truncate(to: 0, task: 1)]),
        ]
    }

    private static func evictions(of file: LayoutFile) -> [Scenario] {
        let pinned = LayoutState.pinned.setup(file)
        return [
            file.race(
                "pinned/unpin+evict", "the end of a pin; eviction of the inode",
                pinned + [file.about(.unpin), Operation(.evict, at: 0, task: 1)]),
            file.race(
                "memory-failure+evict", "a failure of the medium; eviction of the inode",
                LayoutState.stored.setup(file)
                    + [file.about(.memoryFailure), Operation(.evict, at: 0, task: 1)]),
        ]
    }

    private static func ranges(of file: LayoutFile) -> [Scenario] {
        [
            file.race(
                "write-fault+punch-page", "a store; a hole for the page",
                [file.access(.writeFault), file.range(.punchHole, task: 1)]),
            file.race(
                "read-fault+punch-page", "a load; a hole for the page",
                [file.access(.readFault), file.range(.punchHole, task: 1)]),
            file.race(
                "write-fault+zero-page", "a store; zeroing of the page",
                [file.access(.writeFault), file.range(.zeroRange, task: 1)]),
            file.race(
                "read-fault+zero-inside", "a load; zeroing inside of the page",
                [file.access(.readFault), file.range(.zeroRange, skip: 20, task: 1)]),
            file.race(
                "read+punch-page", "read() of the page; a hole for it",
                [file.range(.read), file.range(.punchHole, task: 1)]),
        ]
    }

    private static func failures(of file: LayoutFile) -> [Scenario] {
        let stored = LayoutState.stored.setup(file)
        return [
            file.race(
                "memory-failure+write-fault", "a failure of the medium; a store",
                stored + [file.about(.memoryFailure), file.access(.writeFault, task: 1)]),
            file.race(
                "memory-failure+truncate-to-0", "a failure of the medium; truncate() to 0",
                stored + [file.about(.memoryFailure), file.truncate(to: 0, task: 1)]),
            file.race(
                "mapping-failure+truncate-to-0",
                "a failure of the medium, of which the filesystem is told; truncate() to 0",
                stored + [file.about(.mappingFailure), file.truncate(to: 0, task: 1)]),
            file.race(
                "memory-failure+punch-page", "a failure of the medium; a hole for the page",
                stored + [file.about(.memoryFailure), file.range(.punchHole, task: 1)]),
        ]
    }

    private static func synchronous(of file: LayoutFile) -> [Scenario] {
        [
            file.race(
                "write-fault+write-fault", "a store; another",
                [file.access(.writeFault), file.access(.writeFault, task: 1)]),
            file.race(
                "write-fault+truncate-to-0", "a store; truncate() to 0",
                [file.access(.writeFault), file.truncate(to: 0, task: 1)]),
            file.race(
                "write-fault+fsync", "a store; fsync()",
                [file.access(.writeFault), Operation(.fsync, at: 0, task: 1)]),
            file.race(
                "write-fault+read-fault", "a store; a load",
                [file.access(.writeFault), file.access(.readFault, task: 1)]),
        ]
    }

    private static func sharing(of file: LayoutFile) -> [Scenario] {
        [
            file.race(
                "write-fault+write-fault", "a store; another",
                [file.access(.writeFault), file.access(.writeFault, task: 1)]),
            file.race(
                "read-fault+write-fault", "a load; a store",
                [file.access(.readFault), file.access(.writeFault, task: 1)]),
            file.race(
                "write-fault+overwrite", "a store; write() of the page",
                [file.access(.writeFault), file.range(.write, task: 1)]),
            file.race(
                "read-fault+unshare", "a load; unsharing of the page",
                [file.access(.readFault), file.range(.unshare, task: 1)]),
        ]
    }
}
