// SPDX-License-Identifier: GPL-2.0-only

// Reports in JSON are what schema/report.json says: each kind of answer, as the command gives it,
// and every key that a report has is one that the schema tells of.

import Expectations
import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite(.enabled(if: PythonTools.areThere, PythonTools.reason))
struct SchemaTests {
    private static let schema = CommandRun.home.appending(path: "schema/report.json").path
    private static let shipped = CommandRun.home.appending(path: "patches").path
    private static let merged = shipped + "/history/merged-v4.10.patch"

    /// What is wrong with a report, a line each; empty if it is valid.
    private func faults(in report: String) throws -> String {
        let file = try TemporaryDirectory.make().appending(path: "report.json")
        try Data(report.utf8).write(to: file)
        return try PythonTools.python(
            """
            import json, sys
            from jsonschema import Draft202012Validator
            schema = json.load(open(sys.argv[2]))
            Draft202012Validator.check_schema(schema)
            def close(part):
                # Readers must expect new keys; a test must not.
                if isinstance(part, dict):
                    if "properties" in part and "type" in part:
                        part["additionalProperties"] = False
                    for value in part.values(): close(value)
                elif isinstance(part, list):
                    for value in part: close(value)
            close(schema)
            report = json.load(open(sys.argv[1]))
            for error in list(Draft202012Validator(schema).iter_errors(report))[:10]:
                print("/".join(map(str, error.absolute_path)), error.message[:200])
            """, [file.path, Self.schema]
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(arguments: [
        ["check", "--orders", "none"],
        ["check", "--orders", "none", merged],
        ["check", "--orders", "none", "--all-failures", merged],
        ["check", "--orders", "none", shipped + "/option-2-iomap-fault-flag.patch"],
        ["matrix", "--orders", "none", merged],
        ["explore", "--scenario", "race/ext2/hole/*", "--runs", "200", merged],
        [
            "explore", "--scenario", "race/ext2/hole/*", "--runs", "200", "--shard", "1/2",
            merged,
        ],
    ])
    func aReportIsAsTheSchemaSays(_ arguments: [String]) throws {
        let run = try CommandRun(arguments + ["--format", "json"], in: CommandRun.home)
        #expect(run.status < 2, "\(run.errors)")
        #expect(try faults(in: run.output) == "")
    }

    @Test func whatIsNotRunIsSaidAsTheSchemaSays() throws {
        let source = try String(
            contentsOf: CommandRun.home.appending(path: "csrc/kernel/fs/dax.c"), encoding: .utf8)
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false).prefix(2)
        let patch =
            "--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1,2 +1,3 @@\n+/* A comment more. */\n"
            + lines.map { " \($0)\n" }.joined()
        let run = try CommandRun(
            ["check", "--orders", "none", "--format", "json", "-"], input: patch,
            in: CommandRun.home)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("\"same_code\" : true"))
        #expect(try faults(in: run.output) == "")
    }

    /// What a run of the command seldom shows.
    @Test func errorsAndDeathsAreAsTheSchemaSays() throws {
        var report = try Variants.shipped.get()
        var variant = try Variants.report(of: .merged)
        let witness = try #require(variant.verdict(of: "no-self-deadlock").witness)
        variant.harnessErrors = [
            ReportedHarnessError(
                end: .trap, message: "nobody provides get_dax()", runs: 3, scenarios: 2,
                witness: witness)
        ]
        variant.notRun = [
            NotRun(scenarios: 12, filesystem: .ext2, operations: [.readFault], isAll: false)
        ]
        variant.notes = ["a note"]
        variant.outcome = .notJudged(
            NotJudged(lines: 3, functions: ["dax_iomap_fault"], location: "fs/dax.c:7"))
        report.variants = [variant]
        #expect(try faults(in: ReportJSON.render(report)) == "")
    }

    @Test func aReportThatLacksAWitnessIsNone() throws {
        let text = try ReportJSON.render(try Variants.shipped.get())
        let broken = text.replacing("\"verdict\" : \"fail\"", with: "\"verdict\" : \"pass\"")
        #expect(try faults(in: text) == "")
        #expect(try faults(in: broken) != "")
    }
}
