// SPDX-License-Identifier: GPL-2.0-only

// KTAP as its reader sees it: a kernel tree's own kunit.py parses it without complaint and counts
// what we counted.

import Expectations
import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct KTAPTests {
    /// Parsers of KTAP version 1; that of 5.10 is older than the format.
    private static let readers = [KernelTree.v61, .v612].filter(\.isThere)

    private static let rules = Expectations.all.count

    /// The place of a rule among all.
    private static func index(of name: String) throws -> Int {
        try #require(Expectations.named(name)).index
    }

    private func expect(
        _ ktap: String, passed: Int = 0, failed: Int = 0, skipped: Int = 0, by tree: KernelTree
    ) throws {
        let parse = try KUnitParse(ktap, by: tree)
        #expect(parse.complaints.isEmpty, "\(parse.text)\n\(ktap)")
        let wanted = ["passed": passed, "failed": failed, "skipped": skipped]
        #expect(parse.counts == wanted.filter { $0.value > 0 }, "\(parse.text)")
        // Where all is skipped it is not content either.
        #expect((parse.status == 0) == (failed == 0 && passed > 0), "\(parse.text)")
    }

    @Test(arguments: KTAPTests.readers)
    func aFailingCheckCountsOneFailure(_ tree: KernelTree) throws {
        let patch = CommandRun.home.appending(path: "patches/history/merged-v4.10.patch").path
        let run = try CommandRun(["check", "--orders", "none", "--format", "ktap", patch])
        #expect(run.status == 1, "\(run.errors)")
        // Finding 27, which the slice has without the patch.
        try expect(run.output, passed: Self.rules - 2, failed: 1, skipped: 1, by: tree)
        #expect(run.output.contains("  # Subtest: merged-v4.10\n"))
        #expect(run.output.contains("  not ok 1 no-self-deadlock\n"))
        #expect(run.output.contains("\nnot ok 1 merged-v4.10"))
        for words in ["# replay: faultline replay ", "# expected: ", "# actual: ", "(fail_nth: "] {
            #expect(run.output.contains(words), "\(run.output)")
        }
    }

    @Test(arguments: KTAPTests.readers)
    func everyVariantIsASubtest(_ tree: KernelTree) throws {
        let report = try Variants.shipped.get()
        let failed = report.variants.flatMap(\.verdicts).count { $0.verdict == .fail }
        let all = report.variants.flatMap(\.verdicts).count
        try expect(
            ReportKTAP.render(report), passed: all - failed, failed: failed, by: tree)
    }

    @Test(arguments: KTAPTests.readers)
    func whatNoRunSaysAnythingAboutIsSkipped(_ tree: KernelTree) throws {
        var report = try Variants.shipped.get()
        report.variants = [try Variants.report(of: .option2)]
        let index = try Self.index(of: "pmd-rules")
        for index in [index, index + 1] {
            report.variants[0].verdicts[index] = ExpectationVerdict(
                expectation: Expectations.all[index], verdict: .notApplicable, runs: 0, failures: 0)
        }
        let ktap = ReportKTAP.render(report)
        #expect(ktap.contains("ok \(index + 1) pmd-rules # SKIP no run says anything about it"))
        try expect(ktap, passed: Self.rules - 2, skipped: 2, by: tree)
    }

    @Test(arguments: KTAPTests.readers)
    func whatFailsAsBeforeIsSkippedAsAKnownIssue(_ tree: KernelTree) throws {
        var report = try Variants.shipped.get()
        report.variants = [try Variants.report(of: .option2)]
        report.variants[0].baseline = BaselineDescription(
            kind: .unpatched, name: "base", runs: 64_703)
        let index = try Self.index(of: "data-intact")
        var old = ExpectationVerdict(
            expectation: Expectations.all[index], verdict: .failAsBefore, runs: 345, failures: 0)
        (old.before, old.asBefore) = (.fail, 12)
        report.variants[0].verdicts[index] = old
        var mended = ExpectationVerdict(
            expectation: Expectations.all[index + 1], verdict: .pass, runs: 345, failures: 0)
        (mended.before, mended.mended) = (.fail, 7)
        report.variants[0].verdicts[index + 1] = mended
        let ktap = ReportKTAP.render(report)
        #expect(
            ktap.contains(
                "ok \(index + 1) data-intact # SKIP known issue: 12 of 345 runs, as before\n"),
            "\(ktap)")
        #expect(ktap.contains("# fixed: 7 failed before\n"))
        try expect(ktap, passed: Self.rules - 1, skipped: 1, by: tree)
    }

    @Test(arguments: KTAPTests.readers)
    func aVariantWithoutAVerdictIsSkipped(_ tree: KernelTree) throws {
        var report = try Variants.shipped.get()
        report.variants = [try Variants.report(of: .option1), try Variants.report(of: .option2)]
        report.variants[0].outcome = .sameCode
        report.variants[1].outcome = .notJudged(
            NotJudged(lines: 3, functions: ["dax_iomap_fault"], location: "fs/dax.c:7"))
        try expect(ReportKTAP.render(report), skipped: 2, by: tree)
    }

    @Test(arguments: KTAPTests.readers)
    func anErrorOfTheHarnessIsATestThatFails(_ tree: KernelTree) throws {
        var report = try Variants.shipped.get()
        let witness = try #require(
            try Variants.report(of: .merged).verdict(of: "no-self-deadlock").witness)
        report.variants = [try Variants.report(of: .option2)]
        report.variants[0].harnessErrors = [
            ReportedHarnessError(
                end: .trap, message: "nobody provides get_dax()", runs: 3, scenarios: 2,
                witness: witness)
        ]
        let ktap = ReportKTAP.render(report)
        #expect(ktap.contains("  # error: "), "\(ktap)")
        #expect(ktap.contains("  not ok \(Self.rules + 1) every-run-was-made\n"), "\(ktap)")
        try expect(ktap, passed: Self.rules, failed: 1, by: tree)
    }

    @Test("No name of a variant and no text of a note is taken for a result", arguments: readers)
    func namesAndNotesAreHarmless(_ tree: KernelTree) throws {
        var report = try Variants.shipped.get()
        var variant = try Variants.report(of: .option2)
        variant.notes = ["1..7", "not ok 3 no-leak", "two\nlines", "KTAP version 9", "# SKIP me"]
        report.variants = ["no-leak", "a #1 b", "every-run-was-made"].map { name in
            variant.name = name
            return variant
        }
        try expect(ReportKTAP.render(report), passed: 3 * Self.rules, by: tree)
    }

    @Test func theLinesThatNeverRanAreDiagnostics() throws {
        var report = try Variants.shipped.get()
        var variant = try Variants.report(of: .option2)
        variant.coverage = Coverage(
            lines: [
                Coverage.Line(file: "fs/dax.c", line: 7, scenarios: 0),
                Coverage.Line(file: "fs/dax.c", line: 8, scenarios: 1200),
            ],
            excerpts: [
                SourceExcerpt(
                    file: "fs/dax.c",
                    lines: [
                        .init(number: 7, text: "\tx = 1;", isAdded: true, scenarios: 0),
                        .init(number: 8, text: "\ty = 1;", isAdded: true, scenarios: 1200),
                    ])
            ])
        report.variants = [variant]
        let ktap = ReportKTAP.render(report)
        #expect(ktap.contains("  # line: fs/dax.c:7 never ran: x = 1;"))
        #expect(ktap.contains("  #    never +     7  x = 1;"), "\(ktap)")
        #expect(ktap.contains("  # line: fs/dax.c:8 ran in 1,200 scenarios"))
        #expect(ktap.contains("\nok 1 "), "a line that never ran is no failure")
    }
}
