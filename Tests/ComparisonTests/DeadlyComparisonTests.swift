// SPDX-License-Identifier: GPL-2.0-only

import Expectations
import Foundation
import Patches
import Slices
import Testing
import VariantTesting
import Workers

@testable import Comparison
@testable import Exploration

@Suite struct DeadlyComparisonTests {
    @Test(.timeLimit(.minutes(5))) func aSideThatForksASleeperAndExitsDoesNotStopADiff() throws {
        let tally = try Self.tally(
            of: [
                "\textern long syscall(long number, ...);",
                "\tlong time[2] = { 86400, 0 };",
                "",
                "\tif (!syscall(57))",
                "\t\tfor (;;)",
                "\t\t\tsyscall(35, time, 0);",
                "\tsyscall(231, 4);",
            ])
        #expect(!tally.leftOut.isEmpty, "every fault of one side kills its worker")
        #expect(tally.kinds.contains { $0.kind.facet == .verdict })
    }

    /// Each run ends, and all of them would take hours.
    @Test(.timeLimit(.minutes(5))) func runsThatTakeTooLongAreNoAnswer() throws {
        let tally = try Self.tally(
            of: [
                "\tvoid *memory = kmalloc(1 << 20, GFP_KERNEL);", "\tint n;", "",
                "\tfor (n = 0; memory && n < 1000; n++)", "\t\tmemset(memory, n, 1 << 20);",
                "\tkfree(memory);",
            ]
        ) { $0.limit.free = 0.2 }
        #expect(tally.compared.scenarios < ScenarioIndex.catalogueCount)
        #expect(tally.harnessErrors[1].keys.contains { $0.hasPrefix(RunTimeLimit.tooLong) })
    }

    /// What comes of holding the slice against itself with some lines at the start of
    /// `dax_iomap_fault()`.
    private static func tally(
        of lines: [String], limiting: (inout WorkerPool) -> Void = { _ in }
    ) throws -> DifferenceTally {
        let variants = try Variants()
        let patch = try TemporaryDirectory.make().appending(path: "lines.patch")
        try Data(try MadePatch.inserting(lines, into: "dax_iomap_fault").utf8).write(to: patch)
        var builder = variants.builder
        builder.trustsPatches = true
        let built = try builder.build([
            BuildRequest(name: "before", tree: variants.tree, patches: []),
            BuildRequest(
                name: "after", tree: variants.tree,
                patches: Patch.read(
                    patch.path, toolchain: variants.builder.toolchain,
                    cache: variants.builder.cache)),
        ]).map { try $0.get() }
        var pool = WorkerPool(executable: CommandRun.executable.path, jobs: 2)
        pool.hangSeconds = 2
        pool.isConfined = false
        limiting(&pool)
        return try pool.compare(
            .file(built[0].image), with: .file(built[1].image), isAcrossTrees: false, orders: nil)
    }
}
