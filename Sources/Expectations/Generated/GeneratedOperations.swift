// SPDX-License-Identifier: GPL-2.0-only

// Operations drawn by lot on a drawn file. Each is aimed at one of the file's corners, or at one of
// the positions that an earlier operation has made into one, and misses it by little or nothing: a
// write that ends at EOF, a truncate one byte short of a block, a load from the page behind the
// mapping's first.

import Machine

/// Draws operations.
struct GeneratedOperations {
    private let file: GeneratedFile
    private var corners: [UInt64]
    private var drawn = 0

    private static let page = BlockMap.blockSize
    /// No operation reaches further behind the last corner than this.
    private static let reach: UInt64 = 4 * page

    init(on file: GeneratedFile) {
        self.file = file
        corners = file.corners
    }

    /// The operations of so many tasks: set-up operations first, then each task's in turn, which
    /// may run at once.
    mutating func draw(tasks: Int, _ random: inout SeededRandom) -> [Operation] {
        var operations: [Operation] = []
        if tasks > 1 {
            for _ in 0..<random.below(3) { operations.append(draw(task: 0, isSetup: true, &random)) }
        }
        // Many operations of one task, few of several: their orders multiply.
        let most = [8, 3, 2][tasks - 1]
        for task in 0..<tasks {
            for _ in 0...random.below(most) {
                operations.append(draw(task: UInt8(task), isSetup: false, &random))
            }
        }
        return operations
    }

    private mutating func draw(
        task: UInt8, isSetup: Bool, _ random: inout SeededRandom
    ) -> Operation {
        drawn += 1
        let kind = self.kind(&random)
        let (position, length) = place(of: kind, &random)
        let fill = UInt8(0x60 + drawn % 64)
        let operation = Operation(
            kind, at: position, length: length, fill: fill, task: task, isSetup: isSetup)
        if kind == .write || kind == .truncate { corners.append(operation.end) }
        return operation
    }

    private func kind(_ random: inout SeededRandom) -> Operation.Kind {
        let huge =
            file.geometry.filesystem == .strict ? (file.region == .huge ? 6 : 1) : 0
        return random.pick(weighted: [
            (.readFault, 10), (.writeFault, 12), (.privateReadFault, 3), (.privateWriteFault, 4),
            (.pfnMkwrite, 4), (.pmdReadFault, huge), (.pmdWriteFault, huge),
            (.pmdPrivateWriteFault, huge / 3), (.write, 14), (.read, 9), (.truncate, 12),
            (.fsync, 4), (.unmap, 5),
        ])
    }

    private func place(
        of kind: Operation.Kind, _ random: inout SeededRandom
    ) -> (position: UInt64, length: UInt64) {
        switch kind {
        case .fsync: return (0, 0)
        case .truncate: return (near(&random), 0)
        case .unmap:
            let page = mappedPage(&random)
            let last = UInt64(file.geometry.mappedPages.upperBound)
            let count = min(last - page, UInt64(1 + random.below(3)))
            return (page * Self.page, count * Self.page)
        case .read, .write:
            let position = near(&random)
            let length = random.pick([1, 100, Self.page - 1, Self.page, Self.page + 1, 2 * Self.page])
            // Half of the time it ends where it would have begun.
            return random.once(in: 2) && position > length
                ? (position - length, length) : (position, length)
        default:
            let start = mappedPage(&random) * Self.page
            let offset = random.pick([0, 0, 1, Self.page / 2, Self.page - 1])
            let length = random.pick([1, 16, Self.page])
            return (start + offset, min(length, Self.page - offset))
        }
    }

    /// A position at a corner, or next to it.
    private func near(_ random: inout SeededRandom) -> UInt64 {
        let corner = random.pick(corners)
        let distance: UInt64 = random.pick([0, 0, 0, 1, 100, Self.page])
        let limit = file.corners[file.corners.count - 1] + Self.reach
        if random.once(in: 2) { return min(corner + distance, limit) }
        return corner >= distance ? corner - distance : corner
    }

    /// A page of the mapping that a corner lies in, or behind.
    private func mappedPage(_ random: inout SeededRandom) -> UInt64 {
        let corner = random.pick(corners) / Self.page
        let page = random.once(in: 2) && corner > 0 ? corner - 1 : corner
        let mapped = file.geometry.mappedPages
        return min(max(page, UInt64(mapped.lowerBound)), UInt64(mapped.upperBound) - 1)
    }
}
