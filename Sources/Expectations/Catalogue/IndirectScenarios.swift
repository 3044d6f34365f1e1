// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of ext2 files with two indirect blocks under the double indirect one, so that truncation
// takes a part of a tree away and leaves the rest. What is cut off must be gone from the block that
// stays: a number that is left in it leads, once the file has grown again, to a block that is
// somebody else's by then.

import Machine

/// All of them.
enum IndirectScenarios {
    static let all: [Scenario] = cases.map { name, action, operations in
        Scenario(
            Scenario.Label(
                location: "ext2/double-indirect", operation: name, state: "fresh",
                setting:
                    "On ext2, in a file with two indirect blocks under its double indirect one",
                action: action),
            geometry, operations, ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    private static let page = BlockMap.blockSize
    /// The first pages under the first and the second of them.
    private static let first = UInt64(BlockMap.direct + BlockMap.perIndirect)
    private static let second = first + UInt64(BlockMap.perIndirect)

    private static let geometry = Geometry(
        filesystem: .ext2, size: (second + 3) * page,
        extents: [
            Extent(block: 0, count: 1, fill: 0x41),
            Extent(block: UInt32(first), count: 3, fill: 0x42),
            Extent(block: UInt32(second), count: 3, fill: 0x43),
        ], mappedPages: UInt32(first)..<UInt32(second + 8), skew: UInt32(first) % 512)

    private static let cases: [(name: String, action: String, operations: [Operation])] = [
        (
            "cut-second-and-grow", "truncate() before the second, then back up, and a store there",
            [
                Operation(.truncate, at: (first + 3) * page),
                Operation(.truncate, at: (second + 3) * page),
                Operation(.writeFault, at: (second + 1) * page, length: 16),
                Operation(.read, at: second * page, length: 3 * page),
            ]
        ),
        (
            "cut-into-first", "truncate() between the pages of the first",
            [Operation(.truncate, at: (first + 1) * page)]
        ),
        (
            "cut-into-second", "truncate() between the pages of the second, and write() there",
            [
                Operation(.truncate, at: (second + 1) * page),
                Operation(.write, at: (second + 1) * page, length: page + 1),
            ]
        ),
        (
            "cut-all", "truncate() to the first page",
            [Operation(.truncate, at: page)]
        ),
        (
            "grow-over-second", "write() to the last page of the first, and one more",
            [Operation(.write, at: (second - 1) * page, length: page + 1)]
        ),
    ]
}
