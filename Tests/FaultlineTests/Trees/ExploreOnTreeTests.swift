// SPDX-License-Identifier: GPL-2.0-only

// A search of a patch to a kernel that fails without it: what the tree does is not the patch's doing,
// whatever order or failing call shows it.

import Foundation
import Testing
import VariantTesting

@Suite(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
struct ExploreOnTreeTests {
    /// Scenarios in which 6.12 deadlocks, and races beside them.
    private static let question = [
        "explore", "--format", "json", "--failures", "1", "--runs", "12000", "--scenario",
        "race/ext2/hole/*", "--scenario", "ext2/1-byte/last-partial/write-fault/*", "--scenario",
        "generated/*", "--generated", "60",
    ]

    private static func explore(
        _ patch: String, _ arguments: [String] = []
    ) throws -> (status: Int32, report: ReportedChange) {
        let run = try CommandRun(
            question + ["--tree", try KernelTree.v612.directory.path] + arguments + ["-"],
            input: patch)
        try #require(!run.output.isEmpty, "\(run.errors)")
        try KernelTree.v612.noteTested()
        return (run.status, try ReportedChange(run))
    }

    /// Code that runs at every fault, and does nothing.
    private static func harmless() throws -> String {
        try KernelTree.v612.inserting(
            ["\tif (vmf->pgoff == ULONG_MAX)", "\t\treturn VM_FAULT_SIGBUS;", ""],
            before: "\tif (iomap_errp)", of: "fs/dax.c")
    }

    /// The entry stays locked if the filesystem has no block, or the storage no page.
    private static func breaking() throws -> String {
        try KernelTree.v612.inserting(
            ["\tif (error)", "\t\treturn dax_fault_return(error);"],
            before: "\tif (iomap_errp)", of: "fs/dax.c")
    }

    @Test func whatTheTreeDoesIsNotThePatchsDoing() throws {
        let (status, report) = try Self.explore(try Self.harmless())
        #expect(status == 0, "\(report.variant.summary)")
        #expect(report.verdicts("fail").isEmpty)
        let line = try report.line("no-self-deadlock")
        #expect(line.verdict == "fail-as-before" && line.before == "fail")
        #expect(report.variant.failures.allSatisfy { $0.change != "new" })
        #expect(report.variant.mended?.isEmpty == true, "\(report.variant.summary)")
    }

    @Test func whatThePatchBreaksIsNewBesideIt() throws {
        let (status, report) = try Self.explore(try Self.breaking())
        #expect(status == 1, "\(report.variant.summary)")
        let line = try report.line("locks-released")
        #expect(line.verdict == "fail" && line.witness != nil)
        #expect(report.variant.failures.contains { $0.change == "new" })
        let old = try report.line("no-self-deadlock")
        #expect(old.verdict == "fail-as-before" && old.witness == nil)
    }

    @Test func aFixIsTold() throws {
        let (status, report) = try Self.explore(try KernelTree.v612.fix())
        #expect(status == 0, "\(report.variant.summary)")
        let line = try report.line("no-self-deadlock")
        #expect(line.verdict == "pass" && line.before == "fail")
        #expect(try #require(line.mended) > 0)
        #expect(
            report.variant.summary.hasPrefix("Fixed: no-self-deadlock"),
            "\(report.variant.summary)")
    }

    @Test func itCountsWhereEverythingIsToCount() throws {
        let (status, report) = try Self.explore(try Self.harmless(), ["--all-failures"])
        #expect(status == 1)
        #expect(report.verdicts("fail").contains("no-self-deadlock"))
        #expect(report.variant.failures.allSatisfy { $0.change == nil })
    }
}
