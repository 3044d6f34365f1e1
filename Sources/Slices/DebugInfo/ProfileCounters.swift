// SPDX-License-Identifier: GPL-2.0-only

// The table by which clang's profile runtime finds the counters of each function: a record for each
// function of each object, with a number made from the function's name. The first counter of a
// function counts its entries, also where it is compiled into its caller.
//
// What must hold: the records account for all counters, or the table is one of a format that is not
// known, and unreadable.

import System

/// Where the counters of each function begin.
struct ProfileCounters {
    /// A function of an object.
    private struct Record: Hashable {
        /// The first half of its name's MD5.
        var name: UInt64
        /// Of its regions.
        var hash: UInt64
    }

    private var records: [(Record, first: Int)] = []
    private var first: [Record: Int] = [:]
    private let names: ArraySlice<UInt8>

    /// Nil for a file that has none.
    init?(of file: ELFFile) {
        guard let data = file.section(named: "__llvm_prf_data"),
            let counters = file.section(named: "__llvm_prf_cnts")
        else { return nil }
        names = file.section(named: "__llvm_prf_names").map { file.bytes[$0.range] } ?? []
        let reader = LittleEndian(file.bytes)
        // A record grew from 48 to 64 bytes with version 9 of the format; which one it is shows
        // where the records' own numbers of counters lead from each to the next.
        for size in [64, 48] where data.range.count % size == 0 {
            guard let found = Self.read(data, counters, recordSize: size, reader) else { continue }
            records = found
            first = Dictionary(found) { _, last in last }
            return
        }
        return nil
    }

    /// The counter of a function's entries; nil if it has none.
    func first(of name: UInt64, _ hash: UInt64) -> Int? {
        first[Record(name: name, hash: hash)]
    }

    private static func read(
        _ data: ELFFile.Section, _ counters: ELFFile.Section, recordSize: Int,
        _ reader: LittleEndian
    ) -> [(Record, first: Int)]? {
        var found: [(Record, first: Int)] = []
        var total = 0
        for start in stride(from: 0, to: data.range.count, by: recordSize) {
            let record = data.range.lowerBound + start
            guard let name = reader.word(at: record), let hash = reader.word(at: record + 8),
                let distance = reader.word(at: record + 16),
                let count = reader.number(
                    at: record + (recordSize == 64 ? 48 : 40), bytes: 4)
            else { return nil }
            let offset =
                data.address + start + Int(Int64(bitPattern: distance)) - counters.address
            guard offset >= 0, offset % 8 == 0 else { return nil }
            found.append((Record(name: name, hash: hash), offset / 8))
            total += count
        }
        return total * 8 == counters.size ? found : nil
    }

    // MARK: - Names

    /// The counters of entries by the name of the function, without the file of a static one; nil if
    /// the names cannot be read.
    func entries() -> [String: [Int]]? {
        var known: [UInt64: String] = [:]
        var list = LEB128(names)
        while let length = list.next() {
            // Between the lists of two objects there may be zeros.
            if length == 0 { continue }
            // A compressed list has a length here: variants are compiled without.
            guard list.next() == 0, let text = list.take(length) else { return nil }
            for name in text.split(separator: 1) {
                // `fs/ext2/inode.c;ext2_iomap_end`; before LLVM 18 with a colon.
                let own = name.split { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ":") }.last
                known[MD5.word(of: name)] = String(anyBytes: own ?? name)
            }
        }
        var entries: [String: [Int]] = [:]
        for (record, first) in records {
            guard let name = known[record.name] else { return nil }
            entries[name, default: []].append(first)
        }
        return entries
    }
}
