// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of one task about where a file's bytes are: what each exported function of fs/dax.c is
// for that neither faults nor read() and write() reach. What a tree does not have is not run there.
//
// By this rule they belong to `check`, and not to `explore`: each reaches a function, or a branch
// of one, that no other does, with every failure on the way. Combinations of them are generated.

import Machine

/// All of them.
enum LayoutScenarios {
    static let all: [Scenario] =
        zeroing + holes + synchronous + pins + failures + sharing + evictions + hugePages

    /// Operations on each of some files, in each of some states.
    private static func each(
        _ files: [LayoutFile], in states: [LayoutState] = LayoutState.all,
        _ cases: [(
            name: String, action: String, operations: @Sendable (LayoutFile) -> [Operation]
        )]
    ) -> [Scenario] {
        files.flatMap { file in
            states.flatMap { state in
                cases.map { file.scenario($0.name, $0.action, state: state, $0.operations(file)) }
            }
        }
    }

    private static let zeroing = each(
        [.mixed, .hole],
        [
            (
                "zero-page", "zeroing of the page, then a load of it",
                { [$0.range(.zeroRange), $0.access(.readFault)] }
            ), ("zero-inside", "zeroing inside of the page", { [$0.range(.zeroRange, skip: 100)] }),
            (
                "zero-across", "zeroing over three pages but for some bytes",
                { [$0.range(.zeroRange, pages: 3, skip: 100)] }
            ),
            (
                "zero-over-eof", "zeroing over EOF, then read()",
                { [$0.range(.zeroRange, pages: 8, skip: 50), $0.whole(.read)] }
            ),
        ])

    private static let holes = each(
        [.mixed, .hole],
        [
            (
                "punch-page", "a hole for the page, then a load of it",
                { [$0.range(.punchHole), $0.access(.readFault)] }
            ), ("punch-inside", "a hole inside of the page", { [$0.range(.punchHole, skip: 100)] }),
            (
                "punch-across", "a hole over three pages but for some bytes",
                { [$0.range(.punchHole, pages: 3, skip: 100)] }
            ),
            (
                "punch-all", "a hole for all of it, then read()",
                { [$0.whole(.punchHole), $0.whole(.read)] }
            ),
            (
                "punch-then-store", "a hole for the page, then a store to it",
                { [$0.range(.punchHole), $0.access(.writeFault)] }
            ),
        ])

    private static let synchronous =
        each(
            [.sync, .syncHole],
            [
                ("write-fault", "a store", { [$0.access(.writeFault)] }),
                (
                    "write-fault-twice", "a store, an fsync(), and a store where it is clean",
                    { [$0.access(.writeFault), Operation(.fsync, at: 0), $0.access(.pfnMkwrite)] }
                ),
                (
                    "write-then-write-fault", "write() of the page, then a store",
                    { [$0.range(.write), $0.access(.writeFault)] }
                ),
            ])
        + each(
            [.hugeSync], in: [.fresh, .loaded],
            [
                ("pmd-write-fault", "a 2 MiB store", { [$0.access(.pmdWriteFault)] }),
                ("write-fault", "a store", { [$0.access(.writeFault)] }),
            ])

    private static let pins =
        each(
            [.mixed, .hole], in: [.fresh, .loaded],
            [
                ("pin", "a pin", { [$0.about(.pin)] }),
                (
                    "pin-and-unpin", "a pin, and its end, and a truncation to 0",
                    { [$0.about(.pin), $0.about(.unpin), $0.truncate(to: 0)] }
                ),
            ])
        + each(
            [.mixed, .hugeBlock], in: [.pinned],
            [
                ("truncate-to-zero", "truncate() to 0", { [$0.truncate(to: 0)] }),
                (
                    "truncate-into-it", "truncate() into the page",
                    { [$0.truncate(to: $0.start + 100)] }
                ), ("punch-page", "a hole for the page", { [$0.range(.punchHole)] }),
                ("zero-page", "zeroing of the page", { [$0.range(.zeroRange)] }),
                ("write-page", "write() of the page", { [$0.range(.write)] }),
                (
                    "unpin-and-truncate", "the end of the pin, then truncate() to 0",
                    { [$0.about(.unpin), $0.truncate(to: 0)] }
                ), ("fsync", "fsync()", { _ in [Operation(.fsync, at: 0)] }),
            ])

    private static let failures = each(
        [.mixed, .hugeBlock],
        [
            (
                "memory-failure", "the medium fails, then a load",
                { [$0.about(.memoryFailure), $0.access(.readFault)] }
            ),
            (
                "mapping-failure", "the medium fails and the filesystem is asked, then a store",
                { [$0.about(.mappingFailure), $0.access(.writeFault)] }
            ),
            (
                "memory-failure-then-write", "the medium fails, write() of the page, then a load",
                { [$0.about(.memoryFailure), $0.range(.write), $0.access(.readFault)] }
            ),
            (
                "memory-failure-then-truncate", "the medium fails, then truncate() to 0",
                { [$0.about(.memoryFailure), $0.truncate(to: 0)] }
            ),
        ])

    private static let sharing =
        each(
            [.shared],
            [
                ("write-inside", "write() inside of the page", { [$0.range(.write, skip: 100)] }),
                ("write-page", "write() of the page", { [$0.range(.write)] }),
                (
                    "write-across", "write() over the end of what is shared, then read()",
                    { [$0.range(.write, pages: 4, skip: 100), $0.whole(.read)] }
                ), ("write-fault", "a store", { [$0.access(.writeFault)] }),
                (
                    "write-fault-then-fsync", "a store, then fsync()",
                    { [$0.access(.writeFault), Operation(.fsync, at: 0)] }
                ), ("read-fault", "a load", { [$0.access(.readFault)] }),
                (
                    "private-write-fault", "a store through the private mapping",
                    { [$0.access(.privateWriteFault)] }
                ),
                (
                    "zero-inside", "zeroing inside of the page",
                    { [$0.range(.zeroRange, skip: 100)] }
                ),
                ("zero-page", "zeroing of the page", { [$0.range(.zeroRange)] }),
                ("punch-page", "a hole for the page", { [$0.range(.punchHole)] }),
                (
                    "truncate-into-it", "truncate() into the page",
                    { [$0.truncate(to: $0.start + 100)] }
                ), ("unshare", "unsharing of all of it", { [$0.whole(.unshare)] }),
                (
                    "unshare-inside", "unsharing of some bytes, then a store",
                    { [$0.range(.unshare, skip: 100), $0.access(.writeFault)] }
                ), ("dedupe-equal", "a comparison of equal pages", { [$0.range(.dedupe)] }),
                (
                    "dedupe-different", "a comparison of pages of which one differs",
                    { [$0.range(.dedupe, pages: 2)] }
                ),
            ])
        + each(
            [.hole], in: [.fresh],
            [("dedupe-holes", "a comparison of holes", { [$0.range(.dedupe)] })])
        + each(
            [.hugeShared],
            [
                ("pmd-write-fault", "a 2 MiB store", { [$0.access(.pmdWriteFault)] }),
                ("write-fault", "a store", { [$0.access(.writeFault)] }),
                ("write-page", "write() of the page", { [$0.range(.write)] }),
            ])

    private static let evictions =
        each(
            [.mixed, .hugeBlock], in: LayoutState.all + [.pinned],
            [
                (
                    "evict", "eviction of the inode, then a load",
                    { [Operation(.evict, at: 0), $0.access(.readFault)] }
                )
            ])

    private static let hugePages = each(
        [.hugeBlock, .hugeHole], in: [.loaded, .stored],
        [
            (
                "truncate-then-pages", "truncate() to 0 and back up, then a store and a load",
                {
                    [
                        $0.truncate(to: 0), $0.truncate(to: $0.size), $0.access(.writeFault),
                        $0.access(.readFault),
                    ]
                }
            ),
            (
                "punch-then-pages", "a hole for a page in the middle, then a 2 MiB load",
                { [$0.range(.punchHole), $0.access(.pmdReadFault)] }
            ),
            (
                "zero-page", "zeroing of a page in the middle, then a load",
                { [$0.range(.zeroRange), $0.access(.readFault)] }
            ),
            (
                "page-then-unmap", "a store as a page, MADV_DONTNEED, and a 2 MiB load",
                {
                    [
                        $0.access(.writeFault), $0.whole(.unmap), $0.access(.pmdReadFault),
                    ]
                }
            ),
        ])
}
