// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of fsync() of a part of a file, and of files whose size nobody may set. Of a part of the
// file, what was stored in it is flushed, and what was stored elsewhere stays dirty: a walk of the
// index that begins or ends at the wrong slot shows in one or the other.

import Machine

/// All of them.
enum FileScenarios {
    static let all: [Scenario] =
        Filesystem.allCases.flatMap { filesystem in
            parts.map { fsync($0, of: small(on: filesystem), stores: [0, 2, 3], huge: false) }
        }
        + hugeParts.map { fsync($0, of: twoHuge, stores: [5, 512 + 7], huge: true) }
        + fixed.flatMap { file in sizes.map { truncate(file, to: $0) } }

    private static let page = BlockMap.blockSize

    /// A part of the file, in pages.
    private struct Part {
        let name: String
        let pages: Range<UInt64>
    }

    private static let parts = [
        Part(name: "first", pages: 0..<1), Part(name: "between", pages: 1..<2),
        Part(name: "middle", pages: 1..<3), Part(name: "last", pages: 3..<4),
        Part(name: "behind", pages: 4..<6),
    ]

    private static let hugeParts = [
        Part(name: "first", pages: 9..<10), Part(name: "border", pages: 511..<512),
        Part(name: "second", pages: 512..<513), Part(name: "both", pages: 511..<514),
    ]

    private static func small(on filesystem: Filesystem) -> Geometry {
        Geometry(
            filesystem: filesystem, size: 6 * page,
            extents: [Extent(block: 0, count: 4, fill: 0x41)], mappedPages: 0..<8, skew: 0)
    }

    private static let twoHuge = Geometry(
        filesystem: .strict, size: 1024 * page,
        extents: [
            Extent(block: 0, count: 512, fill: 0x41, flags: .pmdAligned),
            Extent(block: 512, count: 512, fill: 0x42, flags: .pmdAligned),
        ], deviceBlocks: 2560, mappedPages: 0..<1024, skew: 0)

    private static func fsync(
        _ part: Part, of geometry: Geometry, stores: [UInt64], huge: Bool
    ) -> Scenario {
        let kind: Operation.Kind = huge ? .pmdWriteFault : .writeFault
        let setup = stores.map {
            Operation(kind, at: $0 * page + 16, length: 32, fill: 0x51, isSetup: true)
        }
        return Scenario(
            Scenario.Label(
                location: "\(geometry.filesystem.name)/fsync-range\(huge ? "-huge" : "")",
                operation: "fsync-\(part.name)", state: "after-write-faults",
                setting: "On \(geometry.filesystem.name), in a file whose pages "
                    + stores.map(String.init).joined(separator: " and ")
                    + " were stored to\(huge ? ", 2 MiB each" : "")",
                action:
                    "fsync() of pages \(part.pages.lowerBound) to \(part.pages.upperBound - 1), "
                    + "and a store"),
            geometry,
            setup + [
                Operation(
                    .fsync, at: part.pages.lowerBound * page,
                    length: UInt64(part.pages.count) * page),
                Operation(kind, at: stores[0] * page, length: 8, fill: 0x52),
            ],
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    // MARK: - Files whose size nobody may set

    private static let fixed: [(name: String, description: String, flags: Geometry.Flags)] = [
        ("immutable", "an immutable file", .immutable),
        ("append-only", "a file that can only grow", .appendOnly),
        ("symlink", "a symbolic link", .symlink),
    ]

    private static let sizes: [UInt64] = [0, 5, page + 1]

    private static func truncate(
        _ file: (name: String, description: String, flags: Geometry.Flags), to size: UInt64
    ) -> Scenario {
        let isLink = file.flags == .symlink
        let geometry = Geometry(
            filesystem: .ext2, size: isLink ? 10 : 100,
            extents: isLink ? [] : [Extent(block: 0, count: 1, fill: 0x41)], mappedPages: 0..<8,
            skew: 0, flags: file.flags)
        return Scenario(
            Scenario.Label(
                location: "ext2/\(file.name)", operation: "truncate-to-\(size)", state: "fresh",
                setting: "On ext2, of \(file.description)",
                action: "truncate() to \(size) bytes"),
            geometry, [Operation(.truncate, at: size)],
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }
}
