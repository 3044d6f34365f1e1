// SPDX-License-Identifier: GPL-2.0-only

// The reference model of a file: its contents, its size, and the blocks that it must and may own,
// computed only from the operations and what they returned, never from what the code under test did
// in between. Bytes are kept as runs, and zeroes are not kept: a hole, a new block and an unwritten
// extent all read as zeroes.
//
// Always: runs are ascending, do not overlap, hold no zero byte, and end at or before `size`.

import Machine

/// What a file must be.
struct FileModel: Sendable {
    /// Bytes of `[start, end)` of the file, all equal and not zero.
    struct Bytes: Equatable, Sendable {
        var start: UInt64
        var end: UInt64
        var byte: UInt8
    }

    /// File pages of `[start, end)`.
    struct Pages: Equatable, Sendable {
        var start: UInt64
        var end: UInt64

        func contains(_ page: UInt64) -> Bool { start <= page && page < end }
    }

    /// `i_size`.
    private(set) var size: UInt64 = 0
    private(set) var bytes: [Bytes] = []
    /// Pages of which the private mapping has a copy.
    private(set) var privatePages: [UInt64] = []
    /// Contents of those copies, by file position.
    private(set) var privateBytes: [Bytes] = []
    /// Blocks that the file must own: ascending, disjoint.
    private(set) var required: [Pages] = []
    /// Blocks that it may own in addition: an operation that failed, or did less, may have
    /// allocated them.
    private(set) var allowed: [Pages] = []
    /// Bytes with unspecified contents, by mmap(2): stored through a mapping beyond EOF, in the
    /// last page. They stay unspecified when the file grows over them, until a truncation cuts them
    /// off or something else is written there.
    private(set) var unspecified: [Pages] = []
    /// The same in private copies, where they stay unspecified.
    private(set) var privateUnspecified: [Pages] = []
    /// From this position on nothing is promised: a truncation could not read the block map there.
    private(set) var looseEnd = UInt64.max
    /// Some operation tried a 2 MiB fault, so a store may find a 2 MiB entry and allocate for all
    /// of it.
    private var hasHugeFaults = false
    /// Page p of the file is page `(p + hugeSkew) % 512` of a 2 MiB range of the address space.
    private var hugeSkew: UInt64 = 0

    init() {}

    static let pageSize = BlockMap.blockSize

    // MARK: - Operations

    /// Becomes the file of a scenario's geometry, with the operations that returned applied.
    mutating func replay(
        _ scenario: Scenario, _ results: Records<OperationResult>, _ calls: [SyscallFacts]
    ) {
        make(scenario.geometry)
        for index in 0..<min(results.count, scenario.operations.count) {
            let result = results[index]
            guard result.state == .done else { return }
            apply(
                scenario.operations[index],
                value: FileModel.done(
                    by: result.value, index < calls.count ? calls[index] : nil, scenario))
            if index < calls.count && calls[index].isMapUnreadable {
                looseEnd = min(looseEnd, FileModel.pagesUp(size) * FileModel.pageSize)
            }
        }
    }

    /// What a call did. A write() to a synchronous file that has copied all fails if that cannot be
    /// put on the device; the file has the bytes all the same.
    private static func done(by value: Int64, _ call: SyscallFacts?, _ scenario: Scenario) -> Int64
    {
        guard value < 0, let call, call.copied > 0,
            scenario.geometry.flags.contains(.synchronous)
        else { return value }
        return call.copied
    }

    /// Becomes the file of a geometry.
    mutating func make(_ geometry: Geometry) {
        bytes.removeAll(keepingCapacity: true)
        privatePages.removeAll(keepingCapacity: true)
        privateBytes.removeAll(keepingCapacity: true)
        required.removeAll(keepingCapacity: true)
        allowed.removeAll(keepingCapacity: true)
        unspecified.removeAll(keepingCapacity: true)
        privateUnspecified.removeAll(keepingCapacity: true)
        size = geometry.size
        hasHugeFaults = false
        looseEnd = .max
        hugeSkew = UInt64((geometry.skew &+ 512 &- geometry.mappedPages.lowerBound % 512) % 512)
        for index in 0..<geometry.extentCount {
            let extent = geometry.extent(index)
            let start = UInt64(extent.block)
            let end = start + UInt64(extent.count)
            FileModel.insert(Pages(start: start, end: end), into: &required)
            if extent.fill != 0 && !extent.isUnwritten {
                FileModel.put(
                    start * FileModel.pageSize, min(end * FileModel.pageSize, size), extent.fill,
                    into: &bytes)
            }
        }
    }

    /// Applies an operation that returned `value`.
    mutating func apply(_ operation: Operation, value: Int64) {
        if operation.kind.isPMD { hasHugeFaults = true }
        switch operation.kind {
        case .writeFault, .pfnMkwrite, .pmdWriteFault: store(operation, value)
        case .privateWriteFault, .pmdPrivateWriteFault: storePrivately(operation, value)
        case .write, .writeNowait: write(operation, value)
        case .truncate: truncate(operation, value)
        case .unmap: dropPrivatePages(operation)
        case .pin: allocateForStore(operation, value)
        case .zeroRange: zero(operation, value)
        case .punchHole: punchHole(operation, value)
        case .collapseRange: collapse(operation, value)
        // What is to be unshared is to have storage: holes get some, too.
        case .unshare:
            allow(
                operation.position / FileModel.pageSize,
                FileModel.pagesUp(min(operation.end, size)))
        // That of another file changes nothing here.
        case .evict:
            if operation.position != Operation.otherInode { dropAllPrivatePages() }
        case .readFault, .privateReadFault, .pmdReadFault, .read, .fsync, .freeze, .yield,
            .mutexSection, .unpin, .mapSync, .memoryFailure, .mappingFailure, .reflink,
            .readNowait, .dedupe:
            break
        }
    }

    /// The page is mapped for writing, or was to be.
    private mutating func allocateForStore(_ operation: Operation, _ value: Int64) {
        let page = operation.position / FileModel.pageSize
        if hasHugeFaults {
            let before = min((page + hugeSkew) % 512, page)
            allow(page - before, page - before + 512)
        } else {
            allow(page, page + 1)
        }
        guard value == 0 else { return }
        FileModel.insert(Pages(start: page, end: page + 1), into: &required)
    }

    private mutating func store(_ operation: Operation, _ value: Int64) {
        allocateForStore(operation, value)
        guard value == 0 else { return }
        specify(operation.position, min(operation.end, size), operation.fill)
        guard operation.end > size else { return }
        let tail = Pages(start: max(operation.position, size), end: operation.end)
        FileModel.put(tail.start, tail.end, 0, into: &bytes)
        FileModel.insert(tail, into: &unspecified)
        FileModel.insert(tail, into: &privateUnspecified)
    }

    /// Writes a byte over a range, which is no longer unspecified.
    private mutating func specify(_ start: UInt64, _ end: UInt64, _ byte: UInt8) {
        FileModel.put(start, end, byte, into: &bytes)
        guard !unspecified.isEmpty, start < end else { return }
        unspecified = unspecified.flatMap { old in
            [
                Pages(start: old.start, end: min(old.end, start)),
                Pages(start: max(old.start, end), end: old.end),
            ].filter { $0.start < $0.end }
        }
    }

    private mutating func storePrivately(_ operation: Operation, _ value: Int64) {
        guard value == 0 else { return }
        let page = operation.position / FileModel.pageSize
        if !privatePages.contains(page) {
            privatePages.append(page)
            let start = page * FileModel.pageSize
            for run in bytes where run.end > start && run.start < start + FileModel.pageSize {
                FileModel.put(
                    max(run.start, start), min(run.end, start + FileModel.pageSize), run.byte,
                    into: &privateBytes)
            }
        }
        FileModel.put(operation.position, operation.end, operation.fill, into: &privateBytes)
    }

    private mutating func write(_ operation: Operation, _ value: Int64) {
        guard operation.length > 0 else { return }
        let first = operation.position / FileModel.pageSize
        if operation.kind == .write { allow(first, FileModel.pagesUp(operation.end)) }
        guard value > 0 else { return }
        let end = operation.position + UInt64(value)
        size = max(size, end)
        specify(operation.position, end, operation.fill)
        FileModel.insert(Pages(start: first, end: FileModel.pagesUp(end)), into: &required)
    }

    private mutating func truncate(_ operation: Operation, _ value: Int64) {
        guard value == 0 else { return }
        // A truncation to the same size may do nothing.
        if size != operation.position { FileModel.cut(&unspecified, at: operation.position) }
        size = operation.position
        let pages = FileModel.pagesUp(size)
        FileModel.cut(&bytes, at: size)
        FileModel.cut(&required, at: pages)
        FileModel.cut(&allowed, at: pages)
        // The page of the new end stays mapped, and so does a private copy of it.
        FileModel.cut(&privateBytes, at: pages * FileModel.pageSize)
        privatePages.removeAll { $0 >= pages }
    }

    /// Some of the bytes may be zero if it fails.
    private mutating func zero(_ operation: Operation, _ value: Int64) {
        let end = min(operation.end, size)
        guard operation.position < end else { return }
        if value == 0 {
            specify(operation.position, end, 0)
        } else {
            FileModel.put(operation.position, end, 0, into: &bytes)
            FileModel.insert(Pages(start: operation.position, end: end), into: &unspecified)
        }
    }

    private mutating func punchHole(_ operation: Operation, _ value: Int64) {
        zero(operation, value)
        guard value == 0, operation.position < size else { return }
        let first = FileModel.pagesUp(operation.position)
        // What is behind the end is zero, so its block goes with it.
        let end =
            operation.end >= size ? FileModel.pagesUp(size) : operation.end / FileModel.pageSize
        guard first < end else { return }
        let hole = Pages(start: first, end: end)
        FileModel.remove(hole, from: &required)
        FileModel.remove(hole, from: &allowed)
    }

    private mutating func collapse(_ operation: Operation, _ value: Int64) {
        guard value == 0, operation.length > 0 else { return }
        let (start, end) = (operation.position, operation.end)
        FileModel.put(start, end, 0, into: &bytes)
        for index in bytes.indices where bytes[index].start >= end {
            bytes[index].start -= operation.length
            bytes[index].end -= operation.length
        }
        let pages = Pages(start: start / FileModel.pageSize, end: end / FileModel.pageSize)
        FileModel.take(pages, outOf: &required)
        FileModel.take(pages, outOf: &allowed)
        FileModel.take(Pages(start: start, end: end), outOf: &unspecified)
        size -= operation.length
        // All that is behind is unmapped, copies too.
        FileModel.cut(&privateBytes, at: start)
        FileModel.cut(&privateUnspecified, at: start)
        privatePages.removeAll { $0 >= pages.start }
    }

    private mutating func dropAllPrivatePages() {
        privatePages.removeAll(keepingCapacity: true)
        privateBytes.removeAll(keepingCapacity: true)
    }

    private mutating func dropPrivatePages(_ operation: Operation) {
        let first = operation.position / FileModel.pageSize
        let end = FileModel.pagesUp(operation.end)
        privatePages.removeAll { $0 >= first && $0 < end }
        FileModel.put(
            first * FileModel.pageSize, end * FileModel.pageSize, 0, into: &privateBytes)
    }

    private mutating func allow(_ start: UInt64, _ end: UInt64) {
        guard start < end else { return }
        FileModel.insert(Pages(start: start, end: end), into: &allowed)
    }
}
