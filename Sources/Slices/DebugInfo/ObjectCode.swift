// SPDX-License-Identifier: GPL-2.0-only

// What of an object file decides how it runs: the bytes that are loaded, and what the linker puts in
// them. Debug information and coverage maps know of lines and comments; they are no part of it. Two
// objects that are equal here make programs that differ in nothing but what a debugger says.

/// The code and data of an object file.
struct ObjectCode: Equatable {
    /// A place that the linker fills.
    private struct Relocation: Hashable {
        var offset: Int
        var type: Int
        var addend: UInt64
        var symbol: String
    }

    private struct Section: Hashable {
        var name: String
        var size: Int
        var bytes: [UInt8]
        var relocations: [Relocation]
    }

    private struct Symbol: Hashable, Comparable {
        var name: String
        var section: String
        var value: Int

        static func < (one: Symbol, other: Symbol) -> Bool {
            (one.name, one.section, one.value) < (other.name, other.section, other.value)
        }
    }

    private let sections: [Section]
    /// What it defines for other objects.
    private let symbols: [Symbol]

    /// Nil for a file that is no object, or a damaged one.
    init?(_ bytes: [UInt8]) {
        guard let file = ELFFile(bytes) else { return nil }
        let table = SymbolTable(file)
        let all = file.sections
        var relocations: [Int: [Relocation]] = [:]
        let reader = LittleEndian(bytes)
        // SHT_RELA: offset, symbol and type, addend.
        for section in all where section.type == 4 {
            for at in stride(from: section.range.lowerBound, to: section.range.upperBound, by: 24) {
                guard let offset = reader.number(at: at, bytes: 8),
                    let type = reader.number(at: at + 8, bytes: 4),
                    let symbol = reader.number(at: at + 12, bytes: 4),
                    let addend = reader.word(at: at + 16)
                else { return nil }
                relocations[section.info, default: []].append(
                    Relocation(
                        offset: offset, type: type, addend: addend,
                        symbol: table.description(of: symbol)))
            }
        }
        var sections: [Section] = []
        for (index, section) in all.enumerated() where section.isLoaded {
            let name = file.name(of: section)
            // The counters are code; what they mean is not.
            if ObjectCode.descriptive.contains(where: name.hasPrefix) { continue }
            sections.append(
                Section(
                    name: name, size: section.size, bytes: Array(bytes[section.range]),
                    relocations: relocations[index] ?? []))
        }
        self.sections = sections
        symbols = table.definitions.map { Symbol(name: $0, section: $1, value: $2) }.sorted()
    }

    private static let descriptive = ["__llvm_cov", "__llvm_prf_data", "__llvm_prf_names"]
}

/// The symbols of an object.
private struct SymbolTable {
    private let file: ELFFile
    private let reader: LittleEndian
    private let table: ELFFile.Section?

    init(_ file: ELFFile) {
        self.file = file
        reader = LittleEndian(file.bytes)
        // SHT_SYMTAB
        table = file.sections.first { $0.type == 2 }
    }

    private func entry(
        _ index: Int
    ) -> (name: String, section: Int, value: Int, isGlobal: Bool)? {
        guard let table, let names = file.section(table.link) else { return nil }
        let at = table.range.lowerBound + 24 * index
        guard at + 24 <= table.range.upperBound, let name = reader.number(at: at, bytes: 4),
            let info = reader.number(at: at + 4, bytes: 1),
            let section = reader.number(at: at + 6, bytes: 2),
            let value = reader.number(at: at + 8, bytes: 8)
        else { return nil }
        return (file.string(at: names.range.lowerBound + name), section, value, info >> 4 != 0)
    }

    /// What a relocation refers to: numbers of symbols change with the debug information.
    func description(of index: Int) -> String {
        guard let symbol = entry(index) else { return "" }
        guard symbol.name.isEmpty else { return symbol.name }
        let section = file.section(symbol.section).map(file.name) ?? ""
        return "\(section)+\(symbol.value)"
    }

    /// Defined for others: name, section, place.
    var definitions: [(String, String, Int)] {
        let count = (table?.range.count ?? 0) / 24
        return (0..<count).compactMap { index in
            guard let symbol = entry(index), symbol.isGlobal, symbol.section != 0 else {
                return nil
            }
            return (symbol.name, file.section(symbol.section).map(file.name) ?? "", symbol.value)
        }
    }
}
