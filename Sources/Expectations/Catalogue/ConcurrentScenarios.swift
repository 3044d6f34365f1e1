// SPDX-License-Identifier: GPL-2.0-only

// Scenarios in which several tasks do something to one file at once: what is worth trying in more
// than one order. They are a catalogue of their own, beside the one of single tasks, because each
// of them stands for as many runs as there are orders. Two tables make them: which operations meet, and
// on which page of which file. All that a deed touches lies in or around one page, so that the
// tasks get into each other's way.
//
// Names are built from the parts: `race/ext2/hole/write-fault+truncate-to-0`. What somebody added by
// hand (`Scenarios/`) comes last.

import Machine

/// All scenarios of several tasks.
package enum ConcurrentScenarios {
    package static let scenarios: [Scenario] = enumerate()

    package static func scenario(named name: String) -> Scenario? {
        scenarios.first { $0.name == name }
    }

    private static func enumerate() -> [Scenario] {
        var scenarios: [Scenario] = []
        for place in SharedPage.all {
            for mix in OperationMix.all where mix.fits(place) {
                scenarios.append(scenario(mix, at: place))
            }
        }
        return scenarios + OwnScenarios.scenarios.filter { $0.tasks > 1 }
    }

    private static func scenario(_ mix: OperationMix, at place: SharedPage)
        -> Scenario
    {
        var operations = place.setup
        if mix.operations.contains(where: \.needsMapping) {
            // What a store finds mapped read-only, somebody has loaded before.
            operations.append(place.operation(.readFault, task: 0, isSetup: true))
        }
        for (task, deed) in mix.operations.enumerated() {
            operations += deed.operations(at: place, task: UInt8(task))
        }
        return Scenario(
            name: "race/\(place.name)/\(mix.name)",
            description: "On \(place.description), at once: \(mix.description).",
            geometry: place.geometry, operations: operations)
    }
}

/// What tasks do at once, one deed a task.
struct OperationMix {
    let operations: [ConcurrentOperation]

    init(_ operations: ConcurrentOperation...) { self.operations = operations }

    var name: String { operations.map(\.rawValue).joined(separator: "+") }
    var description: String { operations.map(\.description).joined(separator: "; ") }

    func fits(_ place: SharedPage) -> Bool { operations.allSatisfy { $0.fits(place) } }

    static let all: [OperationMix] = pairs + triples

    private static let pairs: [OperationMix] = [
        // Faults among themselves.
        OperationMix(.writeFault, .writeFault),
        OperationMix(.readFault, .readFault),
        OperationMix(.readFault, .writeFault),
        OperationMix(.writeFault, .privateWriteFault),
        OperationMix(.readFault, .privateWriteFault),
        OperationMix(.mkwrite, .mkwrite),
        OperationMix(.mkwrite, .writeFault),
        OperationMix(.writeFault, .neighbourWriteFault),
        // Faults against the file's end.
        OperationMix(.writeFault, .truncateToZero),
        OperationMix(.writeFault, .truncateIntoPage),
        OperationMix(.writeFault, .truncateUp),
        OperationMix(.writeFault, .truncateToSame),
        OperationMix(.readFault, .truncateToZero),
        OperationMix(.readFault, .truncateIntoPage),
        OperationMix(.privateWriteFault, .truncateToZero),
        OperationMix(.mkwrite, .truncateToZero),
        OperationMix(.mkwrite, .truncateIntoPage),
        // Faults against system calls that write.
        OperationMix(.writeFault, .overwrite),
        OperationMix(.readFault, .overwrite),
        OperationMix(.writeFault, .extend),
        OperationMix(.readFault, .extend),
        OperationMix(.mkwrite, .overwrite),
        // What writes back, reads, drops.
        OperationMix(.writeFault, .fsync),
        OperationMix(.mkwrite, .fsync),
        OperationMix(.writeFault, .freeze),
        OperationMix(.mkwrite, .freeze),
        OperationMix(.overwrite, .freeze),
        OperationMix(.truncateToZero, .freeze),
        OperationMix(.writeFault, .read),
        OperationMix(.writeFault, .unmap),
        OperationMix(.mkwrite, .unmap),
        // System calls among themselves.
        OperationMix(.truncateToZero, .truncateUp),
        OperationMix(.truncateToZero, .truncateToZero),
        OperationMix(.truncateIntoPage, .truncateUp),
        OperationMix(.extend, .truncateToZero),
        OperationMix(.overwrite, .truncateIntoPage),
        OperationMix(.extend, .extend),
        OperationMix(.read, .truncateToZero),
        OperationMix(.read, .overwrite),
        OperationMix(.fsync, .truncateToZero),
        // 2 MiB.
        OperationMix(.pmdReadFault, .readFault),
        OperationMix(.pmdReadFault, .writeFault),
        OperationMix(.pmdWriteFault, .readFault),
        OperationMix(.pmdWriteFault, .writeFault),
        OperationMix(.pmdWriteFault, .pmdWriteFault),
        OperationMix(.pmdReadFault, .pmdReadFault),
        OperationMix(.pmdReadFault, .pmdWriteFault),
        OperationMix(.pmdWriteFault, .truncateToZero),
        OperationMix(.pmdReadFault, .truncateToZero),
        OperationMix(.pmdWriteFault, .truncateIntoRange),
        OperationMix(.pmdReadFault, .truncateIntoRange),
        OperationMix(.pmdReadFault, .overwrite),
    ]

    private static let triples: [OperationMix] = [
        OperationMix(.writeFault, .writeFault, .writeFault),
        OperationMix(.readFault, .writeFault, .truncateToZero),
        OperationMix(.writeFault, .writeFault, .truncateIntoPage),
        OperationMix(.readFault, .readFault, .writeFault),
        OperationMix(.writeFault, .overwrite, .truncateToZero),
        OperationMix(.writeFault, .extend, .truncateToZero),
        OperationMix(.writeFault, .writeFault, .overwrite),
        OperationMix(.mkwrite, .fsync, .truncateToZero),
        OperationMix(.writeFault, .truncateToZero, .freeze),
        OperationMix(.writeFault, .fsync, .overwrite),
        OperationMix(.readFault, .writeFault, .writeFault),
        OperationMix(.pmdReadFault, .readFault, .writeFault),
        OperationMix(.pmdWriteFault, .writeFault, .truncateToZero),
    ]
}

/// What one task does.
enum ConcurrentOperation: String {
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

    var description: String {
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

    func fits(_ place: SharedPage) -> Bool {
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

    func operations(at place: SharedPage, task: UInt8) -> [Operation] {
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
                    .writeFault, at: (place.page - 1) * SharedPage.pageSize + 32, length: 16,
                    fill: SharedPage.fill(of: task), task: task)
            ]
        case .truncateToZero: [Operation(.truncate, at: 0, task: task)]
        case .truncateIntoPage, .truncateIntoRange:
            [Operation(.truncate, at: place.start + 100, task: task)]
        case .truncateToSame: [Operation(.truncate, at: place.size, task: task)]
        case .truncateUp:
            [Operation(.truncate, at: place.size + 2 * SharedPage.pageSize + 7, task: task)]
        case .overwrite:
            [
                Operation(
                    .write, at: place.start, length: place.bytesInside,
                    fill: SharedPage.fill(of: task), task: task)
            ]
        case .extend:
            [
                Operation(
                    .write, at: place.size, length: 2 * SharedPage.pageSize,
                    fill: SharedPage.fill(of: task), task: task)
            ]
        case .read:
            [Operation(.read, at: place.start, length: place.bytesInside, task: task)]
        case .fsync: [Operation(.fsync, at: 0, task: task)]
        case .freeze: [Operation(.freeze, at: 0, task: task)]
        case .unmap:
            [Operation(.unmap, at: place.start, length: SharedPage.pageSize, task: task)]
        }
    }
}

/// A page of a file on which tasks meet.
struct SharedPage {
    static let pageSize: UInt64 = 4096

    let name: String
    let description: String
    let geometry: Geometry
    let page: UInt64
    /// The page has a block of its own.
    let isAllocated: Bool
    let isHuge: Bool
    /// What made the page what it is.
    var setup: [Operation] = []

    var size: UInt64 { geometry.size }
    var start: UInt64 { page * SharedPage.pageSize }
    /// Bytes of the page that are inside of the file.
    var bytesInside: UInt64 { min(size - start, SharedPage.pageSize) }

    static func fill(of task: UInt8) -> UInt8 { 0x61 + task }

    /// An access of some bytes: those of the tasks overlap, but none is the other's.
    func operation(_ kind: Operation.Kind, task: UInt8, isSetup: Bool = false) -> Operation {
        Operation(
            kind, at: start + 16 * UInt64(task), length: 32, fill: SharedPage.fill(of: task),
            task: task, isSetup: isSetup)
    }

    static let all: [SharedPage] = Filesystem.allCases.flatMap { small(on: $0) } + huge

    private static func small(
        on filesystem: Filesystem, _ flags: Geometry.Flags = [], suffix: String = ""
    ) -> [SharedPage] {
        func place(
            _ name: String, _ description: String, size: UInt64, extents: [Extent], page: UInt64
        ) -> SharedPage {
            let isAllocated = extents.contains {
                UInt64($0.block) <= page && page < UInt64($0.block + $0.count)
            }
            return SharedPage(
                name: "\(filesystem.name)\(suffix)/\(name)",
                description: "\(description) (\(filesystem.name)\(suffix))",
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
        stale = SharedPage(
            name: stale.name, description: stale.description, geometry: stale.geometry, page: 1,
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
    private static let huge: [SharedPage] = [
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
    ].map { (name: String, description: String, extents: [Extent], setup: [Operation]) in
        SharedPage(
            name: "strict/\(name)", description: "\(description) (strict)",
            geometry: Geometry(
                filesystem: .strict, size: 512 * pageSize, extents: extents,
                // Where the zero page is mapped there is no room for 2 MiB of storage, so that
                // stores have to make do with pages.
                deviceBlocks: extents.isEmpty && !setup.isEmpty ? 256 : 2048,
                mappedPages: 0..<512, skew: 0),
            page: 5, isAllocated: !extents.isEmpty, isHuge: true, setup: setup)
    }
}
