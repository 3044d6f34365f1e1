// SPDX-License-Identifier: GPL-2.0-only

// Several tasks on virtiofs at once, and the worker that frees ranges for them: on one part of the file,
// on different parts that want the same range, beside a pin, beside another file of the same window.

import Machine

/// All of them: one task or two, and the worker.
enum FuseRaces {
    static let all: [Scenario] =
        FuseFile.all.flatMap(races(on:)) + FuseFile.beside.flatMap(besideOther)

    private static func races(on file: FuseFile) -> [Scenario] {
        switch file.parts {
        case 1: againstWorker(file) + samePart(file) + pinned(file)
        case file.ranges: samePart(file).prefix(3) + otherParts(file) + huge(file)
        default: otherParts(file) + pinnedElsewhere(file)
        }
    }

    /// The window is full, so that the worker is at it from the beginning.
    private static func againstWorker(_ file: FuseFile) -> [Scenario] {
        let setup = [file.access(.read, isSetup: true)]
        return [
            file.race(
                "read+worker", "read(); a worker that frees the range",
                setup + [file.access(.read)]),
            file.race(
                "write+worker",
                "write(), for which the range is made writable; a worker that frees it",
                setup + [file.access(.write)]),
            file.race(
                "write-fault+worker", "a store; a worker that frees the range",
                setup + [file.access(.writeFault)]),
            file.race(
                "evict+worker", "eviction of the inode; a worker that frees its range",
                setup + [Operation(.evict, at: 0), file.access(.readFault)]),
            file.race(
                "open-truncating+worker", "an open with O_TRUNC; a worker that frees the range",
                setup + [file.openTruncating(), file.access(.write)]),
            file.race(
                "unmount+worker", "unmounting; a worker that frees the range",
                setup + [file.unmount()]),
        ]
    }

    private static func samePart(_ file: FuseFile) -> [Scenario] {
        [
            file.race(
                "loaded/write-fault+write",
                "a store, for which the range is made writable; write(), the same",
                [file.access(.readFault, isSetup: true)]
                    + [file.access(.writeFault), file.access(.write, task: 1)]),
            file.race(
                "read-fault+write-fault", "a load; a store",
                [file.access(.readFault), file.access(.writeFault, task: 1)]),
            file.race(
                "read+write-fault", "read(), which maps the part to be read; a store",
                [file.access(.read), file.access(.writeFault, task: 1)]),
            file.race(
                "write-fault+truncate-to-0", "a store; truncate() to 0",
                [file.access(.writeFault), Operation(.truncate, at: 0, task: 1)]),
            file.race(
                "write-fault+open-truncating", "a store; an open with O_TRUNC",
                [file.access(.writeFault), file.openTruncating(task: 1)]),
            file.race(
                "read+open-truncating", "read(); an open with O_TRUNC",
                [file.access(.read), file.openTruncating(task: 1)]),
            file.race(
                "write-fault+punch-page", "a store; a hole for the page",
                [file.access(.writeFault), file.page(.punchHole, task: 1)]),
            file.race(
                "write-fault+write", "a store; write() to the page",
                [file.access(.writeFault), file.access(.write, task: 1)]),
            file.race(
                "write+read-nowait", "write(); read() that must not wait",
                [file.access(.write), file.access(.readNowait, task: 1)]),
            file.race(
                "read+write-nowait", "read(); write() that must not wait",
                [file.access(.read), file.access(.writeNowait, task: 1)]),
        ]
    }

    private static func otherParts(_ file: FuseFile) -> [Scenario] {
        let last = file.parts - 1
        return [
            file.race(
                "read-fault+last/write-fault", "a load; a store to the last part",
                [file.access(.readFault), file.access(.writeFault, part: last, task: 1)]),
            file.race(
                "read+last/read", "read(); read() of the last part",
                [file.access(.read), file.access(.read, part: last, task: 1)]),
            file.race(
                "write+last/write-fault", "write(); a store to the last part",
                [file.access(.write), file.access(.writeFault, part: last, task: 1)]),
            file.race(
                "stored/write-fault+last/read",
                "a load where a store has been made; read() of the last part",
                [file.access(.writeFault, isSetup: true)]
                    + [file.access(.readFault), file.access(.read, part: last, task: 1)]),
            file.race(
                "write-fault+last/truncate", "a store to the last part; truncate() before it",
                [
                    file.access(.writeFault, part: last),
                    Operation(.truncate, at: FuseFile.part, task: 1),
                ]),
        ]
    }

    /// 2 MiB at once.
    private static func huge(_ file: FuseFile) -> [Scenario] {
        [
            file.race(
                "pmd-read-fault+write-fault", "a 2 MiB load; a store",
                [file.access(.pmdReadFault), file.access(.writeFault, task: 1)]),
            file.race(
                "pmd-write-fault+truncate-to-0", "a 2 MiB store; truncate() to 0",
                [file.access(.pmdWriteFault), Operation(.truncate, at: 0, task: 1)]),
        ]
    }

    /// Who changes the file waits for the end of the pin, and keeps nobody out meanwhile.
    private static func pinned(_ file: FuseFile) -> [Scenario] {
        let setup = [file.about(.pin, isSetup: true)]
        return [
            file.race(
                "pinned/unpin+truncate-to-0", "the end of a pin; truncate() to 0",
                setup + [file.about(.unpin), Operation(.truncate, at: 0, task: 1)]),
            file.race(
                "pinned/unpin+open-truncating", "the end of a pin; an open with O_TRUNC",
                setup + [file.about(.unpin), file.openTruncating(task: 1)]),
            file.race(
                "pinned/write-fault+punch-page", "a store to a pinned page; a hole for it",
                setup + [file.access(.writeFault), file.page(.punchHole, task: 1)]),
            file.race(
                "pin+truncate-to-0", "a pin; truncate() to 0",
                [file.about(.pin), Operation(.truncate, at: 0, task: 1)]),
        ]
    }

    /// The range that somebody wants has a pinned page in it.
    private static func pinnedElsewhere(_ file: FuseFile) -> [Scenario] {
        let last = file.parts - 1
        let setup = [file.about(.pin, isSetup: true)]
        return [
            file.race(
                "pinned/unpin+last/read", "the end of a pin; read() of the last part",
                setup + [file.about(.unpin), file.access(.read, part: last, task: 1)]),
            file.race(
                "pinned/unpin+last/write-fault", "the end of a pin; a store to the last part",
                setup + [file.about(.unpin), file.access(.writeFault, part: last, task: 1)]),
        ]
    }

    /// Another file has a range: the worker frees it, or its last user does.
    private static func besideOther(_ file: FuseFile) -> [Scenario] {
        let last = file.parts - 1
        return [
            file.race(
                "read+evict-other", "read(); eviction of the other inode",
                [file.access(.read, part: last), file.evictOther(task: 1)]),
            file.race(
                "write-fault+evict-other", "a store; eviction of the other inode",
                [file.access(.writeFault, part: last), file.evictOther(task: 1)]),
            file.race(
                "read+unmount", "read(); unmounting",
                [file.access(.read, part: last), file.unmount(task: 1)]),
            file.race(
                "write+read", "write(); read()",
                [file.access(.write), file.access(.read, part: last, task: 1)]),
            file.race(
                "read-fault+write-fault", "a load; a store",
                [file.access(.readFault), file.access(.writeFault, part: last, task: 1)]),
        ]
    }
}
