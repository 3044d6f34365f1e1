// SPDX-License-Identifier: GPL-2.0-only

// Scenarios around 2 MiB, on the strict filesystem, where 2 MiB faults run: file sizes around one
// and two PMDs, a range that is one extent, unwritten, a hole, too short, misaligned on the device,
// or bad; what earlier operations have left of it; mappings that do not contain the range, or lie
// askew to it.

import Machine

extension Catalogue {
    static func addHugeScenarios(to collection: inout Collection) {
        for file in HugeFile.all {
            let targets = file.targets
            for layout in HugeLayout.all where layout.depth <= file.depth {
                let extents = layout.extents(file)
                for mapping in HugeMapping.all where mapping.fits(file) {
                    let geometry = Geometry(
                        filesystem: .strict, size: file.size, extents: extents,
                        deviceBlocks: 2560, mappedPages: mapping.pages(file), skew: mapping.skew)
                    for state in HugeState.all where state.fits(layout, file) {
                        for target in targets where state.fits(target) {
                            let scene = HugeFixture(file, layout, mapping, geometry, state, target)
                            scene.addAll(to: &collection)
                        }
                    }
                }
            }
        }
    }

    /// A page of a file in a state, seen through a mapping: what all accesses have in common.
    private struct HugeFixture {
        let file: HugeFile
        let layout: HugeLayout
        let mapping: HugeMapping
        let geometry: Geometry
        let state: HugeState
        let target: HugeFile.Target

        init(
            _ file: HugeFile, _ layout: HugeLayout, _ mapping: HugeMapping, _ geometry: Geometry,
            _ state: HugeState, _ target: HugeFile.Target
        ) {
            self.file = file
            self.layout = layout
            self.mapping = mapping
            self.geometry = geometry
            self.state = state
            self.target = target
        }

        func addAll(to collection: inout Collection) {
            let label = self.label
            let setup = state.setup(target)
            let ownedBlocks = BlockMap.ownedBlocks(of: geometry)
            for access in HugeOperation.all
            where access.fits(target, state, layout, file)
                && mapping.fits(access, state, target, geometry.mappedPages)
            {
                var label = label
                label.access = access.name
                label.deed = access.description
                let operations = access.operations(target, file)
                collection.add(
                    Scenario(
                        label, geometry, setup.isEmpty ? operations : setup + operations,
                        ownedBlocks: ownedBlocks))
            }
        }

        private var label: Scenario.Label {
            Scenario.Label(
                place: "strict/\(file.name)/\(target.name)",
                state: "\(layout.name)-\(state.name)"
                    + (mapping.name.isEmpty ? "" : "/\(mapping.name)"),
                scene: "On strict, in a file of \(file.description) that is \(layout.description)"
                    + (state.description.isEmpty ? "" : ", \(state.description)")
                    + ", at page \(target.page) (\(target.description))"
                    + (mapping.description.isEmpty ? "" : " of a mapping that \(mapping.description)"))
        }
    }
}

/// A file whose size is near a 2 MiB boundary.
struct HugeFile: Sendable {
    static let page: UInt64 = 4096
    static let huge: UInt64 = 512

    struct Target: Sendable {
        let name: String
        let description: String
        let page: UInt64
        let isBeyondEOF: Bool
        let depth: Depth
    }

    let name: String
    let description: String
    let size: UInt64
    /// How much is combined with its pages; with all of it, for one page in the middle.
    let depth: Depth

    var pages: UInt64 { (size + HugeFile.page - 1) / HugeFile.page }

    static let all: [HugeFile] = [
        HugeFile(name: "4097-bytes-huge", description: "4097 bytes", size: 4097, depth: .brief),
        HugeFile(name: "empty-huge", description: "no bytes", size: 0, depth: .brief),
        HugeFile(
            name: "2-mib-less-a-page", description: "2 MiB less a page", size: (huge - 1) * page,
            depth: .brief),
        HugeFile(
            name: "2-mib-less-a-bit", description: "2 MiB less 100 bytes", size: huge * page - 100,
            depth: .brief),
        HugeFile(name: "2-mib", description: "2 MiB", size: huge * page, depth: .main),
        HugeFile(
            name: "2-mib-and-a-bit", description: "2 MiB and 100 bytes", size: huge * page + 100,
            depth: .full),
        HugeFile(
            name: "2-mib-and-a-page", description: "2 MiB and a page", size: (huge + 1) * page,
            depth: .brief),
        HugeFile(name: "4-mib", description: "4 MiB", size: 2 * huge * page, depth: .main),
        HugeFile(
            name: "4-mib-and-a-bit", description: "4 MiB and 1 byte", size: 2 * huge * page + 1,
            depth: .brief),
    ]

    var targets: [Target] {
        var targets: [Target] = []
        func add(_ name: String, _ description: String, _ page: UInt64) {
            guard !targets.contains(where: { $0.page == page }) else { return }
            targets.append(
                Target(
                    name: name, description: description, page: page, isBeyondEOF: page >= pages,
                    depth: name == "middle" ? depth : min(depth, .main)))
        }
        if size % HugeFile.page != 0 { add("last-partial", "the last, partial one", pages - 1) }
        let full = size / HugeFile.page
        if full > 0 { add("last-full", "the last full one", full - 1) }
        if pages > 0 { add("first", "the first one", 0) }
        if pages > 300 { add("middle", "in the middle of the first 2 MiB", 256) }
        if pages > HugeFile.huge {
            add("second-huge", "the first one of the second 2 MiB", HugeFile.huge)
        }
        add("beyond-eof", "the first one beyond EOF", pages)
        return targets
    }
}

/// How the storage of such a file lies.
struct HugeLayout: Sendable {
    enum Kind: Sendable { case aligned, unaligned, hole, unwritten, short, late, bad, holeWithPage }

    let name: String
    let description: String
    let kind: Kind
    var depth = Depth.main

    static let all: [HugeLayout] = [
        HugeLayout(name: "huge", description: "one aligned extent", kind: .aligned, depth: .brief),
        HugeLayout(name: "hole", description: "one hole", kind: .hole, depth: .brief),
        HugeLayout(
            name: "unwritten", description: "one aligned unwritten extent", kind: .unwritten,
            depth: .brief),
        HugeLayout(
            name: "unaligned", description: "not aligned on the device", kind: .unaligned, depth: .brief),
        HugeLayout(
            name: "short", description: "allocated in the first half of each 2 MiB", kind: .short),
        HugeLayout(
            name: "late", description: "allocated in the second half of each 2 MiB", kind: .late),
        HugeLayout(
            name: "hole-with-page", description: "a hole but for one page in each 2 MiB",
            kind: .holeWithPage),
        HugeLayout(name: "bad", description: "on a medium that reports errors", kind: .bad),
    ]

    /// Few pages have bytes in them: the rest of an extent is zero, which costs a world nothing.
    func extents(_ file: HugeFile) -> [Extent] {
        let pages = UInt32(file.pages)
        var extents: [Extent] = []
        var start: UInt32 = 0
        while start < pages {
            let end = min(start + 512, pages)
            switch kind {
            case .aligned: extents += filled(start, end, .pmdAligned)
            case .unaligned: extents += filled(start, end, [])
            case .hole: break
            case .unwritten:
                extents.append(
                    Extent(block: start, count: end - start, flags: [.unwritten, .pmdAligned]))
            case .short:
                extents += filled(start, min(start + 300, end), .pmdAligned)
            case .late:
                if start + 200 < end { extents += filled(start + 200, end, .pmdAligned) }
            case .holeWithPage:
                if start + 100 < end {
                    extents.append(Extent(block: start + 100, count: 1, fill: 0x44))
                }
            case .bad:
                extents.append(
                    Extent(block: start, count: end - start, flags: [.bad, .pmdAligned]))
            }
            start = end
        }
        return extents
    }

    /// An extent with bytes in its first and its last page.
    private func filled(_ start: UInt32, _ end: UInt32, _ flags: Extent.Flags) -> [Extent] {
        var extents = [Extent(block: start, count: 1, fill: 0x11, flags: flags)]
        if end > start + 2 {
            extents.append(Extent(block: start + 1, count: end - start - 2, fill: 0))
        }
        if end > start + 1 { extents.append(Extent(block: end - 1, count: 1, fill: 0x33)) }
        return extents
    }

    /// Nothing is allocated around the first page.
    var isHole: Bool { kind == .hole || kind == .holeWithPage || kind == .late }
}

/// What earlier operations have left.
struct HugeState: Sendable {
    let name: String
    let description: String
    let layouts: [HugeLayout.Kind]
    let depth: Depth
    let setup: @Sendable (HugeFile.Target) -> [Operation]

    private init(
        _ name: String, _ description: String, _ layouts: [HugeLayout.Kind] = [], _ depth: Depth = .full,
        _ setup: @escaping @Sendable (HugeFile.Target) -> [Operation] = { _ in [] }
    ) {
        self.name = name
        self.description = description
        self.layouts = layouts
        self.depth = depth
        self.setup = setup
    }

    func fits(_ layout: HugeLayout, _ file: HugeFile) -> Bool {
        if name != "fresh" && (layout.kind == .bad || file.pages < 512) { return false }
        if depth > file.depth { return false }
        return layouts.isEmpty || layouts.contains(layout.kind)
    }

    func fits(_ target: HugeFile.Target) -> Bool {
        depth <= target.depth && (!target.isBeyondEOF || name == "fresh")
    }

    private static func one(
        _ kind: Operation.Kind, _ target: HugeFile.Target, _ fill: UInt8 = 0x57,
        pageOffset: UInt64 = 0
    ) -> Operation {
        let page = pageOffset == 0 ? target.page : target.page / 512 * 512 + pageOffset
        return Operation(kind, at: page * HugeFile.page, length: 8, fill: fill, isSetup: true)
    }

    private static func unmap(_ target: HugeFile.Target) -> Operation {
        Operation(
            .unmap, at: target.page / 512 * 512 * HugeFile.page, length: 512 * HugeFile.page,
            isSetup: true)
    }

    static let all: [HugeState] = [
        HugeState("fresh", "", [], .brief),
        HugeState(
            "after-pmd-read", "mapped by an earlier 2 MiB load",
            [.aligned, .hole, .unwritten], .main
        ) { [one(.pmdReadFault, $0)] },
        HugeState(
            "after-pmd-write", "mapped by an earlier 2 MiB store",
            [.aligned, .hole, .unwritten], .main
        ) { [one(.pmdWriteFault, $0, 0x51)] },
        HugeState(
            "after-pmd-read-and-unmap", "with a 2 MiB entry in the index, not mapped",
            [.aligned, .hole, .unwritten]
        ) { [one(.pmdReadFault, $0), unmap($0)] },
        HugeState(
            "after-pmd-write-and-unmap", "with a dirty 2 MiB entry in the index, not mapped",
            [.aligned, .hole, .unwritten]
        ) { [one(.pmdWriteFault, $0, 0x51), unmap($0)] },
        HugeState(
            "after-pmd-write-and-fsync", "stored to by 2 MiB and synced", [.aligned, .hole]
        ) { [one(.pmdWriteFault, $0, 0x51), Operation(.fsync, at: 0, isSetup: true)] },
        HugeState("after-read-fault", "with the page loaded before", [.aligned, .hole, .unwritten])
        {
            [one(.readFault, $0)]
        },
        HugeState("after-write-fault", "with the page stored to before", [.aligned, .hole]) {
            [one(.writeFault, $0, 0x51)]
        },
        HugeState(
            "after-neighbour-write-fault", "with another page of the 2 MiB stored to before",
            [.aligned, .hole, .unwritten]
        ) { [one(.writeFault, $0, 0x51, pageOffset: 77)] },
        HugeState(
            "after-read-fault-and-unmap", "with an entry for the page, not mapped",
            [.aligned, .hole]
        ) { [one(.readFault, $0), unmap($0)] },
        HugeState(
            "after-private-read", "mapped privately by an earlier 2 MiB load", [.aligned, .hole]
        ) { [one(.privateReadFault, $0)] },
        HugeState(
            "after-private-write", "with a private copy of the page", [.aligned, .hole]
        ) { [one(.pmdPrivateWriteFault, $0, 0x52)] },
        HugeState(
            "after-write", "with the page written before", [.hole, .unwritten]
        ) { [one(.write, $0, 0x53)] },
        HugeState(
            "after-pmd-read-and-write", "mapped by an earlier 2 MiB load, and written then",
            [.hole, .aligned]
        ) { [one(.pmdReadFault, $0), one(.write, $0, 0x53)] },
    ]
}

/// What is done to a page of such a file.
struct HugeOperation: Sendable {
    let name: String
    let description: String
    let depth: Depth
    let isPMD: Bool
    let operations: @Sendable (HugeFile.Target, HugeFile) -> [Operation]

    private init(
        _ name: String, _ description: String, _ depth: Depth = .full, pmd: Bool = false,
        _ operations: @escaping @Sendable (HugeFile.Target, HugeFile) -> [Operation]
    ) {
        self.name = name
        self.description = description
        self.depth = depth
        isPMD = pmd
        self.operations = operations
    }

    func fits(
        _ target: HugeFile.Target, _ state: HugeState, _ layout: HugeLayout, _ file: HugeFile
    ) -> Bool {
        if file.pages < 512 { return isPMD }
        if name == "pfn-mkwrite" {
            return layout.kind == .aligned
                && (state.name == "after-read-fault" || state.name == "after-write-fault")
        }
        return depth <= target.depth
    }

    private static func access(
        _ kind: Operation.Kind, _ target: HugeFile.Target, _ file: HugeFile
    ) -> [Operation] {
        let start = target.page * HugeFile.page
        guard !target.isBeyondEOF else { return [Operation(kind, at: start, length: 1)] }
        let inside = min(file.size - start, HugeFile.page)
        let length = min(16, inside)
        return [Operation(kind, at: start + inside - length, length: length)]
    }

    static let all: [HugeOperation] = [
        HugeOperation("pmd-read-fault", "a 2 MiB load", .brief, pmd: true) {
            access(.pmdReadFault, $0, $1)
        },
        HugeOperation("pmd-write-fault", "a 2 MiB store", .brief, pmd: true) {
            access(.pmdWriteFault, $0, $1)
        },
        HugeOperation(
            "pmd-private-write-fault", "a 2 MiB store to the private mapping", .brief, pmd: true
        ) { access(.pmdPrivateWriteFault, $0, $1) },
        HugeOperation("read-fault", "a load") { access(.readFault, $0, $1) },
        HugeOperation("write-fault", "a store", .brief) { access(.writeFault, $0, $1) },
        HugeOperation("private-write-fault", "a store to the private mapping") {
            access(.privateWriteFault, $0, $1)
        },
        HugeOperation("pfn-mkwrite", "a store where the storage is mapped read-only") {
            access(.pfnMkwrite, $0, $1)
        },
        HugeOperation("write-page", "write() of the page", .brief) { target, _ in
            [Operation(.write, at: target.page * HugeFile.page, length: HugeFile.page)]
        },
        HugeOperation("write-across", "write() over the end of the page") { target, _ in
            [Operation(.write, at: (target.page + 1) * HugeFile.page - 50, length: 100)]
        },
        HugeOperation("read-page", "read() of the page") { target, _ in
            [Operation(.read, at: target.page * HugeFile.page, length: HugeFile.page)]
        },
        HugeOperation("truncate-into-it", "truncate() into the page", .brief) { target, file in
            [Operation(.truncate, at: target.page * HugeFile.page + 50)]
        },
        HugeOperation("truncate-to-zero", "truncate() to 0") { _, _ in [Operation(.truncate, at: 0)] },
        HugeOperation("fsync", "fsync()") { _, _ in [Operation(.fsync, at: 0)] },
        HugeOperation(
            "pmd-write-then-pmd-read", "a 2 MiB store and then a 2 MiB load", pmd: true
        ) { access(.pmdWriteFault, $0, $1) + access(.pmdReadFault, $0, $1) },
        HugeOperation("write-then-pmd-read", "write() of the page and then a 2 MiB load", pmd: true) {
            target, file in
            [Operation(.write, at: target.page * HugeFile.page, length: 100)]
                + access(.pmdReadFault, target, file)
        },
    ]
}

/// How the mappings lie over the file.
struct HugeMapping: Sendable {
    let name: String
    let description: String
    let skew: UInt32
    private let range: @Sendable (UInt32) -> Range<UInt32>

    func pages(_ file: HugeFile) -> Range<UInt32> { range(UInt32(file.pages)) }

    /// Behind the file both ways, so that every 2 MiB range of the file lies inside.
    static let all: [HugeMapping] = [
        HugeMapping(name: "", description: "", skew: 0, range: { 0..<($0 / 512 + 2) * 512 }),
        HugeMapping(
            name: "vma-starts-late", description: "starts a page behind the 2 MiB range", skew: 1,
            range: { 1..<($0 / 512 + 2) * 512 }),
        HugeMapping(
            name: "vma-ends-early", description: "ends a page before the 2 MiB range does", skew: 0,
            range: { 0..<max($0 / 512, 1) * 512 - 1 }),
        HugeMapping(
            name: "vma-askew", description: "lies askew to the 2 MiB ranges of the file", skew: 3,
            range: { 0..<($0 / 512 + 2) * 512 }),
    ]

    /// Odd mappings matter to 2 MiB faults on ranges that would map otherwise.
    func fits(_ file: HugeFile) -> Bool { name.isEmpty || file.depth > .brief }

    func fits(
        _ access: HugeOperation, _ state: HugeState, _ target: HugeFile.Target,
        _ mapped: Range<UInt32>
    ) -> Bool {
        name.isEmpty
            || mapped.contains(UInt32(target.page)) && access.isPMD && access.depth == .brief
                && state.name == "fresh"
                && !target.isBeyondEOF && (target.name != "middle" || name == "vma-starts-late")
    }
}
