// SPDX-License-Identifier: GPL-2.0-only

// A search blames a patch for what the patch does, as `check` does: on the embedded slice, in every
// form, and beside other things than the code without the patch.

import Foundation
import Testing
import VariantTesting

@Suite struct ExploreBaselineTests {
    private static let option2 =
        CommandRun.home.appending(path: "patches/option-2-iomap-fault-flag.patch").path
    private static let scenarios = [
        "--scenario", "ext2/1-page/*/write-fault/*", "--scenario", "race/ext2/hole/*",
        "--failures", "1", "--runs", "4000",
    ]

    private static func explore(
        _ arguments: [String], input: String = ""
    ) throws -> (status: Int32, report: ReportedChange) {
        let run = try CommandRun(
            ["explore", "--format", "json"] + scenarios + arguments, input: input)
        try #require(!run.output.isEmpty, "\(run.errors)")
        return (run.status, try ReportedChange(run))
    }

    @Test func aFixIsToldInEveryForm() throws {
        let (status, report) = try Self.explore([Self.option2])
        #expect(status == 0, "\(report.variant.summary)")
        let line = try report.line("begin-end-balanced")
        #expect(line.verdict == "pass" && line.before == "fail")
        #expect(report.variant.mended?.isEmpty == false)
        for form in ["text", "ktap", "junit", "html", "mail"] {
            let run = try CommandRun(
                ["explore", "--format", form] + Self.scenarios + [Self.option2])
            #expect(run.status == 0)
            let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("Fixed: "), "\(form): \(run.output)")
        }
    }

    @Test func aPatchAgainstItselfChangesNothing() throws {
        let run = try CommandRun(
            ["explore", "--format", "json"] + Self.scenarios)
        let file = try TemporaryDirectory.make().appending(path: "before.json")
        try Data(run.output.utf8).write(to: file)
        #expect(run.status == 1, "the slice omits iomap_end")
        let (status, report) = try Self.explore(["--baseline", file.path])
        #expect(status == 0, "\(report.variant.summary)")
        #expect(!report.verdicts("fail-as-before").isEmpty)
        #expect(report.variant.failures.allSatisfy { $0.change == "as-before" })
    }

    @Test func aCommentIsTheSameCode() throws {
        let patch = try MadePatch.inserting(
            ["/* A comment. */", ""], before: "int dax_iomap_fault(", of: "fs/dax.c",
            in: CommandRun.home.appending(path: "csrc/kernel/fs/dax.c"))
        let (status, report) = try Self.explore(["-"], input: patch)
        #expect(status == 0 && report.variant.sameCode == true && report.variant.runs == 0)
        let text = try CommandRun(["explore"] + Self.scenarios + ["-"], input: patch)
        #expect(text.output.contains("compiles to the same code"), "\(text.output)")
    }

    @Test func codeThatNoScenarioReachesIsNotJudged() throws {
        let patch = try MadePatch.inserting(
            [
                "int dax_never_called(struct inode *inode)", "{",
                "\treturn i_size_read(inode) != 0;", "}", "",
            ], before: "int dax_iomap_fault(", of: "fs/dax.c",
            in: CommandRun.home.appending(path: "csrc/kernel/fs/dax.c"))
        let (status, report) = try Self.explore(["-"], input: patch)
        #expect(status == 2 && report.verdicts("pass").isEmpty)
        let reason = try #require(report.variant.notJudged)
        #expect(reason.contains("reaches the change in dax_never_called()"), "\(reason)")
    }

    /// Neither command judges what is no part of the slice.
    @Test(arguments: ["check", "explore"])
    func aPatchToOtherFilesIsNotJudged(_ command: String) throws {
        let patch = """
            --- a/fs/xfs/xfs_file.c
            +++ b/fs/xfs/xfs_file.c
            @@ -1 +1 @@
            -a
            +b

            """
        let json = try CommandRun(
            [command, "--allow-outside", "--format", "json", "-"], input: patch)
        let report = try ReportedChange(json)
        #expect(json.status == 2 && report.variant.sameCode != true)
        #expect(report.verdicts("not-applicable").count == report.variant.verdicts.count)
        let text = try CommandRun([command, "--allow-outside", "-"], input: patch)
        #expect(text.status == 2)
        #expect(text.output.contains("touches no file of the slice, but\nfs/xfs/xfs_file.c"))
        #expect(!text.output.contains("same code") && !text.output.contains("holds"))
        let ktap = try CommandRun(
            [command, "--allow-outside", "--format", "ktap", "-"], input: patch)
        #expect(ktap.status == 2)
        #expect(ktap.output.contains(/(?m)^ok 1 .* # SKIP Not judged: the patch touches no file/))
    }
}
