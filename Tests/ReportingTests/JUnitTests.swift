// SPDX-License-Identifier: GPL-2.0-only

// JUnit's XML as build servers read it: valid by the schema that Jenkins has, and with the same
// numbers for a library that reads it.

import Expectations
import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite(.enabled(if: PythonTools.areThere, PythonTools.reason))
struct JUnitTests {
    private static let all = Expectations.all.count

    /// Validates, and answers what junitparser reads: a line of counts a suite, then the texts.
    private func read(_ xml: String) throws -> [String] {
        let file = try TemporaryDirectory.make().appending(path: "report.xml")
        try Data(xml.utf8).write(to: file)
        let schema = try #require(PythonTools.directory) + "/junit-10.xsd"
        return try PythonTools.python(
            """
            import sys
            from lxml import etree
            from junitparser import JUnitXml
            tree = etree.parse(sys.argv[1])
            etree.XMLSchema(etree.parse(sys.argv[2])).assertValid(tree)
            for suite in JUnitXml.fromfile(sys.argv[1]):
                print(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped)
                kinds = [type(result).__name__ for case in suite for result in case.result]
                print(len(list(suite)), *(kinds.count(k) for k in ("Failure", "Error", "Skipped")))
            """, [file.path, schema]
        ).split(separator: "\n").map(String.init)
    }

    @Test func theCommandWritesItToAFile() throws {
        let directory = try TemporaryDirectory.make()
        let patch = CommandRun.home.appending(path: "patches/history/merged-v4.10.patch").path
        let run = try CommandRun(
            [
                "check", "--orders", "none", "--format", "junit", "--output", "report.xml", patch,
            ], in: directory)
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.isEmpty)
        let xml = try String(
            contentsOf: directory.appending(path: "report.xml"), encoding: .utf8)
        // Finding 27, which the slice has without the patch, is skipped.
        #expect(try read(xml) == ["merged-v4.10 \(Self.all) 1 0 1", "\(Self.all) 1 0 1"])
        #expect(xml.contains("*** DEADLOCK ***"), "the witness is in the failure")
        #expect(xml.contains("faultline replay "))
    }

    @Test func everyVariantIsASuite() throws {
        let report = try Variants.shipped.get()
        let lines = try read(ReportJUnit.render(report))
        #expect(
            lines
                == report.variants.flatMap { variant in
                    let failed = variant.verdicts.count { $0.verdict == .fail }
                    return [
                        "\(variant.name) \(Self.all) \(failed) 0 0", "\(Self.all) \(failed) 0 0",
                    ]
                })
    }

    @Test func skippedCasesAndErrorsAreCounted() throws {
        var report = try Variants.shipped.get()
        let witness = try #require(
            try Variants.report(of: .merged).verdict(of: "no-self-deadlock").witness)
        var variant = try Variants.report(of: .option2)
        variant.verdicts[11] = ExpectationVerdict(
            expectation: Expectations.all[11], verdict: .notApplicable, runs: 0, failures: 0)
        variant.harnessErrors = [
            ReportedHarnessError(
                end: .trap, message: "get_dax()", runs: 3, scenarios: 2, witness: witness)
        ]
        report.variants = [variant]
        // One more for the runs that were not made.
        let all = Self.all + 1
        #expect(
            try read(ReportJUnit.render(report))
                == ["option-2-iomap-fault-flag \(all) 0 1 1", "\(all) 0 1 1"])
    }

    @Test("Markup, quotes, control characters and other alphabets survive or are replaced")
    func anyTextIsValid() throws {
        var report = try Variants.shipped.get()
        var variant = try Variants.report(of: .option2)
        variant.name = "a<b>&\"c\"'d'"
        variant.notes = [
            "]]> <!-- \u{1}\u{8}\u{b}\u{1f}\u{7f}\u{85}\u{fffe} \u{1b}[31m \r\t", "Größe 漢字 🐧",
        ]
        report.variants = [variant]
        let xml = ReportJUnit.render(report)
        #expect(try read(xml) == ["a<b>&\"c\"'d' \(Self.all) 0 0 0", "\(Self.all) 0 0 0"])
        #expect(xml.contains("Größe 漢字 🐧"))
        #expect(!xml.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
}
