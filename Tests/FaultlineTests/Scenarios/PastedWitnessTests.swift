// SPDX-License-Identifier: GPL-2.0-only

// A witness pasted as a test: the lines at the end of this file are what `faultline replay ID
// --format swift` prints for a seeded race. They compile, the working copy passes them, and the
// code that they were found in does not. A call that fails is pinned by the code around it.

import Expectations
import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct PastedWitnessTests {
    private static func printed() throws -> String {
        let run = try CommandRun(["replay", try RaceWitness.stored().id, "--format", "swift"])
        #expect(run.status == 1 && run.errors == "")
        return run.output
    }

    @Test func whatIsPrintedIsWhatIsPasted() throws {
        let file = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let printed = try Self.printed()
        #expect(file.hasSuffix("\n\n" + printed), "paste this instead:\n\(printed)")
    }

    @Test func thePastedTestFailsWithTheSeed() throws {
        let patches = try Variants().read(try RaceWitness.patches())
        try withKnownIssue {
            try WorkingCopyTrial.$patches.withValue(patches) {
                try witnessdc5ee5d338ea()
            }
        } matching: { issue in
            issue.comments.contains { $0.rawValue.contains("breaks \(RaceWitness.fails)") }
        }
    }

    /// Every kind of operation, failure and extent is written in a form that there is.
    @Test func anyRunIsWritten() throws {
        let extents = [
            Extent.blocks(0..<1), .unwritten(1..<2), .bad(2..<3, of: 0x42), .huge(512..<1024),
            Extent(block: 1100, count: 1, fill: 0x41, flags: [.bad, .unwritten]),
        ]
        let kinds = Operation.Kind.allCases.filter { $0 != .yield && $0 != .mutexSection }
        let operations =
            [Operation(.readFault, at: 0, length: 8, isSetup: true)]
            + kinds.map { Operation($0, at: 4096, length: 8, fill: 0x61, task: 2) }
        let scenario = Scenario(
            name: "all", description: "all",
            geometry: Geometry(
                filesystem: .strict, size: 1 << 23, extents: extents, mappedPages: 0..<2048,
                skew: 0), operations: operations)
        let stored = try RaceWitness.stored()
        let run = scenario.run(injections: [
            Injection(task: 2, nth: 3, error: -12), Injection(task: 2, nth: 9, error: 512),
            Injection(task: 2, nth: 10, error: -71),
        ])
        let text = try WitnessSwift(
            Witness(
                subject: stored.subject, scenario: scenario, run: run, record: stored.record,
                frames: [:])
        ).render()
        for line in [
            ".blocks(0..<1, of: 0x41)", ".unwritten(1..<2)", ".bad(2..<3, of: 0x42)",
            ".huge(512..<1024, of: 0x41)", "flags: [.unwritten, .bad])",
            "before: [.readFault(at: 0, bytes: 8)]", ".pmdPrivateWriteFault(at: 4096",
            ".truncate(to: 4096)", ".fsync", ".call(3, returns: -Errno.enomem)",
            ".call(9, copies: 512)", ".call(10, returns: -71)",
        ] { #expect(text.contains(line), "\(line) is not in\n\(text)") }
        for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
}

// Of witness dc5ee5d338ea (race/ext2/block/write-fault+overwrite), which breaks
// no-deadlock.
@Test func witnessdc5ee5d338ea() throws {
    let scenario = OwnScenario(
        "witness-dc5ee5d338ea", on: .ext2, size: 12288,
        extents: [.blocks(0..<2, of: 0x41)],
        tasks: [.writeFault(at: 4096, bytes: 32, of: 0x61)],
        [.write(at: 4096, bytes: 4096, of: 0x62)],
        deviceBlocks: 128, mapped: 0..<24, skew: 0)
    try expectHolds(
        scenario,
        foundOn: "embedded, 4.9.0-rc",
        with: [
            "dax: add IOMAP_FAULT and call ->iomap_end() for faults",
            "Seed: wake nobody when an entry is unlocked",
        ],
        order: [.from(0, to: 1, operation: 0, behind: .map, in: "dax_iomap_fault")])
}
