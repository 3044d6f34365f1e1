// SPDX-License-Identifier: GPL-2.0-only

// Scenarios in which several tasks do something to one file at once: what is worth trying in more
// than one order. They are a catalogue of their own, beside the one of single tasks, because each
// of them stands for as many runs as there are orders. Two tables make them: which deeds meet, and
// on which page of which file. All that a deed touches lies in or around one page, so that the
// tasks get into each other's way.
//
// Names are built from the parts: `race/ext2/hole/write-fault+truncate-to-0`. What somebody added by
// hand (`Scenarios/`) comes last.

import Machine

/// All scenarios of several tasks.
public enum ConcurrentScenarios {
    public static let scenarios: [Scenario] = enumerate()

    public static func scenario(named name: String) -> Scenario? {
        scenarios.first { $0.name == name }
    }

    private static func enumerate() -> [Scenario] {
        var scenarios: [Scenario] = []
        for place in ConcurrentPlace.all {
            for mixture in ConcurrentMixture.all where mixture.fits(place) {
                scenarios.append(scenario(mixture, at: place))
            }
        }
        return scenarios + OwnScenarios.scenarios.filter { $0.tasks > 1 }
    }

    private static func scenario(_ mixture: ConcurrentMixture, at place: ConcurrentPlace)
        -> Scenario
    {
        var operations = place.setup
        if mixture.deeds.contains(where: \.needsMapping) {
            // What a store finds mapped read-only, somebody has loaded before.
            operations.append(place.operation(.readFault, task: 0, isSetup: true))
        }
        for (task, deed) in mixture.deeds.enumerated() {
            operations += deed.operations(at: place, task: UInt8(task))
        }
        return Scenario(
            name: "race/\(place.name)/\(mixture.name)",
            words: "On \(place.words), at once: \(mixture.words).",
            geometry: place.geometry, operations: operations)
    }
}

/// What tasks do at once, one deed a task.
struct ConcurrentMixture {
    let deeds: [RaceDeed]

    init(_ deeds: RaceDeed...) { self.deeds = deeds }

    var name: String { deeds.map(\.rawValue).joined(separator: "+") }
    var words: String { deeds.map(\.words).joined(separator: "; ") }

    func fits(_ place: ConcurrentPlace) -> Bool { deeds.allSatisfy { $0.fits(place) } }

    static let all: [ConcurrentMixture] = pairs + triples

    private static let pairs: [ConcurrentMixture] = [
        // Faults among themselves.
        ConcurrentMixture(.writeFault, .writeFault),
        ConcurrentMixture(.readFault, .readFault),
        ConcurrentMixture(.readFault, .writeFault),
        ConcurrentMixture(.writeFault, .privateWriteFault),
        ConcurrentMixture(.readFault, .privateWriteFault),
        ConcurrentMixture(.mkwrite, .mkwrite),
        ConcurrentMixture(.mkwrite, .writeFault),
        ConcurrentMixture(.writeFault, .neighbourWriteFault),
        // Faults against the file's end.
        ConcurrentMixture(.writeFault, .truncateToZero),
        ConcurrentMixture(.writeFault, .truncateIntoPage),
        ConcurrentMixture(.writeFault, .truncateUp),
        ConcurrentMixture(.writeFault, .truncateToSame),
        ConcurrentMixture(.readFault, .truncateToZero),
        ConcurrentMixture(.readFault, .truncateIntoPage),
        ConcurrentMixture(.privateWriteFault, .truncateToZero),
        ConcurrentMixture(.mkwrite, .truncateToZero),
        ConcurrentMixture(.mkwrite, .truncateIntoPage),
        // Faults against system calls that write.
        ConcurrentMixture(.writeFault, .overwrite),
        ConcurrentMixture(.readFault, .overwrite),
        ConcurrentMixture(.writeFault, .extend),
        ConcurrentMixture(.readFault, .extend),
        ConcurrentMixture(.mkwrite, .overwrite),
        // What writes back, reads, drops.
        ConcurrentMixture(.writeFault, .fsync),
        ConcurrentMixture(.mkwrite, .fsync),
        ConcurrentMixture(.writeFault, .freeze),
        ConcurrentMixture(.mkwrite, .freeze),
        ConcurrentMixture(.overwrite, .freeze),
        ConcurrentMixture(.truncateToZero, .freeze),
        ConcurrentMixture(.writeFault, .read),
        ConcurrentMixture(.writeFault, .unmap),
        ConcurrentMixture(.mkwrite, .unmap),
        // System calls among themselves.
        ConcurrentMixture(.truncateToZero, .truncateUp),
        ConcurrentMixture(.truncateToZero, .truncateToZero),
        ConcurrentMixture(.truncateIntoPage, .truncateUp),
        ConcurrentMixture(.extend, .truncateToZero),
        ConcurrentMixture(.overwrite, .truncateIntoPage),
        ConcurrentMixture(.extend, .extend),
        ConcurrentMixture(.read, .truncateToZero),
        ConcurrentMixture(.read, .overwrite),
        ConcurrentMixture(.fsync, .truncateToZero),
        // 2 MiB.
        ConcurrentMixture(.pmdReadFault, .readFault),
        ConcurrentMixture(.pmdReadFault, .writeFault),
        ConcurrentMixture(.pmdWriteFault, .readFault),
        ConcurrentMixture(.pmdWriteFault, .writeFault),
        ConcurrentMixture(.pmdWriteFault, .pmdWriteFault),
        ConcurrentMixture(.pmdReadFault, .pmdReadFault),
        ConcurrentMixture(.pmdReadFault, .pmdWriteFault),
        ConcurrentMixture(.pmdWriteFault, .truncateToZero),
        ConcurrentMixture(.pmdReadFault, .truncateToZero),
        ConcurrentMixture(.pmdWriteFault, .truncateIntoRange),
        ConcurrentMixture(.pmdReadFault, .truncateIntoRange),
        ConcurrentMixture(.pmdReadFault, .overwrite),
    ]

    private static let triples: [ConcurrentMixture] = [
        ConcurrentMixture(.writeFault, .writeFault, .writeFault),
        ConcurrentMixture(.readFault, .writeFault, .truncateToZero),
        ConcurrentMixture(.writeFault, .writeFault, .truncateIntoPage),
        ConcurrentMixture(.readFault, .readFault, .writeFault),
        ConcurrentMixture(.writeFault, .overwrite, .truncateToZero),
        ConcurrentMixture(.writeFault, .extend, .truncateToZero),
        ConcurrentMixture(.writeFault, .writeFault, .overwrite),
        ConcurrentMixture(.mkwrite, .fsync, .truncateToZero),
        ConcurrentMixture(.writeFault, .truncateToZero, .freeze),
        ConcurrentMixture(.writeFault, .fsync, .overwrite),
        ConcurrentMixture(.readFault, .writeFault, .writeFault),
        ConcurrentMixture(.pmdReadFault, .readFault, .writeFault),
        ConcurrentMixture(.pmdWriteFault, .writeFault, .truncateToZero),
    ]
}

/// What one task does.
enum RaceDeed: String {
    case readFault = "read-fault"
    case writeFault = "write-fault"
    case privateWriteFault = "private-write-fault"
    case neighbourWriteFault = "neighbour-write-fault"
    case mkwrite = "pfn-mkwrite"
    case pmdReadFault = "pmd-read-fault"
    case pmdWriteFault = "pmd-write-fault"
    case truncateToZero = "truncate-to-0"
    case truncateIntoPage = "truncate-into-page"
    case truncateIntoRange = "truncate-into-range"
    case truncateToSame = "truncate-to-same"
    case truncateUp = "truncate-up"
    case overwrite, extend, read, fsync, freeze, unmap

    var words: String {
        switch self {
        case .readFault: "a load"
        case .writeFault: "a store"
        case .privateWriteFault: "a store through the private mapping"
        case .neighbourWriteFault: "a store to the page before"
        case .mkwrite: "a store where the page is mapped read-only"
        case .pmdReadFault: "a load as a 2 MiB fault"
        case .pmdWriteFault: "a store as a 2 MiB fault"
        case .truncateToZero: "truncate() to 0"
        case .truncateIntoPage: "truncate() into the page"
        case .truncateIntoRange: "truncate() to a page in the middle of the 2 MiB"
        case .truncateToSame: "truncate() to the size that it has"
        case .truncateUp: "truncate() to some pages more"
        case .overwrite: "write() of the page"
        case .extend: "write() that appends two pages"
        case .read: "read() of the page"
        case .fsync: "fsync()"
        case .freeze: "a freeze of the filesystem, and its thaw"
        case .unmap: "MADV_DONTNEED of the page"
        }
    }

    /// The page has to be mapped before.
    var needsMapping: Bool { self == .mkwrite }

    func fits(_ place: ConcurrentPlace) -> Bool {
        switch self {
        case .pmdReadFault, .pmdWriteFault, .truncateIntoRange: place.isHuge
        // Only storage is mapped as a pfn.
        case .mkwrite: place.isAllocated && !place.isHuge
        case .neighbourWriteFault: place.page > 0 && !place.isHuge
        case .privateWriteFault, .extend, .truncateUp, .unmap, .truncateIntoPage, .truncateToSame:
            !place.isHuge
        default: true
        }
    }

    func operations(at place: ConcurrentPlace, task: UInt8) -> [Operation] {
        switch self {
        case .readFault: [place.operation(.readFault, task: task)]
        case .writeFault: [place.operation(.writeFault, task: task)]
        case .privateWriteFault: [place.operation(.privateWriteFault, task: task)]
        case .mkwrite: [place.operation(.pfnMkwrite, task: task)]
        case .pmdReadFault: [place.operation(.pmdReadFault, task: task)]
        case .pmdWriteFault: [place.operation(.pmdWriteFault, task: task)]
        case .neighbourWriteFault:
            [
                Operation(
                    .writeFault, at: (place.page - 1) * ConcurrentPlace.pageSize + 32, length: 16,
                    fill: ConcurrentPlace.fill(of: task), task: task)
            ]
        case .truncateToZero: [Operation(.truncate, at: 0, task: task)]
        case .truncateIntoPage, .truncateIntoRange:
            [Operation(.truncate, at: place.start + 100, task: task)]
        case .truncateToSame: [Operation(.truncate, at: place.size, task: task)]
        case .truncateUp:
            [Operation(.truncate, at: place.size + 2 * ConcurrentPlace.pageSize + 7, task: task)]
        case .overwrite:
            [
                Operation(
                    .write, at: place.start, length: place.bytesInside,
                    fill: ConcurrentPlace.fill(of: task), task: task)
            ]
        case .extend:
            [
                Operation(
                    .write, at: place.size, length: 2 * ConcurrentPlace.pageSize,
                    fill: ConcurrentPlace.fill(of: task), task: task)
            ]
        case .read:
            [Operation(.read, at: place.start, length: place.bytesInside, task: task)]
        case .fsync: [Operation(.fsync, at: 0, task: task)]
        case .freeze: [Operation(.freeze, at: 0, task: task)]
        case .unmap:
            [Operation(.unmap, at: place.start, length: ConcurrentPlace.pageSize, task: task)]
        }
    }
}

/// A page of a file on which tasks meet.
struct ConcurrentPlace {
    static let pageSize: UInt64 = 4096

    let name: String
    let words: String
    let geometry: Geometry
    let page: UInt64
    /// The page has a block of its own.
    let isAllocated: Bool
    let isHuge: Bool
    /// What made the page what it is.
    var setup: [Operation] = []

    var size: UInt64 { geometry.size }
    var start: UInt64 { page * ConcurrentPlace.pageSize }
    /// Bytes of the page that are inside of the file.
    var bytesInside: UInt64 { min(size - start, ConcurrentPlace.pageSize) }

    static func fill(of task: UInt8) -> UInt8 { 0x61 + task }

    /// An access of some bytes: those of the tasks overlap, but none is the other's.
    func operation(_ kind: Operation.Kind, task: UInt8, isSetup: Bool = false) -> Operation {
        Operation(
            kind, at: start + 16 * UInt64(task), length: 32, fill: ConcurrentPlace.fill(of: task),
            task: task, isSetup: isSetup)
    }

    static let all: [ConcurrentPlace] = Filesystem.allCases.flatMap { small(on: $0) } + huge

    private static func small(
        on filesystem: Filesystem, _ flags: Geometry.Flags = [], suffix: String = ""
    ) -> [ConcurrentPlace] {
        func place(
            _ name: String, _ words: String, size: UInt64, extents: [Extent], page: UInt64
        ) -> ConcurrentPlace {
            let isAllocated = extents.contains {
                UInt64($0.block) <= page && page < UInt64($0.block + $0.count)
            }
            return ConcurrentPlace(
                name: "\(filesystem.name)\(suffix)/\(name)",
                words: "\(words) (\(filesystem.name)\(suffix))",
                geometry: Geometry(
                    filesystem: filesystem, size: size, extents: extents, deviceBlocks: 128,
                    mappedPages: 0..<24, skew: 0, flags: flags),
                page: page, isAllocated: isAllocated, isHuge: false)
        }
        let head = Extent(block: 0, count: 1, fill: 0x41)
        var places = [
            place(
                "block", "a page with a block", size: 3 * pageSize,
                extents: [Extent(block: 0, count: 2, fill: 0x41)], page: 1),
            place("hole", "a page that is a hole", size: 3 * pageSize, extents: [head], page: 1),
            place(
                "last-block", "a partial last page with a block", size: pageSize + 1000,
                extents: [Extent(block: 0, count: 2, fill: 0x41)], page: 1),
            place(
                "last-hole", "a partial last page that is a hole", size: pageSize + 1000,
                extents: [head], page: 1),
        ]
        // The first free blocks of the device hold what the file has lost.
        var stale = place(
            "stale-hole", "a hole, with old data on the device's free blocks", size: 3 * pageSize,
            extents: [Extent(block: 0, count: 3, fill: 0x41)], page: 1)
        stale = ConcurrentPlace(
            name: stale.name, words: stale.words, geometry: stale.geometry, page: 1,
            isAllocated: false, isHuge: false,
            setup: [
                Operation(.truncate, at: pageSize, isSetup: true),
                Operation(.truncate, at: 3 * pageSize, isSetup: true),
            ])
        places.append(stale)
        if filesystem == .ext2 {
            places += [
                place(
                    "indirect-hole", "a hole behind an indirect block that there is",
                    size: 15 * pageSize, extents: [Extent(block: 12, count: 1, fill: 0x41)],
                    page: 13),
                place(
                    "no-indirect", "a hole behind an indirect block that there is not",
                    size: 15 * pageSize, extents: [head], page: 13),
            ]
        } else if flags.isEmpty {
            places.append(
                place(
                    "unwritten", "a page with an unwritten block", size: 3 * pageSize,
                    extents: [Extent(block: 0, count: 2, flags: .unwritten)], page: 1))
            places += small(on: .strict, .strictTruncateLock, suffix: "-truncate-lock")
        }
        return places
    }

    /// 2 MiB of a file on the strict filesystem.
    private static let huge: [ConcurrentPlace] = [
        (
            "huge-block", "2 MiB of storage",
            [Extent(block: 0, count: 512, fill: 0x41, flags: .pmdAligned)], []
        ),
        (
            "huge-entry", "2 MiB of storage that was mapped and is not any more",
            [Extent(block: 0, count: 512, fill: 0x41, flags: .pmdAligned)],
            [
                Operation(.pmdReadFault, at: 5 * pageSize, length: 8, isSetup: true),
                Operation(.unmap, at: 0, length: 512 * pageSize, isSetup: true),
            ]
        ),
        ("huge-hole", "2 MiB of hole", [], []),
        (
            "huge-zero", "2 MiB of hole under the huge zero page", [],
            [Operation(.pmdReadFault, at: 5 * pageSize, length: 8, isSetup: true)]
        ),
    ].map { (name: String, words: String, extents: [Extent], setup: [Operation]) in
        ConcurrentPlace(
            name: "strict/\(name)", words: "\(words) (strict)",
            geometry: Geometry(
                filesystem: .strict, size: 512 * pageSize, extents: extents,
                // Where the zero page is mapped there is no room for 2 MiB of storage, so that
                // stores have to make do with pages.
                deviceBlocks: extents.isEmpty && !setup.isEmpty ? 256 : 2048,
                mappedPages: 0..<512, skew: 0),
            page: 5, isAllocated: !extents.isEmpty, isHuge: true, setup: setup)
    }
}
