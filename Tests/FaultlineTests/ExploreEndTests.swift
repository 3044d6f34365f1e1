// SPDX-License-Identifier: GPL-2.0-only

// How a search ends: interrupted, with errors of the harness, on a terminal and in a pipe. However
// it ends, it says what it has found and covered by then.

import Foundation
import Testing
import VariantTesting

@Suite struct ExploreEndTests {
    private static let patch = "patches/option-2-iomap-fault-flag.patch"

    // MARK: - Interrupted

    private static func interrupt(
        _ arguments: [String], with signal: Int32
    ) throws -> CommandRun.Started {
        let run = try CommandRun.start(
            ["explore", "--seconds", "600"] + arguments, in: CommandRun.home,
            cache: CommandRun.sharedCache.url)
        try run.waitForWorkers()
        kill(run.process.processIdentifier, signal)
        run.waitUntilExit()
        return run
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func anInterruptedSearchSaysWhatItHas(signal: Int32) throws {
        let run = try Self.interrupt(
            ["--scenario", "race/ext2/*", "--failures", "2", Self.patch], with: signal)
        #expect(run.process.terminationReason == .exit && run.process.terminationStatus == 0)
        let text = try run.text(of: run.output)
        #expect(text.contains("\nended      interrupted after "), "\(text)")
        #expect(text.contains("\nscenarios  "))
        #expect(text.contains("Every expectation that applies holds"))
        #expect(try run.text(of: run.errors) == "")
    }

    @Test func whatAnInterruptedSearchHasFoundIsItsVerdict() throws {
        let file = try TemporaryDirectory.make().appending(path: "report.json")
        let run = try Self.interrupt(
            [
                "--scenario", "race/strict-truncate-lock/*", "--count-known", "--format", "json",
                "--output", file.path, Self.patch,
            ], with: SIGTERM)
        #expect(run.process.terminationReason == .exit && run.process.terminationStatus == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let explored = try #require(object["explored"] as? [String: Any])
        #expect(explored["interrupted"] as? Bool == true && explored["cut"] as? Bool == true)
        let beside = try FileManager.default.contentsOfDirectory(
            atPath: file.deletingLastPathComponent().path)
        #expect(beside == ["report.json"])
    }

    // MARK: - Errors of the harness

    @Test func aCallOfWhatNobodyProvidesIsCountedAndTheSearchGoesOn() throws {
        let patch = try MadePatch.inserting(HarnessErrorTests.trap, into: "dax_iomap_fault")
        let run = try CommandRun(
            [
                "explore", "--trust", "--scenario", "race/ext2/hole/*", "--runs", "5000",
                "--format", "json", "-",
            ],
            input: patch)
        // What fails here fails in the slice as it is, too, so the errors decide.
        #expect(run.status == 2)
        #expect(
            run.errors.hasPrefix("faultline: no_such_thing is not provided, called by "),
            "\(run.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let variant = try #require((object["variants"] as? [[String: Any]])?.first)
        let error = try #require((variant["harness_errors"] as? [[String: Any]])?.first)
        let scenarios = try #require(error["scenarios"] as? Int)
        #expect(scenarios > 1 && (error["runs"] as? Int).map { $0 >= scenarios } == true)
        let verdicts = try #require(variant["verdicts"] as? [[String: Any]])
        let leak = try #require(verdicts.first { $0["expectation"] as? String == "no-leak" })
        #expect(leak["verdict"] as? String == "pass", "what could be run was judged")
    }

    // MARK: - Terminals

    @Test(.enabled(if: Tool(name: "script").isThere, "script(1) is not installed"))
    func aTerminalHasALiveLineAndADumbOneHasNot() throws {
        func run(_ terminal: String) throws -> String {
            let command =
                "\(CommandRun.executable.path) explore --seconds 3 --scenario 'race/ext2/*' "
                + "--failures 1 \(CommandRun.home.path)/\(Self.patch) >/dev/null"
            return try Tool(name: "script").run(
                ["-qefc", command, "/dev/null"],
                environment: [
                    "TERM": terminal, "FAULTLINE_HOME": CommandRun.home.path,
                    "FAULTLINE_CACHE": CommandRun.sharedCache.url.path,
                ]
            ).text
        }
        let live = try run("xterm")
        #expect(live.contains(" runs, ") && live.contains(" % done"), "\(live)")
        #expect(live.hasSuffix(" \r"), "the line is gone at the end")
        #expect(try run("dumb") == "")
    }

    // MARK: - Options

    @Test func pairsOfFailuresAndOrdersGoTogether() throws {
        let run = try CommandRun(
            [
                "explore", "--scenario", "race/ext2/hole/write-fault+write-fault", "--failures",
                "2",
                "--runs", "20000", Self.patch,
            ], in: CommandRun.home)
        #expect(run.status == 0)
        #expect(run.output.contains("one or two in a"), "\(run.output)")
        let single = try CommandRun(
            [
                "explore", "--scenario", "ext2/1-page/last-full/write-fault/hole", "--failures",
                "2",
                Self.patch,
            ], in: CommandRun.home)
        #expect(single.status == 0 && single.output.contains("everything done"))
        #expect(single.output.contains("1 of 1, 1 of 1 task; all in all orders"))
    }

    @Test func aPatternMeansScenariosOfOneTaskToo() throws {
        let run = try CommandRun(
            ["explore", "--scenario", "ext2/1-page/*/write-fault/*", "--tasks", "1", Self.patch],
            in: CommandRun.home)
        #expect(run.status == 0 && run.output.contains("of 1 task; all in all orders"))
    }

    @Test func pctSaysWithWhichProbabilityItFindsWhat() throws {
        let run = try CommandRun(
            [
                "explore", "--scenario", "race/ext2/hole/write-fault+truncate-to-0", "--strategy",
                "pct", "--preemptions", "1", "--runs", "2000", Self.patch,
            ], in: CommandRun.home)
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                "the probability to find a bug of that depth that needs no failing call is at least"
            ), "\(run.output)")
        #expect(run.status == 0)
    }
}
