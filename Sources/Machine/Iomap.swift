// SPDX-License-Identifier: GPL-2.0-only

// Constants of the iomap interface as they appear in `begin`, `map` and `end` events, with the
// values of kernels around 4.9.

/// The type of an extent.
@frozen
public enum IomapType: Int64, Hashable, Codable, Sendable {
    case hole = 1
    case delalloc
    case mapped
    case unwritten

    public var name: String {
        switch self {
        case .hole: "IOMAP_HOLE"
        case .delalloc: "IOMAP_DELALLOC"
        case .mapped: "IOMAP_MAPPED"
        case .unwritten: "IOMAP_UNWRITTEN"
        }
    }
}

/// Flags of an extent that `iomap_begin` returns.
@frozen
public struct IomapFlags: OptionSet, Hashable, Codable, Sendable {
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
    /// The blocks are newly allocated.
    @inlinable public static var new: IomapFlags { IomapFlags(rawValue: 1) }
    /// A crash would take the blocks away from the file.
    @inlinable public static var dirty: IomapFlags { IomapFlags(rawValue: 2) }
    /// Another file has the blocks too, or they are a copy of such.
    @inlinable public static var shared: IomapFlags { IomapFlags(rawValue: 4) }
}

/// Names for numbers of the iomap interface.
public enum IomapNames {
    /// IOMAP_ZERO.
    public static let zero: Int64 = 2

    /// Flags of a call of begin or end, e.g. `IOMAP_WRITE|IOMAP_FAULT`.
    public static func flags(_ value: Int64) -> String {
        let names: [(Int64, String)] = [
            (1, "IOMAP_WRITE"), (2, "IOMAP_ZERO"), (4, "IOMAP_REPORT"), (8, "IOMAP_FAULT"),
            (0x10, "IOMAP_DIRECT"), (0x20, "IOMAP_NOWAIT"), (0x40, "IOMAP_OVERWRITE_ONLY"),
            (0x80, "IOMAP_UNSHARE"), (0x100, "IOMAP_DAX"),
        ]
        return join(value, names, none: "no flags")
    }

    /// The type of an extent.
    public static func type(_ value: Int64) -> String {
        IomapType(rawValue: value)?.name ?? "type \(value)"
    }

    /// Flags of an extent. IOMAP_F_MERGED was 0x10 and is now 0x8; the filesystems here set none of
    /// the other flags with these values.
    public static func extentFlags(_ value: Int64) -> String {
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
