// SPDX-License-Identifier: GPL-2.0-only

// Files with a size around one and two PMDs, and how their storage lies on the device: one extent,
// unwritten, a hole, too short for 2 MiB, misaligned, or bad.

import Machine

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
    /// How much is combined with its pages; `.full` only for the page in the middle.
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

/// The storage of such a file on the device.
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
            name: "unaligned", description: "not aligned on the device", kind: .unaligned,
            depth: .brief),
        HugeLayout(
            name: "short", description: "allocated in the first half of each 2 MiB", kind: .short),
        HugeLayout(
            name: "late", description: "allocated in the second half of each 2 MiB", kind: .late),
        HugeLayout(
            name: "hole-with-page", description: "a hole but for one page in each 2 MiB",
            kind: .holeWithPage),
        HugeLayout(name: "bad", description: "on a medium that reports errors", kind: .bad),
    ]

    /// Only the first and the last page of an extent have bytes: zero pages cost nothing to set up.
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
}
