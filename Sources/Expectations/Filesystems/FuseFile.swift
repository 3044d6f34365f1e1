// SPDX-License-Identifier: GPL-2.0-only

// Files on virtiofs. What matters is which parts of 2 MiB they have and how many of these the window
// can show at a time, so that somebody has to wait or to give up a range.

import Machine

/// A file that a window of so many ranges shows.
struct FuseFile: Sendable {
    static let page: UInt64 = 4096
    static let part: UInt64 = 512 * page

    /// Ranges of the window.
    let ranges: Int
    /// Parts of the file, the last of which ends inside of its third page.
    let parts: Int
    /// Another file has one of the ranges.
    var isBesideOther = false
    /// `chattr +S`.
    var isSynchronous = false

    var name: String {
        "\(ranges)-of-\(parts)" + (isBesideOther ? "-beside-other" : "")
            + (isSynchronous ? "-synchronous" : "")
    }
    var description: String {
        "a \(isSynchronous ? "synchronous " : "")file of \(parts) part\(parts == 1 ? "" : "s")"
            + " and a window of \(ranges)"
            + (isBesideOther ? ", of which another file has one" : "")
    }
    var freeRanges: Int { ranges - (isBesideOther ? 1 : 0) }

    var size: UInt64 { UInt64(parts - 1) * FuseFile.part + 2 * FuseFile.page + 1000 }

    private var flags: Geometry.Flags {
        var flags: Geometry.Flags = []
        if isBesideOther { flags.insert(.otherFile) }
        if isSynchronous { flags.insert(.synchronous) }
        return flags
    }

    /// Each part has bytes of its own in its first three pages, and is a hole behind them.
    var geometry: Geometry {
        Geometry(
            filesystem: .fuse, size: size,
            extents: (0..<parts).map {
                Extent(block: UInt32($0) * 512, count: 3, fill: 0x41 + UInt8($0))
            },
            deviceBlocks: UInt32(ranges) * 512,
            mappedPages: 0..<UInt32(parts) * 512, skew: 0, flags: flags)
    }

    static let all: [FuseFile] = [
        FuseFile(ranges: 1, parts: 1), FuseFile(ranges: 1, parts: 2),
        FuseFile(ranges: 2, parts: 2), FuseFile(ranges: 2, parts: 3),
        FuseFile(ranges: 3, parts: 3),
    ]

    /// In a window that another file uses, too.
    static let beside: [FuseFile] = [
        FuseFile(ranges: 1, parts: 1, isBesideOther: true),
        FuseFile(ranges: 2, parts: 2, isBesideOther: true),
    ]

    /// Whose changes are written when the call returns.
    static let synchronous = FuseFile(ranges: 1, parts: 1, isSynchronous: true)

    /// About the page whose bytes are accessed.
    func about(_ kind: Operation.Kind, task: UInt8 = 0, isSetup: Bool = false) -> Operation {
        Operation(kind, at: FuseFile.page, length: 1, task: task, isSetup: isSetup)
    }

    /// The last user of the other file goes.
    func evictOther(task: UInt8 = 0) -> Operation {
        Operation(.evict, at: Operation.otherInode, task: task)
    }

    /// Unmounting: the last that a scenario does.
    func unmount(task: UInt8 = 0) -> Operation {
        Operation(.evict, at: Operation.allInodes, task: task)
    }

    /// The same, and mounting.
    var mountAgain: Operation { Operation(.evict, at: Operation.allInodesAndMount) }

    /// An open that truncates.
    func openTruncating(task: UInt8 = 0) -> Operation {
        Operation(.truncate, at: 0, length: 1, task: task)
    }

    /// An operation on some bytes of the second page of a part.
    func access(
        _ kind: Operation.Kind, part: Int = 0, length: UInt64 = 32, task: UInt8 = 0,
        isSetup: Bool = false
    ) -> Operation {
        Operation(
            kind, at: UInt64(part) * FuseFile.part + FuseFile.page + 16 * UInt64(task),
            length: length, fill: 0x61 + task, task: task, isSetup: isSetup)
    }

    /// On a whole page of a part.
    func page(
        _ kind: Operation.Kind, part: Int = 0, pages: UInt64 = 1, task: UInt8 = 0,
        isSetup: Bool = false
    ) -> Operation {
        Operation(
            kind, at: UInt64(part) * FuseFile.part + FuseFile.page, length: pages * FuseFile.page,
            fill: 0x61 + task, task: task, isSetup: isSetup)
    }

    /// Over the boundary between two parts.
    func across(_ kind: Operation.Kind, from part: Int = 0, task: UInt8 = 0) -> Operation {
        Operation(
            kind, at: UInt64(part + 1) * FuseFile.part - 100, length: 300, fill: 0x61 + task,
            task: task)
    }

    func scenario(
        _ operation: String, _ action: String, state: String, _ description: String,
        _ operations: [Operation]
    ) -> Scenario {
        Scenario(
            Scenario.Label(
                location: "fuse/\(name)", operation: operation, state: state,
                setting: "On fuse, \(self.description), \(description)", action: action),
            geometry, operations, ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    func race(_ name: String, _ description: String, _ operations: [Operation]) -> Scenario {
        Scenario(
            name: "race/fuse/\(self.name)/\(name)",
            description: "On fuse, \(self.description), at once: \(description).",
            geometry: geometry, operations: operations)
    }
}
