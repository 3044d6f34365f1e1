// SPDX-License-Identifier: GPL-2.0-only

// A verdict blames a patch for what the patch does: the command on patches that change nothing, that
// move code, that mend and that break, beside code that fails already.

import Exploration
import Foundation
import Patches
import Slices
import Testing
import VariantTesting

/// What a JSON report says of the changes of its first variant.
struct ReportedChange: Decodable {
    struct Line: Decodable {
        struct Witness: Decodable { let id, scenario: String }
        let expectation, verdict: String
        let before: String?
        let asBefore, mended: Int?
        let witness: Witness?

        private enum CodingKeys: String, CodingKey {
            case expectation, verdict, before, mended, witness
            case asBefore = "as_before"
        }
    }

    struct Failure: Decodable {
        struct Call: Decodable { let call, error, function: String? }
        let expectation, kind: String
        let change: String?
        let calls: [Call]
        let scenarios: [String]
        let runs: Int
    }

    struct Variant: Decodable {
        let runs: Int
        let summary: String
        let verdicts: [Line]
        let failures: [Failure]
        let mended: [Failure]?
        let sameCode: Bool?
        let notJudged: String?

        private enum CodingKeys: String, CodingKey {
            case runs, summary, verdicts, failures, mended
            case sameCode = "same_code"
            case notJudged = "not_judged"
        }
    }

    private let variants: [Variant]
    var variant: Variant { variants[0] }

    init(_ run: CommandRun) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(run.output.utf8))
    }

    func line(_ name: String) throws -> Line {
        try #require(variant.verdicts.first { $0.expectation == name })
    }

    func verdicts(_ verdict: String) -> [String] {
        variant.verdicts.filter { $0.verdict == verdict }.map(\.expectation)
    }
}

@Suite struct BaselineTests {
    private static func shipped(_ name: String) -> String {
        CommandRun.home.appending(path: "patches/\(name).patch").path
    }

    private static func check(_ arguments: [String], input: String = "") throws
        -> (status: Int32, report: ReportedChange)
    {
        let run = try CommandRun(["check", "--format", "json"] + arguments, input: input)
        try #require(!run.output.isEmpty, "\(run.errors)")
        return (run.status, try ReportedChange(run))
    }

    /// The patches of a history, each on those before it.
    private static func series(_ history: MadeHistory) throws -> [String] {
        let directory = try history.directory()
        return try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            .map { directory.appending(path: $0).path }
    }

    /// A report that is kept.
    private static func kept(_ arguments: [String]) throws -> String {
        let run = try CommandRun(["check", "--format", "json"] + arguments)
        let file = try TemporaryDirectory.make().appending(path: "before.json")
        try Data(run.output.utf8).write(to: file)
        return file.path
    }

    // MARK: - The four outcomes

    @Test func aFixIsToldWithWhatItMends() throws {
        let (status, report) = try Self.check([Self.shipped("option-2-iomap-fault-flag")])
        #expect(status == 0)
        let line = try report.line("begin-end-balanced")
        #expect(line.verdict == "pass")
        #expect(line.before == "fail")
        #expect(try #require(line.mended) > 0)
        // Finding 13 is behind what it mends, and finding 27 is in the code without it, too.
        #expect(report.variant.failures.allSatisfy { ["hidden", "as-before"].contains($0.change) })
        let mended = try #require(report.variant.mended)
        #expect(Set(mended.map(\.expectation)).contains("begin-end-balanced"))
        #expect(mended.allSatisfy { !$0.scenarios.isEmpty })
        let text = try CommandRun(["check", Self.shipped("option-2-iomap-fault-flag")]).output
        #expect(text.contains("begin-end-balanced  FIXED "), "\(text)")
    }

    /// What such a run would show behind the loop, and what the calls would that nobody fails any more,
    /// is not known.
    @Test func whatEndlessRunsHideIsNotMended() throws {
        let loop = ["\tfor (;;)", "\t\tkfree(kmalloc(8, GFP_KERNEL));"]
        let (status, report) = try Self.check(
            ["-"], input: MadePatch.inserting(loop, into: "dax_iomap_fault"))
        #expect(status == 1)
        #expect(try report.line("no-warning").verdict == "fail")
        #expect(report.variant.mended?.isEmpty == true)
        #expect(report.variant.verdicts.allSatisfy { ($0.mended ?? 0) == 0 })
        #expect(!report.variant.summary.contains("Fixed"), "\(report.variant.summary)")
    }

    @Test func aBreakIsNewAndItsWitnessShowsIt() throws {
        let (status, report) = try Self.check([Self.shipped("history/merged-v4.10")])
        #expect(status == 1)
        #expect(report.verdicts("fail") == ["no-self-deadlock"])
        let line = try report.line("no-self-deadlock")
        #expect(line.before == "pass")
        #expect(line.asBefore == 0)
        let witness = try #require(line.witness)
        let failures = report.variant.failures.filter { $0.expectation == line.expectation }
        #expect(failures.allSatisfy { $0.change == "new" })
        #expect(failures.contains { $0.scenarios.contains(witness.scenario) })
        #expect(
            failures.contains { failure in
                failure.calls.contains {
                    $0.call == "blk_queue_enter" && $0.function == "dax_map_atomic"
                        && $0.error == "-ENODEV"
                }
            })
    }

    @Test func aCommentCompilesToTheSameCode() throws {
        let patch = try MadePatch.inserting(
            ["\t/* Faults of one page come here. */", ""], into: "dax_iomap_fault")
        let (status, report) = try Self.check(["-"], input: patch)
        #expect(status == 0)
        #expect(report.variant.sameCode == true)
        #expect(report.variant.runs == 0)
        #expect(report.verdicts("pass").isEmpty, "nothing was run")
        let text = try CommandRun(["check", "-"], input: patch)
        #expect(text.status == 0)
        #expect(text.output.contains("The patch compiles to the same code"), "\(text.output)")
        #expect(!text.output.contains("pass"))
        let ktap = try CommandRun(["check", "--format", "ktap", "-"], input: patch).output
        #expect(ktap.contains(/(?m)^ok 1 .* # SKIP The patch compiles to the same code/))
    }

    @Test func aRefactoringOfCodeThatFailsChangesNothing() throws {
        let history = try MadeHistory()
        try history.apply("history/merged-v4.10")
        try history.commit("dax: call iomap_end")
        // The call whose failure leads to the deadlock moves into a function of its own.
        try history.replace(
            "static long dax_map_atomic(",
            with: """
                static noinline long dax_ask_queue(struct block_device *bdev, struct blk_dax_ctl *dax)
                {
                \tlong len = -EIO;

                \tif (blk_queue_enter(bdev->bd_queue, true) == 0) {
                \t\tlen = bdev_direct_access(bdev, dax);
                \t\tif (len < 0)
                \t\t\tblk_queue_exit(bdev->bd_queue);
                \t}
                \treturn len;
                }

                static long dax_map_atomic(
                """, in: "fs/dax.c")
        try history.replace(
            """
            \tstruct request_queue *queue = bdev->bd_queue;
            \tlong len = -EIO;

            \tif (blk_queue_enter(queue, true) == 0) {
            \t\tlen = bdev_direct_access(bdev, dax);
            \t\tif (len < 0)
            \t\t\tblk_queue_exit(queue);
            \t}
            """,
            with: "\tlong len = dax_ask_queue(bdev, dax);\n", in: "fs/dax.c")
        try history.commit("dax: ask the queue in a function of its own")
        let patches = try Self.series(history)
        let before = try Self.kept([patches[0]])
        let (status, report) = try Self.check(["--baseline", before] + patches)
        #expect(status == 0, "\(report.variant.summary)")
        #expect(report.verdicts("fail").isEmpty)
        // Errors that are not kept by finding 27, the two last ones by finding 13.
        #expect(
            report.verdicts("fail-as-before") == [
                "no-self-deadlock", "error-kept", "data-intact", "durability",
            ])
        #expect(try report.line("no-self-deadlock").mended == 0)
        #expect(
            report.variant.failures.contains { failure in
                failure.calls.contains { $0.function == "dax_ask_queue" }
            }, "the call has moved")
    }

    // MARK: - More of the same

    /// The same warning in the same function, first for one page and then for two.
    @Test func theSameFailureInOtherScenariosIsNew() throws {
        let history = try MadeHistory()
        try history.insert(
            ["\tif (vmf->pgoff == 1 && !vmf->cow_page)", "\t\tWARN_ON(1);"],
            into: "dax_iomap_fault", of: "fs/dax.c")
        try history.commit("dax: be afraid of page 1")
        try history.replace(
            "\tif (vmf->pgoff == 1 && !vmf->cow_page)", with: "\tif (vmf->pgoff == 1)",
            in: "fs/dax.c")
        try history.commit("dax: be more afraid")
        let patches = try Self.series(history)
        let before = try Self.kept([patches[0]])
        let (status, report) = try Self.check(["--baseline", before] + patches)
        #expect(status == 1)
        let line = try report.line("no-warning")
        #expect(line.verdict == "fail")
        #expect(try #require(line.asBefore) > 0)
        let failures = report.variant.failures.filter { $0.expectation == "no-warning" }
        let old = Set(failures.filter { $0.change == "as-before" }.flatMap(\.scenarios))
        let scenario = try #require(line.witness?.scenario)
        #expect(!old.isEmpty && !old.contains(scenario), "the witness is of the new ones")
        #expect(report.verdicts("fail") == ["no-warning"], "what the slice does itself is old")
    }

    @Test func allFailuresCountIfThatIsAskedFor() throws {
        let patch = Self.shipped("history/entry-lock-inside-begin-end")
        let (_, compared) = try Self.check([patch])
        let (status, all) = try Self.check([
            "--all-failures", Self.shipped("option-1-omit-iomap-end"),
        ])
        #expect(status == 1)
        #expect(all.verdicts("fail").contains("begin-end-balanced"))
        #expect(all.variant.verdicts.allSatisfy { $0.before == nil })
        #expect(compared.variant.verdicts.allSatisfy { $0.before != nil })
    }

    @Test func withoutPatchesEverythingCounts() throws {
        let (status, report) = try Self.check([])
        #expect(status == 1)
        #expect(report.verdicts("fail").contains("begin-end-balanced"))
        #expect(report.variant.failures.allSatisfy { $0.change == nil })
    }

    // MARK: - A baseline of one's own

    @Test func aReportHeldAgainstItselfHasNothingNew() throws {
        let before = try Self.kept([])
        let (status, report) = try Self.check(["--baseline", before])
        #expect(status == 0, "\(report.variant.summary)")
        #expect(report.verdicts("fail").isEmpty)
        #expect(report.verdicts("fail-as-before").contains("begin-end-balanced"))
        #expect(report.variant.verdicts.allSatisfy { $0.mended == 0 })
        #expect(report.variant.failures.allSatisfy { $0.change == "as-before" })
    }

    @Test(arguments: [
        ("no JSON", "no report"), ("[]", "no report"), ("{}", "it has no 'faultline'"),
        ("{\"faultline\": 2, \"variants\": []}", "format 2"),
        (
            """
            {"faultline": 1, "variants": [{"name": "base", "runs": 1, "verdicts": []}]}
            """, "has no list of failures"
        ),
    ])
    func aBaselineThatIsNoReportIsRefused(_ text: String, _ words: String) throws {
        let file = try TemporaryDirectory.make().appending(path: "before.json")
        try Data(text.utf8).write(to: file)
        let run = try CommandRun(["check", "--baseline", file.path])
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(run.errors.contains("before.json"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func aBaselineThatIsNowhereIsRefused() throws {
        let run = try CommandRun(["check", "--baseline", "no-such-thing"])
        #expect(run.status == 2)
        #expect(run.errors.contains("no such file"), "\(run.errors)")
        let both = try CommandRun(["check", "--baseline", "x", "--all-failures"])
        #expect(both.status == 2)
    }

    // MARK: - What never ran

    /// A function that nothing calls.
    private static let unreached = [
        "int dax_never_called(struct inode *inode)", "{", "\tif (!inode)", "\t\treturn -EINVAL;",
        "\treturn i_size_read(inode) != 0;", "}", "",
    ]

    private static func unreachedPatch() throws -> String {
        try MadePatch.inserting(
            unreached, before: "int dax_iomap_fault(", of: "fs/dax.c",
            in: CommandRun.home.appending(path: "csrc/kernel/fs/dax.c"))
    }

    @Test func codeThatNothingReachesIsNotJudged() throws {
        let patch = try Self.unreachedPatch()
        let (status, report) = try Self.check(["-"], input: patch)
        #expect(status == 2)
        #expect(report.verdicts("pass").isEmpty)
        let reason = try #require(report.variant.notJudged)
        #expect(reason.contains("reaches the change in dax_never_called()"), "\(reason)")
        let text = try CommandRun(["check", "-"], input: patch)
        #expect(text.status == 2)
        #expect(text.output.contains("Not judged: none of the "), "\(text.output)")
        #expect(!text.output.contains("holds"))
        let ktap = try CommandRun(["check", "--format", "ktap", "-"], input: patch)
        #expect(ktap.status == 2)
        #expect(ktap.output.contains(/(?m)^ok 1 .* # SKIP Not judged: none of/))
        #expect(!ktap.output.contains(/(?m)^ *not ok/))
        let b4 = try CommandRun(["perpatch"], input: patch)
        #expect(b4.status == 0)
        #expect(b4.output.hasPrefix("WARNING: not judged: none of the "), "\(b4.output)")
        let mail = try CommandRun(["check", "--format", "mail", "-"], input: patch).output
        #expect(mail.contains("Not judged: none of the "), "\(mail)")
        #expect(!mail.contains("Tested-by: "))
    }

    /// A patch that only takes a line away, out of a function that nothing calls.
    @Test func lessCodeThatNothingReachesIsNotJudgedEither() throws {
        let history = try MadeHistory()
        try history.replace(
            "int dax_iomap_fault(",
            with: Self.unreached.joined(separator: "\n") + "\nint dax_iomap_fault(",
            in: "fs/dax.c")
        try history.commit("dax: add what nothing calls")
        try history.replace(
            "\tif (!inode)\n\t\treturn -EINVAL;\n", with: "", in: "fs/dax.c")
        try history.commit("dax: trust the caller that is not there")
        let patches = try Self.series(history)
        let variants = try Variants()
        let read = try patches.flatMap {
            try Patch.read(
                $0, toolchain: variants.builder.toolchain, cache: variants.builder.cache)
        }
        var session = CheckSession(builder: variants.builder, pool: variants.pool)
        session.baseline = .unpatched
        session.orders = nil
        let report = try session.check([
            BuildRequest(name: "less", tree: variants.tree, patches: read, below: 1)
        ]).variants[0]
        let reason = try #require(report.notJudged)
        #expect(reason.functions == ["dax_never_called"])
        #expect(reason.lines == 0)
        #expect(!report.verdicts.contains { $0.verdict == .pass })
    }

    @Test(arguments: ["text", "json", "ktap", "junit", "html", "mail"])
    func everyFormSaysWhichLinesNeverRan(_ form: String) throws {
        let patch = try MadePatch.inserting(
            ["\tif (vmf->pgoff == 123456)", "\t\treturn VM_FAULT_SIGBUS;"],
            into: "dax_iomap_fault")
        let run = try CommandRun(["check", "--format", form, "-"], input: patch)
        #expect(run.status == 0, "\(run.errors)")
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains(/1 of 2 added lines never ran: fs\/dax\.c:[0-9]+\./), "\(words)")
        if form == "text" {
            let b4 = try CommandRun(["perpatch"], input: patch)
            #expect(b4.output.contains(/WARNING: 1 of 2 added lines never ran: fs\/dax\.c:/))
        }
    }
}
