// SPDX-License-Identifier: GPL-2.0-only

// The symbol table of an object or an image, as a list. Symbols keep their numbers, by which relocations
// name them.

/// What an ELF file says of its names.
struct SymbolTable {
    struct Symbol {
        enum Kind { case object, function, section, file, other }

        var name: String
        var kind: Kind
        var isLocal: Bool
        /// It gives way to another definition, or is nothing where there is none.
        var isWeak: Bool
        /// The number of its section; 0: it is somewhere else.
        var section: Int
        var value: Int
        var size: Int

        /// In a section of this file.
        var isDefined: Bool { section > 0 && section < 0xff00 }
    }

    let symbols: [Symbol]

    /// Empty for a file without one; nil for one that is damaged.
    init?(_ file: ELFFile) {
        // SHT_SYMTAB; its link is the section of its strings.
        guard let table = file.sections.first(where: { $0.type == 2 }) else {
            symbols = []
            return
        }
        guard let names = file.section(table.link) else { return nil }
        let reader = LittleEndian(file.bytes)
        var symbols: [Symbol] = []
        symbols.reserveCapacity(table.range.count / 24)
        for at in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
            guard let name = reader.number(at: at, bytes: 4),
                let info = reader.number(at: at + 4, bytes: 1),
                let section = reader.number(at: at + 6, bytes: 2),
                let value = reader.number(at: at + 8, bytes: 8),
                let size = reader.number(at: at + 16, bytes: 8)
            else { return nil }
            let kinds: [Int: Symbol.Kind] = [1: .object, 2: .function, 3: .section, 4: .file]
            symbols.append(
                Symbol(
                    name: file.string(at: names.range.lowerBound + name),
                    kind: kinds[info & 0xf] ?? .other, isLocal: info >> 4 == 0,
                    isWeak: info >> 4 == 2, section: section, value: value, size: size))
        }
        self.symbols = symbols
    }

    /// What a file does with a name that other files see.
    struct Link: Hashable {
        var isDefined: Bool
        var isWeak: Bool
    }

    /// By name, without what the compiler counts in.
    func links(in file: ELFFile) -> [String: Link] {
        let counters = Set(
            file.sections.enumerated().filter {
                file.name(of: $0.element).hasPrefix("__llvm_prf")
            }.map(\.offset))
        return Dictionary(
            symbols.filter {
                !$0.isLocal && !$0.name.isEmpty && !counters.contains($0.section)
            }.map { ($0.name, Link(isDefined: $0.isDefined, isWeak: $0.isWeak)) }
        ) { first, _ in first }
    }
}
