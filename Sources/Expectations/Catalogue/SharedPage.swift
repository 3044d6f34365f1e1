// SPDX-License-Identifier: GPL-2.0-only

// The pages on which the tasks of concurrent scenarios meet: with a block, a hole, at the end of
// the file, behind an indirect block, unwritten, and 2 MiB of each.

import Machine

/// A page of a file on which tasks meet.
struct SharedPage {
    static let pageSize: UInt64 = 4096

    let name: String
    let description: String
    let geometry: Geometry
    /// File page.
    let index: UInt64
    /// The page has a block of its own.
    let isAllocated: Bool
    let isHuge: Bool
    /// The set-up operations that make its state.
    var setup: [Operation] = []

    var size: UInt64 { geometry.size }
    var hasUnwrittenBlock: Bool {
        geometry.extents.contains { $0.flags.contains(.unwritten) }
    }
    var start: UInt64 { index * SharedPage.pageSize }
    /// Bytes of the page inside the file.
    var bytesInside: UInt64 { min(size - start, SharedPage.pageSize) }

    static func fill(of task: UInt8) -> UInt8 { 0x61 + task }

    /// An access of 32 bytes. The accesses of two tasks overlap and differ.
    func operation(_ kind: Operation.Kind, task: UInt8, isSetup: Bool = false) -> Operation {
        Operation(
            kind, at: start + 16 * UInt64(task), length: 32, fill: SharedPage.fill(of: task),
            task: task, isSetup: isSetup)
    }

    static let all: [SharedPage] = Filesystem.allCases.flatMap { small(on: $0) } + huge

    /// 2 MiB of hole where a writer can come between a fault's begin and its end.
    static let openHugeHole: SharedPage = {
        let hole = huge.first { $0.name == "strict/huge-hole" }!
        var geometry = hole.geometry
        geometry.flags = .strictOpenFaults
        return SharedPage(
            name: "strict-open-faults/huge-hole",
            description: "2 MiB of hole (strict, open faults)", geometry: geometry,
            index: hole.index, isAllocated: false, isHuge: true)
    }()

    private static func small(
        on filesystem: Filesystem, _ flags: Geometry.Flags = [], suffix: String = ""
    ) -> [SharedPage] {
        func sharedPage(
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
                index: page, isAllocated: isAllocated, isHuge: false)
        }
        let head = Extent(block: 0, count: 1, fill: 0x41)
        var pages = [
            sharedPage(
                "block", "a page with a block", size: 3 * pageSize,
                extents: [Extent(block: 0, count: 2, fill: 0x41)], page: 1),
            sharedPage(
                "hole", "a page that is a hole", size: 3 * pageSize, extents: [head], page: 1),
            sharedPage(
                "last-block", "a partial last page with a block", size: pageSize + 1000,
                extents: [Extent(block: 0, count: 2, fill: 0x41)], page: 1),
            sharedPage(
                "last-hole", "a partial last page that is a hole", size: pageSize + 1000,
                extents: [head], page: 1),
        ]
        // The first free blocks of the device hold stale data of the file.
        var stale = sharedPage(
            "stale-hole", "a hole, with old data on the device's free blocks", size: 3 * pageSize,
            extents: [Extent(block: 0, count: 3, fill: 0x41)], page: 1)
        stale = SharedPage(
            name: stale.name, description: stale.description, geometry: stale.geometry, index: 1,
            isAllocated: false, isHuge: false,
            setup: [
                Operation(.truncate, at: pageSize, isSetup: true),
                Operation(.truncate, at: 3 * pageSize, isSetup: true),
            ])
        pages.append(stale)
        if filesystem == .ext2 {
            pages += [
                sharedPage(
                    "indirect-hole", "a hole behind an indirect block that there is",
                    size: 15 * pageSize, extents: [Extent(block: 12, count: 1, fill: 0x41)],
                    page: 13),
                sharedPage(
                    "no-indirect", "a hole behind an indirect block that there is not",
                    size: 15 * pageSize, extents: [head], page: 13),
            ]
        } else if flags.isEmpty {
            pages.append(
                sharedPage(
                    "unwritten", "a page with an unwritten block", size: 3 * pageSize,
                    extents: [Extent(block: 0, count: 2, flags: .unwritten)], page: 1))
            pages += small(on: .strict, .strictTruncateLock, suffix: "-truncate-lock")
        }
        return pages
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
                // Under the zero page there is no room for 2 MiB of storage, so that stores must
                // fall back to pages.
                deviceBlocks: extents.isEmpty && !setup.isEmpty ? 256 : 2048,
                mappedPages: 0..<512, skew: 0),
            index: 5, isAllocated: !extents.isEmpty, isHuge: true, setup: setup)
    }
}
