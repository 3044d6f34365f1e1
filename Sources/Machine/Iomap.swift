// SPDX-License-Identifier: GPL-2.0-only

// The words of the iomap contract as they appear in `begin`, `map` and `end` events, with the
// values that kernels around 4.9 give them.

/// What a range of a file is mapped to.
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

/// What `iomap_begin` says about its answer.
@frozen
public struct IomapFlags: OptionSet, Hashable, Codable, Sendable {
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
    /// The blocks did not exist before.
    @inlinable public static var new: IomapFlags { IomapFlags(rawValue: 1) }
}
