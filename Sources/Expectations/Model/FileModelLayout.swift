// SPDX-License-Identifier: GPL-2.0-only

// What a call returns that depends on where the bytes of the file are: how much of a write() needs no
// block, and whether two ranges hold the same.

import Machine

extension FileModel {
    /// What a write() must return that may not wait: how many bytes lie in blocks that can be written as
    /// they are, up to the first that cannot (a hole, an unwritten one, one of another file too), or
    /// `-EAGAIN` if there are none. Nil: an earlier operation may have made one ready.
    func resultOfNowait(_ index: Int, of scenario: Scenario) -> Int64? {
        let write = scenario.operations[index]
        let earlier = scenario.operations[..<index]
        let mayHaveChanged = earlier.contains { !$0.kind.isReader && !$0.kind.isSharer }
        var page = write.position / FileModel.pageSize
        while page < FileModel.pagesUp(write.end) {
            let isUnready = FileModel.isUnready(page, scenario.geometry, earlier)
            if isUnready && mayHaveChanged { return nil }
            if isUnready || !required.contains(where: { $0.contains(page) }) { break }
            page += 1
        }
        let end = min(write.end, page * FileModel.pageSize)
        if write.length == 0 { return 0 }
        return end > write.position ? Int64(end - write.position) : -Int64(Errno.eagain)
    }

    /// The page's block was unwritten, or has become another file's, too.
    private static func isUnready(
        _ page: UInt64, _ geometry: Geometry, _ earlier: ArraySlice<Operation>
    ) -> Bool {
        let isUnwritten = (0..<geometry.extentCount).contains {
            geometry.extent($0).isUnwritten
                && geometry.extent($0).blocks.contains(UInt32(clamping: page))
        }
        return isUnwritten
            || earlier.contains {
                $0.kind.isSharer && $0.position / pageSize <= page
                    && page < pagesUp($0.kind == .dedupe ? $0.end + $0.length : $0.end)
            }
    }

    /// What FIDEDUPERANGE should return, and whether what it did is right. Ranges of which the bytes are
    /// equal and the blocks are not of one kind may be refused as different.
    func judgeComparison(
        _ comparison: Operation, _ value: Int64, _ size: UInt64
    ) -> (expected: Int64, isRight: Bool) {
        let length = comparison.length
        let (start, middle) = (comparison.position, comparison.end)
        guard length > 0, (start | length) % FileModel.pageSize == 0, middle + length <= size
        else { return (-Int64(Errno.einval), value == -Int64(Errno.einval)) }
        let differs = -Int64(Errno.ebade)
        guard areEqual(start, middle, length) else { return (differs, value == differs) }
        let first = start / FileModel.pageSize
        let count = length / FileModel.pageSize
        let areOfOneKind = (0..<count).allSatisfy { page in
            required.contains { $0.contains(first + page) }
                == required.contains { $0.contains(first + count + page) }
        }
        return (Int64(length), value == Int64(length) || !areOfOneKind && value == differs)
    }

    /// Whether two ranges hold the same; of unspecified bytes, that they may.
    private func areEqual(_ one: UInt64, _ other: UInt64, _ length: UInt64) -> Bool {
        var cuts: Set<UInt64> = [0]
        for start in [one, other] {
            for run in bytes { cuts.formUnion([run.start, run.end].map { $0 &- start }) }
            for gap in unspecified { cuts.formUnion([gap.start, gap.end].map { $0 &- start }) }
        }
        return cuts.filter { $0 < length }.allSatisfy {
            byte(at: one + $0) == byte(at: other + $0) || isUnspecified(one + $0)
                || isUnspecified(other + $0)
        }
    }
}

extension Operation.Kind {
    /// Blocks become another file's, too, or another page's.
    fileprivate var isSharer: Bool { self == .reflink || self == .dedupe }
    /// Leaves all blocks as they are.
    fileprivate var isReader: Bool {
        switch self {
        case .readFault, .privateReadFault, .pmdReadFault, .read, .readNowait, .fsync, .unmap: true
        default: false
        }
    }
}
