// SPDX-License-Identifier: GPL-2.0-only

// The functions in the symbol table of an object or an image: which of a tree's functions the linker
// has kept.

/// Reads symbol tables.
enum ELFSymbols {
    /// The names of the functions that a file defines; empty for a file that is no ELF file.
    static func functions(in bytes: [UInt8]) -> Set<String> {
        guard let file = ELFFile(bytes) else { return [] }
        let reader = LittleEndian(bytes)
        var names: Set<String> = []
        // SHT_SYMTAB; its link is the section of its strings.
        for table in file.sections where table.type == 2 {
            guard let strings = file.section(table.link) else { continue }
            for symbol in stride(
                from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24)
            {
                // STT_FUNC, in some section.
                guard let info = reader.number(at: symbol + 4, bytes: 1), info & 0xf == 2,
                    let section = reader.number(at: symbol + 6, bytes: 2), section != 0,
                    let name = reader.number(at: symbol, bytes: 4)
                else { continue }
                names.insert(file.string(at: strings.range.lowerBound + name))
            }
        }
        return names
    }
}
