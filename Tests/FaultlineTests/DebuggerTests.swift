// SPDX-License-Identifier: GPL-2.0-only

// A witness under gdb: it stops in the code under test, where there are variables to look at, and the
// stack of the task that hangs can be seen.

import Foundation
import Testing
import VariantTesting

@Suite(.enabled(if: Tool(name: "gdb").isThere, "gdb is not installed"))
struct DebuggerTests {
    private static let merged = CommandRun.home.appending(
        path: "patches/history/merged-v4.10.patch"
    ).path

    static func witness() throws -> String {
        let run = try CommandRun([
            "check", "--orders", "none", "--scenario", "ext2/*/write-fault/*", "--format", "json",
            merged,
        ])
        let match = try #require(run.output.firstMatch(of: /faultline replay ([0-9a-f]{12})/))
        return String(match.1)
    }

    @Test func itStopsAtTheFailingCallAndShowsWhoHangs() throws {
        let id = try Self.witness()
        let run = try CommandRun(
            ["replay", id, "--debug", "gdb"],
            input: "print inode->i_size\ncontinue\ninfo tasks\ntask 0 bt\nquit\n")
        #expect(run.output.contains(", injected (point="), "\(run.output)\n\(run.errors)")
        #expect(run.output.contains("fs/dax.c:"), "\(run.output)")
        #expect(run.output.contains("task 0: "), "\(run.output)")
        #expect(run.output.contains("ext2_write_failed"), "\(run.output)")
        #expect(run.output.contains("dax_iomap_fault"))
    }

    @Test func aFunctionThatIsNamedIsWhereItStops() throws {
        let id = try Self.witness()
        let run = try CommandRun(
            ["replay", id, "--debug", "gdb", "--break", "ext2_iomap_end"],
            input: "print offset\nprint written\nquit\n")
        #expect(run.output.contains(", ext2_iomap_end (inode="), "\(run.output)")
        #expect(run.output.contains("$1 = 0") && run.output.contains("$2 = 0"), "\(run.output)")
    }

    @Test func withoutAskingItListsWhatIsEnteredAndWithWhat() throws {
        let id = try Self.witness()
        let run = try CommandRun(["replay", id, "--step"])
        #expect(run.status == 1, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.contains { $0.contains("ext2_iomap_end(") && $0.contains("written=0") })
        #expect(lines.contains { $0.contains("-> a call fails in ") }, "\(run.output)")
        #expect(!run.output.contains("Breakpoint"), "what gdb says is no part of it")
    }
}

/// One that starts, of all in PATH: a toolchain's own may lack a library of this system.
private let lldbStarts = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { path in
        let lldb = "\(path)/lldb"
        return FileManager.default.isExecutableFile(atPath: lldb)
            && (try? Tool(name: lldb).run(["--version"]).status) == 0
    }

@Suite(.enabled(if: lldbStarts, "lldb is not installed, or cannot be started"))
struct LLDBTests {
    @Test func itStopsAtTheFailingCall() throws {
        let id = try DebuggerTests.witness()
        let run = try CommandRun(
            ["replay", id, "--debug", "lldb"], input: "thread backtrace\nquit\n")
        #expect(run.output.contains("`injected(point="), "\(run.output)\n\(run.errors)")
        #expect(run.output.contains("ext2_dax_fault("), "\(run.output)")
    }
}
