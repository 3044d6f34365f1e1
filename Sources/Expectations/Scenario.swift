// SPDX-License-Identifier: GPL-2.0-only

// A scenario: a world's geometry plus what each task does there. Its name is its identity in
// witnesses and across versions of the program; it says filesystem, file, page, access and prior
// state, and never a number that depends on what else is in the catalogue. Thousands of scenarios
// are made at every start, so names and sentences are put together only when somebody reads them.

import Machine

/// A world's geometry plus what each task does.
package struct Scenario: Sendable {
    /// The parts that name and sentence are made of; parts that scenarios have in common are
    /// shared.
    struct Label: Sendable {
        /// Filesystem, file and page.
        var place: String
        var access = ""
        var state = ""
        /// The sentence up to what is done.
        var scene: String
        /// What is done.
        var deed = ""
    }

    /// Behind a reference: a scenario is copied more often than its name is read.
    private final class Plate: Sendable {
        let label: Label
        init(_ label: Label) { self.label = label }
    }

    private let plate: Plate
    private var label: Label { plate.label }

    /// Unique in the catalogue and stable, e.g.
    /// `ext2/4097-bytes/last-partial/write-fault/after-read-fault`.
    package var name: String {
        label.access.isEmpty ? label.place : "\(label.place)/\(label.access)/\(label.state)"
    }
    /// The same as one English sentence.
    package var description: String {
        label.deed.isEmpty ? label.scene : "\(label.scene): \(label.deed)."
    }
    package let geometry: Geometry
    /// Set-up operations first.
    package let operations: [Operation]
    /// Indices of the operations whose calls may be made to fail.
    package let tested: Range<Int>
    /// A failure in one of this scenario's runs is worth following with a failing `iomap_end`:
    /// the tested operation goes through a filesystem whose end can fail.
    package let wantsEndFailurePair: Bool
    /// Blocks that the file owns before the run, block-map metadata included.
    package let ownedBlocksBefore: Int
    /// Some of the file is allocated and reads as zeroes.
    let hasUnwrittenExtents: Bool

    package init(name: String, description: String, geometry: Geometry, operations: [Operation]) {
        self.init(
            Label(place: name, scene: description), geometry, operations,
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }

    /// - Parameter ownedBlocks: what `BlockMap.ownedBlocks(of:)` says of the geometry.
    init(_ label: Label, _ geometry: Geometry, _ operations: [Operation], ownedBlocks: Int) {
        precondition(Scenario.isWellFormed(operations), "set-up operations come first")
        let setup = operations.prefix { $0.isSetup }.count
        plate = Plate(label)
        self.geometry = geometry
        self.operations = operations
        tested = setup..<operations.count
        wantsEndFailurePair =
            geometry.filesystem == .strict
            && operations[setup...].contains {
                $0.kind.isAccess || $0.kind == .write || $0.kind == .read || $0.kind == .truncate
            }
        hasUnwrittenExtents = (0..<geometry.extentCount).contains {
            geometry.extent($0).isUnwritten
        }
        ownedBlocksBefore = ownedBlocks
    }

    /// Whether operations are in the order that a scenario needs: set-up operations first, at least
    /// one tested one, no more of either than a run carries.
    package static func isWellFormed(_ operations: [Operation]) -> Bool {
        let setup = operations.prefix { $0.isSetup }.count
        return setup < operations.count && operations.count <= 64
            && operations.allSatisfy { $0.task < 4 }
            && !operations[setup...].contains { $0.isSetup }
    }

    /// Whether it is the scenario of that name.
    func isNamed(_ name: String) -> Bool {
        name.hasPrefix(label.place) && self.name == name
    }

    /// How many tasks take part.
    package var tasks: Int {
        var last: UInt8 = 0
        for operation in operations { last = max(last, operation.task) }
        return Int(last) + 1
    }

    /// The run of this scenario with the given failures.
    package func run(injections: [Injection] = [], schedule: Schedule = .inOrder) -> Run {
        Run(
            geometry: geometry, operations: operations, injections: injections,
            schedule: schedule)
    }
}

extension Scenario: Hashable {
    package static func == (one: Scenario, other: Scenario) -> Bool {
        one.geometry == other.geometry && one.operations == other.operations
            && one.name == other.name
    }

    package func hash(into hasher: inout Hasher) {
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

    /// Throws for operations that no scenario can have.
    package init(from decoder: any Decoder) throws {
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

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(description, forKey: .description)
        try values.encode(geometry, forKey: .geometry)
        try values.encode(operations, forKey: .operations)
    }
}
