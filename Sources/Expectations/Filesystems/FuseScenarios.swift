// SPDX-License-Identifier: GPL-2.0-only

// Scenarios on virtiofs: each operation on a part of the file that the window does not show, or does,
// or that needs a range which another part has.

import Machine

/// All of them.
enum FuseScenarios {
    static let all: [Scenario] = FuseFile.all.flatMap { file in
        states(of: file).flatMap { state in
            cases(of: file).map { item in
                file.scenario(
                    item.name, item.action, state: state.name, state.description,
                    state.setup + item.operations)
            }
        }
    }

    /// One task or two, and the one that frees ranges for them.
    static let races: [Scenario] = FuseFile.all.flatMap(races(on:))

    private static func races(on file: FuseFile) -> [Scenario] {
        switch file.parts {
        case 1: againstWorker(file) + samePart(file)
        case file.ranges: samePart(file).prefix(2) + otherParts(file)
        default: otherParts(file)
        }
    }

    private struct State {
        var name: String
        var description: String
        var setup: [Operation] = []
    }

    private struct Case {
        var name: String
        var action: String
        var operations: [Operation]
    }

    // MARK: - One task

    /// What set-up leaves in the window: never more than it can show, as nobody frees a range then.
    private static func states(of file: FuseFile) -> [State] {
        let last = file.parts - 1
        return [
            State(name: "fresh", description: "never accessed"),
            State(
                name: "after-read", description: "of which the first part was read",
                setup: [file.access(.read, isSetup: true)]),
            State(
                name: "after-read-fault", description: "of which a page is mapped by a load",
                setup: [file.access(.readFault, isSetup: true)]),
            State(
                name: "after-write-fault", description: "of which a page is mapped by a store",
                setup: [file.access(.writeFault, isSetup: true)]),
        ]
            + (last == 0
                ? []
                : [
                    State(
                        name: "after-store-to-last",
                        description: "of which a page of the last part is mapped by a store",
                        setup: [file.access(.writeFault, part: last, isSetup: true)])
                ])
    }

    private static func cases(of file: FuseFile) -> [Case] {
        accesses(of: file) + calls(of: file) + (file.parts > 1 ? wider(file) : [])
    }

    private static func accesses(of file: FuseFile) -> [Case] {
        [
            Case(
                name: "read-fault", action: "a load through the shared mapping",
                operations: [file.access(.readFault)]),
            Case(
                name: "write-fault", action: "a store through the shared mapping",
                operations: [file.access(.writeFault)]),
            Case(
                name: "private-read-fault", action: "a load through the private mapping",
                operations: [file.access(.privateReadFault)]),
            Case(
                name: "private-write-fault", action: "a store through the private mapping",
                operations: [file.access(.privateWriteFault)]),
            Case(
                name: "load-then-store", action: "a load, and a store to the same page",
                operations: [file.access(.readFault), file.access(.writeFault)]),
            Case(
                name: "load-beyond-eof", action: "a load beyond EOF",
                operations: [
                    Operation(.readFault, at: file.size + 2 * FuseFile.page, length: 1)
                ]),
        ]
    }

    private static func calls(of file: FuseFile) -> [Case] {
        [
            Case(name: "read", action: "read() of a page", operations: [file.page(.read)]),
            Case(
                name: "read-nothing", action: "read() of no bytes",
                operations: [file.access(.read, length: 0)]),
            Case(
                name: "read-to-eof", action: "read() over EOF",
                operations: [
                    Operation(.read, at: file.size - 50, length: 2 * FuseFile.page)
                ]),
            Case(
                name: "write", action: "write() of two pages",
                operations: [file.page(.write, pages: 2)]),
            Case(
                name: "write-over-eof", action: "write() over EOF, and a load",
                operations: [
                    Operation(.write, at: file.size - 50, length: FuseFile.page),
                    Operation(.readFault, at: file.size - 50, length: 16),
                ]),
            Case(
                name: "truncate-to-0", action: "truncate() to 0",
                operations: [Operation(.truncate, at: 0)]),
            Case(
                name: "truncate-into-page", action: "truncate() into a page, and a load",
                operations: [
                    Operation(.truncate, at: FuseFile.page + 100),
                    Operation(.readFault, at: FuseFile.page, length: 16),
                ]),
            Case(
                name: "truncate-up", action: "truncate() to three pages more, and read()",
                operations: [
                    Operation(.truncate, at: file.size + 3 * FuseFile.page),
                    Operation(.read, at: file.size - 50, length: 2 * FuseFile.page),
                ]),
            Case(
                name: "punch-page", action: "a hole for a page, and a load",
                operations: [file.page(.punchHole), file.access(.readFault)]),
            Case(
                name: "zero-inside", action: "zeroing inside of a page",
                operations: [file.access(.zeroRange)]),
            Case(
                name: "store-then-fsync", action: "a store, and fsync()",
                operations: [file.access(.writeFault), Operation(.fsync, at: 0)]),
            Case(
                name: "evict", action: "eviction of the inode, and a load",
                operations: [Operation(.evict, at: 0), file.access(.readFault)]),
        ]
    }

    /// What needs a range for another part.
    private static func wider(_ file: FuseFile) -> [Case] {
        let last = file.parts - 1
        return [
            Case(
                name: "stores-to-all", action: "a store to each part, and a load of the first",
                operations: (0...last).map { file.access(.writeFault, part: $0) }
                    + [file.access(.readFault)]),
            Case(
                name: "reads-of-all", action: "read() of each part, and a store to the first",
                operations: (0...last).map { file.access(.read, part: $0) }
                    + [file.access(.writeFault)]),
            Case(
                name: "read-across", action: "read() over the boundary of two parts",
                operations: [file.across(.read)]),
            Case(
                name: "write-across", action: "write() over the boundary of two parts",
                operations: [file.across(.write)]),
            Case(
                name: "store-then-write-last",
                action: "a store to the first part, and write() to the last",
                operations: [file.access(.writeFault), file.access(.write, part: last)]),
            Case(
                name: "truncate-first",
                action: "a store to the last part, and truncate() before it",
                operations: [
                    file.access(.writeFault, part: last), Operation(.truncate, at: FuseFile.part),
                ]),
        ]
    }

    // MARK: - Several tasks

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
        ]
    }

    private static func samePart(_ file: FuseFile) -> [Scenario] {
        [
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
                "write-fault+punch-page", "a store; a hole for the page",
                [file.access(.writeFault), file.page(.punchHole, task: 1)]),
            file.race(
                "write-fault+write", "a store; write() to the page",
                [file.access(.writeFault), file.access(.write, task: 1)]),
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
}
