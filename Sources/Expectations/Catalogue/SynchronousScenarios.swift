// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of write() over several new blocks, and of files that are synchronous (chattr +S, or a
// mount with -o sync). A write() ends some bytes into a block that is as new as the one before, so a
// bound that is off by one block, or a count of bytes that forgets the last one, shows. Of a
// synchronous file, what the call has changed of the map and of the size is on the device when it
// returns.

import Machine

/// All of them.
enum SynchronousScenarios {
    static let all: [Scenario] =
        Filesystem.allCases.flatMap { filesystem in
            newBlocks.map { scenario($0, of: sparse(on: filesystem)) }
        }
        + [direct, indirect].flatMap { file in changes.map { scenario($0, of: file) } }

    private static let page = BlockMap.blockSize

    private struct File: Sendable {
        let location: String
        let setting: String
        let geometry: Geometry
        /// The first page of a hole of three pages; the file ends behind the page after it.
        let hole: UInt64
    }

    private struct Case: Sendable {
        let name: String
        let action: String
        let operations: @Sendable (File) -> [Operation]
    }

    private static func sparse(on filesystem: Filesystem) -> File {
        File(
            location: "\(filesystem.name)/three-holes",
            setting: "On \(filesystem.name), in a file with a hole of three pages",
            geometry: geometry(on: filesystem, blocks: 1, hole: 1, flags: []), hole: 1)
    }

    private static let direct = File(
        location: "ext2/synchronous", setting: "On ext2, in a synchronous file",
        geometry: geometry(on: .ext2, blocks: 1, hole: 1, flags: .synchronous), hole: 1)

    private static let indirect = File(
        location: "ext2/synchronous-indirect",
        setting: "On ext2, in a synchronous file with a hole before its first indirect block",
        geometry: geometry(on: .ext2, blocks: 4, hole: 11, flags: .synchronous), hole: 11)

    /// Some blocks, a hole of three, and a last block that is partial.
    private static func geometry(
        on filesystem: Filesystem, blocks: UInt32, hole: UInt32, flags: Geometry.Flags
    ) -> Geometry {
        Geometry(
            filesystem: filesystem, size: UInt64(hole + 3) * page + 1000,
            extents: [
                Extent(block: hole - blocks, count: blocks, fill: 0x41),
                Extent(block: hole + 3, count: 1, fill: 0x42),
            ], mappedPages: 0..<32, skew: 0, flags: flags)
    }

    private static let newBlocks = [
        Case(name: "write-into-second", action: "write() that ends in its second page") {
            [
                Operation(.write, at: $0.hole * page, length: page + 1),
                Operation(.read, at: $0.hole * page, length: 3 * page),
            ]
        },
        Case(name: "write-from-first", action: "write() from inside its first page into its last") {
            [
                Operation(.write, at: $0.hole * page + 4000, length: page + 97),
                Operation(.readFault, at: ($0.hole + 2) * page, length: 16),
            ]
        },
        Case(name: "append-two", action: "write() that ends in a second page behind the file") {
            [
                Operation(.write, at: ($0.hole + 4) * page, length: page + 1),
                Operation(.read, at: ($0.hole + 3) * page, length: 3 * page),
            ]
        },
    ]

    private static let changes = [
        Case(name: "overwrite", action: "write() to a block that it has") {
            [Operation(.write, at: ($0.hole - 1) * page + 8, length: 64)]
        },
        Case(name: "write-hole", action: "write() to the hole") {
            [Operation(.write, at: $0.hole * page, length: page + 1)]
        },
        Case(name: "append", action: "write() that appends") {
            [Operation(.write, at: ($0.hole + 3) * page + 1000, length: page)]
        },
        Case(name: "store-and-write", action: "a store, and write() of the same page") {
            [
                Operation(.writeFault, at: $0.hole * page, length: 16),
                Operation(.write, at: $0.hole * page + 64, length: 64),
            ]
        },
        Case(name: "truncate", action: "truncate() into its first block") {
            [Operation(.truncate, at: ($0.hole - 1) * page + 5)]
        },
        Case(name: "truncate-up", action: "truncate() to some pages more") {
            [Operation(.truncate, at: ($0.hole + 9) * page)]
        },
    ]

    private static func scenario(_ case: Case, of file: File) -> Scenario {
        Scenario(
            Scenario.Label(
                location: file.location, operation: `case`.name, state: "fresh",
                setting: file.setting, action: `case`.action),
            file.geometry, `case`.operations(file),
            ownedBlocks: BlockMap.ownedBlocks(of: file.geometry))
    }
}
