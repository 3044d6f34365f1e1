// SPDX-License-Identifier: GPL-2.0-only

// Where the code of one image is in another. What runs show has addresses of their image; to be taken
// over for another one, whose functions lie elsewhere, each address becomes that of the same place in
// the same function.

import System

/// The way from code addresses of one image to those of another.
package struct CodeAddresses {
    private struct Function {
        var start: Int
        var size: Int
        /// In the other image; nil: it is not there, or another one.
        var other: Int?
    }

    /// Ascending.
    private let functions: [Function]

    /// Nil if one of the images cannot be read.
    package init?(from base: Variant, to variant: Variant) throws {
        guard let before = Self.functions(in: try Disk.read(base.image)),
            let after = Self.functions(in: try Disk.read(variant.image))
        else { return nil }
        functions = before.map { name, place in
            let other = after[name]
            return Function(
                start: place.lowerBound, size: place.count,
                other: other?.count == place.count ? other?.lowerBound : nil)
        }.sorted { $0.start < $1.start }
    }

    /// The address in the other image; nil where it has no such place.
    package func translate(_ address: UInt64) -> UInt64? {
        guard address != 0 else { return 0 }
        guard let address = Int(exactly: address) else { return nil }
        // An address behind a call can be that of a function's end. Where another one begins there,
        // it must not matter which is meant.
        let found = functions.filter { $0.start <= address && address <= $0.start + $0.size }
        let places = Set(
            found.map { function in function.other.map { $0 + address - function.start } })
        guard places.count == 1, let place = places.first ?? nil else { return nil }
        return UInt64(place)
    }

    /// The functions of an image by name and file; those of which there are two have no place.
    private static func functions(in bytes: [UInt8]) -> [String: Range<Int>]? {
        guard let file = ELFFile(bytes), let table = SymbolTable(file) else { return nil }
        var found: [String: Range<Int>] = [:]
        var twice: Set<String> = []
        // Files are in the order of the objects, which two variants have in common.
        var files = 0
        for symbol in table.symbols {
            if symbol.kind == .file { files += 1 }
            guard symbol.kind == .function, symbol.isDefined, symbol.size > 0 else { continue }
            let name = "\(files) \(symbol.name)"
            let place = symbol.value..<(symbol.value + symbol.size)
            if found.updateValue(place, forKey: name) != nil { twice.insert(name) }
        }
        for name in twice { found[name] = nil }
        return found
    }
}
