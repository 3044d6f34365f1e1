// SPDX-License-Identifier: GPL-2.0-only

// A scenario that a user writes in a few lines: a file, what happens before, and what each task
// does. The limits of a world are checked only when `scenario()` makes the scenario, so that a
// mistake is an error with file and line instead of a trap at start.

import Machine

/// A scenario as its author describes it.
///
///     let fsyncAgainstAppend = OwnScenario(
///         "fsync-against-append", on: .ext2, size: 5000, blocks: 0..<2,
///         tasks: [.writeFault(at: 4096), .fsync], [.write(at: 5000, bytes: 8192)])
public struct OwnScenario: Sendable {
    /// Prefix of the names of own scenarios, which no name of the catalogue has.
    public static let prefix = "own/"

    /// As reports and `--scenario` have it.
    public var name: String { OwnScenario.prefix + title }
    let title: String
    let filesystem: Filesystem
    let size: UInt64
    let extents: [Extent]
    let deviceBlocks: UInt32
    let mappedPages: Range<UInt32>
    let skew: UInt32
    let flags: Geometry.Flags
    let setup: [ScenarioOperation]
    let tasks: [[ScenarioOperation]]
    private let sentence: String?
    /// Source file and line of the description.
    public let file: String
    public let line: Int

    /// - Parameters:
    ///   - title: its name, without `own/`.
    ///   - size: of the file, in bytes.
    ///   - extents: the file's blocks of 4096 bytes that are allocated; the rest is a hole.
    ///   - before: what task 0 does first, as set-up; failures are not injected there.
    ///   - tasks: what each task does, concurrently; up to four tasks.
    ///   - deviceBlocks: size of the device, 64 to 4096 blocks; 2 MiB of storage need more than
    ///     512.
    ///   - mapped: file pages that both mappings cover; by default those of the file and eight
    ///     more.
    ///   - skew: pages by which the mappings start behind a 2 MiB boundary of the address space.
    ///   - description: the scenario as a sentence; by default made from the rest.
    public init(
        _ title: String, on filesystem: Filesystem, size: UInt64, extents: [Extent] = [],
        before: [ScenarioOperation] = [], tasks: [ScenarioOperation]..., deviceBlocks: UInt32 = 256,
        mapped: Range<UInt32>? = nil, skew: UInt32 = 0, flags: Geometry.Flags = [],
        description: String? = nil, file: String = #filePath, line: Int = #line
    ) {
        self.init(
            title, filesystem, size, extents, before, tasks, deviceBlocks, mapped, skew, flags,
            description, file, line)
    }

    /// The same with one extent whose bytes are all 0x41.
    public init(
        _ title: String, on filesystem: Filesystem, size: UInt64, blocks: Range<UInt32>,
        before: [ScenarioOperation] = [], tasks: [ScenarioOperation]..., deviceBlocks: UInt32 = 256,
        mapped: Range<UInt32>? = nil, skew: UInt32 = 0, flags: Geometry.Flags = [],
        description: String? = nil, file: String = #filePath, line: Int = #line
    ) {
        self.init(
            title, filesystem, size, blocks.isEmpty ? [] : [.blocks(blocks)], before, tasks,
            deviceBlocks, mapped, skew, flags, description, file, line)
    }

    private init(
        _ title: String, _ filesystem: Filesystem, _ size: UInt64, _ extents: [Extent],
        _ before: [ScenarioOperation], _ tasks: [[ScenarioOperation]], _ deviceBlocks: UInt32,
        _ mapped: Range<UInt32>?,
        _ skew: UInt32, _ flags: Geometry.Flags, _ description: String?, _ file: String, _ line: Int
    ) {
        self.title = title
        self.filesystem = filesystem
        self.size = size
        self.extents = extents
        self.deviceBlocks = deviceBlocks
        let pages = (min(size, 1 << 32) + BlockMap.blockSize - 1) / BlockMap.blockSize
        mappedPages = mapped ?? 0..<UInt32(pages + (filesystem == .none ? 1 : 8))
        self.skew = skew
        self.flags = flags
        setup = before
        self.tasks = tasks
        sentence = description
        self.file = file
        self.line = line
    }

    /// Makes the scenario; throws if it exceeds the limits of a world.
    public func scenario() throws(ScenarioMistake) -> Scenario {
        if let reason = mistake() { throw ScenarioMistake(of: self, reason: reason) }
        let geometry = Geometry(
            filesystem: filesystem, size: size, extents: extents, deviceBlocks: deviceBlocks,
            mappedPages: mappedPages, skew: skew, flags: flags)
        return Scenario(
            Scenario.Label(location: name, setting: sentence ?? description), geometry, operations,
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    private var operations: [Operation] {
        var operations: [Operation] = []
        func add(_ operation: ScenarioOperation, task: Int, isSetup: Bool) {
            let ownFill = UInt8(0x61 + operations.count)
            operations.append(operation.operation(task: task, isSetup: isSetup, ownFill: ownFill))
        }
        for operation in setup { add(operation, task: 0, isSetup: true) }
        for (task, ownOperations) in tasks.enumerated() {
            for operation in ownOperations { add(operation, task: task, isSetup: false) }
        }
        return operations
    }

    /// The description as a sentence.
    private var description: String {
        var text = "In a world without a file"
        if filesystem != .none {
            let ranges = extents.map { extent in
                let name =
                    extent.count == 1
                    ? "block \(extent.block)"
                    : "blocks \(extent.block) to \(extent.blocks.upperBound - 1)"
                return extent.isUnwritten ? name + " (unwritten)" : name
            }
            text = "On \(filesystem.name), in a file of \(size) bytes with "
            text += ranges.isEmpty ? "no blocks" : ranges.joined(separator: ", ")
        }
        if !setup.isEmpty {
            text += ", after " + setup.map(\.description).joined(separator: ", ")
        }
        let actions = tasks.map { $0.map(\.description).joined(separator: ", then ") }
        guard actions.count > 1 else { return "\(text): \(actions.joined())." }
        return "\(text), at once: "
            + actions.enumerated().map { "task \($0.offset): \($0.element)" }
            .joined(separator: "; ") + "."
    }
}

extension Extent {
    /// Blocks filled with one byte.
    public static func blocks(_ range: Range<UInt32>, of fill: UInt8 = 0x41) -> Extent {
        Extent(block: range.lowerBound, count: UInt32(range.count), fill: fill)
    }

    /// Blocks that are allocated and read as zeroes; on the strict filesystem.
    public static func unwritten(_ range: Range<UInt32>) -> Extent {
        Extent(block: range.lowerBound, count: UInt32(range.count), flags: .unwritten)
    }

    /// Blocks on a medium that reports errors.
    public static func bad(_ range: Range<UInt32>, of fill: UInt8 = 0x41) -> Extent {
        Extent(block: range.lowerBound, count: UInt32(range.count), fill: fill, flags: .bad)
    }

    /// Blocks that another file has, too; on the strict filesystem.
    public static func shared(_ range: Range<UInt32>, of fill: UInt8 = 0x41) -> Extent {
        Extent(block: range.lowerBound, count: UInt32(range.count), fill: fill, flags: .shared)
    }

    /// Blocks that start on a 2 MiB boundary of the device; on the strict filesystem.
    public static func huge(_ range: Range<UInt32>, of fill: UInt8 = 0x41) -> Extent {
        Extent(block: range.lowerBound, count: UInt32(range.count), fill: fill, flags: .pmdAligned)
    }
}
