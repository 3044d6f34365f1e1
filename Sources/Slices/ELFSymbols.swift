// SPDX-License-Identifier: GPL-2.0-only

// The functions that an object or an image defines, read off its symbol table: which of a tree's
// functions the linker has kept. 64-bit little-endian ELF, which is all that is ever built here.

enum ELFSymbols {
    /// The names of the functions that a file defines; empty for a file that is no such ELF file.
    static func functions(in bytes: [UInt8]) -> Set<String> {
        let file = Reader(bytes: bytes)
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), let table = file.word(0x28),
            let size = file.half(0x3a), let count = file.half(0x3c), size >= 64
        else { return [] }
        var names: Set<String> = []
        for index in 0..<count {
            let section = table + index * size
            // SHT_SYMTAB; its link is the section of its strings.
            guard file.quarter(section + 4) == 2, let start = file.word(section + 0x18),
                let length = file.word(section + 0x20), let link = file.quarter(section + 0x28),
                let strings = file.word(table + link * size + 0x18)
            else { continue }
            for symbol in stride(from: start, to: start + length - 23, by: 24) {
                // STT_FUNC, in some section.
                guard let info = file.byte(symbol + 4), info & 0xf == 2,
                    let place = file.half(symbol + 6), place != 0,
                    let name = file.quarter(symbol)
                else { continue }
                names.insert(file.string(strings + name))
            }
        }
        return names
    }

    private struct Reader {
        let bytes: [UInt8]

        func byte(_ offset: Int) -> Int? {
            bytes.indices.contains(offset) ? Int(bytes[offset]) : nil
        }

        func half(_ offset: Int) -> Int? { number(offset, 2) }
        func quarter(_ offset: Int) -> Int? { number(offset, 4) }
        func word(_ offset: Int) -> Int? { number(offset, 8) }

        private func number(_ offset: Int, _ size: Int) -> Int? {
            guard offset >= 0, offset <= bytes.count - size else { return nil }
            var value: UInt64 = 0
            for index in (0..<size).reversed() {
                value = value << 8 | UInt64(bytes[offset + index])
            }
            return Int(exactly: value)
        }

        func string(_ offset: Int) -> String {
            guard bytes.indices.contains(offset) else { return "" }
            return String(anyBytes: bytes[offset...].prefix { $0 != 0 })
        }
    }
}
