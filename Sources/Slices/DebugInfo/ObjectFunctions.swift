// SPDX-License-Identifier: GPL-2.0-only

// An object, function by function: a digest of all that decides how each one runs. Two versions of a
// file are compared behind the compiler, so it does not matter what was inlined where: who has got
// other instructions for it has another digest.
//
// What must hold: a function whose digest is the same does the same. So a place that the linker fills
// is named by what it refers to, never by a number that another function can shift; what is only read
// and belongs to nobody else (strings, jump tables) counts as a part of whoever refers to it; and what
// cannot be taken apart into functions makes the object unreadable.
//
// Zeroed memory is named by its place. If a place is the same for two functions in both versions, they
// share in both what is there, whatever its name.

import System

/// The functions and data of an object.
struct ObjectFunctions {
    /// Digests of functions by name.
    private(set) var functions: [String: String] = [:]
    /// Digests of all else that is loaded and can be told from outside of a function.
    private(set) var data: [String: String] = [:]
    /// Names that it defines for other objects.
    private(set) var definitions: Set<String> = []

    /// Nil for a file that is no object, a damaged one, and code that is not in a section for each
    /// function.
    init?(_ bytes: [UInt8]) {
        guard let object = ObjectPieces(bytes) else { return nil }
        for (index, section) in object.sections.enumerated() where section.isLoaded {
            let name = object.names[index]
            if section.isCode {
                guard section.size > 0 else { continue }
                let owners = object.symbols(in: index).filter { $0.kind == .function }
                guard owners.count == 1, let digest = object.digest(of: index),
                    functions.updateValue(digest, forKey: owners[0].name) == nil
                else { return nil }
            } else if !Self.isPartOfFunctions(name, section) {
                guard let digest = object.digest(of: index) else { return nil }
                data[name, default: ""] += digest
            }
        }
        for symbol in object.table.symbols where !symbol.isLocal {
            guard symbol.isDefined else { continue }
            definitions.insert(symbol.name)
            let section = object.sections[symbol.section]
            guard section.isLoaded, !section.isCode else { continue }
            guard let digest = section.isZero ? "" : object.digest(of: symbol.section) else {
                return nil
            }
            data["symbol " + symbol.name] = "\(symbol.size) \(digest)"
        }
    }

    /// Whether a section is seen where a function refers to it, or by nobody who runs.
    private static func isPartOfFunctions(_ name: String, _ section: ELFFile.Section) -> Bool {
        if section.isZero { return true }
        if ["__llvm_", "__sancov_guards", ".eh_frame"].contains(where: name.hasPrefix) {
            return true
        }
        return name.hasPrefix(".rodata") && !section.isWritten
    }
}

/// An object and what its sections are made of.
private final class ObjectPieces {
    let bytes: [UInt8]
    let sections: [ELFFile.Section]
    let names: [String]
    let table: SymbolTable
    /// By number of the section that they are for.
    private var relocations: [Int: [Relocation]] = [:]
    private var symbolsOf: [Int: [SymbolTable.Symbol]] = [:]
    private var digests: [Int: String] = [:]
    /// By number of a section that belongs to a group, what the group is named after.
    private var groups: [Int: String] = [:]

    /// A place that the linker fills.
    private struct Relocation {
        var offset: Int
        var type: Int
        var symbol: Int
        var addend: Int
    }

    init?(_ bytes: [UInt8]) {
        guard let file = ELFFile(bytes), let table = SymbolTable(file) else { return nil }
        self.bytes = bytes
        self.table = table
        sections = file.sections
        names = sections.map(file.name)
        let reader = LittleEndian(bytes)
        for section in sections {
            // SHT_GROUP: a flag, then the numbers of the sections.
            if section.type == 17, table.symbols.indices.contains(section.info) {
                for at in stride(from: 4, to: section.range.count, by: 4) {
                    let member = reader.number(at: section.range.lowerBound + at, bytes: 4)
                    if let member { groups[member] = table.symbols[section.info].name }
                }
            }
            // SHT_REL has no addends of its own, and is not used here.
            if section.type == 9 { return nil }
            guard section.type == 4 else { continue }
            for at in stride(
                from: section.range.lowerBound, to: section.range.upperBound - 23, by: 24)
            {
                guard let offset = reader.number(at: at, bytes: 8),
                    let type = reader.number(at: at + 8, bytes: 4),
                    let symbol = reader.number(at: at + 12, bytes: 4),
                    let addend = reader.word(at: at + 16), table.symbols.indices.contains(symbol)
                else { return nil }
                relocations[section.info, default: []].append(
                    Relocation(
                        offset: offset, type: type, symbol: symbol,
                        addend: Int(Int64(bitPattern: addend))))
            }
        }
        for symbol in table.symbols where symbol.isDefined && symbol.kind != .section {
            guard sections.indices.contains(symbol.section) else { return nil }
            symbolsOf[symbol.section, default: []].append(symbol)
        }
    }

    func symbols(in section: Int) -> [SymbolTable.Symbol] { symbolsOf[section] ?? [] }

    /// Of a section's bytes, and of what the linker puts in them; nil where that is not to be told.
    func digest(of index: Int) -> String? {
        if let known = digests[index] { return known }
        // A table that refers to itself.
        digests[index] = "itself"
        var hash = ContentHash()
        hash.feed(Array(bytes[sections[index].range]))
        hash.feed("\(sections[index].size)")
        for relocation in relocations[index] ?? [] {
            guard let target = target(of: relocation) else { return nil }
            hash.feed("\(relocation.offset) \(relocation.type) \(target)")
        }
        digests[index] = hash.digest
        return hash.digest
    }

    private func target(of relocation: Relocation) -> String? {
        let symbol = table.symbols[relocation.symbol]
        let offset = symbol.value + relocation.addend
        guard symbol.isDefined, symbol.isLocal else {
            return "\(symbol.name)+\(relocation.addend)"
        }
        let (section, name) = (sections[symbol.section], names[symbol.section])
        // Which number a block or a counter has is nothing to the code.
        if name == "__sancov_guards" { return "\(name)+\(offset)" }
        if name.hasPrefix("__llvm_prf") {
            return groups[symbol.section].map { "\($0)+\(offset)" }
        }
        if section.isMerged { return text(at: offset, of: section, relocation) }
        if section.isCode || section.isWritten || section.isZero { return "\(name)+\(offset)" }
        return digest(of: symbol.section).map { "\($0)+\(offset)" }
    }

    /// What is at a place of a section of strings or constants, whose places change with what others
    /// refer to.
    private func text(
        at offset: Int, of section: ELFFile.Section, _ relocation: Relocation
    ) -> String? {
        // R_X86_64_PC32 counts from behind its four bytes, or from still further behind.
        let start = section.range.lowerBound + offset + (relocation.type == 2 ? 4 : 0)
        guard section.range.contains(start) else { return nil }
        if section.hasStrings {
            let rest = bytes[start..<section.range.upperBound]
            // An empty one may be the end of the one before: then the next is the one that is meant.
            let end = rest.dropFirst().firstIndex(of: 0) ?? section.range.upperBound
            return "string \(Array(bytes[start..<end]))"
        }
        guard section.entrySize > 0 else { return nil }
        let size = section.entrySize
        let place = (start - section.range.lowerBound + size - 1) / size * size
        let first = section.range.lowerBound + place
        guard first + size <= section.range.upperBound else { return nil }
        return "constant \(Array(bytes[first..<first + size]))"
    }
}
