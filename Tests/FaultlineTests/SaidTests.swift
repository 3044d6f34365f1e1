// SPDX-License-Identifier: GPL-2.0-only

// What the code says is a step of the trace, where it says it, and changes no verdict.

import Foundation
import Testing
import VariantTesting

@Suite struct SaidTests {
    private static let merged = CommandRun.home.appending(
        path: "patches/history/merged-v4.10.patch"
    ).path

    private static func check(_ statements: [String], _ more: [String]) throws -> CommandRun {
        let patch = try MadePatch.inserting(
            statements, into: "ext2_write_failed", of: "fs/ext2/inode.c")
        return try CommandRun(
            ["check", "--orders", "none", "--scenario", "ext2/*/write-fault/*"] + more
                + [merged, "-"], input: patch)
    }

    @Test func aReplayShowsItAtItsStep() throws {
        let run = try Self.check(
            [
                "\tprintk(KERN_ERR \"cut to %lld, %pe\\n\", (long long)to, ERR_PTR(-EIO));",
                "\ttrace_printk(\"in %ps\\n\", mapping);", "\tdump_stack();",
            ], ["--expectation", "no-self-deadlock"])
        #expect(run.status == 1, "\(run.errors)")
        let id = String(try #require(run.output.firstMatch(of: /replay ([0-9a-f]{12})/)).1)
        let replay = try CommandRun(["replay", id, "--around", "9"])
        let text = replay.output
        #expect(text.contains(/printk <3>: cut to \d+, -EIO +ext2_write_failed/), "\(text)")
        #expect(text.contains("trace_printk: in memory+0x"), "\(text)")
        #expect(text.contains("dump_stack: ext2_write_failed <- ext2_iomap_end <- "), "\(text)")
        let first = try #require(text.firstRange(of: "printk <3>"))
        let end = try #require(text.firstRange(of: "wait for &ei->dax_sem"))
        #expect(first.lowerBound < end.lowerBound)
        #expect(text.contains(/\n    \.  +\(\d+ steps\)\n/), "what is left out is told")
    }

    @Test func aTextForEachLineIsNoFlood() throws {
        let quiet = try Self.check(["\t(void)to;"], [])
        let loud = try Self.check(
            ["\tfor (int i = 0; i < 100; i++)", "\t\tprintk(\"%d\\n\", i);"], [])
        func verdicts(_ run: CommandRun) -> [String] {
            run.output.split(separator: "\n").filter { $0.contains(/^[a-z-]+ +(pass|FAIL|FIXED)/) }
                .map { String($0.prefix(26)) }
        }
        #expect(verdicts(quiet) == verdicts(loud) && !verdicts(quiet).isEmpty)
    }
}
