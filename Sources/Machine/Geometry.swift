// SPDX-License-Identifier: GPL-2.0-only

// The world before a run: a filesystem (Filesystem.swift) with one file, and two mappings of that file. The values
// wrap the ABI's structures, so that a run is passed to C without conversion.

import CFaultline

/// Blocks of the file that are allocated, and contiguous on the device, before the run.
@frozen
public struct Extent: Sendable {
    public struct Flags: OptionSet, Hashable, Codable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Allocated, but reads as zeroes (strict filesystem only).
        public static let unwritten = Flags(rawValue: 0x1)
        /// The medium reports `-EIO`.
        public static let bad = Flags(rawValue: 0x2)
        /// Starts on a 2 MiB boundary of the device (strict filesystem only).
        public static let pmdAligned = Flags(rawValue: 0x4)
    }

    @usableFromInline var raw: fl_extent

    /// - Parameters:
    ///   - block: first file block, of 4096 bytes.
    ///   - count: blocks.
    ///   - fill: value of each byte up to the file's size; 0 leaves them zero.
    public init(block: UInt32, count: UInt32, fill: UInt8 = 0, flags: Flags = []) {
        raw = fl_extent()
        raw.block = block
        raw.count = count
        raw.fill = fill
        raw.flags = flags.rawValue
    }

    @usableFromInline init(raw: fl_extent) { self.raw = raw }

    @inlinable public var block: UInt32 { raw.block }
    @inlinable public var count: UInt32 { raw.count }
    @inlinable public var fill: UInt8 { raw.fill }
    public var flags: Flags { Flags(rawValue: raw.flags) }
    /// Allocated, but reads as zeroes.
    @inlinable public var isUnwritten: Bool { raw.flags & UInt8(FL_EXTENT_UNWRITTEN) != 0 }
    /// The medium under it reports errors.
    @inlinable public var isBad: Bool { raw.flags & UInt8(FL_EXTENT_BAD) != 0 }
    /// The file blocks covered.
    @inlinable public var blocks: Range<UInt32> { raw.block..<raw.block + raw.count }
}

/// The world before a run.
@frozen
public struct Geometry: Sendable {
    public struct Flags: OptionSet, Hashable, Codable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// The strict filesystem holds its lock during page cache removal in truncate.
        public static let strictTruncateLock = Flags(rawValue: 0x1)
        /// ext2 has two block groups, and the file begins with the last two blocks of the first.
        public static let twoGroups = Flags(rawValue: 0x2)
        /// Every other block behind the file of ext2 is another file's.
        public static let fragmented = Flags(rawValue: 0x4)
        /// Three blocks are free behind the file of ext2.
        public static let nearlyFull = Flags(rawValue: 0x8)
        /// The free blocks of ext2 are reserved for root, and nobody is root.
        public static let reserved = Flags(rawValue: 0x10)
        /// Faults on the strict filesystem keep no lock between `iomap_begin` and `iomap_end`.
        public static let strictOpenFaults = Flags(rawValue: 0x20)
        /// Half of the free blocks of ext2 are reserved for root, and nobody is root.
        public static let halfReserved = Flags(rawValue: 0x200)
        /// Other files of ext2 have reserved blocks near to the end of this one.
        public static let otherWindows = Flags(rawValue: 0x400)
        /// A bitmap of ext2 calls its own block free, that of the inode bitmap, of the inode table.
        public static let lostBitmap = Flags(rawValue: 0x800)
        public static let lostInodeBitmap = Flags(rawValue: 0x1000)
        public static let lostTable = Flags(rawValue: 0x2000)
        /// Nobody may change the file of ext2.
        public static let immutable = Flags(rawValue: 0x40)
        /// The file of ext2 can only grow.
        public static let appendOnly = Flags(rawValue: 0x80)
        /// The file of ext2 is a symbolic link whose target is in its inode.
        public static let symlink = Flags(rawValue: 0x100)
        /// The file of ext2 is synchronous: what changes it writes its metadata, too.
        public static let synchronous = Flags(rawValue: 0x4000)
        /// What `iomap_begin` of the strict filesystem answers can be made nonsense.
        public static let strictNonsense = Flags(rawValue: 0x8000)
        /// A page table is set aside for each entry of 2 MiB.
        public static let deposits = Flags(rawValue: 0x10000)
        /// Another file of fuse's server has a range of the window.
        public static let otherFile = Flags(rawValue: 0x20000)
        /// The file of erofs is made of chunks, whose addresses are a list, or indexes, which can
        /// name a device; a chunk is a page, or 2 MiB.
        public static let chunks = Flags(rawValue: 0x40000)
        public static let indexes = Flags(rawValue: 0x80000)
        public static let hugeChunks = Flags(rawValue: 0x100000)
        /// The extents of erofs are on the second device, the first, the third, and so on; all of
        /// them are parts of the first.
        public static let devices = Flags(rawValue: 0x200000)
        public static let flatDevices = Flags(rawValue: 0x400000)
        /// Once another file has blocks of the strict file, each write goes to a copy, of a hole as well.
        public static let strictAlwaysCopies = Flags(rawValue: 0x800000)
        /// Page 5 of ext2's file is numbered as a block of the filesystem, or as one behind the device.
        public static let wildMetadata = Flags(rawValue: 0x1000000)
        public static let wildBehind = Flags(rawValue: 0x2000000)
        /// Those of a file whose size nobody may set.
        public static let fixedSize: Flags = [.immutable, .appendOnly, .symlink]

        /// The flags by name, as code has them.
        public static let names: [(Flags, String)] = [
            (.strictTruncateLock, "strictTruncateLock"), (.twoGroups, "twoGroups"),
            (.fragmented, "fragmented"), (.nearlyFull, "nearlyFull"), (.reserved, "reserved"),
            (.strictOpenFaults, "strictOpenFaults"),
            (.immutable, "immutable"), (.appendOnly, "appendOnly"), (.symlink, "symlink"),
            (.halfReserved, "halfReserved"), (.otherWindows, "otherWindows"),
            (.lostBitmap, "lostBitmap"), (.lostInodeBitmap, "lostInodeBitmap"),
            (.lostTable, "lostTable"), (.synchronous, "synchronous"),
            (.strictNonsense, "strictNonsense"), (.deposits, "deposits"),
            (.otherFile, "otherFile"), (.chunks, "chunks"), (.indexes, "indexes"),
            (.hugeChunks, "hugeChunks"), (.devices, "devices"), (.flatDevices, "flatDevices"),
            (.strictAlwaysCopies, "strictAlwaysCopies"), (.wildMetadata, "wildMetadata"),
            (.wildBehind, "wildBehind"),
        ]
    }

    /// No world has a file block or a mapped page at or beyond this one (4 TiB). Numbers decoded
    /// from a file are checked against it, so that sums of a few of them do not overflow.
    static let blocksMax: UInt32 = 1 << 30

    @usableFromInline var raw: fl_geometry

    /// - Parameters:
    ///   - size: `i_size` in bytes.
    ///   - extents: ascending, without overlap, at most `FL_EXTENTS_MAX`.
    ///   - deviceBlocks: size of the device in blocks of 4096 bytes, 64 to 4096.
    ///   - mappedPages: the file pages that both mappings (shared and private) cover.
    ///   - skew: pages from a 2 MiB boundary of the address space to the start of both mappings;
    ///     for PMDs it must equal the first mapped page modulo 512.
    public init(
        filesystem: Filesystem, size: UInt64, extents: [Extent] = [], deviceBlocks: UInt32 = 256,
        mappedPages: Range<UInt32>, skew: UInt32, flags: Flags = []
    ) {
        precondition(extents.count <= Int(FL_EXTENTS_MAX), "more extents than the ABI carries")
        raw = fl_geometry()
        raw.fs = filesystem.rawValue
        raw.flags = flags.rawValue
        raw.size = size
        raw.device_blocks = deviceBlocks
        raw.nr_extents = UInt32(extents.count)
        raw.vma_pgoff = mappedPages.lowerBound
        raw.vma_pages = UInt32(mappedPages.count)
        raw.vma_skew = skew
        withUnsafeMutableBytes(of: &raw.extents) { bytes in
            let slots = bytes.assumingMemoryBound(to: fl_extent.self)
            for (index, extent) in extents.enumerated() { slots[index] = extent.raw }
        }
    }

    public var filesystem: Filesystem { Filesystem(rawValue: raw.fs)! }
    public var flags: Flags {
        get { Flags(rawValue: raw.flags) }
        set { raw.flags = newValue.rawValue }
    }
    @inlinable public var size: UInt64 { raw.size }
    @inlinable public var deviceBlocks: UInt32 { raw.device_blocks }
    /// The file pages that both mappings cover.
    @inlinable public var mappedPages: Range<UInt32> {
        raw.vma_pgoff..<raw.vma_pgoff + raw.vma_pages
    }
    @inlinable public var skew: UInt32 { raw.vma_skew }
    @inlinable public var extentCount: Int { Int(raw.nr_extents) }
    /// One of the extents, without allocating an array.
    @inlinable public func extent(_ index: Int) -> Extent {
        precondition(index >= 0 && index < extentCount, "no such extent")
        return withUnsafePointer(to: raw.extents) { extents in
            Extent(
                raw: UnsafeRawPointer(extents).load(
                    fromByteOffset: index * MemoryLayout<fl_extent>.stride, as: fl_extent.self))
        }
    }
    public var extents: [Extent] {
        withUnsafeBytes(of: raw.extents) { bytes in
            bytes.assumingMemoryBound(to: fl_extent.self)
                .prefix(Int(raw.nr_extents)).map(Extent.init(raw:))
        }
    }
}

extension Extent: Hashable, Codable {
    private enum CodingKeys: String, CodingKey { case block, count, fill, flags }

    public static func == (one: Extent, other: Extent) -> Bool {
        one.block == other.block && one.count == other.count && one.fill == other.fill
            && one.flags == other.flags
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(block)
        hasher.combine(count)
        hasher.combine(fill)
        hasher.combine(flags)
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let block = try values.decode(UInt32.self, forKey: .block)
        let count = try values.decode(UInt32.self, forKey: .count)
        guard block <= Geometry.blocksMax, count <= Geometry.blocksMax else {
            throw DecodingError.dataCorruptedError(
                forKey: .block, in: values, debugDescription: "an extent is out of reach")
        }
        self.init(
            block: block, count: count,
            fill: try values.decode(UInt8.self, forKey: .fill),
            flags: try values.decode(Flags.self, forKey: .flags))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(block, forKey: .block)
        try values.encode(count, forKey: .count)
        try values.encode(fill, forKey: .fill)
        try values.encode(flags, forKey: .flags)
    }
}

extension Geometry: Hashable, Codable {
    private enum CodingKeys: String, CodingKey {
        case filesystem, flags, size, deviceBlocks, extents, firstPage, pages, skew
    }

    // The structure has no padding, and its unused parts are zero.
    public static func == (one: Geometry, other: Geometry) -> Bool {
        withUnsafeBytes(of: one.raw) { one in
            withUnsafeBytes(of: other.raw) { other in one.elementsEqual(other) }
        }
    }

    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes(of: raw) { hasher.combine(bytes: $0) }
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let extents = try values.decode([Extent].self, forKey: .extents)
        let first = try values.decode(UInt32.self, forKey: .firstPage)
        let pages = try values.decode(UInt32.self, forKey: .pages)
        let size = try values.decode(UInt64.self, forKey: .size)
        guard extents.count <= Int(FL_EXTENTS_MAX), first <= Geometry.blocksMax,
            pages <= Geometry.blocksMax, size <= UInt64(Geometry.blocksMax) * 4096
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .extents, in: values, debugDescription: "a limit of a world is exceeded")
        }
        self.init(
            filesystem: try values.decode(Filesystem.self, forKey: .filesystem),
            size: size,
            extents: extents,
            deviceBlocks: try values.decode(UInt32.self, forKey: .deviceBlocks),
            mappedPages: first..<first + pages,
            skew: try values.decode(UInt32.self, forKey: .skew),
            flags: try values.decode(Flags.self, forKey: .flags))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(filesystem, forKey: .filesystem)
        try values.encode(flags, forKey: .flags)
        try values.encode(size, forKey: .size)
        try values.encode(deviceBlocks, forKey: .deviceBlocks)
        try values.encode(extents, forKey: .extents)
        try values.encode(mappedPages.lowerBound, forKey: .firstPage)
        try values.encode(UInt32(mappedPages.count), forKey: .pages)
        try values.encode(skew, forKey: .skew)
    }
}
