// SPDX-License-Identifier: GPL-2.0-only

// What earlier operations have left of a 2 MiB range. They are real operations, run as set-up.

import Machine

/// The state of a 2 MiB range, made by earlier operations.
struct HugeState: Sendable {
    let name: String
    let description: String
    let layouts: [HugeLayout.Kind]
    let depth: Depth
    let setup: @Sendable (HugeFile.Target) -> [Operation]

    private init(
        _ name: String, _ description: String, _ layouts: [HugeLayout.Kind] = [],
        _ depth: Depth = .full,
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
