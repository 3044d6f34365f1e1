// SPDX-License-Identifier: GPL-2.0-only

// The files on which a filesystem must wait before it changes where bytes are. They are few and
// small, because what differs between these scenarios is what is done, and in which state a page is
// found.

import Machine

/// A file for scenarios about its layout.
struct LayoutFile: Sendable {
    static let page: UInt64 = 4096
    static let hugePages: UInt64 = 512

    let name: String
    let description: String
    let geometry: Geometry
    /// The page that the scenario is about.
    var target: UInt64
    var isHuge = false

    var start: UInt64 { target * LayoutFile.page }

    /// Two pages with blocks, two of a hole, and a partial last one with a block.
    static let mixed = small(
        "layout", "pages with blocks and a hole between them",
        [
            Extent(block: 0, count: 2, fill: 0x41), Extent(block: 4, count: 1, fill: 0x42),
        ])
    /// The same file at its hole.
    static let hole = LayoutFile(
        name: "layout-hole", description: "a hole between pages with blocks",
        geometry: mixed.geometry, target: 2)
    /// Pages whose blocks are allocated, and read as zeroes.
    static let unwritten = small(
        "layout-unwritten", "pages with unwritten blocks",
        [Extent(block: 0, count: 3, flags: .unwritten), Extent(block: 4, count: 1, fill: 0x42)])
    /// A page with a block, and an unwritten one whose block holds the same, which nobody may see.
    static let staleBehind = small(
        "layout-stale-behind", "a page with a block and one whose unwritten block holds the same",
        [
            Extent(block: 0, count: 1, fill: 0x41),
            Extent(block: 1, count: 1, fill: 0x41, flags: .unwritten),
            Extent(block: 2, count: 3, fill: 0x42),
        ])
    /// The other way round.
    static let staleInFront = small(
        "layout-stale-in-front", "an unwritten block that holds the same as the page behind it",
        [
            Extent(block: 0, count: 1, fill: 0x41, flags: .unwritten),
            Extent(block: 1, count: 1, fill: 0x41), Extent(block: 2, count: 3, fill: 0x42),
        ])
    /// A block for every page.
    static let full = small(
        "layout-full", "pages with blocks",
        [Extent(block: 0, count: 3, fill: 0x41), Extent(block: 3, count: 2, fill: 0x42)])
    /// What is written goes to a copy, whatever is there.
    static let alwaysCopied = copied(mixed, target: 0)
    static let alwaysCopiedHole = copied(mixed, target: 2)
    static let alwaysCopiedUnwritten = copied(staleInFront, target: 0)
    static let hugeHole = huge("layout-huge-hole", "2 MiB of hole", [])
    /// The second 2 MiB share a node of the index with the first; the page is not in its first slots.
    static let hugeHoles: LayoutFile = {
        var file = huge("layout-huge-holes", "4 MiB of hole", [], pages: 1024)
        file.target = 133
        return file
    }()
    static let hugeBlock = huge(
        "layout-huge", "2 MiB of storage",
        [Extent(block: 0, count: 512, fill: 0x41, flags: .pmdAligned)])

    private static func small(
        _ name: String, _ description: String, _ extents: [Extent]
    ) -> LayoutFile {
        LayoutFile(
            name: name, description: description,
            geometry: Geometry(
                filesystem: .strict, size: 4 * page + 1000, extents: extents, deviceBlocks: 128,
                mappedPages: 0..<8, skew: 0), target: 0)
    }

    private static func huge(
        _ name: String, _ description: String, _ extents: [Extent], pages: UInt64 = hugePages
    ) -> LayoutFile {
        LayoutFile(
            name: name, description: description,
            geometry: Geometry(
                filesystem: .strict, size: pages * page, extents: extents, deviceBlocks: 2560,
                mappedPages: 0..<UInt32(pages), skew: 0),
            target: 5, isHuge: true)
    }

    private static func copied(_ file: LayoutFile, target: UInt64) -> LayoutFile {
        var geometry = file.geometry
        geometry.flags = .strictAlwaysCopies
        return LayoutFile(
            name: "\(file.name)-always-copied\(target == 0 ? "" : "-at-\(target)")",
            description: "\(file.description), which are copied whenever they are written",
            geometry: geometry, target: target)
    }

    /// The same file at the next page.
    var next: LayoutFile {
        var file = self
        file.target += 1
        return file
    }

    // MARK: - Operations on its page

    func access(_ kind: Operation.Kind, task: UInt8 = 0, isSetup: Bool = false) -> Operation {
        Operation(
            kind, at: start + 16 * UInt64(task), length: 32, fill: 0x61 + task, task: task,
            isSetup: isSetup)
    }

    /// On all of the page.
    func page(_ kind: Operation.Kind, task: UInt8 = 0) -> Operation {
        range(kind, task: task)
    }

    /// On so many pages from that one on, but for `skip` bytes at both ends.
    func range(
        _ kind: Operation.Kind, pages count: UInt64 = 1, skip: UInt64 = 0, task: UInt8 = 0,
        isSetup: Bool = false
    ) -> Operation {
        Operation(
            kind, at: start + skip, length: count * LayoutFile.page - 2 * skip, fill: 0x61 + task,
            task: task, isSetup: isSetup)
    }

    /// On all of the file.
    func whole(_ kind: Operation.Kind, task: UInt8 = 0, isSetup: Bool = false) -> Operation {
        Operation(
            kind, at: 0, length: geometry.size, fill: 0x61 + task, task: task, isSetup: isSetup)
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
    /// Mapped with MAP_SYNC.
    static let synchronous = LayoutState(
        name: "synchronous", description: "mapped with MAP_SYNC and never accessed",
        setup: { [$0.about(.mapSync, isSetup: true)] })
    static let synchronousAndLoaded = LayoutState(
        name: "synchronous-after-read-fault",
        description: "mapped with MAP_SYNC, of which a page is mapped by a load",
        setup: { synchronous.setup($0) + loaded.setup($0) })
    /// Blocks that another file has too.
    static let shared = LayoutState(
        name: "shared", description: "of which another file has the first blocks, too",
        setup: {
            [
                $0.isHuge
                    ? $0.whole(.reflink, isSetup: true)
                    : $0.range(.reflink, pages: 3, isSetup: true)
            ]
        })
    /// What was a hole lies elsewhere on the device.
    static let sharedInPieces = LayoutState(
        name: "shared-in-pieces",
        description: "whose hole was written, and of which another file has all blocks, too",
        setup: {
            [
                Operation(
                    .write, at: 2 * LayoutFile.page, length: 2 * LayoutFile.page, fill: 0x43,
                    isSetup: true),
                $0.whole(.reflink, isSetup: true),
            ]
        })
    static let sharedAndLoaded = LayoutState(
        name: "shared-after-read-fault",
        description: "of which another file has the first blocks, too, and a page is mapped by a "
            + "load",
        setup: { shared.setup($0) + loaded.setup($0) })
    static let storedAndShared = LayoutState(
        name: "after-write-fault-shared",
        description: "to which a store was made before another file got the first blocks, too",
        setup: { stored.setup($0) + shared.setup($0) })

    /// The page and the next one have the same block.
    static let deduped = LayoutState(
        name: "deduped", description: "of which two pages were deduplicated",
        setup: { [$0.range(.dedupe, isSetup: true)] })
    static let dedupedAndLoaded = LayoutState(
        name: "deduped-after-read-faults",
        description: "of which two pages were deduplicated, and both are mapped by loads",
        setup: {
            deduped.setup($0) + loaded.setup($0) + [$0.next.access(.readFault, isSetup: true)]
        })
    /// What was mapped as 2 MiB, and is not any more.
    static let unmapped = LayoutState(
        name: "after-pmd-write-fault-and-unmap", description: "stored to by 2 MiB and unmapped",
        setup: { stored.setup($0) + [$0.whole(.unmap, isSetup: true)] })
    static let cutAndGrown = LayoutState(
        name: "cut-and-grown", description: "stored to by 2 MiB, cut in the page and grown again",
        setup: { stored.setup($0) + cut($0, to: $0.start + 100) })
    static let emptiedAndGrown = LayoutState(
        name: "emptied-and-grown", description: "stored to by 2 MiB, cut to 0 and grown again",
        setup: { stored.setup($0) + cut($0, to: 0) })
    static let punched = LayoutState(
        name: "punched", description: "stored to by 2 MiB, with a hole for the page then",
        setup: { stored.setup($0) + [$0.range(.punchHole, isSetup: true)] })

    private static func cut(_ file: LayoutFile, to size: UInt64) -> [Operation] {
        [size, file.geometry.size].map { Operation(.truncate, at: $0, isSetup: true) }
    }

    /// A scenario for each of some cases, on each of some files, in each of these states.
    static func each(
        _ files: [LayoutFile], _ states: [LayoutState], _ cases: [LayoutCase]
    ) -> [Scenario] {
        files.flatMap { file in
            states.flatMap { state in
                cases.map { file.scenario($0.name, $0.action, state: state, $0.operations(file)) }
            }
        }
    }
}

/// What is done to the page.
struct LayoutCase: Sendable {
    let name: String
    let action: String
    let operations: @Sendable (LayoutFile) -> [Operation]

    init(
        _ name: String, _ action: String,
        _ operations: @escaping @Sendable (LayoutFile) -> [Operation]
    ) {
        self.name = name
        self.action = action
        self.operations = operations
    }
}
