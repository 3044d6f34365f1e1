// SPDX-License-Identifier: GPL-2.0-only

// Random operations on a random file. Each is at a boundary of the file, or at one that an earlier
// operation made, or next to it: a write that ends at EOF, a truncate to one byte before a block's
// end, a load from the page after the mapping's first.

import Machine

/// Makes random operations.
struct GeneratedOperations {
    private let file: GeneratedFile
    private var boundaries: [UInt64]
    private var count = 0
    private var hasLayout = false
    private var isAlone = false

    private static let page = BlockMap.blockSize
    /// No operation reaches further beyond the last boundary than this many bytes.
    private static let reach: UInt64 = 4 * page

    init(on file: GeneratedFile) {
        self.file = file
        boundaries = file.boundaries
    }

    /// The operations of `tasks` tasks: set-up operations first, then each task's in turn. Tasks
    /// run concurrently.
    mutating func make(
        tasks: Int, withLayout: Bool = false, _ random: inout SeededRandom
    ) -> [Operation] {
        hasLayout = withLayout
        isAlone = tasks == 1
        var operations: [Operation] = []
        if tasks > 1 {
            for _ in 0..<random.below(3) {
                operations.append(make(task: 0, isSetup: true, &random))
            }
        }
        // Fewer operations with more tasks, because the number of orders multiplies.
        let most = [8, 3, 2][tasks - 1]
        for task in 0..<tasks {
            for _ in 0...random.below(most) {
                operations.append(make(task: UInt8(task), isSetup: false, &random))
            }
        }
        return operations
    }

    private mutating func make(
        task: UInt8, isSetup: Bool, _ random: inout SeededRandom
    ) -> Operation {
        count += 1
        let kind = self.kind(&random)
        let (position, length) = range(of: kind, &random)
        let fill = UInt8(0x60 + count % 64)
        let operation = Operation(
            kind, at: position, length: length, fill: fill, task: task, isSetup: isSetup)
        if kind.isWrite || kind == .truncate { boundaries.append(operation.end) }
        return operation
    }

    private static let layout: [(Operation.Kind, Int)] = [
        (.pin, 3), (.unpin, 3), (.mapSync, 1), (.zeroRange, 5), (.punchHole, 6),
        (.collapseRange, 4),
        (.reflink, 5), (.unshare, 3), (.dedupe, 4), (.readNowait, 2), (.writeNowait, 4),
        (.memoryFailure, 1), (.mappingFailure, 1),
    ]
    /// Nobody else has the file while it is evicted.
    private static let alone: [(Operation.Kind, Int)] = layout + [(.evict, 2)]

    private func kind(_ random: inout SeededRandom) -> Operation.Kind {
        if hasLayout, random.once(in: 2) {
            return random.pick(weighted: isAlone ? Self.alone : Self.layout)
        }
        let huge =
            file.geometry.filesystem == .strict ? (file.region == .huge ? 6 : 1) : 0
        return random.pick(weighted: [
            (.readFault, 10), (.writeFault, 12), (.privateReadFault, 3), (.privateWriteFault, 4),
            (.pfnMkwrite, 4), (.pmdReadFault, huge), (.pmdWriteFault, huge),
            (.pmdPrivateWriteFault, huge / 3), (.write, 14), (.read, 9), (.truncate, 12),
            (.fsync, 4), (.unmap, 5),
        ])
    }

    private func range(
        of kind: Operation.Kind, _ random: inout SeededRandom
    ) -> (position: UInt64, length: UInt64) {
        switch kind {
        case .fsync, .mapSync, .evict: return (0, 0)
        case .pin, .unpin, .memoryFailure, .mappingFailure:
            return (mappedPage(&random) * Self.page, 1)
        // Of whole pages, or they are refused.
        case .collapseRange, .dedupe:
            let page = near(&random) / Self.page
            return (page * Self.page, UInt64(1 + random.below(2)) * Self.page)
        case .truncate: return (near(&random), 0)
        case .unmap:
            let page = mappedPage(&random)
            let last = UInt64(file.geometry.mappedPages.upperBound)
            let count = min(last - page, UInt64(1 + random.below(3)))
            return (page * Self.page, count * Self.page)
        case .read, .write, .readNowait, .writeNowait, .zeroRange, .punchHole, .reflink, .unshare:
            let position = near(&random)
            let length = random.pick([
                1, 100, Self.page - 1, Self.page, Self.page + 1, 2 * Self.page,
            ])
            // Half of them end at that position instead of beginning there.
            return random.once(in: 2) && position > length
                ? (position - length, length) : (position, length)
        default:
            let start = mappedPage(&random) * Self.page
            let offset = random.pick([0, 0, 1, Self.page / 2, Self.page - 1])
            let length = random.pick([1, 16, Self.page])
            return (start + offset, min(length, Self.page - offset))
        }
    }

    /// A position at a boundary, or next to it.
    private func near(_ random: inout SeededRandom) -> UInt64 {
        let boundary = random.pick(boundaries)
        let distance: UInt64 = random.pick([0, 0, 0, 1, 100, Self.page])
        let limit = file.boundaries[file.boundaries.count - 1] + Self.reach
        if random.once(in: 2) { return min(boundary + distance, limit) }
        return boundary >= distance ? boundary - distance : boundary
    }

    /// A page of the mapping with a boundary in it, or the page before.
    private func mappedPage(_ random: inout SeededRandom) -> UInt64 {
        let boundary = random.pick(boundaries) / Self.page
        let page = random.once(in: 2) && boundary > 0 ? boundary - 1 : boundary
        let mapped = file.geometry.mappedPages
        return min(max(page, UInt64(mapped.lowerBound)), UInt64(mapped.upperBound) - 1)
    }
}
