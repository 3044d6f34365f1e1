// SPDX-License-Identifier: GPL-2.0-only

// File sizes around every boundary of the code under test: EOF inside a page and at its end, the
// last direct block and the first blocks of the indirect trees. Small files are allocated
// throughout, large ones only around the pages that are tested, so that a world is quick to make.

import Machine

/// How much is combined with a page. `full`: every operation with every state, for one page of a
/// few files. `main`: a selection, for the last page of all files. `brief`: what depends on the
/// location of a page, for all other pages.
enum Depth: Int, Comparable, Sendable {
    case brief, main, full

    static func < (one: Depth, other: Depth) -> Bool { one.rawValue < other.rawValue }
}

/// A file of some size, and the pages of it that are tested.
struct FileShape: Sendable {
    static let pageSize = BlockMap.blockSize

    let filesystem: Filesystem
    let size: UInt64
    let name: String
    let description: String
    /// How much is combined with its last page.
    let depth: Depth

    /// Pages of the file, the partial one included.
    var pages: UInt64 { (size + FileShape.pageSize - 1) / FileShape.pageSize }
    var isPartial: Bool { size % FileShape.pageSize != 0 }

    private init(_ filesystem: Filesystem, _ size: UInt64, _ depth: Depth) {
        self.filesystem = filesystem
        self.size = size
        self.depth = depth
        let pages = size / FileShape.pageSize
        switch (size, size % FileShape.pageSize) {
        case (0, _): (name, description) = ("empty", "an empty file")
        case (1, _): (name, description) = ("1-byte", "a file of 1 byte")
        case (_, 0) where pages == 1: (name, description) = ("1-page", "a file of one page")
        case (_, 0): (name, description) = ("\(pages)-pages", "a file of \(pages) pages")
        default: (name, description) = ("\(size)-bytes", "a file of \(size) bytes")
        }
    }

    static func all(on filesystem: Filesystem) -> [FileShape] {
        let page = pageSize
        let direct = UInt64(BlockMap.direct) * page
        let indirect = direct + UInt64(BlockMap.perIndirect) * page
        var sizes: [(UInt64, Depth)] = [
            (0, .main), (1, .main), (page - 1, .main), (page, .main),
            (page + 1, filesystem == .ext2 ? .full : .main), (3 * page, .main),
            (3 * page + 100, filesystem == .strict ? .full : .main),
        ]
        if filesystem == .ext2 {
            sizes += [
                (direct - 1, .main), (direct, .main), (direct + 1, .full), (direct + page, .main),
                (direct + page + 100, .main), (indirect, .main), (indirect + 1, .main),
                (indirect + 2 * page + 100, .main),
            ]
        }
        return sizes.map { FileShape(filesystem, $0.0, $0.1) }
    }

    /// A page of the file, or beyond EOF.
    struct Target: Hashable, Sendable {
        let name: String
        let description: String
        let page: UInt64
        let isBeyondEOF: Bool
        let depth: Depth
    }

    /// The tested pages; a page at two boundaries has the name that comes first.
    var targets: [Target] {
        var targets: [Target] = []
        func add(_ name: String, _ description: String, _ page: UInt64) {
            guard !targets.contains(where: { $0.page == page }) else { return }
            targets.append(
                Target(
                    name: name, description: description, page: page, isBeyondEOF: page >= pages,
                    depth: targets.isEmpty ? depth : .brief))
        }
        if isPartial { add("last-partial", "the last, partial one", pages - 1) }
        let full = size / FileShape.pageSize
        if full > 0 { add("last-full", "the last full one", full - 1) }
        if pages > 0 { add("first", "the first one", 0) }
        if pages > 2 && pages < 100 { add("middle", "in the middle", pages / 2) }
        if filesystem == .ext2 {
            let direct = UInt64(BlockMap.direct)
            if pages > direct { add("last-direct", "the last direct block", direct - 1) }
            if pages > direct { add("first-indirect", "the first indirect block", direct) }
        }
        add("beyond-eof", "the first one beyond EOF", pages)
        add("far-beyond-eof", "a few pages beyond EOF", pages + 4)
        return targets
    }

    /// The page whose state matters most to operations on the whole file: the last one.
    var lastTarget: Target { targets[0] }

    /// Bytes of a page that lie inside of the file.
    func bytesInside(_ page: UInt64) -> UInt64 {
        let start = page * FileShape.pageSize
        return size <= start ? 0 : min(size - start, FileShape.pageSize)
    }

    /// The world with a page of this file in a state.
    func geometry(target: Target, state: PageState) -> Geometry {
        var allocated = Set<UInt64>()
        if pages <= 16 {
            allocated.formUnion(0..<pages)
        } else {
            let around = [0, UInt64(BlockMap.direct), target.page, pages - 1]
            for page in around where page < pages {
                allocated.formUnion(max(page, 1) - 1..<min(page + 2, pages))
            }
        }
        if !state.isAllocated { allocated.remove(target.page) }
        var extents: [Extent] = []
        for page in allocated.sorted() {
            let isTarget = page == target.page
            let fill: UInt8 = page < target.page ? 0x11 : isTarget ? 0x22 : 0x33
            let flags: Extent.Flags = isTarget ? state.extentFlags : []
            if let last = extents.last, UInt64(last.blocks.upperBound) == page,
                last.fill == fill, last.flags == flags
            {
                extents[extents.count - 1] = Extent(
                    block: last.block, count: last.count + 1, fill: fill, flags: flags)
            } else {
                extents.append(Extent(block: UInt32(page), count: 1, fill: fill, flags: flags))
            }
        }
        // Both mappings start at the first page of a 2 MiB range and end after the last target.
        return Geometry(
            filesystem: filesystem, size: size, extents: extents, deviceBlocks: 256,
            mappedPages: 0..<UInt32(pages + 8), skew: 0)
    }
}
