// SPDX-License-Identifier: GPL-2.0-only

// Files on erofs. What matters is how the map says where a page is: by the file's first block, or chunk by
// chunk, with holes, over the end of a block of metadata, and on which of several devices.

import Machine

/// A file that nobody can write to.
struct ErofsFile: Sendable {
    static let page: UInt64 = 4096

    /// A page that operations are about.
    struct Target: Sendable {
        var name: String
        var description: String
        var page: UInt64
    }

    let name: String
    let description: String
    let flags: Geometry.Flags
    /// Pages with bytes: first and count, each with a value of its own.
    let data: [(first: UInt32, count: UInt32)]
    /// Pages, the last of which the file ends inside of.
    let pages: UInt32
    let targets: [Target]
    var isHuge: Bool { pages > 512 }

    var size: UInt64 { UInt64(pages - 1) * ErofsFile.page + 1000 }

    var geometry: Geometry {
        Geometry(
            filesystem: .erofs, size: size,
            extents: data.enumerated().map { index, data in
                Extent(block: data.first, count: data.count, fill: 0x41 + UInt8(index))
            },
            deviceBlocks: isHuge ? 4096 : 512, mappedPages: 0..<pages + 2, skew: 0, flags: flags)
    }

    // MARK: - All of them

    static let all: [ErofsFile] = small + huge

    /// Those of a few pages. Of the list, the sixth entry is the first of the next block of metadata;
    /// of the indexes, the third.
    private static let small: [ErofsFile] =
        [
            ("plain", "of one extent", []),
            ("plain-second", "of one extent on a second device", [.devices]),
        ].map { name, description, flags in
            ErofsFile(
                name: name, description: "a file \(description)", flags: flags,
                data: [(0, 4)], pages: 4, targets: [first, last(3)])
        }
        + [
            ("chunks", "listed chunks", [.chunks]),
            ("chunks-of-devices", "listed chunks on three devices", [.chunks, .devices]),
            ("indexes", "chunks with indexes", [.indexes]),
            (
                "indexes-of-devices", "chunks with indexes that name three devices",
                [.indexes, .devices]
            ),
            (
                "indexes-flat", "chunks with indexes that name parts of one device",
                [.indexes, .devices, .flatDevices]
            ),
        ].map { name, description, flags in
            ErofsFile(
                name: name, description: "a file of \(description)", flags: flags,
                data: [(0, 2), (3, 2), (5, 2)], pages: 7,
                targets: [first, hole(2), middle(4), last(6)])
        }

    /// Those of some times 2 MiB.
    private static let huge: [ErofsFile] = [
        ErofsFile(
            name: "2-mib-plain", description: "a file of one extent of more than 2 MiB", flags: [],
            data: [(0, 514)], pages: 514, targets: [first, last(513)]),
        ErofsFile(
            name: "2-mib-chunks", description: "a file of listed chunks of 2 MiB",
            flags: [.chunks, .hugeChunks], data: [(0, 512), (1024, 512)], pages: 1536,
            targets: [first, hole(514), last(1535)]),
        ErofsFile(
            name: "2-mib-of-devices",
            description: "a file of indexes of 2 MiB that name two devices",
            flags: [.indexes, .hugeChunks, .devices], data: [(0, 512), (1024, 514)], pages: 1538,
            targets: [first, hole(514), middle(1030), last(1537)]),
    ]

    private static let first = Target(name: "first", description: "the first page", page: 0)
    private static func hole(_ page: UInt64) -> Target {
        Target(name: "hole", description: "a page of a hole", page: page)
    }
    private static func middle(_ page: UInt64) -> Target {
        Target(name: "middle", description: "a page behind the hole", page: page)
    }
    private static func last(_ page: UInt64) -> Target {
        Target(name: "last", description: "the last page", page: page)
    }

    // MARK: - Operations

    /// On some bytes of a page.
    func access(
        _ kind: Operation.Kind, _ target: Target, task: UInt8 = 0, isSetup: Bool = false
    ) -> Operation {
        Operation(
            kind, at: target.page * ErofsFile.page + 8 + 64 * UInt64(task), length: 32,
            fill: 0x61 + task, task: task, isSetup: isSetup)
    }

    /// On all of a page.
    func page(_ kind: Operation.Kind, _ target: Target, isSetup: Bool = false) -> Operation {
        Operation(
            kind, at: target.page * ErofsFile.page, length: ErofsFile.page, isSetup: isSetup)
    }

    func scenario(
        _ operation: String, _ action: String, _ target: Target, state: String,
        _ description: String, _ operations: [Operation]
    ) -> Scenario {
        Scenario(
            Scenario.Label(
                location: "erofs/\(name)/\(target.name)", operation: operation, state: state,
                setting: "On erofs, \(self.description), \(target.description), \(description)",
                action: action),
            geometry, operations, ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    func race(_ name: String, _ description: String, _ operations: [Operation]) -> Scenario {
        Scenario(
            name: "race/erofs/\(self.name)/\(name)",
            description: "On erofs, \(self.description), at once: \(description).",
            geometry: geometry, operations: operations)
    }
}
