// SPDX-License-Identifier: GPL-2.0-only

// Remarks on lines, as an editor, code scanning and code reviews read them.

import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct AnnotationTests {
    private static func report() throws -> Report {
        var report = try Variants.shipped.get()
        report.variants = [try Variants.report(of: .merged)]
        return report
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    @Test func aQuickfixLineNamesAPlaceOfTheTree() throws {
        let lines = Self.lines(ReportAnnotations.quickfix(try Self.report()))
        let errors = lines.filter { $0.contains(": error: ") }
        #expect(errors.count == 1, "\(lines)")
        #expect(
            errors[0].firstMatch(of: #/^fs/[a-z0-9/]+\.c:[0-9]+: error: no-self-deadlock: /#) != nil
        )
        let file = try #require(errors[0].split(separator: ":").first)
        let path = CommandRun.home.appending(path: "csrc/kernel/\(file)").path
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func aWorkflowCommandIsOneLine() throws {
        let report = try Self.report()
        let lines = Self.lines(ReportAnnotations.github(report))
        #expect(lines.count == Self.lines(ReportAnnotations.quickfix(report)).count)
        let error = try #require(lines.first { $0.hasPrefix("::error ") })
        #expect(
            error.firstMatch(
                of: #/^::error file=fs/[^,]+,line=\d+,title=faultline%3A no-self-deadlock::/#)
                != nil,
            "\(error)")
    }

    @Test func aCodeQualityReportHasWhatGitLabAsksFor() throws {
        let text = try ReportAnnotations.gitlab(try Self.report())
        let remarks = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(!remarks.isEmpty)
        for remark in remarks {
            let place = try #require(remark["location"] as? [String: Any])
            #expect((place["path"] as? String)?.hasPrefix("fs/") == true)
            #expect((place["lines"] as? [String: Any])?["begin"] as? Int ?? 0 > 0)
            #expect(remark["check_name"] is String && remark["fingerprint"] is String)
        }
        let prints = remarks.compactMap { $0["fingerprint"] as? String }
        #expect(Set(prints).count == remarks.count, "each remark has a fingerprint of its own")
    }

    @Test func sarifHasARuleForEachResult() throws {
        let text = try ReportSARIF.render(try Self.report(), version: "1.2.3")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["version"] as? String == "2.1.0")
        let run = try #require((document["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        let rules = try #require(driver["rules"] as? [[String: Any]])
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.contains { $0["level"] as? String == "error" })
        for result in results {
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
            #expect((result["message"] as? [String: Any])?["text"] is String)
            let place = try #require((result["locations"] as? [[String: Any]])?.first)
            let physical = try #require(place["physicalLocation"] as? [String: Any])
            #expect((physical["region"] as? [String: Any])?["startLine"] as? Int ?? 0 > 0)
        }
    }

    /// The model is generated from the standard's schema, and knows no other key.
    @Test(.enabled(if: PythonTools.areThere, PythonTools.reason))
    func sarifIsValidByItsSchema() throws {
        let text = try ReportSARIF.render(try Self.report(), version: "1.2.3")
        func faults(in text: String) throws -> String {
            let file = try TemporaryDirectory.make().appending(path: "faultline.sarif")
            try Data(text.utf8).write(to: file)
            return try PythonTools.python(
                """
                import sys
                from pydantic import ValidationError
                from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SARIF
                try:
                    SARIF.model_validate_json(open(sys.argv[1]).read())
                except ValidationError as error:
                    print(error)
                """, [file.path])
        }
        #expect(try faults(in: text) == "")
        let wrong = text.replacing("\"startLine\"", with: "\"startline\"")
        #expect(try faults(in: wrong).contains("startline"), "the model knows no such key")
    }

    @Test func whereNothingFailsThereIsNothingToSay() throws {
        var report = try Self.report()
        report.variants = [try Variants.report(of: .option2)]
        let lines = Self.lines(ReportAnnotations.quickfix(report))
        #expect(!lines.contains { $0.contains(": error: ") }, "\(lines)")
    }
}
