// SPDX-License-Identifier: GPL-2.0-only

// Scenarios on virtiofs: each operation on a part of the file that the window does not show, or does,
// or that needs a range which another part has.

import Machine

/// All of them.
enum FuseScenarios {
    static let all: [Scenario] =
        (FuseFile.all + FuseFile.beside).flatMap { file in
            states(of: file).flatMap { state in
                scenarios(of: file, state, cases(of: file, state))
            }
        }
        + scenarios(of: .synchronous, fresh, synchronous(.synchronous))
        + FuseFile.all.filter { $0.parts == $0.ranges }.flatMap {
            scenarios(of: $0, fresh, once($0))
        }

    private typealias State = FilesystemState
    private typealias Case = FilesystemCase

    private static func scenarios(
        of file: FuseFile, _ state: State, _ cases: [Case]
    ) -> [Scenario] {
        cases.map { item in
            file.scenario(
                item.name, item.action, state: state.name, state.description,
                state.setup + item.operations)
        }
    }

    private static let fresh = State(name: "fresh", description: "never accessed")

    // MARK: - One task

    /// What set-up leaves in the window: never more than it can show, as nobody frees a range then.
    private static func states(of file: FuseFile) -> [State] {
        let last = file.parts - 1
        guard file.freeRanges > 0 else { return [fresh] }
        return [
            fresh,
            State(
                name: "after-read", description: "of which the first part was read",
                setup: [file.access(.read, isSetup: true)]),
            State(
                name: "after-read-fault", description: "of which a page is mapped by a load",
                setup: [file.access(.readFault, isSetup: true)]),
            State(
                name: "after-write-fault", description: "of which a page is mapped by a store",
                setup: [file.access(.writeFault, isSetup: true)]),
            State(
                name: "after-pmd-write-fault", description: "of which 2 MiB are mapped by a store",
                setup: [file.access(.pmdWriteFault, isSetup: true)]),
            State(
                name: "pinned", description: "of which a page is pinned",
                setup: [file.about(.pin, isSetup: true)]),
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

    private static func cases(of file: FuseFile, _ state: State) -> [Case] {
        accesses(of: file) + huge(file) + calls(of: file)
            + (file.parts > 1
                ? wider(file).filter {
                    // A read() asks again and again for the one range that somebody has pinned.
                    !(state.name == "pinned" && file.ranges == 1 && $0.name == "reads-of-all")
                } : [])
            + (file.isBesideOther ? [evictionOfOther(file)] : [])
            // Whether the end of a pin is waited for then is not up to dax.c.
            + (state.name == "pinned" ? [] : [eviction(file), unmounting(file)])
    }

    private static func unmounting(_ file: FuseFile) -> Case {
        Case(
            name: "store-then-unmount", action: "a store, and unmounting",
            operations: [file.access(.writeFault), file.unmount()])
    }

    private static func eviction(_ file: FuseFile) -> Case {
        Case(
            name: "evict", action: "eviction of the inode, and a load",
            operations: [Operation(.evict, at: 0), file.access(.readFault)])
    }

    /// What depends on no state.
    private static func once(_ file: FuseFile) -> [Case] {
        let last = file.parts - 1
        return [
            Case(
                name: "mount-again", action: "a store, unmounting, and mounting again",
                operations: [file.access(.writeFault), file.mountAgain]),
            Case(
                name: "read-nowait", action: "read() that must not wait",
                operations: [file.page(.readNowait)]),
            Case(
                name: "write-nowait", action: "write() that must not wait, and a load",
                operations: [file.page(.writeNowait), file.access(.readFault)]),
            Case(
                name: "evict-all",
                action: "read() of each part, eviction of the inode, and a load of the last",
                operations: (0...last).map { file.access(.read, part: $0) }
                    + [Operation(.evict, at: 0), file.access(.readFault, part: last)]),
        ]
            + (last == 0
                ? []
                : [
                    Case(
                        name: "read-at-boundary",
                        action: "truncate() to the first part, and read() over EOF",
                        operations: [
                            Operation(.truncate, at: FuseFile.part),
                            Operation(.read, at: FuseFile.part - 50, length: FuseFile.page),
                        ])
                ])
    }

    /// What has to be on the server's disk when the call returns.
    private static func synchronous(_ file: FuseFile) -> [Case] {
        [Case(name: "write", action: "write()", operations: [file.access(.write)])]
    }

    private static func evictionOfOther(_ file: FuseFile) -> Case {
        Case(
            name: "evict-other", action: "eviction of the other inode, and a load",
            operations: [file.evictOther(), file.access(.readFault)])
    }

    private static func huge(_ file: FuseFile) -> [Case] {
        [
            Case(
                name: "pmd-read-fault", action: "a 2 MiB load",
                operations: [file.access(.pmdReadFault)]),
            Case(
                name: "pmd-write-fault", action: "a 2 MiB store",
                operations: [file.access(.pmdWriteFault)]),
            Case(
                name: "pmd-private-write-fault", action: "a 2 MiB store to the private mapping",
                operations: [file.access(.pmdPrivateWriteFault)]),
            Case(
                name: "pmd-load-then-store", action: "a 2 MiB load, and a 2 MiB store",
                operations: [file.access(.pmdReadFault), file.access(.pmdWriteFault)]),
            Case(
                name: "pfn-mkwrite", action: "a store where the page is mapped read-only",
                operations: [file.access(.writeFault), file.access(.pfnMkwrite)]),
        ]
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
                name: "open-truncating", action: "an open with O_TRUNC, and write()",
                operations: [file.openTruncating(), file.access(.write)]),
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
}
