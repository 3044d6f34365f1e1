// SPDX-License-Identifier: GPL-2.0-only

// The functions in the symbol table of an object or an image: which of a tree's functions the linker
// has kept.

/// Reads symbol tables.
enum ELFSymbols {
    /// The names of the functions that a file defines; empty for a file that is no ELF file.
    static func functions(in bytes: [UInt8]) -> Set<String> {
        guard let file = ELFFile(bytes), let table = SymbolTable(file) else { return [] }
        return Set(table.symbols.filter { $0.kind == .function && $0.section != 0 }.map(\.name))
    }
}
