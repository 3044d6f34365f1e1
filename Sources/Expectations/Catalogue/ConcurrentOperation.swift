// SPDX-License-Identifier: GPL-2.0-only

// What one task of a concurrent scenario does, relative to the page on which the tasks meet. All
// that an operation accesses lies in that page or next to it, so that the tasks get in each other's
// way.

import Machine

/// What one task does.
enum ConcurrentOperation: String {
    case readFault = "read-fault"
    case writeFault = "write-fault"
    case privateReadFault = "private-read-fault"
    case privateWriteFault = "private-write-fault"
    case neighbourWriteFault = "neighbour-write-fault"
    case mkwrite = "pfn-mkwrite"
    case pmdReadFault = "pmd-read-fault"
    case pmdWriteFault = "pmd-write-fault"
    case truncateToZero = "truncate-to-0"
    case truncateIntoPage = "truncate-into-page"
    case truncateIntoRange = "truncate-into-range"
    case truncateToSame = "truncate-to-same"
    case truncateUp = "truncate-up"
    case overwrite, extend, read, fsync, freeze, unmap

    var description: String {
        switch self {
        case .readFault: "a load"
        case .writeFault: "a store"
        case .privateReadFault: "a load through the private mapping"
        case .privateWriteFault: "a store through the private mapping"
        case .neighbourWriteFault: "a store to the page before"
        case .mkwrite: "a store where the page is mapped read-only"
        case .pmdReadFault: "a load as a 2 MiB fault"
        case .pmdWriteFault: "a store as a 2 MiB fault"
        case .truncateToZero: "truncate() to 0"
        case .truncateIntoPage: "truncate() into the page"
        case .truncateIntoRange: "truncate() to a page in the middle of the 2 MiB"
        case .truncateToSame: "truncate() to the size that it has"
        case .truncateUp: "truncate() to some pages more"
        case .overwrite: "write() of the page"
        case .extend: "write() that appends two pages"
        case .read: "read() of the page"
        case .fsync: "fsync()"
        case .freeze: "a freeze of the filesystem, and its thaw"
        case .unmap: "MADV_DONTNEED of the page"
        }
    }

    /// The page must be mapped before.
    var needsMapping: Bool { self == .mkwrite }

    func fits(_ page: SharedPage) -> Bool {
        switch self {
        case .pmdReadFault, .pmdWriteFault, .truncateIntoRange: page.isHuge
        // Only storage is mapped by pfn.
        case .mkwrite: page.isAllocated && !page.isHuge
        case .neighbourWriteFault: page.index > 0 && !page.isHuge
        case .privateReadFault, .privateWriteFault, .extend, .truncateUp, .unmap,
            .truncateIntoPage, .truncateToSame:
            !page.isHuge
        default: true
        }
    }

    func operations(on page: SharedPage, task: UInt8) -> [Operation] {
        switch self {
        case .readFault: [page.operation(.readFault, task: task)]
        case .writeFault: [page.operation(.writeFault, task: task)]
        case .privateReadFault: [page.operation(.privateReadFault, task: task)]
        case .privateWriteFault: [page.operation(.privateWriteFault, task: task)]
        case .mkwrite: [page.operation(.pfnMkwrite, task: task)]
        case .pmdReadFault: [page.operation(.pmdReadFault, task: task)]
        case .pmdWriteFault: [page.operation(.pmdWriteFault, task: task)]
        case .neighbourWriteFault:
            [
                Operation(
                    .writeFault, at: (page.index - 1) * SharedPage.pageSize + 32, length: 16,
                    fill: SharedPage.fill(of: task), task: task)
            ]
        case .truncateToZero: [Operation(.truncate, at: 0, task: task)]
        case .truncateIntoPage, .truncateIntoRange:
            [Operation(.truncate, at: page.start + 100, task: task)]
        case .truncateToSame: [Operation(.truncate, at: page.size, task: task)]
        case .truncateUp:
            [Operation(.truncate, at: page.size + 2 * SharedPage.pageSize + 7, task: task)]
        case .overwrite:
            [
                Operation(
                    .write, at: page.start, length: page.bytesInside,
                    fill: SharedPage.fill(of: task), task: task)
            ]
        case .extend:
            [
                Operation(
                    .write, at: page.size, length: 2 * SharedPage.pageSize,
                    fill: SharedPage.fill(of: task), task: task)
            ]
        case .read:
            [Operation(.read, at: page.start, length: page.bytesInside, task: task)]
        case .fsync: [Operation(.fsync, at: 0, task: task)]
        case .freeze: [Operation(.freeze, at: 0, task: task)]
        case .unmap:
            [Operation(.unmap, at: page.start, length: SharedPage.pageSize, task: task)]
        }
    }
}
