// SPDX-License-Identifier: GPL-2.0-only

// A scenario: a world's geometry and what each task does there. Its name identifies it in witnesses
// and across versions of the program; it consists of filesystem, file, page, operation and prior
// state, and never has a number that depends on what else is in the catalogue. Thousands of
// scenarios are made at every start, so names and descriptions are put together only when they are
// read.

import Machine

/// A world's geometry plus what each task does.
public struct Scenario: Sendable {
    /// The parts of name and description; scenarios share the strings that they have in common.
    struct Label: Sendable {
        /// Filesystem, file and page; the whole name where there is no operation.
        var location: String
        var operation = ""
        var state = ""
        /// The description up to what is done.
        var setting: String
        /// The description of what is done.
        var action = ""
    }

    /// A reference, because a scenario is copied more often than its name is read. And at each use of
    /// a `RunFacts`, which cannot be copied, the compiler looks at every field that is inside: with the
    /// twelve extents of a geometry among them, this module takes twice as long.
    private final class Setting: Sendable {
        let label: Label
        let geometry: Geometry

        init(_ label: Label, _ geometry: Geometry) {
            self.label = label
            self.geometry = geometry
        }
    }

    private let setting: Setting
    private var label: Label { setting.label }

    /// Unique in the catalogue and stable, e.g.
    /// `ext2/4097-bytes/last-partial/write-fault/after-read-fault`.
    public var name: String {
        label.operation.isEmpty
            ? label.location : "\(label.location)/\(label.operation)/\(label.state)"
    }
    /// The scenario as one English sentence.
    public var description: String {
        label.action.isEmpty ? label.setting : "\(label.setting): \(label.action)."
    }
    public var geometry: Geometry { setting.geometry }
    /// Set-up operations first.
    public let operations: [Operation]
    /// Indices of the operations whose calls may be made to fail.
    public let tested: Range<Int>
    /// Whether a second failure, of `iomap_end`, is tried after a first one: the tested operation
    /// runs on a filesystem whose end can fail.
    public let wantsEndFailurePair: Bool
    /// Blocks that the file owns before the run, block-map metadata included.
    let ownedBlocksBefore: Int
    /// The file has unwritten extents.
    let hasUnwrittenExtents: Bool
    /// The file has extents on a bad medium.
    let hasBadExtents: Bool
    /// Somebody maps the file with MAP_SYNC.
    let isSyncMapped: Bool

    public init(name: String, description: String, geometry: Geometry, operations: [Operation]) {
        self.init(
            Label(location: name, setting: description), geometry, operations,
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    /// - Parameter ownedBlocks: `BlockMap.ownedBlocks(of: geometry)`.
    init(_ label: Label, _ geometry: Geometry, _ operations: [Operation], ownedBlocks: Int) {
        precondition(Scenario.isWellFormed(operations), "set-up operations come first")
        let setup = operations.prefix { $0.isSetup }.count
        setting = Setting(label, geometry)
        self.operations = operations
        tested = setup..<operations.count
        wantsEndFailurePair =
            geometry.filesystem.hasFallibleEnd
            && operations[setup...].contains {
                $0.kind.isAccess || $0.kind.isWrite || $0.kind.isRead || $0.kind == .truncate
                    || $0.kind.isRange
            }
        hasUnwrittenExtents = (0..<geometry.extentCount).contains {
            geometry.extent($0).isUnwritten
        }
        hasBadExtents = (0..<geometry.extentCount).contains { geometry.extent($0).isBad }
        isSyncMapped = operations.contains { $0.kind == .mapSync }
        ownedBlocksBefore = ownedBlocks
    }

    /// Whether a byte of a range of the file lies in an extent on a bad medium.
    func touchesBadExtent(_ position: UInt64, length: UInt64) -> Bool {
        let pages =
            position / BlockMap.blockSize...(position + length - 1) / BlockMap.blockSize
        for index in 0..<geometry.extentCount {
            let extent = geometry.extent(index)
            let first = UInt64(extent.block)
            if extent.isBad, pages.overlaps(first...first + UInt64(extent.count) - 1) {
                return true
            }
        }
        return false
    }

    /// Whether a scenario can have these operations: set-up operations first, at least one tested
    /// operation, at most 64 operations of at most 4 tasks.
    public static func isWellFormed(_ operations: [Operation]) -> Bool {
        let setup = operations.prefix { $0.isSetup }.count
        return setup < operations.count && operations.count <= 64
            && operations.allSatisfy { $0.task < 4 }
            && !operations[setup...].contains { $0.isSetup }
    }

    /// Whether it is the scenario of that name, without making the name of every other scenario.
    func isNamed(_ name: String) -> Bool {
        name.hasPrefix(label.location) && self.name == name
    }

    /// The number of tasks.
    public var tasks: Int {
        var last: UInt8 = 0
        for operation in operations { last = max(last, operation.task) }
        return Int(last) + 1
    }

    /// Whether it is no part of the catalogue for want of an operation that a kernel need not have.
    public func isLeftOut(_ isSupported: (Operation.Kind) -> Bool) -> Bool {
        operations.contains { $0.kind.isOptional && !isSupported($0.kind) }
    }

    /// The run of this scenario with the given failures.
    public func run(injections: [Injection] = [], schedule: Schedule = .inOrder) -> Run {
        Run(
            geometry: geometry, operations: operations, injections: injections,
            schedule: schedule)
    }
}

extension Scenario: Hashable {
    public static func == (one: Scenario, other: Scenario) -> Bool {
        one.geometry == other.geometry && one.operations == other.operations
            && one.name == other.name
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(geometry)
        hasher.combine(operations)
    }
}

extension Scenario: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, geometry, operations
        /// The key that files have had from the beginning.
        case description = "words"
    }

    /// Throws `DecodingError` for operations that no scenario can have.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let operations = try values.decode([Operation].self, forKey: .operations)
        guard Scenario.isWellFormed(operations) else {
            throw DecodingError.dataCorruptedError(
                forKey: .operations, in: values,
                debugDescription: "a scenario needs its set-up operations first, and a tested one")
        }
        self.init(
            name: try values.decode(String.self, forKey: .name),
            description: try values.decode(String.self, forKey: .description),
            geometry: try values.decode(Geometry.self, forKey: .geometry),
            operations: operations)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(description, forKey: .description)
        try values.encode(geometry, forKey: .geometry)
        try values.encode(operations, forKey: .operations)
    }
}
