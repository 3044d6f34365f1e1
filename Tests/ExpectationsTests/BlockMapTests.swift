// SPDX-License-Identifier: GPL-2.0-only

// How many indirect blocks an ext2 file owns.

import Testing

@testable import Expectations

@Suite struct BlockMapTests {
    @Test(
        arguments: [
            ([0..<12], 0), ([0..<13], 1), ([12..<13], 1), ([0..<1, 12..<1036], 1),
            ([1036..<1037], 2), ([12..<13, 1036..<1037], 3), ([0..<1, 1035..<1038], 3),
            ([1036..<1037, 2060..<2061], 3), ([12..<2061], 4),
        ] as [([Range<UInt32>], Int)])
    func indirectBlocks(_ ranges: [Range<UInt32>], _ count: Int) {
        #expect(BlockMap.indirectBlocks(over: ranges) == count)
    }
}
