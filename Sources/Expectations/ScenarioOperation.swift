// SPDX-License-Identifier: GPL-2.0-only

// What a task of an own scenario does, under the names that scenario names, JSON and `faultline
// list operations` have. Positions are in bytes. What is left out has a default: an access is of 8
// bytes, and each operation stores another byte, so that a read shows whose store it saw.

import Machine

/// One kernel entry of one task, as an own scenario names it.
public struct ScenarioOperation: Hashable, Sendable {
    public let kind: Operation.Kind
    /// For `truncate` the new size.
    public let position: UInt64
    public let length: UInt64
    /// The byte that is stored; nil: one that no other operation of the scenario stores.
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
    public static func readFault(at position: UInt64, bytes: UInt64 = 8) -> ScenarioOperation {
        ScenarioOperation(.readFault, position, bytes)
    }

    /// A store through the shared mapping.
    public static func writeFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> ScenarioOperation {
        ScenarioOperation(.writeFault, position, bytes, fill)
    }

    /// A load through the private mapping.
    public static func privateReadFault(at position: UInt64, bytes: UInt64 = 8)
        -> ScenarioOperation
    {
        ScenarioOperation(.privateReadFault, position, bytes)
    }

    /// A store through the private mapping: copy on write.
    public static func privateWriteFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> ScenarioOperation {
        ScenarioOperation(.privateWriteFault, position, bytes, fill)
    }

    /// A store where storage is mapped read-only.
    public static func pfnMkwrite(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> ScenarioOperation {
        ScenarioOperation(.pfnMkwrite, position, bytes, fill)
    }

    /// A load through the shared mapping, tried as a 2 MiB fault first.
    public static func pmdReadFault(at position: UInt64, bytes: UInt64 = 8) -> ScenarioOperation {
        ScenarioOperation(.pmdReadFault, position, bytes)
    }

    /// A store through the shared mapping, tried as a 2 MiB fault first.
    public static func pmdWriteFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> ScenarioOperation {
        ScenarioOperation(.pmdWriteFault, position, bytes, fill)
    }

    /// A store through the private mapping, tried as a 2 MiB fault first.
    public static func pmdPrivateWriteFault(
        at position: UInt64, bytes: UInt64 = 8, of fill: UInt8? = nil
    ) -> ScenarioOperation {
        ScenarioOperation(.pmdPrivateWriteFault, position, bytes, fill)
    }

    /// Drops page table entries, as MADV_DONTNEED does.
    public static func unmap(at position: UInt64, bytes: UInt64 = 4096) -> ScenarioOperation {
        ScenarioOperation(.unmap, position, bytes)
    }

    // MARK: - System calls

    /// `write()`.
    public static func write(
        at position: UInt64, bytes: UInt64, of fill: UInt8? = nil
    ) -> ScenarioOperation {
        ScenarioOperation(.write, position, bytes, fill)
    }

    /// `read()`.
    public static func read(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.read, position, bytes)
    }

    /// `truncate()`, down or up.
    public static func truncate(to size: UInt64) -> ScenarioOperation {
        ScenarioOperation(.truncate, size)
    }

    /// `fsync()` of the whole file.
    public static let fsync = ScenarioOperation(.fsync)

    /// Freezes the filesystem, syncs, and thaws it again.
    public static let freeze = ScenarioOperation(.freeze)

    // MARK: - What others do to a page

    /// Takes a reference to a page, as O_DIRECT does for a device; on the strict filesystem.
    public static func pin(at position: UInt64) -> ScenarioOperation {
        ScenarioOperation(.pin, position, 1)
    }

    /// Gives one back.
    public static func unpin(at position: UInt64) -> ScenarioOperation {
        ScenarioOperation(.unpin, position, 1)
    }

    /// The medium fails under a page that is entered, and `memory_failure()` handles it; on the
    /// strict filesystem.
    public static func memoryFailure(at position: UInt64) -> ScenarioOperation {
        ScenarioOperation(.memoryFailure, position, 1)
    }

    /// The same, where the filesystem says which file it is.
    public static func mappingFailure(at position: UInt64) -> ScenarioOperation {
        ScenarioOperation(.mappingFailure, position, 1)
    }

    // MARK: - What only the strict filesystem does

    /// Maps the file with MAP_SYNC, in place of the shared mapping.
    public static let mapSync = ScenarioOperation(.mapSync)

    /// `fallocate(FALLOC_FL_ZERO_RANGE)`.
    public static func zeroRange(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.zeroRange, position, bytes)
    }

    /// `fallocate(FALLOC_FL_PUNCH_HOLE)`.
    public static func punchHole(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.punchHole, position, bytes)
    }

    /// Another file gets the blocks of a range too, and never changes them.
    public static func reflink(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.reflink, position, bytes)
    }

    /// `fallocate(FALLOC_FL_UNSHARE_RANGE)`.
    public static func unshare(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.unshare, position, bytes)
    }

    /// `fallocate(FALLOC_FL_COLLAPSE_RANGE)`, of whole pages.
    public static func collapseRange(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.collapseRange, position, bytes)
    }

    /// `FIDEDUPERANGE` of a range, of whole pages, and of the one right behind it.
    public static func dedupe(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.dedupe, position, bytes)
    }

    /// `preadv2()` with RWF_NOWAIT.
    public static func readNowait(at position: UInt64, bytes: UInt64) -> ScenarioOperation {
        ScenarioOperation(.readNowait, position, bytes)
    }

    /// `pwritev2()` with RWF_NOWAIT.
    public static func writeNowait(
        at position: UInt64, bytes: UInt64, of fill: UInt8? = nil
    ) -> ScenarioOperation {
        ScenarioOperation(.writeNowait, position, bytes, fill)
    }

    /// Unmaps the file and evicts its inode, which the next operation reads in again.
    public static let evict = ScenarioOperation(.evict)

    // MARK: - In a world without a file

    /// A scheduling point and nothing else.
    public static let yield = ScenarioOperation(.yield)
    /// Locks and unlocks the toy mutex.
    public static let mutexSection = ScenarioOperation(.mutexSection)
}

extension ScenarioOperation {
    /// As a part of the scenario's description, e.g. "store through the shared mapping at byte 0".
    var description: String {
        switch kind {
        case .truncate: "truncate() to \(position) bytes"
        case .fsync, .freeze, .yield, .mutexSection, .mapSync, .evict: kind.description
        case .read, .write, .zeroRange, .punchHole, .reflink, .unshare, .collapseRange, .dedupe,
            .readNowait, .writeNowait:
            "\(kind.description) of \(length) bytes at byte \(position)"
        default: "\(kind.description) at byte \(position)"
        }
    }

    /// It stores bytes.
    var stores: Bool { kind.isStore || kind.isWrite }

    /// The operation in a run.
    ///
    /// - Parameter ownFill: the byte to store if `fill` is nil.
    func operation(task: Int, isSetup: Bool, ownFill: UInt8) -> Operation {
        Operation(
            kind, at: position, length: length,
            fill: stores ? fill ?? ownFill : ScenarioOperation.unusedFill,
            task: UInt8(task), isSetup: isSetup)
    }

    /// The fill of an operation that stores nothing.
    private static let unusedFill: UInt8 = 0x57
}
