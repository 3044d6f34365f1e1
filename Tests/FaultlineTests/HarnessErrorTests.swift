// SPDX-License-Identifier: GPL-2.0-only

// What could not be asked: runs in which the harness failed, and scenarios that a tree cannot run.
// Neither may bend a verdict, and neither may go unsaid.

import Expectations
import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct HarnessErrorTests {
    private static func harnessError(_ name: String, _ scenario: Int, _ run: Int) -> HarnessError {
        HarnessError(
            .trap, "\(name) is not provided", ordinal: RunOrdinal(scenario: scenario, run: run),
            injections: [])
    }

    @Test func aScenarioIsCountedOnceForEachErrorInIt() {
        var tally = Tally()
        for (name, scenario, run) in [
            ("one", 3, 0), ("one", 3, 1), ("two", 3, 2), ("one", 3, 4), ("one", 5, 0),
        ] {
            tally.count(Self.harnessError(name, scenario, run))
        }
        #expect(tally.runs == 5)
        #expect(tally.scenariosWithHarnessErrors == 2)
        #expect(
            tally.harnessErrors.map(\.message) == ["one is not provided", "two is not provided"])
        #expect(tally.harnessErrors.map(\.runs) == [4, 1])
        #expect(tally.harnessErrors.map(\.scenarios) == [2, 1])
        #expect(tally.lines.allSatisfy { $0.runs == 0 && $0.failures == 0 })
    }

    @Test func partsAddUpInAnyOrder() {
        var first = Tally()
        first.count(Self.harnessError("one", 4, 0))
        var second = Tally()
        second.count(Self.harnessError("one", 1, 2))
        second.count(Self.harnessError("two", 1, 3))
        var forwards = first
        forwards.merge(second)
        var backwards = second
        backwards.merge(first)
        #expect(
            Set(forwards.harnessErrors.map(\.ordinal))
                == Set(backwards.harnessErrors.map(\.ordinal)))
        let one = forwards.harnessErrors.first { $0.message.hasPrefix("one") }
        #expect(one?.runs == 2 && one?.scenarios == 2)
        #expect(one?.ordinal == RunOrdinal(scenario: 1, run: 2))
        #expect(forwards.scenariosWithHarnessErrors == 2)
    }

    @Test func scenariosThatCannotBeRunAreToldWithTheReason() {
        let all = Catalogue.scenarios.count { $0.geometry.filesystem == .ext2 }
        let none = NotRun.all([
            UnsupportedOperation(filesystem: .ext2, kind: .writeFault): all - 1,
            UnsupportedOperation(filesystem: .ext2, kind: .fsync): 1,
        ])
        #expect(none.map(\.reason) == ["no DAX in this tree's ext2"])
        #expect(none.map(\.scenarios) == [all])
        // A search that asks some scenarios only.
        let few = NotRun.all([
            UnsupportedOperation(filesystem: .ext2, kind: .writeFault): 3,
            UnsupportedOperation(filesystem: .ext2, kind: .readFault): 3,
            UnsupportedOperation(filesystem: .ext2, kind: .truncate): 1,
        ])
        #expect(few.map(\.reason) == ["no DAX in this tree's ext2"])
        let some = NotRun.all([UnsupportedOperation(filesystem: .strict, kind: .pfnMkwrite): 7])
        #expect(some.map(\.scenarios) == [7])
        #expect(some.allSatisfy { $0.reason.contains("pfn-mkwrite") })
    }

    /// What the build makes of an undefined symbol of a kernel tree, made by a patch.
    static let trap = [
        "\textern void no_such_thing(void);",
        "\t" + #"asm volatile(".pushsection fl_traps,\"aw\",@nobits\n.p2align 12\n""#,
        "\t\t" + #""no_such_thing: .zero 4096\n.popsection\n""#,
        "\t\t" + #"".pushsection fl_trap_names,\"aR\",@progbits\n""#,
        "\t\t" + #"".asciz \"no_such_thing\"\n.popsection");"#,
        "\tif (vmf->flags & FAULT_FLAG_WRITE)", "\t\tno_such_thing();",
    ]

    @Test func aCallOfWhatNobodyProvidesIsNoVerdictAndTheOthersStand() throws {
        let patch = try MadePatch.inserting(Self.trap, into: "dax_iomap_fault")
        let run = try CommandRun(
            ["check", "--trust", "--format", "json", Shipped.option2.patches[0], "-"], input: patch,
            in: CommandRun.home)
        #expect(run.status == 2)
        let error = "no_such_thing is not provided, called by dax_iomap_fault fs/dax.c:"
        #expect(run.errors.hasPrefix("faultline: \(error)"), "\(run.errors)")
        #expect(run.errors.contains("ext2/empty/beyond-eof/write-fault/hole"), "\(run.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let variant = try #require((object["variants"] as? [[String: Any]])?.first)
        let verdicts = try #require(variant["verdicts"] as? [[String: Any]])
        #expect(verdicts.allSatisfy { $0["runs"] as? Int != 0 })
        let said = try #require((variant["harness_errors"] as? [[String: Any]])?.first)
        #expect((said["error"] as? String)?.hasPrefix(error) == true)
        let witness = try #require(said["witness"] as? [String: Any])
        let replay = try CommandRun([
            "replay", "--trust", try #require(witness["id"] as? String),
        ])
        #expect(replay.status == 2)
        #expect(replay.output.contains("trace:"))
        #expect(replay.errors.contains("no_such_thing"), "\(replay.errors)")
    }

    /// The slice itself leaves out iomap_end(), which loads show, too.
    @Test func aFailureStandsBesideErrorsOfTheHarness() throws {
        let patch = try MadePatch.inserting(Self.trap, into: "dax_iomap_fault")
        let run = try CommandRun(["check", "--trust", "--all-failures", "-"], input: patch)
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains("no_such_thing is not provided"), "\(run.errors)")
        #expect(run.output.contains("begin-end-balanced"))
        // The table is made, but not in full.
        #expect(try CommandRun(["matrix", "--trust", "-"], input: patch).status == 2)
    }

    @Test func anErrorAlwaysHasAReason() throws {
        let report = Self.report()
        var error = report.variants[0].harnessErrors[0]
        // Made once more for its witness, the run ended in another way.
        error.message = "more than 1024 locks"
        #expect(error.description.hasPrefix("more than 1024 locks: 3 runs"))
        error.message = ""
        #expect(error.description.hasPrefix("the run \(RunEnd.trap.description), and"))
        error.end = .limit
        #expect(error.sentence.hasPrefix("the run \(RunEnd.limit.description), and"))
    }

    // MARK: - Reports

    /// A report on a tree with a function that nobody provides.
    private static func report() -> Report {
        let tree = Witness.TreeIdentity(
            kind: "git", root: "/home/me/linux", version: "6.12.117",
            rev: "adc218676eef25575469234709c2d87185ca223a", name: "linux", revName: "v6.12",
            digest: "d")
        var record = RunRecord(
            death: Death(
                ordinal: RunOrdinal(scenario: 0, run: 0), injections: [], cause: .signal(11),
                whileJudging: false, said: ""))
        record.death = nil
        record.end = .trap
        record.message = "dax_recovery_write is not provided"
        record.chains = [RunRecord.Chain(task: 0, event: 0, pcs: [16, 32], text: "")]
        record.endChain = 0
        let scenario = Catalogue.scenarios[0]
        let witness = Witness(
            subject: Witness.Subject(
                tree: tree, variant: "base", patches: [], allowsOutside: false, key: "k"),
            scenario: scenario, run: scenario.run(), record: record,
            frames: [
                16: [
                    CodeFrame(
                        function: "dax_iomap_iter", file: "fs/dax.c", line: 1203, isOfSlice: true)
                ]
            ])
        return Report(
            tree: tree,
            variants: [
                VariantReport(
                    name: "base", patches: [], scenarios: 40, runs: 60, seconds: 0.1,
                    verdicts: Expectations.all.map {
                        ExpectationVerdict(expectation: $0, verdict: .pass, runs: 3, failures: 0)
                    },
                    notRun: [
                        NotRun(
                            scenarios: 2, filesystem: .ext2, operations: [.writeFault], isAll: true)
                    ],
                    harnessErrors: [
                        ReportedHarnessError(
                            end: .trap, message: record.message, runs: 3, scenarios: 2,
                            witness: witness)
                    ], scenariosWithErrors: 2)
            ])
    }

    @Test func aMissingFunctionIsNamedWithItsCallerBesideTheVerdicts() {
        let text = ReportText(Self.report()).renderCheck().plain
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for part in [
            "tree git linux, 6.12.117, v6.12 (adc218676eef)",
            "60, of 40 of 42 scenarios",
            "not run 2 scenarios on ext2: no DAX in this tree's ext2",
            "no-leak pass 3 runs",
            "trap dax_recovery_write is not provided, called by dax_iomap_iter fs/dax.c:1203: "
                + "3 runs of 2 scenarios, first \(Catalogue.scenarios[0].name)",
            "They belong to 2 scenarios of 40",
            "holds, in the runs that the harness could make",
        ] {
            #expect(words.contains(part), "\(part)\nin\n\(text)")
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 72 })
    }

    @Test func jsonHasIt() throws {
        let text = try ReportJSON.render(Self.report())
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let tree = try #require(object["tree"] as? [String: Any])
        #expect(
            Set(tree.keys) == ["kind", "version", "rev", "modified", "digest", "chosen"])
        #expect(!text.contains("/home/me"), "a path that nobody has typed")
        #expect(tree["rev"] as? String == "adc218676eef25575469234709c2d87185ca223a")
        let variant = try #require((object["variants"] as? [[String: Any]])?.first)
        let error = try #require((variant["harness_errors"] as? [[String: Any]])?.first)
        #expect(error["runs"] as? Int == 3 && error["scenarios"] as? Int == 2)
        #expect(
            error["error"] as? String
                == "dax_recovery_write is not provided, called by dax_iomap_iter fs/dax.c:1203")
        #expect((error["witness"] as? [String: Any])?["id"] != nil)
        let left = try #require((variant["not_run"] as? [[String: Any]])?.first)
        #expect(left["scenarios"] as? Int == 2)
        #expect(variant["deaths"] == nil && variant["notes"] == nil)
    }

    @Test func jsonHasDeathsAndNotesAsTextDoes() throws {
        var report = Self.report()
        let death = Death(
            ordinal: RunOrdinal(scenario: 0, run: 3),
            injections: [Injection(task: 0, nth: 4, error: -5)], cause: .signal(11),
            whileJudging: false, said: "")
        report.variants[0].deaths = [ReportedDeath(death, of: "ext2/a")]
        report.variants[0].notes = ["something was left out"]
        let text = try ReportJSON.render(report)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let variant = try #require((object["variants"] as? [[String: Any]])?.first)
        let told = try #require((variant["deaths"] as? [[String: Any]])?.first)
        #expect(told["scenario"] as? String == "ext2/a")
        #expect(told["failing"] as? [Int] == [4])
        #expect((told["process"] as? String)?.hasPrefix("died of ") == true)
        #expect(variant["notes"] as? [String] == ["something was left out"])
    }

    @Test func aWitnessIsOfATreesContentsNotOfItsPlaceOrName() {
        func id(_ root: String, _ digest: String, _ kind: String, _ rev: String? = nil) -> String {
            let scenario = Catalogue.scenarios[0]
            return Witness.identify(
                Witness.Subject(
                    tree: Witness.TreeIdentity(
                        kind: kind, root: root, version: "6.12", rev: rev, name: root,
                        digest: digest),
                    variant: "base", patches: [], allowsOutside: false, key: ""),
                scenario.name, scenario.run())
        }
        #expect(id("/one", "a", "directory") == id("/two", "a", "directory"))
        #expect(id("/one", "a", "directory") == id("/one", "a", "git", "adc218676eef"))
        #expect(id("/one", "a", "directory") != id("/one", "b", "directory"))
    }

    @Test(arguments: [
        (nil, nil, "directory linux, 6.12, slice d"),
        ("adc218676eef25575469", "v6.12", "git linux, 6.12, v6.12 (adc218676eef), slice d"),
        ("adc218676eef25575469", "adc218676eef25575469", "git linux, 6.12, adc218676eef, slice d"),
        ("adc218676eef25575469", "adc2186", "git linux, 6.12, adc218676eef, slice d"),
    ])
    func aTreeIsNamedAsTheUserNamedIt(_ rev: String?, _ name: String?, _ words: String) {
        let tree = Witness.TreeIdentity(
            kind: rev == nil ? "directory" : "git", root: "/home/me/linux", version: "6.12",
            rev: rev, name: "linux", revName: name, digest: "d")
        #expect(Layout.breakable(tree.description) == words)
    }

    @Test func aWorkTreeIsNamedByWhatIsCheckedOut() {
        var tree = Witness.TreeIdentity(
            kind: "git", root: "/home/me/linux", version: "6.12", name: "linux",
            digest: "80922ad26ddb15b40bf8e218", head: "adc218676eef25575469", isModified: false,
            choice: .around)
        #expect(
            Layout.breakable(tree.chosen)
                == "git linux, 6.12, adc218676eef, slice 80922ad26ddb; around the current directory"
        )
        tree.isModified = true
        #expect(
            Layout.breakable(tree.description)
                == "git linux, 6.12, adc218676eef modified, slice 80922ad26ddb")
    }
}
