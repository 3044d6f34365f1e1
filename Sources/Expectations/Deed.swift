// SPDX-License-Identifier: GPL-2.0-only

// What a task of an own scenario does, in the words that scenario names, JSON and `faultline list
// operations` have. Positions are bytes of the file. A deed says no more than its author cares
// about: an access is of 8 bytes, and each deed stores a byte of its own, so that whose store is
// seen can be told.

import Machine

/// One kernel entry of one task, as an own scenario names it.
public struct Deed: Hashable, Sendable {
    public let kind: Operation.Kind
    /// For `truncate` the new size.
    public let position: UInt64
    public let length: UInt64
    /// The byte that is stored; nil: one that no other deed of the scenario stores.
    public let fill: UInt8?

    private init(
        _ kind: Operation.Kind, _ position: UInt64 = 0, _ length: UInt64 = 0, _ fill: UInt8? = nil
    ) {
        self.kind = kind
        self.position = position
        self.length = length
        self.fill = fill
    }

    // MARK: - Through a mapping

    /// A load through the shared mapping.
    public static func readFault(at position: UInt64, bytes: UInt64 = 8) -> Deed {
        Deed(.readFault, position, bytes)
    }

    /// A store through the shared mapping.
    public static func writeFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> Deed {
        Deed(.writeFault, position, bytes, fill)
    }

    /// A load through the private mapping.
    public static func privateReadFault(at position: UInt64, bytes: UInt64 = 8) -> Deed {
        Deed(.privateReadFault, position, bytes)
    }

    /// A store through the private mapping: copy on write.
    public static func privateWriteFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> Deed {
        Deed(.privateWriteFault, position, bytes, fill)
    }

    /// A store where storage is mapped read-only.
    public static func pfnMkwrite(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> Deed {
        Deed(.pfnMkwrite, position, bytes, fill)
    }

    /// A load through the shared mapping, tried as a 2 MiB fault first.
    public static func pmdReadFault(at position: UInt64, bytes: UInt64 = 8) -> Deed {
        Deed(.pmdReadFault, position, bytes)
    }

    /// A store through the shared mapping, tried as a 2 MiB fault first.
    public static func pmdWriteFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> Deed {
        Deed(.pmdWriteFault, position, bytes, fill)
    }

    /// A store through the private mapping, tried as a 2 MiB fault first.
    public static func pmdPrivateWriteFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> Deed {
        Deed(.pmdPrivateWriteFault, position, bytes, fill)
    }

    /// Drops page table entries, as MADV_DONTNEED does.
    public static func unmap(at position: UInt64, bytes: UInt64 = 4096) -> Deed {
        Deed(.unmap, position, bytes)
    }

    // MARK: - System calls

    /// `write()`.
    public static func write(
        at position: UInt64, bytes: UInt64, of fill: UInt8? = nil
    ) -> Deed {
        Deed(.write, position, bytes, fill)
    }

    /// `read()`.
    public static func read(at position: UInt64, bytes: UInt64) -> Deed {
        Deed(.read, position, bytes)
    }

    /// `truncate()`, down or up.
    public static func truncate(to size: UInt64) -> Deed { Deed(.truncate, size) }

    /// `fsync()` of the whole file.
    public static let fsync = Deed(.fsync)

    /// Freezes the filesystem, syncs, and thaws it again.
    public static let freeze = Deed(.freeze)

    // MARK: - In a world without a file

    /// A scheduling point and nothing else.
    public static let yield = Deed(.yield)
    /// Locks and unlocks the toy mutex.
    public static let mutexSection = Deed(.mutexSection)
}

extension Deed {
    /// As a sentence about the scenario has it, e.g. "store through the shared mapping at byte 0".
    var words: String {
        switch kind {
        case .truncate: "truncate() to \(position) bytes"
        case .fsync, .freeze, .yield, .mutexSection: kind.words
        case .read, .write: "\(kind.words) of \(length) bytes at byte \(position)"
        default: "\(kind.words) at byte \(position)"
        }
    }

    /// Puts a byte down.
    var stores: Bool { kind.isStore || kind == .write }

    /// The operation that it is in a run.
    ///
    /// - Parameter ownFill: stored where the deed does not say what.
    func operation(task: Int, isSetup: Bool, ownFill: UInt8) -> Operation {
        Operation(
            kind, at: position, length: length, fill: stores ? fill ?? ownFill : Deed.unusedFill,
            task: UInt8(task), isSetup: isSetup)
    }

    /// What an operation that stores nothing carries.
    private static let unusedFill: UInt8 = 0x57
}
