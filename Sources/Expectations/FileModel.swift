// SPDX-License-Identifier: GPL-2.0-only

// The reference model of a file: what it must contain, how long it is, and which blocks it must and
// may own, told by the operations and by what they returned, and by nothing that the code under
// test did in between. Bytes are kept as runs, and zero bytes not at all: a hole, a fresh block and
// an unwritten extent all read as zeroes, and the model does not care which.
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
    /// Pages of which the private mapping has a copy of its own.
    private(set) var privatePages: [UInt64] = []
    /// What those copies hold, as runs of the file's positions.
    private(set) var privateBytes: [Bytes] = []
    /// Blocks that the file must own: ascending, disjoint.
    private(set) var required: [Pages] = []
    /// Blocks that it may own besides: an operation was to allocate them, and failed or was cut.
    private(set) var allowed: [Pages] = []
    /// Bytes of which nothing is promised: stored through a mapping behind EOF, in the last page.
    /// They stay until a truncation cuts them off or something else is put there, also when the file
    /// has grown over them: mmap(2) calls that unspecified.
    private(set) var unspecified: [Pages] = []
    /// The same of private copies, where they are never put right again.
    private(set) var privateUnspecified: [Pages] = []
    /// From here on nothing is promised: a truncation could not read the block map behind it.
    private(set) var looseEnd = UInt64.max
    /// An operation was tried as a 2 MiB fault: a store may then meet a 2 MiB entry and allocate
    /// for it.
    private var hasHugeFaults = false
    /// Page p of the file is page `(p + hugeSkew) % 512` of its 2 MiB of address space.
    private var hugeSkew: UInt64 = 0

    init() {}

    static let pageSize = BlockMap.blockSize

    // MARK: - Operations

    /// Becomes the file of a geometry, and then what the operations that returned made of it.
    mutating func replay(
        _ scenario: Scenario, _ results: Records<OperationResult>, _ calls: [SyscallFacts]
    ) {
        make(scenario.geometry)
        for index in 0..<min(results.count, scenario.operations.count) {
            let result = results[index]
            guard result.state == .done else { return }
            apply(scenario.operations[index], value: result.value)
            if index < calls.count && calls[index].isMapUnreadable {
                looseEnd = min(looseEnd, FileModel.pagesUp(size) * FileModel.pageSize)
            }
        }
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

    /// Does what an operation did that returned `value`.
    mutating func apply(_ operation: Operation, value: Int64) {
        if operation.kind.isPMD { hasHugeFaults = true }
        switch operation.kind {
        case .writeFault, .pfnMkwrite, .pmdWriteFault: store(operation, value)
        case .privateWriteFault, .pmdPrivateWriteFault: storePrivately(operation, value)
        case .write: write(operation, value)
        case .truncate: truncate(operation, value)
        case .unmap: dropPrivatePages(operation)
        case .readFault, .privateReadFault, .pmdReadFault, .read, .fsync, .freeze, .yield,
            .mutexSection:
            break
        }
    }

    private mutating func store(_ operation: Operation, _ value: Int64) {
        let page = operation.position / FileModel.pageSize
        if hasHugeFaults {
            let before = min((page + hugeSkew) % 512, page)
            allow(page - before, page - before + 512)
        } else {
            allow(page, page + 1)
        }
        guard value == 0 else { return }
        FileModel.insert(Pages(start: page, end: page + 1), into: &required)
        specify(operation.position, min(operation.end, size), operation.fill)
        guard operation.end > size else { return }
        let tail = Pages(start: max(operation.position, size), end: operation.end)
        FileModel.put(tail.start, tail.end, 0, into: &bytes)
        FileModel.insert(tail, into: &unspecified)
        FileModel.insert(tail, into: &privateUnspecified)
    }

    /// Puts a byte down where there may have been something unspecified.
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
        allow(first, FileModel.pagesUp(operation.end))
        guard value > 0 else { return }
        let end = operation.position + UInt64(value)
        size = max(size, end)
        specify(operation.position, end, operation.fill)
        FileModel.insert(Pages(start: first, end: FileModel.pagesUp(end)), into: &required)
    }

    private mutating func truncate(_ operation: Operation, _ value: Int64) {
        guard value == 0 else { return }
        // One that leaves the size as it is need not do anything.
        if size != operation.position { FileModel.cut(&unspecified, at: operation.position) }
        size = operation.position
        let pages = FileModel.pagesUp(size)
        FileModel.cut(&bytes, at: size)
        FileModel.cut(&required, at: pages)
        FileModel.cut(&allowed, at: pages)
        // A page that the new end lies in stays mapped, private copies and all.
        FileModel.cut(&privateBytes, at: pages * FileModel.pageSize)
        privatePages.removeAll { $0 >= pages }
    }

    private mutating func dropPrivatePages(_ operation: Operation) {
        let first = operation.position / FileModel.pageSize
        let end = FileModel.pagesUp(operation.end)
        privatePages.removeAll { $0 >= first && $0 < end }
        FileModel.put(
            first * FileModel.pageSize, end * FileModel.pageSize, 0, into: &privateBytes)
    }

    private mutating func allow(_ start: UInt64, _ end: UInt64) {
        FileModel.insert(Pages(start: start, end: end), into: &allowed)
    }

    // MARK: - Questions

    /// Whether every byte of `[start, end)` is `byte`, or nothing is promised of it.
    func holds(_ byte: UInt8, from start: UInt64, to end: UInt64) -> Bool {
        holds(byte, in: bytes, start, min(end, looseEnd), but: unspecified)
    }

    /// The same through the private mapping: its copy of a page where it has one.
    func holdsPrivately(_ byte: UInt8, from start: UInt64, to end: UInt64) -> Bool {
        var position = start
        while position < end {
            let page = position / FileModel.pageSize
            let next = min(end, (page + 1) * FileModel.pageSize)
            let isCopy = privatePages.contains(page)
            let isRight = holds(
                byte, in: isCopy ? privateBytes : bytes, position, min(next, looseEnd),
                but: isCopy ? privateUnspecified : unspecified)
            if !isRight { return false }
            position = next
        }
        return true
    }

    /// Whether bytes are as they are to be, those left out of which nothing is promised.
    private func holds(
        _ byte: UInt8, in runs: [Bytes], _ start: UInt64, _ end: UInt64, but exempt: [Pages]
    ) -> Bool {
        var position = start
        for gap in exempt where gap.end > position && gap.start < end {
            if !FileModel.holds(runs, byte, position, gap.start) { return false }
            position = gap.end
        }
        return FileModel.holds(runs, byte, position, end)
    }

    /// Whether nothing is promised of a byte.
    func isUnspecified(_ position: UInt64, isPrivate: Bool = false) -> Bool {
        (isPrivate ? privateUnspecified : unspecified).contains { $0.contains(position) }
    }

    /// How many bytes of a range are promised.
    func promised(from start: UInt64, to end: UInt64) -> UInt64 {
        var count = min(end, looseEnd) - min(start, looseEnd)
        for gap in unspecified where gap.end > start && gap.start < end {
            let (first, last) = (max(gap.start, start), min(gap.end, end))
            count -= min(last, looseEnd) - min(first, looseEnd)
        }
        return count
    }

    /// Bytes that are not zero, as far as something is promised.
    var nonzeroBytes: UInt64 {
        bytes.reduce(0) { $0 + promised(from: $1.start, to: $1.end) }
    }

    /// What the byte at a position must be.
    func byte(at position: UInt64, isPrivate: Bool = false) -> UInt8 {
        let page = position / FileModel.pageSize
        let runs = isPrivate && privatePages.contains(page) ? privateBytes : bytes
        return runs.first { $0.start <= position && position < $0.end }?.byte ?? 0
    }

    /// Pages of a file of so many bytes.
    static func pagesUp(_ size: UInt64) -> UInt64 { (size + pageSize - 1) / pageSize }

    // MARK: - Runs

    private static func holds(
        _ runs: [Bytes], _ byte: UInt8, _ start: UInt64, _ end: UInt64
    ) -> Bool {
        guard start < end else { return true }
        var position = start
        for run in runs where run.end > position {
            if run.start >= end { break }
            if byte == 0 { return false }
            if run.start > position || run.byte != byte { return false }
            position = run.end
            if position >= end { return true }
        }
        return byte == 0
    }

    /// Puts a byte down over `[start, end)`; zero takes away.
    private static func put(
        _ start: UInt64, _ end: UInt64, _ byte: UInt8, into runs: inout [Bytes]
    ) {
        guard start < end else { return }
        var index = 0
        while index < runs.count && runs[index].end <= start { index += 1 }
        if index < runs.count && runs[index].start < start {
            let old = runs[index]
            runs[index].end = start
            index += 1
            if old.end > end {
                runs.insert(Bytes(start: end, end: old.end, byte: old.byte), at: index)
            }
        }
        while index < runs.count && runs[index].end <= end { runs.remove(at: index) }
        if index < runs.count && runs[index].start < end { runs[index].start = end }
        if byte != 0 { runs.insert(Bytes(start: start, end: end, byte: byte), at: index) }
    }

    private static func cut(_ runs: inout [Bytes], at end: UInt64) {
        while let last = runs.last, last.start >= end { runs.removeLast() }
        if let last = runs.last, last.end > end { runs[runs.count - 1].end = end }
    }

    private static func cut(_ pages: inout [Pages], at end: UInt64) {
        while let last = pages.last, last.start >= end { pages.removeLast() }
        if let last = pages.last, last.end > end { pages[pages.count - 1].end = end }
    }

    private static func insert(_ new: Pages, into pages: inout [Pages]) {
        var new = new
        var index = 0
        while index < pages.count && pages[index].end < new.start { index += 1 }
        while index < pages.count && pages[index].start <= new.end {
            new.start = min(new.start, pages[index].start)
            new.end = max(new.end, pages[index].end)
            pages.remove(at: index)
        }
        pages.insert(new, at: index)
    }
}
