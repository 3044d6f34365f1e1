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
        let variants = try Variants()
        let patch = try TemporaryDirectory.make().appending(path: "sleeper.patch")
        let text = try MadePatch.inserting(
            [
                "\textern long syscall(long number, ...);",
                "\tlong time[2] = { 86400, 0 };",
                "",
                "\tif (!syscall(57))",
                "\t\tfor (;;)",
                "\t\t\tsyscall(35, time, 0);",
                "\tsyscall(231, 4);",
            ], into: "dax_iomap_fault")
        try Data(text.utf8).write(to: patch)
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
        let tally = try pool.compare(
            .file(built[0].image), with: .file(built[1].image), isAcrossTrees: false, orders: nil)
        #expect(!tally.leftOut.isEmpty, "every fault of one side kills its worker")
        #expect(tally.kinds.contains { $0.kind.facet == .verdict })
    }
}
