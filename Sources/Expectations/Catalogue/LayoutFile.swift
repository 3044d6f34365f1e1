// SPDX-License-Identifier: GPL-2.0-only

// The files on which a filesystem changes where bytes are, or must not: zeroing, holes, pins, bad
// media, shared blocks, synchronous faults, eviction. They are few and small, because what differs
// between these scenarios is what is done, and in which state a page is found.

import Machine

/// A file for scenarios about its layout.
struct LayoutFile: Sendable {
    static let page: UInt64 = 4096
    static let hugePages: UInt64 = 512

    let name: String
    let description: String
    let geometry: Geometry
    /// The page that the scenario is about, and the one behind it.
    var target: UInt64
    var isHuge = false
    /// The pages have blocks; otherwise they are a hole, or unwritten.
    var isAllocated = true

    var start: UInt64 { target * LayoutFile.page }
    var size: UInt64 { geometry.size }

    /// Two pages with blocks, two of a hole, and a partial last one with a block.
    static let mixed = small(
        "layout", "pages with blocks and a hole between them",
        [
            Extent(block: 0, count: 2, fill: 0x41), Extent(block: 4, count: 1, fill: 0x42),
        ])
    /// The same file at its hole.
    static let hole = LayoutFile(
        name: "layout-hole", description: "a hole between pages with blocks",
        geometry: mixed.geometry, target: 2, isAllocated: false)
    /// Blocks that another file has, too, and one of the file's own.
    static let shared = small(
        "shared", "pages whose blocks another file has, too",
        [
            Extent(block: 0, count: 3, fill: 0x41, flags: .shared),
            Extent(block: 3, count: 2, fill: 0x42),
        ])
    /// Mapped with MAP_SYNC, at a page with a block.
    static let sync = small(
        "sync", "a MAP_SYNC mapping of pages with blocks",
        [
            Extent(block: 0, count: 2, fill: 0x41), Extent(block: 4, count: 1, fill: 0x42),
        ], .syncMapping)
    /// The same at a hole.
    static let syncHole = LayoutFile(
        name: "sync-hole", description: "a MAP_SYNC mapping of a hole", geometry: sync.geometry,
        target: 2, isAllocated: false)
    static let hugeBlock = huge(
        "layout-huge", "2 MiB of storage",
        [Extent(block: 0, count: 512, fill: 0x41, flags: .pmdAligned)])
    static let hugeHole = huge("layout-huge-hole", "2 MiB of hole", [], isAllocated: false)
    static let hugeShared = huge(
        "shared-huge", "2 MiB of storage that another file has, too",
        [Extent(block: 0, count: 512, fill: 0x41, flags: [.pmdAligned, .shared])])
    static let hugeSync = huge(
        "sync-huge", "a MAP_SYNC mapping of 2 MiB of hole", [], .syncMapping, isAllocated: false)

    private static func small(
        _ name: String, _ description: String, _ extents: [Extent], _ flags: Geometry.Flags = []
    ) -> LayoutFile {
        LayoutFile(
            name: name, description: description,
            geometry: Geometry(
                filesystem: .strict, size: 4 * page + 1000, extents: extents, deviceBlocks: 128,
                mappedPages: 0..<8, skew: 0, flags: flags), target: 0)
    }

    private static func huge(
        _ name: String, _ description: String, _ extents: [Extent], _ flags: Geometry.Flags = [],
        isAllocated: Bool = true
    ) -> LayoutFile {
        LayoutFile(
            name: name, description: description,
            geometry: Geometry(
                filesystem: .strict, size: hugePages * page, extents: extents, deviceBlocks: 2560,
                mappedPages: 0..<512, skew: 0, flags: flags),
            target: 5, isHuge: true, isAllocated: isAllocated)
    }

    // MARK: - Operations on its page

    func access(_ kind: Operation.Kind, task: UInt8 = 0, isSetup: Bool = false) -> Operation {
        Operation(
            kind, at: start + 16 * UInt64(task), length: 32, fill: 0x61 + task, task: task,
            isSetup: isSetup)
    }

    /// On `count` pages from the target on, `skip` bytes left out at both ends.
    func range(
        _ kind: Operation.Kind, pages count: UInt64 = 1, skip: UInt64 = 0, task: UInt8 = 0
    ) -> Operation {
        Operation(
            kind, at: start + skip, length: count * LayoutFile.page - 2 * skip, fill: 0x61 + task,
            task: task)
    }

    func whole(_ kind: Operation.Kind, task: UInt8 = 0) -> Operation {
        Operation(kind, at: 0, length: size, fill: 0x61 + task, task: task)
    }

    func about(_ kind: Operation.Kind, task: UInt8 = 0, isSetup: Bool = false) -> Operation {
        Operation(kind, at: start, length: 1, task: task, isSetup: isSetup)
    }

    func truncate(to size: UInt64, task: UInt8 = 0) -> Operation {
        Operation(.truncate, at: size, task: task)
    }

    func scenario(
        _ operation: String, _ action: String, state: LayoutState, _ operations: [Operation]
    ) -> Scenario {
        Scenario(
            Scenario.Label(
                location: "strict/\(name)", operation: operation, state: state.name,
                setting: "On \(description) (strict), \(state.description)", action: action),
            geometry, state.setup(self) + operations,
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    func race(_ name: String, _ description: String, _ operations: [Operation]) -> Scenario {
        Scenario(
            name: "race/strict/\(self.name)/\(name)",
            description: "On \(self.description) (strict), at once: \(description).",
            geometry: geometry, operations: operations)
    }
}

/// What has happened to the page before.
struct LayoutState: Sendable {
    let name: String
    let description: String
    let setup: @Sendable (LayoutFile) -> [Operation]

    static let fresh = LayoutState(name: "fresh", description: "never accessed", setup: { _ in [] })
    static let loaded = LayoutState(
        name: "after-read-fault", description: "of which a page is mapped by a load",
        setup: { [$0.access($0.isHuge ? .pmdReadFault : .readFault, isSetup: true)] })
    static let stored = LayoutState(
        name: "after-write-fault", description: "of which a page is mapped by a store",
        setup: { [$0.access($0.isHuge ? .pmdWriteFault : .writeFault, isSetup: true)] })
    static let pinned = LayoutState(
        name: "pinned", description: "of which a page is pinned",
        setup: {
            ($0.isHuge ? [$0.access(.pmdWriteFault, isSetup: true)] : [])
                + [$0.about(.pin, isSetup: true)]
        })

    static let all = [fresh, loaded, stored]
}
