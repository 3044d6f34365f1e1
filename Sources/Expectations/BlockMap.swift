// SPDX-License-Identifier: GPL-2.0-only

// How many blocks a file of given data blocks owns: ext2 keeps a map of 12 direct blocks and trees
// of indirect blocks, which are blocks of the file too; the strict filesystem keeps its extents in
// memory and owns nothing beside the data.

import Machine

enum BlockMap {
    /// Bytes of a block, and of a page.
    static let blockSize: UInt64 = 4096
    /// Blocks that an inode points at itself.
    static let direct: UInt32 = 12
    /// Blocks that one indirect block points at.
    static let perIndirect: UInt32 = 1024

    /// Blocks that the file of a geometry owns, data and block-map metadata.
    static func ownedBlocks(of geometry: Geometry) -> Int {
        let extents = geometry.extents
        let data = extents.reduce(0) { $0 + Int($1.count) }
        guard geometry.filesystem == .ext2 else { return data }
        return data + indirectBlocks(over: extents.map(\.blocks))
    }

    /// The indirect blocks needed to reach ascending, disjoint ranges of file blocks: one for the
    /// first 1024 blocks behind the direct ones; then one for each 1024, and one above all those.
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
