// SPDX-License-Identifier: GPL-2.0-only

// An own scenario: what is made of its description, and how a mistake in it is reported.

import Machine
import Testing

@testable import Expectations

@Suite struct OwnScenarioMistakeTests {
    @Test func aDescriptionIsTheScenarioThatItSays() throws {
        let scenario = try OwnScenario(
            "two-tasks", on: .ext2, size: 5000, blocks: 0..<2, before: [.readFault(at: 0)],
            tasks: [.writeFault(at: 4096, bytes: 16), .fsync], [.truncate(to: 100)]
        ).scenario()
        #expect(scenario.name == "own/two-tasks")
        #expect(scenario.tasks == 2 && scenario.tested == 1..<4)
        #expect(scenario.geometry.size == 5000 && scenario.geometry.extentCount == 1)
        #expect(scenario.operations.map(\.kind) == [.readFault, .writeFault, .fsync, .truncate])
        #expect(scenario.operations.map(\.task) == [0, 0, 0, 1])
        #expect(scenario.operations[1].position == 4096 && scenario.operations[1].length == 16)
        #expect(scenario.ownedBlocksBefore == 2)
        #expect(
            scenario.description
                == "On ext2, in a file of 5000 bytes with blocks 0 to 1, after load through the "
                + "shared mapping at byte 0, at once: task 0: store through the shared mapping at "
                + "byte 4096, then fsync(); task 1: truncate() to 100 bytes.")
    }

    @Test func storesCanBeToldApart() throws {
        let scenario = try OwnScenario(
            "stores", on: .ext2, size: 4096, blocks: 0..<1, before: [.writeFault(at: 0)],
            tasks: [.writeFault(at: 0), .write(at: 0, bytes: 8)], [.writeFault(at: 0, of: 0x78)]
        ).scenario()
        let fills = scenario.operations.map(\.fill)
        #expect(Set(fills).count == 4 && fills[3] == 0x78)
    }

    @Test func itsWorldIsMade() throws {
        for own in OwnScenarios.scenarios {
            let (end, message) = KernelImage.workingCopy.run(own.run()) { ($0.end, $0.message) }
            #expect(end != .refused, "\(own.name): \(message)")
        }
    }

    private static let wrong: [(OwnScenario, String)] = [
        (OwnScenario("Two Tasks", on: .ext2, size: 1, tasks: [.fsync]), "small letters"),
        (OwnScenario("none", on: .ext2, size: 1), "0 tasks"),
        (OwnScenario("idle", on: .ext2, size: 1, tasks: [.fsync], []), "task 1 does nothing"),
        (
            OwnScenario(
                "crowd", on: .ext2, size: 1, tasks: [.fsync], [.fsync], [.fsync], [.fsync], [.fsync]
            ), "5 tasks"
        ),
        (
            OwnScenario(
                "long", on: .ext2, size: 1, tasks: Array(repeating: .fsync, count: 65)),
            "65 operations"
        ),
        (
            OwnScenario("across", on: .ext2, size: 1, tasks: [.writeFault(at: 4090, bytes: 16)]),
            "write-fault at byte 4090, 16 bytes: an access stays inside one page"
        ),
        (
            OwnScenario("zero", on: .ext2, size: 1, tasks: [.write(at: 0, bytes: 8, of: 0)]),
            "zeroes cannot be told from a hole"
        ),
        (
            OwnScenario("far", on: .ext2, size: 4096, tasks: [.readFault(at: 90 * 4096)]),
            "outside of the mapped pages 0..<9"
        ),
        (OwnScenario("nothing", on: .ext2, size: 1, tasks: [.read(at: 0, bytes: 0)]), "no bytes"),
        (
            OwnScenario("file", on: .none, size: 0, tasks: [.fsync]), "world without a file"
        ),
        (OwnScenario("toy", on: .ext2, size: 0, tasks: [.mutexSection]), "without a file"),
        (
            OwnScenario("prior", on: .none, size: 0, before: [.yield], tasks: [.yield]),
            "no prior state"
        ),
        (
            OwnScenario(
                "overlap", on: .ext2, size: 1, extents: [.blocks(0..<3), .blocks(2..<4)],
                tasks: [.fsync]), "begins before the one ahead ends"
        ),
        (
            OwnScenario(
                "unwritten", on: .ext2, size: 1, extents: [.unwritten(0..<1)], tasks: [.fsync]),
            "only the strict filesystem"
        ),
        (
            OwnScenario("full", on: .ext2, size: 1, blocks: 0..<256, tasks: [.fsync]),
            "256 blocks do not fit"
        ),
        (
            OwnScenario("device", on: .ext2, size: 1, tasks: [.fsync], deviceBlocks: 63),
            "device of 63 blocks"
        ),
        (OwnScenario("huge", on: .ext2, size: .max, tasks: [.fsync]), "4 TiB"),
        (
            OwnScenario("behind", on: .ext2, size: 1, tasks: [.truncate(to: .max)]),
            "beyond 4 TiB"
        ),
    ]

    @Test(arguments: wrong.indices) func aMistakeIsNamed(index: Int) throws {
        let (own, reason) = Self.wrong[index]
        let mistake = try #require(throws: ScenarioMistake.self) { try own.scenario() }
        #expect(mistake.description.contains(reason), "\(mistake)")
        #expect(
            mistake.description.hasPrefix("Tests/ExpectationsTests/OwnScenarioMistakeTests.swift:"),
            "\(mistake)")
        #expect(mistake.line == own.line && mistake.line > 40)
    }

    @Test func twoOfOneNameAreAMistake() {
        let one = OwnScenario("same", on: .ext2, size: 1, tasks: [.fsync])
        let (scenarios, mistakes) = OwnScenarios.collect([one, one])
        #expect(scenarios.map(\.name) == ["own/same"])
        #expect(mistakes.map(\.reason) == ["another one has the same name"])
    }
}
