// SPDX-License-Identifier: GPL-2.0-only

// The state of a page before the tested operation: whether its block is allocated, unwritten or
// bad, and what earlier operations left in page tables and index. The earlier operations are real
// ones, run as set-up, so the code under test can reach every state.

import Machine

/// A page before the tested operation.
struct PageState: Sendable {
    enum Storage: Sendable { case allocated, hole, unwritten, bad }

    /// An earlier operation on the page.
    enum Step: Sendable {
        case load, store, privateLoad, privateStore, write, unmap, fsync, cutAndGrow, cut
    }

    let name: String
    let description: String
    let storage: Storage
    let steps: [Step]
    /// The least depth at which it is combined with a page.
    let depth: Depth

    private init(
        _ name: String, _ description: String, _ storage: Storage, _ steps: [Step] = [],
        _ depth: Depth = .full
    ) {
        self.name = name
        self.description = description
        self.storage = storage
        self.steps = steps
        self.depth = depth
    }

    var isAllocated: Bool { storage != .hole }
    var extentFlags: Extent.Flags {
        switch storage {
        case .allocated, .hole: []
        case .unwritten: .unwritten
        case .bad: .bad
        }
    }

    static func all(on filesystem: Filesystem) -> [PageState] {
        filesystem.hasExtentFlags ? common + unwritten : common
    }

    /// States of the last page that matter to operations on the whole file.
    static func wholeFile(on filesystem: Filesystem) -> [PageState] {
        all(on: filesystem).filter {
            ["fresh", "after-write-fault", "hole-after-read-fault", "unwritten"].contains($0.name)
        }
    }

    /// The only state of a page beyond EOF.
    static let nothing: [PageState] = common.filter { $0.name == "hole" }

    private static let common: [PageState] = [
        PageState("fresh", "allocated and not mapped", .allocated, [], .brief),
        PageState(
            "after-read-fault", "allocated and mapped by an earlier load", .allocated, [.load],
            .main),
        PageState(
            "after-write-fault", "allocated and mapped by an earlier store", .allocated, [.store],
            .main),
        PageState(
            "after-private-read-fault", "allocated and mapped privately by an earlier load",
            .allocated, [.privateLoad]),
        PageState(
            "after-private-write-fault", "allocated, with a private copy mapped", .allocated,
            [.privateStore]),
        PageState(
            "entry-present", "allocated, with an entry in the index, not mapped", .allocated,
            [.load, .unmap]),
        PageState(
            "dirty-entry-present", "allocated, with a dirty entry in the index, not mapped",
            .allocated, [.store, .unmap]),
        PageState(
            "after-write-fault-and-fsync", "allocated, stored to and synced", .allocated,
            [.store, .fsync]),
        PageState(
            "after-write", "allocated and written by an earlier write()", .allocated, [.write]),
        PageState(
            "mapped-both-ways", "allocated, mapped by a load and copied by a private store",
            .allocated, [.load, .privateStore]),
        PageState(
            "after-cut-and-growth",
            "allocated, stored to, cut in the middle by truncate() and grown back", .allocated,
            [.store, .cutAndGrow]),
        PageState("bad-medium", "allocated on a medium that reports errors", .bad, [], .main),
        PageState("hole", "in a hole and not mapped", .hole, [], .brief),
        PageState(
            "hole-after-read-fault", "in a hole, with a hole page mapped by an earlier load",
            .hole, [.load], .main),
        PageState(
            "hole-page-present", "in a hole, with a hole page in the cache, not mapped", .hole,
            [.load, .unmap]),
        PageState(
            "hole-after-private-read-fault", "in a hole, with a hole page mapped privately", .hole,
            [.privateLoad]),
        PageState(
            "hole-after-private-write-fault", "in a hole, with a private copy mapped", .hole,
            [.privateStore]),
        PageState(
            "hole-mapped-both-ways", "in a hole, with a hole page mapped and a private copy of it",
            .hole, [.load, .privateStore]),
        PageState(
            "hole-after-write-fault", "allocated and mapped by an earlier store into the hole",
            .hole, [.store], .main),
        PageState(
            "hole-after-read-and-write-fault",
            "allocated by an earlier store where a hole page was mapped", .hole, [.load, .store]),
        PageState(
            "hole-after-write", "allocated by an earlier write() into the hole", .hole, [.write]),
        PageState(
            "hole-after-read-fault-and-write",
            "allocated by an earlier write() where a hole page was mapped", .hole, [.load, .write]),
    ]

    private static let unwritten: [PageState] = [
        PageState("unwritten", "unwritten and not mapped", .unwritten, [], .main),
        PageState(
            "unwritten-after-read-fault", "unwritten, with a hole page mapped by an earlier load",
            .unwritten, [.load], .main),
        PageState(
            "unwritten-after-write-fault", "unwritten before an earlier store mapped it",
            .unwritten, [.store]),
        PageState(
            "unwritten-after-private-write-fault", "unwritten, with a private copy mapped",
            .unwritten, [.privateStore]),
        PageState(
            "unwritten-after-write", "unwritten before an earlier write()", .unwritten, [.write]),
    ]

    /// A page beyond EOF is only combined with `nothing`.
    func fits(_ target: FileShape.Target, of file: FileShape) -> Bool {
        if target.isBeyondEOF { return storage == .hole && steps.isEmpty }
        if depth > target.depth { return false }
        if steps.contains(where: { $0 == .cutAndGrow }) && file.bytesInside(target.page) < 100 {
            return false
        }
        return true
    }

    /// A shared mapping of storage is in the page tables.
    var mapsStorage: Bool {
        if steps.contains(.unmap) || storage == .bad { return false }
        if steps.last == .cutAndGrow { return true }
        return steps.contains(.store) || (storage == .allocated && steps.contains(.load))
    }

    /// A store has made the page dirty.
    var isDirty: Bool { steps.contains(.store) }

    /// The operations that make the state.
    func setup(_ target: FileShape.Target, _ file: FileShape) -> [Operation] {
        steps.flatMap { step in PageState.operations(step, target, file) }
    }

    private static func operations(
        _ step: Step, _ target: FileShape.Target, _ file: FileShape
    ) -> [Operation] {
        let start = target.page * FileShape.pageSize
        let length = min(8, max(1, file.bytesInside(target.page)))
        func one(_ kind: Operation.Kind, _ fill: UInt8 = 0x57) -> [Operation] {
            [Operation(kind, at: start, length: length, fill: fill, isSetup: true)]
        }
        switch step {
        case .load: return one(.readFault)
        case .store: return one(.writeFault, 0x51)
        case .privateLoad: return one(.privateReadFault)
        case .privateStore: return one(.privateWriteFault, 0x52)
        case .write: return one(.write, 0x53)
        case .unmap:
            return [
                Operation(.unmap, at: start, length: FileShape.pageSize, isSetup: true)
            ]
        case .fsync: return [Operation(.fsync, at: 0, isSetup: true)]
        case .cut: return [Operation(.truncate, at: start + 50, isSetup: true)]
        case .cutAndGrow:
            return [
                Operation(.truncate, at: start + 50, isSetup: true),
                Operation(.truncate, at: file.size, isSetup: true),
            ]
        }
    }
}
