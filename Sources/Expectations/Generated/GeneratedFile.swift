// SPDX-License-Identifier: GPL-2.0-only

// A random file and its boundaries: the ends of pages, blocks, extents, the file, the mapping, a 2
// MiB range, the direct blocks and the first indirect block. Most bugs are at boundaries, so random
// sizes and operations are around them. The machine must accept every geometry that is made here.

import Machine

/// The world of a generated scenario, before its operations.
struct GeneratedFile {
    /// Which limit of the code the file is near.
    enum Region {
        /// A few pages.
        case small
        /// Around the last direct block.
        case direct
        /// Around the last block of the first indirect block.
        case indirect
        /// Around 2 MiB.
        case huge
        /// A device with almost no free block.
        case full
    }

    private(set) var geometry: Geometry
    let region: Region
    /// Positions at which something changes, in bytes, ascending.
    private(set) var boundaries: [UInt64]

    private static let page = BlockMap.blockSize
    init(_ random: inout SeededRandom) {
        let filesystem = random.pick([Filesystem.ext2, .strict])
        region =
            filesystem == .ext2
            ? random.pick(weighted: [(.small, 5), (.direct, 3), (.indirect, 2), (.full, 1)])
            : random.pick(weighted: [(.small, 5), (.huge, 3), (.full, 1)])
        let pages = GeneratedFile.pages(region, &random)
        let size = GeneratedFile.size(around: pages * GeneratedFile.page, &random)
        let filePages = (size + GeneratedFile.page - 1) / GeneratedFile.page
        let extents =
            region == .huge
            ? GeneratedFile.hugeExtents(filePages, &random)
            : GeneratedFile.extents(region, filesystem, filePages, &random)
        let mapped = GeneratedFile.mapping(region, filePages, &random)
        geometry = Geometry(
            filesystem: filesystem, size: size, extents: extents,
            deviceBlocks: GeneratedFile.deviceBlocks(region, extents, filesystem, &random),
            mappedPages: mapped.pages, skew: mapped.skew)
        boundaries = GeneratedFile.boundaries(of: geometry, region)
    }

    // MARK: - Size

    private static func pages(_ region: Region, _ random: inout SeededRandom) -> UInt64 {
        let direct = UInt64(BlockMap.direct)
        let indirect = direct + UInt64(BlockMap.perIndirect)
        return switch region {
        case .small: random.pick([0, 1, 1, 2, 2, 3, 4])
        case .direct: direct - 1 + UInt64(random.below(5))
        case .indirect: indirect - 1 + UInt64(random.below(4))
        case .huge: random.pick([511, 512, 512, 513, 1024])
        case .full: 56 + UInt64(random.below(6))
        }
    }

    /// A size near the end of a page, in bytes.
    private static func size(around edge: UInt64, _ random: inout SeededRandom) -> UInt64 {
        let distance = random.pick(weighted: [(0, 3), (1, 2), (100, 1), (2048, 1)])
        return random.once(in: 2) || edge < UInt64(distance)
            ? edge + UInt64(distance) : edge - UInt64(distance)
    }

    // MARK: - Extents

    private enum Kind { case hole, block, unwritten, bad }

    /// Extents and holes, page by page where operations are made.
    private static func extents(
        _ region: Region, _ filesystem: Filesystem, _ pages: UInt64, _ random: inout SeededRandom
    ) -> [Extent] {
        if region == .full { return fullExtents(pages, &random) }
        let direct = UInt64(BlockMap.direct)
        var looked = Set(pages <= 4 ? 0..<pages : max(pages, 4) - 4..<pages)
        if pages > 4 { looked.formUnion([0, direct - 1, direct, direct + 1]) }
        var extents: [Extent] = []
        var kind = Kind.block
        for page in looked.sorted() where page < pages {
            // Half of the pages are like the page before.
            let before = kind
            if !random.once(in: 2) {
                kind = random.pick(weighted: [
                    (.block, 10), (.hole, 8), (.unwritten, filesystem == .strict ? 4 : 0),
                    (.bad, 1),
                ])
            }
            guard kind != .hole else { continue }
            let flags: Extent.Flags = kind == .bad ? .bad : kind == .unwritten ? .unwritten : []
            if kind == before, let last = extents.last, last.flags == flags,
                UInt64(last.blocks.upperBound) == page
            {
                extents[extents.count - 1] = Extent(
                    block: last.block, count: last.count + 1, fill: last.fill, flags: flags)
            } else if extents.count < 12 {
                extents.append(
                    Extent(
                        block: UInt32(page), count: 1,
                        fill: kind == .unwritten ? 0 : UInt8(0x11 + extents.count), flags: flags))
            }
        }
        return extents
    }

    /// Nearly all blocks of a small device, with one or two holes.
    private static func fullExtents(_ pages: UInt64, _ random: inout SeededRandom) -> [Extent] {
        let edge = 1 + UInt64(random.below(Int(pages) - 4))
        let gap = 1 + UInt64(random.below(2))
        var extents = [Extent(block: 0, count: UInt32(edge), fill: 0x11)]
        if edge + gap < pages {
            extents.append(
                Extent(
                    block: UInt32(edge + gap),
                    count: UInt32(pages - edge - gap) - (random.once(in: 2) ? 0 : 1), fill: 0x12))
        }
        return extents.filter { $0.count > 0 }
    }

    /// One or two 2 MiB ranges, each in a random layout.
    private static func hugeExtents(_ pages: UInt64, _ random: inout SeededRandom) -> [Extent] {
        var extents: [Extent] = []
        var start: UInt64 = 0
        while start < pages {
            let left = UInt32(min(512, pages - start))
            let block = UInt32(start)
            let fill = UInt8(0x11 + extents.count)
            switch random.below(7) {
            case 0, 1:
                extents.append(
                    Extent(block: block, count: left, fill: fill, flags: .pmdAligned))
            case 2: extents.append(Extent(block: block, count: left, fill: fill))
            case 3:
                extents.append(
                    Extent(block: block, count: left, flags: [.unwritten, .pmdAligned]))
            case 4 where left > 1:
                extents.append(
                    Extent(block: block, count: left - 1, fill: fill, flags: .pmdAligned))
            case 5:
                extents.append(
                    Extent(block: block + left - 1, count: 1, fill: fill))
            default: break
            }
            start += 512
        }
        return extents
    }

    private static func deviceBlocks(
        _ region: Region, _ extents: [Extent], _ filesystem: Filesystem,
        _ random: inout SeededRandom
    ) -> UInt32 {
        switch region {
        case .small, .direct, .indirect: return random.pick([128, 256])
        case .full:
            let data = extents.reduce(0) { $0 + Int($1.count) }
            let map =
                filesystem == .ext2 ? BlockMap.indirectBlocks(over: extents.map(\.blocks)) : 0
            return UInt32(max(64, ownBlocks(filesystem) + data + map + random.below(3)))
        case .huge:
            // The end of the extents if every aligned one is moved as far as it can be.
            var end = UInt32(ownBlocks(filesystem))
            for extent in extents {
                if extent.flags.contains(.pmdAligned) { end = (end + 511) / 512 * 512 }
                end += extent.count
            }
            return random.once(in: 3) ? max(64, end + UInt32(random.below(3))) : 2560
        }
    }

    /// Blocks of a device that hold filesystem metadata.
    private static func ownBlocks(_ filesystem: Filesystem) -> Int {
        filesystem == .ext2 ? 5 : 1
    }

    // MARK: - Mapping

    private static func mapping(
        _ region: Region, _ pages: UInt64, _ random: inout SeededRandom
    ) -> (pages: Range<UInt32>, skew: UInt32) {
        let all = UInt32(pages) + 8
        var first: UInt32 = 0
        var end = all
        if random.once(in: 4) { first = min(UInt32(1 + random.below(2)), UInt32(pages)) }
        if random.once(in: 4) { end = max(first + 1, UInt32(pages) + UInt32(random.below(2))) }
        // Askew: file offset and address differ modulo 2 MiB.
        let isAskew = region == .huge && random.once(in: 6)
        return (first..<end, (first + (isAskew ? 1 : 0)) % 512)
    }

    // MARK: - Boundaries

    private static func boundaries(of geometry: Geometry, _ region: Region) -> [UInt64] {
        let size = geometry.size
        var pages: Set<UInt64> = [
            0, size / page, (size + page - 1) / page, UInt64(geometry.mappedPages.lowerBound),
            UInt64(geometry.mappedPages.upperBound),
        ]
        for extent in geometry.extents {
            pages.insert(UInt64(extent.block))
            pages.insert(UInt64(extent.blocks.upperBound))
        }
        let direct = UInt64(BlockMap.direct)
        switch region {
        case .small, .full: pages.insert(1)
        case .direct: pages.formUnion([direct - 1, direct, direct + 1])
        case .indirect: pages.formUnion([direct, direct + UInt64(BlockMap.perIndirect)])
        case .huge: pages.formUnion([1, 511, 512])
        }
        return Set(pages.map { $0 * page } + [size]).sorted()
    }
}
