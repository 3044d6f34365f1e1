// SPDX-License-Identifier: GPL-2.0-only

// Two tasks on erofs at once: on one page, on two that are of different kinds, and where one takes 2 MiB.
// Nothing is ever changed, so what they meet in is the index and the page tables.

import Machine

/// All of them.
enum ErofsRaces {
    static let all: [Scenario] = ErofsFile.all.flatMap { file in
        onePage(file, file.targets[0])
            + (file.targets.count > 2 ? hole(file, file.targets[1]) : [])
            + (file.isHuge ? huge(file, file.targets[0]) : [])
    }

    private static func onePage(_ file: ErofsFile, _ page: ErofsFile.Target) -> [Scenario] {
        [
            file.race(
                "read-fault+read-fault", "two loads of one page",
                [file.access(.readFault, page), file.access(.readFault, page, task: 1)]),
            file.race(
                "read-fault+private-write-fault", "a load; a store to the private mapping",
                [file.access(.readFault, page), file.access(.privateWriteFault, page, task: 1)]),
            file.race(
                "private-write-fault+private-write-fault",
                "two stores to one page of the private mapping",
                [
                    file.access(.privateWriteFault, page),
                    file.access(.privateWriteFault, page, task: 1),
                ]),
            file.race(
                "read+read-fault", "read(); a load of the same page",
                [file.access(.read, page), file.access(.readFault, page, task: 1)]),
            file.race(
                "read-fault+last/read-fault", "a load; a load of the last page",
                [
                    file.access(.readFault, page),
                    file.access(.readFault, file.targets.last!, task: 1),
                ]),
        ]
    }

    private static func hole(_ file: ErofsFile, _ hole: ErofsFile.Target) -> [Scenario] {
        [
            file.race(
                "hole/read-fault+read-fault", "two loads of one page of a hole",
                [file.access(.readFault, hole), file.access(.readFault, hole, task: 1)]),
            file.race(
                "hole/read-fault+private-write-fault",
                "a load of a hole; a store to the private mapping of it",
                [file.access(.readFault, hole), file.access(.privateWriteFault, hole, task: 1)]),
        ]
    }

    private static func huge(_ file: ErofsFile, _ page: ErofsFile.Target) -> [Scenario] {
        [
            file.race(
                "pmd-read-fault+read-fault", "a 2 MiB load; a load",
                [file.access(.pmdReadFault, page), file.access(.readFault, page, task: 1)]),
            file.race(
                "pmd-read-fault+pmd-read-fault", "two 2 MiB loads",
                [file.access(.pmdReadFault, page), file.access(.pmdReadFault, page, task: 1)]),
            file.race(
                "pmd-read-fault+private-write-fault",
                "a 2 MiB load; a store to the private mapping",
                [
                    file.access(.pmdReadFault, page),
                    file.access(.privateWriteFault, page, task: 1),
                ]),
        ]
    }
}
