// SPDX-License-Identifier: GPL-2.0-only

// Scenarios on erofs: each way to read a page that is mapped or not, of each kind of page, and stores, which
// a private mapping keeps to itself and a shared one refuses.

import Machine

/// All of them, of one task.
enum ErofsScenarios {
    static let all: [Scenario] = ErofsFile.all.flatMap { file in
        file.targets.flatMap { target in
            states(of: file, target).flatMap { state in
                cases(of: file, target).map { item in
                    file.scenario(
                        item.name, item.action, target, state: state.name, state.description,
                        state.setup + item.operations)
                }
            }
        } + whole(file)
    }

    private typealias State = FilesystemState
    private typealias Case = FilesystemCase

    // MARK: - Of one page

    private static func states(of file: ErofsFile, _ target: ErofsFile.Target) -> [State] {
        [
            State(name: "fresh", description: "never accessed"),
            State(
                name: "after-read-fault", description: "mapped by a load",
                setup: [file.access(.readFault, target, isSetup: true)]),
            State(
                name: "after-private-write-fault", description: "of which there is a copy",
                setup: [file.access(.privateWriteFault, target, isSetup: true)]),
        ]
            + (file.isHuge
                ? [
                    State(
                        name: "after-pmd-read-fault", description: "mapped by a 2 MiB load",
                        setup: [file.access(.pmdReadFault, target, isSetup: true)])
                ] : [])
    }

    private static func cases(of file: ErofsFile, _ target: ErofsFile.Target) -> [Case] {
        loads(file, target) + stores(file, target) + (file.isHuge ? huge(file, target) : [])
    }

    private static func loads(_ file: ErofsFile, _ target: ErofsFile.Target) -> [Case] {
        [
            Case(
                name: "read", action: "read() of the page", operations: [file.page(.read, target)]),
            Case(
                name: "read-fault", action: "a load through the shared mapping",
                operations: [file.access(.readFault, target)]),
            Case(
                name: "private-read-fault", action: "a load through the private mapping",
                operations: [file.access(.privateReadFault, target)]),
            Case(
                name: "unmap-and-load", action: "the end of its entries, and a load",
                operations: [file.page(.unmap, target), file.access(.readFault, target)]),
            Case(
                name: "evict", action: "eviction of the inode, and a load",
                operations: [Operation(.evict, at: 0), file.access(.readFault, target)]),
        ]
    }

    private static func stores(_ file: ErofsFile, _ target: ErofsFile.Target) -> [Case] {
        [
            Case(
                name: "private-write-fault", action: "a store through the private mapping",
                operations: [file.access(.privateWriteFault, target)]),
            Case(
                name: "private-load-then-store",
                action: "a load and a store through the private mapping, and a shared load",
                operations: [
                    file.access(.privateReadFault, target), file.access(.privateWriteFault, target),
                    file.access(.readFault, target),
                ]),
            Case(
                name: "write-fault", action: "a store through the shared mapping",
                operations: [file.access(.writeFault, target)]),
        ]
    }

    /// 2 MiB at once.
    private static func huge(_ file: ErofsFile, _ target: ErofsFile.Target) -> [Case] {
        [
            Case(
                name: "pmd-read-fault", action: "a 2 MiB load",
                operations: [file.access(.pmdReadFault, target)]),
            Case(
                name: "pmd-private-write-fault", action: "a 2 MiB store to the private mapping",
                operations: [file.access(.pmdPrivateWriteFault, target)]),
            Case(
                name: "pmd-write-fault", action: "a 2 MiB store to the shared mapping",
                operations: [file.access(.pmdWriteFault, target)]),
        ]
    }

    // MARK: - Of a whole file

    private static func whole(_ file: ErofsFile) -> [Scenario] {
        let size = file.size
        let first = file.targets[0]
        return [
            Case(
                name: "read-nothing", action: "read() of no bytes",
                operations: [Operation(.read, at: 8, length: 0)]),
            Case(
                name: "read-all", action: "read() of all pages, in pieces",
                operations: pieces(of: file).map {
                    Operation(.read, at: $0.lowerBound, length: UInt64($0.count))
                }),
            Case(
                name: "read-over-eof", action: "read() over EOF",
                operations: [Operation(.read, at: size - 50, length: 2 * ErofsFile.page)]),
            Case(
                name: "read-beyond-eof", action: "read() beyond EOF",
                operations: [
                    Operation(.read, at: size + 2 * ErofsFile.page, length: ErofsFile.page)
                ]),
            Case(
                name: "load-beyond-eof", action: "a load beyond EOF",
                operations: [
                    Operation(.readFault, at: size + ErofsFile.page, length: 1)
                ]),
        ].map { item in
            file.scenario(
                item.name, item.action, first, state: "whole", "never accessed", item.operations)
        }
    }

    /// Around each target, the pages on both sides of it: where one extent ends and another begins.
    private static func pieces(of file: ErofsFile) -> [Range<UInt64>] {
        file.targets.map { target in
            let start = target.page > 0 ? target.page - 1 : 0
            let end = min(file.size, (target.page + 2) * ErofsFile.page - 100)
            return start * ErofsFile.page + 100..<end
        }
    }
}
