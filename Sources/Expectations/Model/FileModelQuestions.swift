// SPDX-License-Identifier: GPL-2.0-only

// What rules ask the model of a file: what a range must hold, through which mapping, and of how
// many bytes anything is promised at all.

extension FileModel {
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

    /// Whether a range holds a byte, apart from unspecified bytes.
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

    /// Whether a byte is unspecified.
    func isUnspecified(_ position: UInt64, isPrivate: Bool = false) -> Bool {
        (isPrivate ? privateUnspecified : unspecified).contains { $0.contains(position) }
    }

    /// How many bytes of a range are specified.
    func specifiedBytes(from start: UInt64, to end: UInt64) -> UInt64 {
        var count = min(end, looseEnd) - min(start, looseEnd)
        for gap in unspecified where gap.end > start && gap.start < end {
            let (first, last) = (max(gap.start, start), min(gap.end, end))
            count -= min(last, looseEnd) - min(first, looseEnd)
        }
        return count
    }

    /// How many specified bytes are not zero.
    var nonzeroBytes: UInt64 {
        bytes.reduce(0) { $0 + specifiedBytes(from: $1.start, to: $1.end) }
    }

    /// What the byte at a position must be.
    func byte(at position: UInt64, isPrivate: Bool = false) -> UInt8 {
        let page = position / FileModel.pageSize
        let runs = isPrivate && privatePages.contains(page) ? privateBytes : bytes
        return runs.first { $0.start <= position && position < $0.end }?.byte ?? 0
    }

    /// Pages of a file of `size` bytes, the partial last one included. The code under test may
    /// have set any size.
    static func pagesUp(_ size: UInt64) -> UInt64 {
        size / pageSize + (size % pageSize == 0 ? 0 : 1)
    }
}
