// SPDX-License-Identifier: GPL-2.0-only

// Many small numbers in JSON: as bytes, in base64. Written out they would take ten times the time, and
// there can be hundreds of thousands, read at each check of a tree that fails.

import FoundationEssentials

/// Numbers that a decoder reads in one piece.
struct PackedNumbers: Codable {
    var numbers: [UInt32]

    init(_ numbers: [UInt32]) { self.numbers = numbers }

    init(from decoder: any Decoder) throws {
        numbers = try decoder.singleValueContainer().decode(Data.self).withUnsafeBytes { bytes in
            let size = MemoryLayout<UInt32>.size
            return (0..<bytes.count / size).map {
                bytes.loadUnaligned(fromByteOffset: $0 * size, as: UInt32.self)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(numbers.withUnsafeBytes { Data($0) })
    }
}
