// SPDX-License-Identifier: GPL-2.0-only

// A check that is interrupted says what it has by then, and that this is not all. What it was held
// against has been run only in part, and is not taken for the whole the next time.

import Foundation
import Testing
import VariantTesting

@Suite struct InterruptedCheckTests {
    /// All orders: more than can be run before the interrupt comes.
    private static func interrupt(
        _ arguments: [String], cache: URL
    ) throws -> (run: CommandRun.Started, text: String, errors: String) {
        let run = try CommandRun.start(
            ["check", "--orders", "all", "--jobs", "1"] + arguments, in: CommandRun.home,
            cache: cache)
        try run.waitForWorkers()
        kill(run.process.processIdentifier, SIGINT)
        run.waitUntilExit()
        #expect(run.process.terminationReason == .exit)
        return (run, try run.text(of: run.output), try run.text(of: run.errors))
    }

    @Test func whatWasFoundByThenIsSaid() throws {
        let (run, text, errors) = try Self.interrupt(
            ["--all-failures", "patches/history/naive-iomap-end.patch"],
            cache: CommandRun.sharedCache.url)
        #expect(text.contains("interrupted: "), "\(text)")
        #expect(text.contains(" scenarios were run"), "\(text)")
        let fails = text.contains("\nno-self-deadlock    FAIL")
        #expect(run.process.terminationStatus == (fails ? 1 : 2), "\(text)\(errors)")
    }

    @Test func aBaselineThatWasRunInPartIsNotKept() throws {
        let cache = try CommandRun.cacheOfObjects()
        let (run, text, errors) = try Self.interrupt(
            ["patches/option-2-iomap-fault-flag.patch"], cache: cache)
        // Unless the interrupt came so late that it was run.
        let isInPart = errors.contains("interrupted before the code without the patch was run")
        if isInPart { #expect(run.process.terminationStatus == 2) }
        #expect(text.contains("interrupted: "), "\(text)")
        let kept = cache.appending(path: "observations").path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: kept)) ?? []
        #expect(files.isEmpty == isInPart, "\(files)\n\(errors)")
    }
}
