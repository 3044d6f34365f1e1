// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of ext2's allocator: its blocks are in two groups and in pieces, are nearly used up, or
// are all kept for root. What is asked is that blocks are found where they are and given back to
// their group, whatever was in the way. One file has direct blocks only, the other one grows into its
// first indirect block. Four blocks of the first lie on both sides of the border of the groups.

import Machine

/// All of them.
enum AllocationScenarios {
    static let all: [Scenario] = files.flatMap { file in
        spaces.flatMap { space in cases.map { scenario(file, space, $0) } }
            + damages.flatMap { damage in cases.prefix(2).map { scenario(file, damage, $0) } }
    }

    private static let page = BlockMap.blockSize

    /// A file whose hole, of one page, is followed by a last page.
    private struct File {
        let name: String
        let description: String
        let extents: [Extent]
        let hole: UInt64
        var size: UInt64 { (hole + 1) * page + 1000 }
        var end: UInt64 { (hole + 2) * page }
    }

    private static let files = [
        File(
            name: "allocation", description: "a file of six pages with a hole",
            extents: [
                Extent(block: 0, count: 4, fill: 0x41), Extent(block: 5, count: 1, fill: 0x42),
            ], hole: 4),
        File(
            name: "allocation-indirect", description: "a file with a hole in its indirect block",
            extents: [
                Extent(block: 9, count: 4, fill: 0x41), Extent(block: 14, count: 1, fill: 0x42),
            ], hole: 13),
    ]

    /// What is free.
    private static let spaces: [(name: String, description: String, flags: Geometry.Flags)] = [
        ("two-groups", "with blocks in two groups", .twoGroups),
        (
            "fragmented", "with blocks in two groups and every other one free",
            [.twoGroups, .fragmented]
        ),
        ("nearly-full", "with three free blocks", .nearlyFull),
        (
            "nearly-full-groups", "with four free blocks in two groups, none beside another",
            [.twoGroups, .fragmented, .nearlyFull]
        ),
        ("reserved", "whose free blocks are root's", .reserved),
        ("half-reserved", "of whose free blocks half are root's", .halfReserved),
        ("other-windows", "where other files have reserved blocks", .otherWindows),
    ]

    /// What a bitmap has lost. A file that grows reads it, and the filesystem says so.
    private static let damages: [(name: String, description: String, flags: Geometry.Flags)] = [
        ("lost-bitmap", "whose bitmap calls itself free", .lostBitmap),
        ("lost-inode-bitmap", "whose bitmap calls the inode bitmap free", .lostInodeBitmap),
        ("lost-table", "whose bitmap calls the inode table free", .lostTable),
    ]

    private struct Case {
        let name: String
        let action: String
        let operations: @Sendable (File) -> [Operation]

        init(
            _ name: String, _ action: String,
            _ operations: @escaping @Sendable (File) -> [Operation]
        ) {
            self.name = name
            self.action = action
            self.operations = operations
        }
    }

    private static let cases = [
        Case("write-hole", "write() of the hole") {
            [Operation(.write, at: $0.hole * page, length: page)]
        },
        Case("store-hole", "a store to the hole") {
            [Operation(.writeFault, at: $0.hole * page + 8, length: 16)]
        },
        Case("write-over-eof", "write() of the hole and of four pages behind it") {
            [Operation(.write, at: $0.hole * page, length: 5 * page)]
        },
        Case("write-far", "write() of two pages that leaves a gap behind EOF") {
            [Operation(.write, at: $0.end + 9 * page + 10, length: page)]
        },
        Case("write-page-and-byte", "write() of a page and a byte behind the last page") {
            [Operation(.write, at: $0.end, length: page + 1)]
        },
        Case("append-twice", "write() of a page behind the last, and of three more") {
            [
                Operation(.write, at: $0.end, length: page),
                Operation(.write, at: $0.end + page, length: 3 * page, fill: 0x58),
            ]
        },
        Case("truncate-to-zero", "truncate() to 0") { _ in [Operation(.truncate, at: 0)] },
        Case("truncate-and-write", "truncate() inside of the first blocks, and write() over them") {
            let cut = ($0.hole - 3) * page + 100
            return [
                Operation(.truncate, at: cut),
                Operation(.write, at: cut, length: 4 * page),
            ]
        },
        Case("write-and-cut", "write() of the hole and behind it, truncate() to the hole, a store")
        {
            [
                Operation(.write, at: $0.hole * page, length: 3 * page),
                Operation(.truncate, at: $0.hole * page),
                Operation(.truncate, at: $0.end),
                Operation(.writeFault, at: $0.hole * page + 8, length: 16, fill: 0x58),
            ]
        },
    ]

    private static func scenario(
        _ file: File, _ space: (name: String, description: String, flags: Geometry.Flags),
        _ what: Case
    ) -> Scenario {
        let geometry = Geometry(
            filesystem: .ext2, size: file.size, extents: file.extents, deviceBlocks: 256,
            mappedPages: 0..<UInt32(file.hole + 8), skew: 0, flags: space.flags)
        return Scenario(
            Scenario.Label(
                location: "ext2/\(file.name)", operation: what.name, state: space.name,
                setting: "On ext2 \(space.description), in \(file.description)",
                action: what.action),
            geometry, what.operations(file), ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }
}
