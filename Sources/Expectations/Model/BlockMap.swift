// SPDX-License-Identifier: GPL-2.0-only

// How many blocks a file with given data blocks owns. An ext2 inode has 12 direct blocks and trees
// of indirect blocks, which count as blocks of the file; the strict filesystem keeps its extents in
// memory.

import Machine

enum BlockMap {
    /// Bytes of a block, and of a page.
    static let blockSize: UInt64 = 4096
    /// Direct blocks of an inode.
    static let direct: UInt32 = 12
    /// Blocks that one indirect block points at.
    static let perIndirect: UInt32 = 1024

    /// Blocks that the file of a geometry owns: data and indirect blocks.
    static func ownedBlocks(of geometry: Geometry) -> Int {
        let extents = geometry.extents
        let data = extents.reduce(0) { $0 + Int($1.count) }
        guard geometry.filesystem.hasBlockMap else { return data }
        return data + indirectBlocks(over: extents.map(\.blocks))
    }

    /// The indirect blocks of ascending, disjoint ranges of file blocks: one for the first 1024
    /// blocks after the direct ones; then one for each 1024, and one double-indirect block above
    /// those.
    static func indirectBlocks(over ranges: [Range<UInt32>]) -> Int {
        var count = 0
        var last: UInt32?
        for range in ranges where range.upperBound > direct {
            let first = (max(range.lowerBound, direct) - direct) / perIndirect
            let final = (range.upperBound - 1 - direct) / perIndirect
            for group in first...final where group != last {
                if group > 0 && (last ?? 0) == 0 { count += 1 }
                count += 1
                last = group
            }
        }
        return count
    }
}
