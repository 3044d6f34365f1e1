// SPDX-License-Identifier: GPL-2.0-only

// Arithmetic on runs of bytes and of pages: ascending and disjoint before, ascending and disjoint
// after. The runs of one file are few, so a linear search is the fastest.

extension FileModel {
    static func holds(
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

    /// Writes a byte over `[start, end)`; zero removes what is there.
    static func put(
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

    static func cut(_ runs: inout [Bytes], at end: UInt64) {
        while let last = runs.last, last.start >= end { runs.removeLast() }
        if let last = runs.last, last.end > end { runs[runs.count - 1].end = end }
    }

    static func cut(_ pages: inout [Pages], at end: UInt64) {
        while let last = pages.last, last.start >= end { pages.removeLast() }
        if let last = pages.last, last.end > end { pages[pages.count - 1].end = end }
    }

    static func insert(_ new: Pages, into pages: inout [Pages]) {
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

    /// Takes a range out of a list of ranges, and moves what is behind it to the front.
    static func take(_ gone: Pages, outOf pages: inout [Pages]) {
        remove(gone, from: &pages)
        let rest = pages
        pages.removeAll(keepingCapacity: true)
        for range in rest {
            let by = range.start >= gone.end ? gone.end - gone.start : 0
            insert(Pages(start: range.start - by, end: range.end - by), into: &pages)
        }
    }

    /// Takes a range out of a list of ranges.
    static func remove(_ gone: Pages, from pages: inout [Pages]) {
        pages = pages.flatMap { old in
            [
                Pages(start: old.start, end: min(old.end, gone.start)),
                Pages(start: max(old.start, gone.end), end: old.end),
            ].filter { $0.start < $0.end }
        }
    }
}
