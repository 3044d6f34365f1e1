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
        var isWeak: Bool

        static func < (one: Symbol, other: Symbol) -> Bool {
            (one.name, one.section, one.value) < (other.name, other.section, other.value)
        }
    }

    private let sections: [Section]
    /// What it defines for other objects, and what it wants of them.
    private let symbols: [Symbol]

    /// Nil for a file that is no object, or a damaged one.
    init?(_ bytes: [UInt8]) {
        guard let file = ELFFile(bytes), let table = SymbolTable(file) else { return nil }
        let all = file.sections
        // Numbers of symbols change with the debug information.
        func description(of index: Int) -> String {
            guard table.symbols.indices.contains(index) else { return "" }
            let symbol = table.symbols[index]
            guard symbol.name.isEmpty else { return symbol.name }
            return "\(file.section(symbol.section).map(file.name) ?? "")+\(symbol.value)"
        }
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
                        symbol: description(of: symbol)))
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
        symbols = table.symbols.filter { !$0.isLocal }.map { symbol in
            Symbol(
                name: symbol.name, section: file.section(symbol.section).map(file.name) ?? "",
                value: symbol.value, isWeak: symbol.isWeak)
        }.sorted()
    }

    private static let descriptive = ["__llvm_cov", "__llvm_prf_data", "__llvm_prf_names"]
}
