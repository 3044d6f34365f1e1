// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of an ext2 file whose block map is damaged: one of its numbers is that of a block of the
// filesystem, or of none that the device has. Who truncates the file must not free such a block, and
// must free all others. Nobody looks at its page, for there is nothing right to be seen.

import Machine

/// All of them.
enum DamagedMapScenarios {
    static let all: [Scenario] = [
        ("metadata", "is that of a bitmap", Geometry.Flags.wildMetadata),
        ("behind", "is that of none of the device", Geometry.Flags.wildBehind),
    ].map { name, what, flags in
        let geometry = Geometry(
            filesystem: .ext2, size: 9 * page + 1000,
            extents: [
                Extent(block: 0, count: 4, fill: 0x41), Extent(block: 6, count: 3, fill: 0x42),
            ], mappedPages: 0..<12, skew: 0, flags: flags)
        return Scenario(
            Scenario.Label(
                location: "ext2/damaged-map", operation: "truncate-to-zero", state: name,
                setting: "On ext2, in a file of which the number of a block \(what)",
                action: "truncate() to 0, and write() of the first page"),
            geometry,
            [Operation(.truncate, at: 0), Operation(.write, at: 0, length: page)],
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    private static let page = BlockMap.blockSize
}
