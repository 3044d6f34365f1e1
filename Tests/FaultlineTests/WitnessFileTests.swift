// SPDX-License-Identifier: GPL-2.0-only

// A witness on another machine: a report that was saved is replayed there, and a file that somebody
// else wrote is refused in one line where no run can be made of it.

import Foundation
import Slices
import System
import Testing
import VariantTesting

@testable import Exploration

@Suite struct WitnessFileTests {
    @Test func aSavedReportIsReplayedOnAnotherMachine() throws {
        let id = try RaceWitness.stored().id
        let here = try CommandRun(["replay", id])
        let file = try RaceWitness.file(RaceWitness.report.get(), name: "report.json")
        let there = try CommandRun(["replay", file], cache: TemporaryDirectory.make())
        #expect(there.status == 1 && there.errors == "", "\(there.errors)")
        #expect(there.output == here.output)
    }

    @Test func aReplayIsWrittenToAFileThatIsReplayed() throws {
        let id = try RaceWitness.stored().id
        let place = try TemporaryDirectory.make()
        let cache = try CommandRun.cacheOfObjects()
        let written = try CommandRun(
            ["replay", id, "--format", "json", "--output", "witness.json"], in: place)
        #expect(written.status == 1 && written.output == "")
        let replay = try CommandRun(["replay", "witness.json"], in: place, cache: cache)
        #expect(replay.status == 1 && replay.output.contains(RaceWitness.fails))
        // It is known there from now on.
        #expect(try CommandRun(["replay", id], cache: cache).output == replay.output)
    }

    @Test func ofSeveralWitnessesOneIsNamed() throws {
        let run = try CommandRun(
            [
                "explore", "--all-failures", "--format", "json", "--scenario",
                RaceWitness.scenario, RaceWitness.seed.get().path,
            ], in: CommandRun.home)
        let file = try RaceWitness.file(run.output)
        let several = try CommandRun(["replay", file])
        #expect(several.status == 2 && several.errors.contains("2 witnesses; --id names one of"))
        let ids = several.errors.matches(of: /[0-9a-f]{12}/).map { String($0.output) }
        let one = try CommandRun(["replay", file, "--id", try #require(ids.last)])
        #expect(one.status == 1 && one.output.contains("witness \(ids.last!)"))
        let none = try CommandRun(["replay", file, "--id", "000000000000"])
        #expect(none.status == 2 && none.errors.contains("has no witness 000000000000"))
    }

    @Test func aReportWithoutFailuresHasNone() throws {
        let run = try CommandRun(["explore", "--scenario", "lock-toy-2x2", "--format", "json"])
        let replay = try CommandRun(["replay", try RaceWitness.file(run.output)])
        #expect(replay.status == 2 && replay.errors.contains("no expectation failed"))
    }

    // MARK: - Files that anybody may have written

    private static func isOneLine(_ text: String) -> Bool {
        text.hasPrefix("faultline: ") && text.split(separator: "\n").count == 1
    }

    /// What is changed in a good file, and what the answer speaks of.
    @Test(arguments: [
        (#""kind" : "write-fault""#, #""kind" : "no-such-kind""#, "no witness of this version"),
        (#""task" : 1"#, #""task" : 9"#, "order names a task|operations|schedule"),
        (#""repeats" : 1"#, #""repeats" : 4000000000"#, "operations"),
        (#""isQuiet" : false"#, #""isQuiet" : true"#, "not written down"),
        (#""budget" : 0"#, #""budget" : 18446744073709551615"#, "no end"),
        (#""scenario" : "race"#, #""scenario" : "\u001b[2Jrace"#, "no line of text"),
        (#""id" : ""#, #""id" : "../"#, "twelve hexadecimal digits"),
        (#""format" : 1"#, #""format" : 7"#, "format 7"),
        (#""size" : 12288"#, #""size" : 18446744073709551615"#, "no witness of this version"),
        (#""pages" : 24"#, #""pages" : 4294967295"#, "no witness of this version"),
        (#""deviceBlocks" : 128"#, #""deviceBlocks" : 4294967295"#, "refused"),
        (#""policy" : 0"#, #""policy" : 77"#, "no witness of this version"),
        (#""call" : "map""#, #""call" : "no-such-call""#, "no witness of this version"),
    ])
    func whatIsNoRunIsRefused(good: String, bad: String, answer: String) throws {
        let report = try RaceWitness.report.get()
        #expect(report.contains(good), "\(good) is not in the report")
        let run = try CommandRun(["replay", RaceWitness.file(report.replacing(good, with: bad))])
        #expect(run.status == 2, "\(run.status): \(run.errors)")
        #expect(Self.isOneLine(run.errors), "\(run.errors)")
        let answers = answer.split(separator: "|")
        #expect(answers.contains { run.errors.contains($0) }, "\(run.errors)")
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"variants": 3}"#,
        String(repeating: "[", count: 100_000), String(repeating: #"{"witness":"#, count: 100_000),
        "\u{0}\u{1}", "From: a mail\n\nno JSON at all\n",
    ])
    func whatIsNoWitnessIsRefused(text: String) throws {
        let run = try CommandRun(["replay", RaceWitness.file(text)])
        #expect(run.status == 2 && Self.isOneLine(run.errors), "\(run.status): \(run.errors)")
    }

    @Test func whatIsNoFileIsRefused() throws {
        let place = try TemporaryDirectory.make()
        let pipe = place.appending(path: "pipe.json").path
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, place.path, "/dev/zero", place.path + "/none.json"] {
            let run = try CommandRun(["replay", path])
            #expect(run.status == 2 && Self.isOneLine(run.errors), "\(path): \(run.errors)")
        }
    }

    @Test func aPatchInsideThatLeavesTheTreeIsRefused() throws {
        let hostile = """
            --- a/../../../../tmp/evil.c
            +++ b/../../../../tmp/evil.c
            @@ -0,0 +1 @@
            +int evil;

            """
        let report = try RaceWitness.report.get()
        let changed = report.replacing(/"text" : "[A-Za-z0-9+\/=]{40,}"/) { _ in
            "\"text\" : \"\(Data(hostile.utf8).base64EncodedString())\""
        }
        #expect(changed != report)
        let run = try CommandRun(["replay", RaceWitness.file(changed)])
        #expect(run.status == 2 && run.output == "", "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: "/tmp/evil.c"))
    }

    // MARK: - What several runs show

    @Test func anInversionIsJudgedAgainFromAllOfItsRuns() throws {
        let scenario = "race/strict-truncate-lock/block/write-fault+truncate-to-0"
        let run = try CommandRun(
            ["explore", "--all-failures", "--format", "json", "--scenario", scenario]
                + Shipped.option2.patches,
            in: CommandRun.home)
        let file = try RaceWitness.file(run.output)
        // A part of the file's own name can look like an id.
        let list = try CommandRun(["replay", file]).errors.replacing(file, with: "")
            .matches(of: /[0-9a-f]{12}/)
        let store = WitnessStore(in: BuildCache(root: CommandRun.sharedCache.url.path))
        let stored = try list.map { try store.load(file, id: String($0.output)) }
        let inversion = try #require(stored.first { $0.companions != nil })
        let again = try CommandRun(["replay", file, "--id", inversion.id])
        #expect(again.status == 1 && again.errors == "")
        #expect(again.output.contains("breaks     lock-order"))
        #expect(again.output.contains("dax entry was taken with &si->extent_lock held"))

        // The same runs of code in which the locks have one order.
        let variants = try Variants()
        let subject = Witness.Subject(
            tree: inversion.subject.tree, variant: "mended",
            patches: try variants.read(Shipped.nestingTurnedRound.patches)
                .map(Witness.PatchText.init), allowsOutside: false, key: inversion.subject.key)
        let mended = Witness(
            subject: subject, scenario: inversion.scenarioAsFound, run: inversion.run,
            record: inversion.record, frames: inversion.frames, companions: inversion.companions)
        let text = String(decoding: try JSONEncoder().encode(mended), as: UTF8.self)
        let replay = try CommandRun(["replay", RaceWitness.file(text)])
        #expect(replay.status == 0, "\(replay.output)")
        #expect(replay.errors.contains("do not show an inversion of locks any more"))
    }
}
