// SPDX-License-Identifier: GPL-2.0-only

// What an ELF file of x86-64 says about itself: sections and symbols, as far as a check of what a
// patch has made of them needs it.
//
// What must hold: a number that the file contains is not trusted. One that points outside of the file
// makes it unreadable, and no number is added up without a look at it first.

import Glibc
import System

/// A relocatable object or a shared object.
struct CheckedObject {
    struct Section {
        var name: String
        var type: UInt32
        var flags: UInt64
        /// Of its contents in the file; empty for one that has none there.
        var bytes: Range<Int>
        /// What it takes up when loaded.
        var size: UInt64
        /// Of relocations: the index of the section that they are for.
        var info: UInt32

        var isCode: Bool { flags & 4 != 0 }
        var isWritable: Bool { flags & 1 != 0 }
    }

    struct Symbol {
        var name: String
        var type: UInt8
        /// 0 where it is undefined.
        var section: UInt16
        /// Whether other objects see it.
        var isGlobal: Bool
        /// Whether a definition elsewhere takes its place without an error.
        var givesWay: Bool
    }

    let contents: [UInt8]
    let sections: [Section]
    /// Of an object: all. Of an image: those that the loader knows.
    let symbols: [Symbol]

    /// - Throws: `QuestionError` for a file that is no such object.
    init(contentsOf path: String) throws {
        guard let file = CheckedObject(try Disk.read(path)) else {
            throw QuestionError(.disk, file: path, reason: "is no object that can be read")
        }
        self = file
    }

    init?(_ contents: [UInt8]) {
        let reader = Reader(contents)
        guard contents.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]),
            let kind = reader.number(16, UInt16.self),
            let start = reader.offset(40), let size = reader.number(58, UInt16.self), size == 64,
            let few = reader.number(60, UInt16.self),
            let namesIndex = reader.number(62, UInt16.self)
        else { return nil }
        // An object with very many sections has their number in the first one.
        let count = few != 0 ? Int(few) : reader.offset(start + 32) ?? 0
        guard count > 0, count <= (contents.count - start) / 64 else { return nil }
        var raw: [(name: Int, section: Section, link: Int)] = []
        raw.reserveCapacity(count)
        for index in 0..<count {
            let header = start + index * 64
            guard let name = reader.number(header, UInt32.self),
                let type = reader.number(header + 4, UInt32.self),
                let flags = reader.number(header + 8, UInt64.self),
                let memory = reader.number(header + 32, UInt64.self),
                let link = reader.number(header + 40, UInt32.self),
                let info = reader.number(header + 44, UInt32.self)
            else { return nil }
            var bytes = 0..<0
            // The others have no contents in the file, whatever their size is.
            if type != 0, type != 8 {
                guard let offset = reader.offset(header + 24),
                    let size = reader.offset(header + 32), size <= contents.count - offset
                else { return nil }
                bytes = offset..<offset + size
            }
            let section = Section(
                name: "", type: type, flags: flags, bytes: bytes, size: memory, info: info)
            raw.append((Int(name), section, Int(link)))
        }
        let first = raw[0]
        let names = namesIndex == 0xffff ? first.link : Int(namesIndex)
        guard raw.indices.contains(names) else { return nil }
        var sections: [Section] = []
        for entry in raw {
            guard let name = reader.string(entry.name, in: raw[names].section.bytes) else {
                return nil
            }
            var section = entry.section
            section.name = name
            sections.append(section)
        }
        // The linker makes one section of all that have a name, with the flags of each of them.
        let ofCode = Set(sections.filter(\.isCode).map(\.name))
        for index in sections.indices {
            let name = sections[index].name
            if name == ".text" || name.hasPrefix(".text.") || ofCode.contains(name) {
                sections[index].flags |= 4
            }
        }
        // A symbol table, or for a shared object that of its loader.
        let wanted: UInt32 = kind == 3 ? 11 : 2
        var symbols: [Symbol] = []
        for entry in raw where entry.section.type == wanted {
            guard raw.indices.contains(entry.link) else { return nil }
            let strings = raw[entry.link].section.bytes
            for at in stride(
                from: entry.section.bytes.lowerBound + 24, to: entry.section.bytes.upperBound - 23,
                by: 24)
            {
                guard let name = reader.number(at, UInt32.self),
                    let text = reader.string(Int(name), in: strings),
                    let section = reader.number(at + 6, UInt16.self)
                else { return nil }
                let binding = contents[at + 4] >> 4
                // A variable without a place of its own is common (0xfff2).
                symbols.append(
                    Symbol(
                        name: text, type: contents[at + 4] & 15, section: section,
                        isGlobal: binding != 0, givesWay: binding == 2 || section == 0xfff2))
            }
        }
        self.contents = contents
        self.sections = sections
        self.symbols = symbols
    }

    /// What a section of an object is linked to, in order: the symbols of its relocations.
    func targets(ofSection index: Int) -> [Symbol] {
        let reader = Reader(contents)
        return sections.filter { $0.type == 4 && $0.info == index }.flatMap { relocations in
            stride(
                from: relocations.bytes.lowerBound, to: relocations.bytes.upperBound - 23, by: 24
            ).compactMap { at in
                // The first symbol is none.
                guard let number = reader.number(at + 12, UInt32.self), number > 0,
                    symbols.indices.contains(Int(number) - 1)
                else { return nil }
                return symbols[Int(number) - 1]
            }
        }
    }

    /// The names that it defines for other objects.
    var globals: [Symbol] { symbols.filter { $0.section != 0 && $0.isGlobal && !$0.name.isEmpty } }

    /// The names that it refers to and does not define.
    var undefined: Set<String> {
        Set(symbols.lazy.filter { $0.section == 0 && !$0.name.isEmpty }.map(\.name))
    }

    /// Whether a section has bytes in a row somewhere, of which the first is known.
    ///
    /// - Parameter isMeant: the first, the second, and the third if there is one.
    func contains(
        _ first: UInt8, in section: Section,
        _ isMeant: (_ first: UInt8, _ second: UInt8, _ third: UInt8?) -> Bool
    ) -> Bool {
        contents.withUnsafeBytes { bytes in
            var rest = bytes[section.bytes]
            while rest.count > 1,
                let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                let found = memchr(start, Int32(first), rest.count - 1)
            {
                let at = rest.startIndex + (UnsafeRawPointer(found) - start)
                if isMeant(first, bytes[at + 1], at + 2 < rest.endIndex ? bytes[at + 2] : nil) {
                    return true
                }
                rest = rest[(at + 1)...]
            }
            return false
        }
    }

    /// Numbers of a file, if they are in it.
    private struct Reader {
        private let contents: [UInt8]

        init(_ contents: [UInt8]) { self.contents = contents }

        func number<N: FixedWidthInteger>(_ at: Int, _: N.Type) -> N? {
            let size = MemoryLayout<N>.size
            guard at >= 0, at <= contents.count - size else { return nil }
            return contents.withUnsafeBytes {
                N(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: N.self))
            }
        }

        /// An offset into the file, or a size that fits into it.
        func offset(_ at: Int) -> Int? {
            guard let value = number(at, UInt64.self), value <= UInt64(contents.count) else {
                return nil
            }
            return Int(value)
        }

        func string(_ at: Int, in strings: Range<Int>) -> String? {
            guard at <= strings.count else { return nil }
            let start = strings.lowerBound + at
            guard start < strings.upperBound else { return at == 0 ? "" : nil }
            return contents.withUnsafeBytes { bytes in
                let rest = bytes[start..<strings.upperBound]
                return String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self)
            }
        }
    }
}
