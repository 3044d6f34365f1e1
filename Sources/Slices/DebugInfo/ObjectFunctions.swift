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
    /// Names that it shares with other objects.
    private(set) var links: [String: SymbolTable.Link] = [:]
    /// Functions whose entries are not counted.
    private(set) var uncounted: Set<String> = []

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
                if !object.isCounted(owners[0].name, in: index) {
                    uncounted.insert(owners[0].name)
                }
            } else if !Self.isPartOfFunctions(name, section) {
                guard let digest = object.digest(of: index) else { return nil }
                data[name, default: ""] += digest
            }
        }
        links = object.links
        for symbol in object.table.symbols where !symbol.isLocal && symbol.isDefined {
            let section = object.sections[symbol.section]
            guard section.isLoaded, !section.isCode else { continue }
            guard let digest = section.isZero ? "" : object.digest(of: symbol.section) else {
                return nil
            }
            data["symbol " + symbol.name] =
                "\(symbol.size) \(digest) \(object.otherNames(of: symbol))"
        }
    }

    /// Whether a section is seen where a function refers to it, or by nobody who runs.
    private static func isPartOfFunctions(_ name: String, _ section: ELFFile.Section) -> Bool {
        if section.isZero { return true }
        if name.hasPrefix("__llvm_") || ["__sancov_guards", ".eh_frame"].contains(name) {
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
    let links: [String: SymbolTable.Link]
    private var symbolsOf: [Int: [SymbolTable.Symbol]] = [:]
    private var digests: [Int: String] = [:]
    /// Sections whose digests are being made.
    private var open: [Int] = []
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
        links = table.links(in: file)
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
        // A table that refers to itself. Of one that leads back to it, half would be known.
        if let last = open.last, open.contains(index) { return last == index ? "itself" : nil }
        open.append(index)
        defer { open.removeLast() }
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
        if section.isMerged, symbol.kind != .section {
            return piece(at: symbol.value, of: section).map { "\($0)+\(relocation.addend)" }
        }
        if section.isCode || section.isWritten || section.isZero { return "\(name)+\(offset)" }
        return digest(of: symbol.section).map { "\($0)+\(offset)" }
    }

    /// What begins at a place of a section of strings or constants, whose places change with what
    /// others refer to. The compiler has a name for each; where it has not, all of the section counts.
    private func piece(at offset: Int, of section: ELFFile.Section) -> String? {
        let start = section.range.lowerBound + offset
        guard section.range.contains(start), section.entrySize > 0 else { return nil }
        if section.hasStrings {
            guard section.entrySize == 1 else { return nil }
            return "string \(Array(bytes[start..<section.range.upperBound].prefix { $0 != 0 }))"
        }
        let end = start + section.entrySize
        guard offset % section.entrySize == 0, end <= section.range.upperBound else { return nil }
        return "constant \(Array(bytes[start..<end]))"
    }

    /// Whether a function counts its own entries. One that does not may have the name of one that does,
    /// in another object.
    func isCounted(_ name: String, in index: Int) -> Bool {
        (relocations[index] ?? []).contains { relocation in
            let symbol = table.symbols[relocation.symbol]
            guard symbol.isDefined, names[symbol.section].hasPrefix("__llvm_prf_cnts"),
                let group = groups[symbol.section]
            else { return false }
            return group == "__profc_" + name || group.hasSuffix("_" + name)
        }
    }

    /// What else is called where a symbol is: of two names for one variable, each changes the other.
    func otherNames(of symbol: SymbolTable.Symbol) -> String {
        let end = symbol.value + max(symbol.size, 1)
        return symbols(in: symbol.section).filter { other in
            other.name != symbol.name && other.value < end
                && symbol.value < other.value + max(other.size, 1)
        }.map { "\($0.name)+\($0.value - symbol.value)" }.sorted().joined(separator: " ")
    }
}
