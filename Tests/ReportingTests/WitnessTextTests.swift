// SPDX-License-Identifier: GPL-2.0-only

// A witness as text: a column for each task, 72 columns in all, names and no addresses, and the same
// bytes each time.

import Expectations
import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct WitnessTextTests {
    private static func columns(_ text: String) -> [Substring] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0.contains("what happened, time downwards") }
        guard let start else { return [] }
        return Array(lines[(start + 1)...].prefix { !$0.isEmpty })
    }

    @Test func eachTaskHasItsColumn() throws {
        let run = try RaceWitness.explore()
        let lines = Self.columns(run.output)
        #expect(lines.first == "  task0/0                             task1/1")
        let left = lines.filter { $0.hasPrefix("    ") && $0.dropFirst(4).first != " " }
        let right = lines.filter { $0.hasPrefix(String(repeating: " ", count: 38)) }
        #expect(left.contains { $0.contains("lock &ei->dax_sem for read") }, "\(lines)")
        #expect(right.contains { $0.contains("lock &inode->i_rwsem for write") })
        #expect(right.contains { $0.contains("*** waits for ever for dax entry") })
        #expect(lines.contains { $0.contains("==> task1/1 goes on") })
        #expect(lines.contains { $0.contains("iomap_begin(") })
        #expect(lines.contains { $0.contains("returns VM_FAULT_NOPAGE") })
    }

    @Test func aWitnessIs72ColumnsWideAndHasNoAddress() throws {
        let run = try RaceWitness.explore()
        for line in run.output.split(separator: "\n") {
            #expect(line.count <= 72, "\(line)")
            #expect(line.firstMatch(of: /0x[0-9a-f]{5,}/) == nil, "\(line)")
        }
    }

    @Test(arguments: [1, 2, 3, 4]) func anyNumberOfTasksFits(tasks: Int) throws {
        let operations = (0..<tasks).map {
            Operation(.writeFault, at: UInt64($0) * 4096, length: 8, task: UInt8($0))
        }
        let scenario = Scenario(
            name: "many", description: "many",
            geometry: Geometry(
                filesystem: .ext2, size: 4 * 4096, extents: [Extent(block: 0, count: 4)],
                mappedPages: 0..<8, skew: 0), operations: operations)
        let image = KernelImage.workingCopy
        let record = image.run(scenario.run(schedule: Schedule(policy: .roundRobin))) { outcome in
            RunRecord(copying: outcome, of: image, injections: [])
        }
        #expect(record.end == .finished)
        let subject = try RaceWitness.stored().subject
        let witness = Witness(
            subject: subject, scenario: scenario, run: scenario.run(), record: record, frames: [:])
        let lines = TaskColumns(witness: witness).lines()
        #expect(lines.isEmpty == (tasks == 1))
        for line in lines { #expect(line.count <= 72, "\(line)") }
        for task in 0..<tasks where tasks > 1 {
            #expect(lines.contains { $0.contains("task\(task)/\(task)") })
        }
    }

    @Test func theSameRunIsToldInTheSameBytes() throws {
        let id = try RaceWitness.stored().id
        for format in ["text", "json", "swift"] {
            let first = try CommandRun(["replay", id, "--format", format])
            let second = try CommandRun(["replay", id, "--format", format, "--jobs", "1"])
            #expect(first.status == 1 && first.output == second.output)
            #expect(first.errors == "")
        }
        let (first, second) = (
            try RaceWitness.explore(["--format", "html"]),
            try RaceWitness.explore(["--format", "html", "--jobs", "1"])
        )
        #expect(first.output == second.output && first.output.contains("<svg"))
    }

    @Test func aReplayHasTheColumnsAndTheWholeTrace() throws {
        let witness = try RaceWitness.stored()
        let run = try CommandRun(["replay", witness.id])
        #expect(Self.columns(run.output).count > 10)
        let last = witness.record.steps.count - 1
        #expect(run.output.contains("\n" + "\(last)".rightAligned(to: 5) + "  task"))
        #expect(run.output.contains("replay \(witness.id) --format swift"))
    }
}

@Suite struct LockSectionTests {
    @Test func everythingTakenIsGivenBackInARunThatEndsWell() throws {
        let scenario = try #require(ConcurrentScenarios.scenario(named: RaceWitness.scenario))
        let image = KernelImage.workingCopy
        let record = image.run(scenario.run()) { outcome in
            RunRecord(copying: outcome, of: image, injections: [])
        }
        let sections = LockSection.all(of: record)
        #expect(sections.contains { $0.name == "&ei->dax_sem" && $0.isRead })
        #expect(sections.contains { $0.name == "entry 1" && $0.index == 1 })
        #expect(sections.contains { $0.name.hasPrefix("freeze protection") })
        for section in sections {
            #expect(section.last.map { $0 > section.first } == true, "\(section)")
        }
    }

    @Test func whatIsHeldAtTheEndStaysOpen() throws {
        let witness = try RaceWitness.stored()
        let open = LockSection.all(of: witness.record).filter { $0.last == nil }
        let names = Set(open.map(\.name))
        #expect(names == ["&inode->i_rwsem", "freeze protection 1"], "\(names)")
    }
}
