// SPDX-License-Identifier: GPL-2.0-only

// The words of the iomap contract as they appear in `begin`, `map` and `end` events, with the
// values that kernels around 4.9 give them.

/// What a range of a file is mapped to.
@frozen
package enum IomapType: Int64, Hashable, Codable, Sendable {
    case hole = 1
    case delalloc
    case mapped
    case unwritten

    package var name: String {
        switch self {
        case .hole: "IOMAP_HOLE"
        case .delalloc: "IOMAP_DELALLOC"
        case .mapped: "IOMAP_MAPPED"
        case .unwritten: "IOMAP_UNWRITTEN"
        }
    }
}

/// What `iomap_begin` says about its answer.
@frozen
package struct IomapFlags: OptionSet, Hashable, Codable, Sendable {
    package let rawValue: Int64
    @inlinable package init(rawValue: Int64) { self.rawValue = rawValue }
    /// The blocks did not exist before.
    @inlinable package static var new: IomapFlags { IomapFlags(rawValue: 1) }
}

/// Numbers of the iomap interface by name.
package enum IomapNames {
    /// Flags of a call of begin or end.
    package static func flags(_ value: Int64) -> String {
        let names: [(Int64, String)] = [
            (1, "IOMAP_WRITE"), (2, "IOMAP_ZERO"), (4, "IOMAP_REPORT"), (8, "IOMAP_FAULT"),
            (0x10, "IOMAP_DIRECT"), (0x20, "IOMAP_NOWAIT"), (0x40, "IOMAP_OVERWRITE_ONLY"),
            (0x80, "IOMAP_UNSHARE"), (0x100, "IOMAP_DAX"),
        ]
        return join(value, names, none: "no flags")
    }

    /// The type of an extent.
    package static func type(_ value: Int64) -> String {
        IomapType(rawValue: value)?.name ?? "type \(value)"
    }

    /// Flags of an extent. That of merged extents was 0x10 and is 0x8; no filesystem here sets what
    /// else these were.
    package static func extentFlags(_ value: Int64) -> String {
        let names: [(Int64, String)] = [
            (1, "IOMAP_F_NEW"), (2, "IOMAP_F_DIRTY"), (4, "IOMAP_F_SHARED"),
            (8, "IOMAP_F_MERGED"), (0x10, "IOMAP_F_MERGED"),
        ]
        return join(value, names, none: "no flags")
    }

    private static func join(_ value: Int64, _ names: [(Int64, String)], none: String) -> String {
        var rest = value
        var parts: [String] = []
        for (bit, name) in names where rest & bit != 0 {
            parts.append(name)
            rest &= ~bit
        }
        if rest != 0 { parts.append("0x" + String(rest, radix: 16)) }
        return parts.isEmpty ? none : parts.joined(separator: "|")
    }
}
