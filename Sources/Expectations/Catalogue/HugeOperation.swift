// SPDX-License-Identifier: GPL-2.0-only

// What is tested on a page of a 2 MiB range, and the mappings through which it is tested: those
// that contain the range, those that do not, and one that lies askew to it.

import Machine

/// An operation, or two, on a page of such a file.
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
        HugeOperation("truncate-to-zero", "truncate() to 0") { _, _ in [Operation(.truncate, at: 0)]
        },
        HugeOperation("fsync", "fsync()") { _, _ in [Operation(.fsync, at: 0)] },
        HugeOperation(
            "pmd-write-then-pmd-read", "a 2 MiB store and then a 2 MiB load", pmd: true
        ) { access(.pmdWriteFault, $0, $1) + access(.pmdReadFault, $0, $1) },
        HugeOperation("write-then-pmd-read", "write() of the page and then a 2 MiB load", pmd: true)
        {
            target, file in
            [Operation(.write, at: target.page * HugeFile.page, length: 100)]
                + access(.pmdReadFault, target, file)
        },
    ]
}

/// The file pages that the mappings cover, and their alignment.
struct HugeMapping: Sendable {
    let name: String
    let description: String
    let skew: UInt32
    private let range: @Sendable (UInt32) -> Range<UInt32>

    func pages(_ file: HugeFile) -> Range<UInt32> { range(UInt32(file.pages)) }

    /// The first one contains every 2 MiB range of the file.
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

    /// The other mappings matter only to 2 MiB faults on ranges that could otherwise be mapped.
    func fits(_ file: HugeFile) -> Bool { name.isEmpty || file.depth > .brief }

    func fits(
        _ operation: HugeOperation, _ state: HugeState, _ target: HugeFile.Target,
        _ mapped: Range<UInt32>
    ) -> Bool {
        name.isEmpty
            || mapped.contains(UInt32(target.page)) && operation.isPMD && operation.depth == .brief
                && state.name == "fresh"
                && !target.isBeyondEOF && (target.name != "middle" || name == "vma-starts-late")
    }
}
