// SPDX-License-Identifier: GPL-2.0-only

// Sections of an object or an image, by name and by number. Only 64-bit little-endian ELF, because
// nothing else is built. What is not there, or points out of the file, is nil.

/// The bytes of an ELF file.
struct ELFFile {
    let bytes: [UInt8]
    private let table: Int
    private let entrySize: Int
    private let count: Int

    /// A section as the file has it.
    struct Section {
        var type: Int
        fileprivate var flags: Int
        /// Where it is in a running image, relative to the image.
        var address: Int
        /// In a running image.
        var size: Int
        /// Where its bytes are in the file.
        var range: Range<Int>
        /// The number of the section that belongs to it.
        var link: Int
        /// Of relocations, the number of the section that they are for.
        var info: Int
        /// Of each piece, where it is made of pieces of one size.
        var entrySize: Int
        fileprivate var name: Int

        var isWritten: Bool { flags & 0x1 != 0 }
        /// It is in memory when the code runs.
        var isLoaded: Bool { flags & 0x2 != 0 }
        var isCode: Bool { flags & 0x4 != 0 }
        /// The linker keeps one of several equal pieces.
        var isMerged: Bool { flags & 0x10 != 0 }
        /// Its pieces end with a zero.
        var hasStrings: Bool { flags & 0x20 != 0 }
        /// It has a size and no bytes: zeros.
        var isZero: Bool { type == 8 }
    }

    /// Nil for a file that is no such ELF file.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        let reader = LittleEndian(bytes)
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]),
            let table = reader.number(at: 0x28, bytes: 8),
            let entrySize = reader.number(at: 0x3a, bytes: 2), entrySize >= 64,
            let count = reader.number(at: 0x3c, bytes: 2),
            // With more sections than a number of two bytes can say, there are none here.
            count > 0
        else { return nil }
        self.table = table
        self.entrySize = entrySize
        self.count = count
    }

    /// All sections, in the order of the file.
    var sections: [Section] { (0..<count).compactMap(section) }

    func section(_ index: Int) -> Section? {
        let header = table + index * entrySize
        let reader = LittleEndian(bytes)
        guard (0..<count).contains(index), let name = reader.number(at: header, bytes: 4),
            let type = reader.number(at: header + 4, bytes: 4),
            let flags = reader.number(at: header + 8, bytes: 8),
            let address = reader.number(at: header + 0x10, bytes: 8),
            let offset = reader.number(at: header + 0x18, bytes: 8),
            let size = reader.number(at: header + 0x20, bytes: 8),
            let link = reader.number(at: header + 0x28, bytes: 4),
            let info = reader.number(at: header + 0x2c, bytes: 4),
            let entrySize = reader.number(at: header + 0x38, bytes: 8)
        else { return nil }
        // SHT_NOBITS has a size and no bytes.
        let length = type == 8 ? 0 : size
        guard offset <= bytes.count, length <= bytes.count - offset else { return nil }
        return Section(
            type: type, flags: flags, address: address, size: size,
            range: offset..<(offset + length), link: link, info: info, entrySize: entrySize,
            name: name)
    }

    /// The section of a name.
    func section(named name: String) -> Section? {
        sections.first { self.name(of: $0) == name }
    }

    func name(of section: Section) -> String {
        guard let index = LittleEndian(bytes).number(at: 0x3e, bytes: 2),
            let names = self.section(index)
        else { return "" }
        return string(at: names.range.lowerBound + section.name)
    }

    /// A string with a zero behind it.
    func string(at offset: Int) -> String {
        guard bytes.indices.contains(offset) else { return "" }
        return String(anyBytes: bytes[offset...].prefix { $0 != 0 })
    }
}

/// Numbers in bytes, the least significant byte first.
struct LittleEndian {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Nil outside of the bytes, and for a number that is no `Int`.
    func number(at offset: Int, bytes size: Int) -> Int? {
        word(at: offset, bytes: size).flatMap { Int(exactly: $0) }
    }

    func word(at offset: Int, bytes size: Int = 8) -> UInt64? {
        guard offset >= 0, offset <= bytes.count - size else { return nil }
        var value: UInt64 = 0
        for index in (0..<size).reversed() {
            value = value << 8 | UInt64(bytes[offset + index])
        }
        return value
    }
}
