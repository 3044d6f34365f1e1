// SPDX-License-Identifier: GPL-2.0-only

/// Reads numbers of seven bits a byte, as coverage maps have them.
struct LEB128 {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> Int? {
        var value = 0
        var shift = 0
        while let byte = rest.popFirst(), shift < 56 {
            value |= Int(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard (0...rest.count).contains(count) else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
