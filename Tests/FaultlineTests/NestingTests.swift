// SPDX-License-Identifier: GPL-2.0-only

// Which of the two comes first, the lock of an entry or what the filesystem takes in iomap_begin():
// with the nesting of 2016 a filesystem that removes page cache under its own lock deadlocks with a
// fault; with the nesting turned round it does not, and nothing else changes.

import Foundation
import Testing
import VariantTesting

@testable import Exploration

@Suite struct NestingTests {
    private static func explore(
        _ patches: [String], _ arguments: [String] = []
    ) throws -> CommandRun {
        try CommandRun(
            [
                "explore", "--scenario", "race/strict-truncate-lock/*", "--tasks", "2", "--runs",
                "400000",
            ] + arguments + patches, in: CommandRun.home)
    }

    @Test func anEntryLockedOutsideOfBeginAndEndIsHalfOfADeadlock() throws {
        let run = try Self.explore(Shipped.option2.patches, ["--count-known"])
        #expect(run.status == 1)
        #expect(run.output.contains(/1 expectation of [0-9]+ fails as before, counted as asked:\s+no-deadlock/))
        var rest = run.output[...]
        for name in ["no-deadlock: FAIL", "truncate", "(dax entry){write}", "&si->extent_lock"] {
            let found = try #require(rest.range(of: name), "\(name) is missing:\n\(run.output)")
            rest = rest[found.upperBound...]
        }
    }

    /// Every kernel has it, so no patch to the slice is to blame.
    @Test func thatDeadlockIsOnRecord() throws {
        let run = try Self.explore(Shipped.option2.patches)
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("by finding 12"), "\(run.output)")
    }

    @Test func anEntryLockedBetweenBeginAndEndIsNone() throws {
        let run = try Self.explore(Shipped.nestingTurnedRound.patches)
        #expect(run.status == 0, "\(run.output)")
    }

    @Test func racesOfBothFilesystemsHoldWithTheNestingTurnedRound() throws {
        let run = try CommandRun(
            [
                "explore", "--tasks", "2", "--runs", "400000", "--scenario", "race/ext2/*fault*",
                "--scenario", "race/strict/*fault*",
            ] + Shipped.nestingTurnedRound.patches, in: CommandRun.home)
        #expect(run.status == 0, "\(run.output)")
    }
}
