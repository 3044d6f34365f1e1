// SPDX-License-Identifier: GPL-2.0-only

// What a task does. An operation is a system call, or an access through a mapping, which faults
// only if the page tables do not permit it yet.

import CFaultline

/// One operation of one task.
@frozen
public struct Operation: Sendable {
    @frozen
    public enum Kind: UInt8, Hashable, Codable, Sendable, CaseIterable {
        /// Load through the shared mapping.
        case readFault = 1
        /// Store through the shared mapping.
        case writeFault
        /// Load through the private mapping.
        case privateReadFault
        /// Store through the private mapping: copy on write.
        case privateWriteFault
        /// Store where a read-only pfn is mapped; the machine makes the mapping read-only first.
        case pfnMkwrite
        /// Like `readFault`, but the machine tries a 2 MiB fault first.
        case pmdReadFault
        /// Like `writeFault`, but the machine tries a 2 MiB fault first.
        case pmdWriteFault
        /// Like `privateWriteFault`, but the machine tries a 2 MiB fault first.
        case pmdPrivateWriteFault
        /// `write()` of `length` bytes of `fill` at `position`.
        case write
        /// `read()` of `length` bytes at `position`.
        case read
        /// `truncate()` to `position`.
        case truncate
        /// `fsync()` of the whole file.
        case fsync
        /// Drops the page table entries of `[position, position + length)`, like `MADV_DONTNEED`.
        case unmap
        /// A scheduling point and nothing else.
        case yield
        /// Lock, yield, and unlock a toy mutex. At any position but 0 it is locked twice, which is a
        /// deadlock of the machine's own.
        case mutexSection
        /// Freezes the filesystem, syncs it, and thaws it.
        case freeze
        /// Takes a reference to the page at `position`, as O_DIRECT does for a device.
        case pin
        /// Gives a reference to the page at `position` back, if there is one.
        case unpin
        /// Maps the file with MAP_SYNC, in place of the shared mapping.
        case mapSync
        /// `fallocate(FALLOC_FL_ZERO_RANGE)` of `[position, position + length)`.
        case zeroRange
        /// `fallocate(FALLOC_FL_PUNCH_HOLE)` of `[position, position + length)`.
        case punchHole
        /// The medium fails under what is entered at `position`, and `memory_failure()` handles it.
        case memoryFailure
        /// The same, where the filesystem says which file it is: `mf_dax_kill_procs()`.
        case mappingFailure
        /// Another file gets the blocks of `[position, position + length)` too: `FICLONERANGE`.
        case reflink
        /// `fallocate(FALLOC_FL_UNSHARE_RANGE)` of `[position, position + length)`.
        case unshare
        /// Unmaps the file and evicts its inode, which the next operation reads in again.
        case evict
        /// `preadv2()` with RWF_NOWAIT, otherwise like `read`.
        case readNowait
        /// `pwritev2()` with RWF_NOWAIT, otherwise like `write`.
        case writeNowait
        /// `fallocate(FALLOC_FL_COLLAPSE_RANGE)` of `[position, position + length)`.
        case collapseRange
        /// `FIDEDUPERANGE` of `[position, position + length)` and as many bytes right behind: if they
        /// are equal, both have the same blocks.
        case dedupe

        /// Stable, lower-case, hyphenated: as in scenario names and JSON.
        public var name: String {
            switch self {
            case .readFault: "read-fault"
            case .writeFault: "write-fault"
            case .privateReadFault: "private-read-fault"
            case .privateWriteFault: "private-write-fault"
            case .pfnMkwrite: "pfn-mkwrite"
            case .pmdReadFault: "pmd-read-fault"
            case .pmdWriteFault: "pmd-write-fault"
            case .pmdPrivateWriteFault: "pmd-private-write-fault"
            case .write: "write"
            case .read: "read"
            case .truncate: "truncate"
            case .fsync: "fsync"
            case .unmap: "unmap"
            case .yield: "yield"
            case .mutexSection: "mutex-section"
            case .freeze: "freeze"
            case .pin: "pin"
            case .unpin: "unpin"
            case .mapSync: "map-sync"
            case .zeroRange: "zero-range"
            case .punchHole: "punch-hole"
            case .memoryFailure: "memory-failure"
            case .mappingFailure: "mapping-failure"
            case .reflink: "reflink"
            case .unshare: "unshare"
            case .evict: "evict"
            case .readNowait: "read-nowait"
            case .writeNowait: "write-nowait"
            case .collapseRange: "collapse-range"
            case .dedupe: "dedupe"
            }
        }

        /// What the user does, as a phrase.
        public var description: String {
            switch self {
            case .readFault: "load through the shared mapping"
            case .writeFault: "store through the shared mapping"
            case .privateReadFault: "load through the private mapping"
            case .privateWriteFault: "store through the private mapping (copy on write)"
            case .pfnMkwrite: "store where a read-only page of storage is mapped"
            case .pmdReadFault: "load through the shared mapping, as a 2 MiB fault first"
            case .pmdWriteFault: "store through the shared mapping, as a 2 MiB fault first"
            case .pmdPrivateWriteFault:
                "store through the private mapping, as a 2 MiB fault first"
            case .write: "write()"
            case .read: "read()"
            case .truncate: "truncate()"
            case .fsync: "fsync()"
            case .unmap: "drop page table entries, as MADV_DONTNEED does"
            case .yield: "a scheduling point"
            case .mutexSection: "lock and unlock the toy mutex"
            case .freeze: "freeze the filesystem and thaw it again"
            case .pin: "pin a page, as O_DIRECT does"
            case .unpin: "give a pinned page back"
            case .mapSync: "map the file with MAP_SYNC"
            case .zeroRange: "fallocate() that zeroes a range"
            case .punchHole: "fallocate() that punches a hole"
            case .memoryFailure: "the medium under a page fails"
            case .mappingFailure: "the medium under a page of a known file fails"
            case .reflink: "share a range with another file, as FICLONERANGE does"
            case .unshare: "fallocate() that unshares a range"
            case .evict: "unmap the file and evict its inode"
            case .readNowait: "preadv2() that must not wait"
            case .writeNowait: "pwritev2() that must not wait"
            case .collapseRange: "fallocate() that takes a range out"
            case .dedupe: "FIDEDUPERANGE of a range and the one behind it"
            }
        }

        /// An access through a mapping, whether or not it faults.
        @inlinable public var isAccess: Bool { rawValue <= Kind.pmdPrivateWriteFault.rawValue }
        /// What a kernel need not have. Scenarios of it are no part of the catalogue where it
        /// cannot be driven.
        @inlinable public var isOptional: Bool { rawValue >= Kind.pin.rawValue }
        /// A 2 MiB fault is tried first.
        @inlinable public var isPMD: Bool {
            rawValue >= Kind.pmdReadFault.rawValue
                && rawValue <= Kind.pmdPrivateWriteFault.rawValue
        }
        /// Goes through the private mapping.
        @inlinable public var isPrivate: Bool {
            self == .privateReadFault || self == .privateWriteFault
                || self == .pmdPrivateWriteFault
        }
        /// Goes to a range of the file's blocks, with the file otherwise as it was.
        @inlinable public var isRange: Bool {
            switch self {
            case .zeroRange, .punchHole, .reflink, .unshare, .collapseRange, .dedupe: true
            default: false
            }
        }
        /// Copies bytes of the user's into the file.
        @inlinable public var isWrite: Bool { self == .write || self == .writeNowait }
        /// Copies bytes of the file to the user.
        @inlinable public var isRead: Bool { self == .read || self == .readNowait }
        /// Fails with `-EAGAIN` where it would have to wait, or to allocate.
        @inlinable public var mayNotWait: Bool { self == .readNowait || self == .writeNowait }
        /// An access that stores.
        @inlinable public var isStore: Bool {
            switch self {
            case .writeFault, .privateWriteFault, .pfnMkwrite, .pmdWriteFault,
                .pmdPrivateWriteFault:
                true
            default: false
            }
        }
    }

    @usableFromInline var raw: fl_op

    /// - Parameters:
    ///   - position: byte position in the file; for `truncate` the new size; for `evict` what goes.
    ///   - length: bytes; an access stays inside one page; for `truncate` not 0 if it is an open.
    ///   - fill: the byte that is stored; never 0.
    ///   - isSetup: it makes the prior state, and its calls are not injection points.
    ///   - repeats: how often it is done; more than 1 only in benchmarks.
    public init(
        _ kind: Kind, at position: UInt64, length: UInt64 = 0, fill: UInt8 = 0x57, task: UInt8 = 0,
        isSetup: Bool = false, repeats: UInt32 = 1
    ) {
        raw = fl_op()
        raw.kind = kind.rawValue
        raw.task = task
        raw.flags = isSetup ? UInt8(FL_OP_SETUP) : 0
        raw.fill = fill
        raw.repeat = repeats
        raw.length = length
        raw.pos = position
    }

    /// Where an eviction is of the other file, for good, or of all that there is, by unmounting.
    public static let otherInode = UInt64(FL_EVICT_OTHER)
    public static let allInodes = UInt64(FL_EVICT_ALL)
    /// The same, and the filesystem is mounted again.
    public static let allInodesAndMount = UInt64(FL_EVICT_AND_MOUNT)

    @inlinable public var kind: Kind { Kind(rawValue: raw.kind)! }
    @inlinable public var task: UInt8 {
        get { raw.task }
        set { raw.task = newValue }
    }
    @inlinable public var isSetup: Bool { raw.flags & UInt8(FL_OP_SETUP) != 0 }
    @inlinable public var fill: UInt8 { raw.fill }
    @inlinable public var repeats: UInt32 {
        get { raw.repeat }
        set { raw.repeat = newValue }
    }
    @inlinable public var length: UInt64 { raw.length }
    @inlinable public var position: UInt64 { raw.pos }
    /// Position after the last byte.
    @inlinable public var end: UInt64 { raw.pos &+ raw.length }
}

extension Operation: Hashable, Codable {
    private enum CodingKeys: String, CodingKey {
        case kind, task, setup, fill, repeats, length, position
    }

    public static func == (one: Operation, other: Operation) -> Bool {
        one.raw.kind == other.raw.kind && one.raw.task == other.raw.task
            && one.raw.flags == other.raw.flags && one.raw.fill == other.raw.fill
            && one.raw.repeat == other.raw.repeat && one.raw.length == other.raw.length
            && one.raw.pos == other.raw.pos
    }

    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes(of: raw) { hasher.combine(bytes: $0) }
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let name = try values.decode(String.self, forKey: .kind)
        guard let kind = Kind.allCases.first(where: { $0.name == name }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: values, debugDescription: "no operation is called \(name)")
        }
        let position = try values.decode(UInt64.self, forKey: .position)
        let length = try values.decode(UInt64.self, forKey: .length)
        let bytesMax = UInt64(Geometry.blocksMax) * 4096
        guard position <= bytesMax, length <= bytesMax else {
            throw DecodingError.dataCorruptedError(
                forKey: .position, in: values, debugDescription: "a position is out of reach")
        }
        self.init(
            kind, at: position, length: length,
            fill: try values.decode(UInt8.self, forKey: .fill),
            task: try values.decode(UInt8.self, forKey: .task),
            isSetup: try values.decode(Bool.self, forKey: .setup),
            repeats: try values.decode(UInt32.self, forKey: .repeats))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(kind.name, forKey: .kind)
        try values.encode(task, forKey: .task)
        try values.encode(isSetup, forKey: .setup)
        try values.encode(fill, forKey: .fill)
        try values.encode(repeats, forKey: .repeats)
        try values.encode(length, forKey: .length)
        try values.encode(position, forKey: .position)
    }
}
