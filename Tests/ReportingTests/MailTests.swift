// SPDX-License-Identifier: GPL-2.0-only

// The report for a mail: narrow, plain, whole, and careful with its tag.

import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct MailTests {
    private static let context = ReportContext(
        arguments: ["check", "--tree", "/home/a b/linux", "fix.patch", "--format", "mail"],
        version: "0.1.0", compiler: "clang version 21.0.0", host: "Linux 6.1 x86_64, 2 processors",
        tester: "A Tester <tester@example.org>")

    private func render(_ variant: VariantReport, _ context: ReportContext = context) throws
        -> String
    {
        var report = try Variants.shipped.get()
        report.variants = [variant]
        return ReportMail.render(report, context: context)
    }

    private func expectMailable(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            // A tag may not be broken into lines.
            if !line.hasPrefix("Tested-by:") { #expect(line.count <= 72, "\(line)") }
            #expect(line.last != " ", "\(line)")
            #expect(!line.hasPrefix("From ") && !line.hasPrefix("diff "), "\(line)")
            #expect(line != "---" && line != "--", "\(line)")
        }
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(text)")
    }

    @Test(arguments: Shipped.allCases)
    func itIsFitForAMail(_ shipped: Shipped) throws {
        expectMailable(try render(Variants.report(of: shipped)))
    }

    @Test func aMatrixIsFitForAMailToo() throws {
        let text = ReportMail.render(try Variants.shipped.get(), context: Self.context)
        expectMailable(text)
        #expect(!text.contains("Tested-by"), "of several variants none is the patch")
    }

    @Test func everythingThatA0DayMailHasIsThere() throws {
        var variant = try Variants.report(of: .merged)
        variant.mails = [
            PatchMail(
                path: "fix.patch", subject: "dax: end what was begun", number: "v2 1/3",
                messageID: "20161027112230.9904-3-jack@suse.cz")
        ]
        let text = try render(variant)
        for words in [
            "tree:      embedded, 4.9.0-rc", "patch:     [PATCH v2 1/3] dax: end what was begun",
            "<20161027112230.9904-3-jack@suse.cz>", "compiler:  clang version 21.0.0",
            "machine:   Linux 6.1 x86_64", "reproduce:",
            "faultline check --tree '/home/a b/linux' fix.patch", "no-self-deadlock    FAIL",
            "(fail_nth: ", "faultline replay ", "for ever", "Limits:",
        ] { #expect(text.contains(words), "'\(words)' is missing in\n\(text)") }
        #expect(!text.contains("--format"), "the command is one that prints text")
    }

    // MARK: - The tag

    @Test func aTagIsSuggestedWhereEverythingHolds() throws {
        let text = try render(try Variants.report(of: .option2))
        #expect(text.hasSuffix("\n\nTested-by: A Tester <tester@example.org>"), "\(text)")
    }

    @Test func withoutANameTheTagSaysSo() throws {
        var context = Self.context
        context.tester = nil
        let text = try render(try Variants.report(of: .option2), context)
        #expect(text.hasSuffix("\n\nTested-by: YOUR NAME <YOUR ADDRESS>"))
        #expect(text.contains("git config user.name"))
    }

    @Test(
        "There is no tag, and a reason, where",
        arguments: [
            ("an expectation fails", "not every expectation holds"),
            ("runs could not be made", "the harness could not make every run"),
            ("scenarios were left out", "the last 7 scenarios were not run"),
            ("nothing of the patch ran", "no added line ever ran"),
        ])
    func noTag(_ what: String, _ reason: String) throws {
        var variant = try Variants.report(of: .option2)
        switch what {
        case "an expectation fails": variant = try Variants.report(of: .merged)
        case "runs could not be made":
            variant.harnessErrors = [
                ReportedHarnessError(
                    end: .trap, message: "get_dax()", runs: 3, scenarios: 2,
                    witness: try #require(
                        try Variants.report(of: .merged).verdict(of: "no-self-deadlock").witness))
            ]
        case "scenarios were left out": variant.leftOut = ["the last 7 scenarios were not run"]
        default:
            variant.coverage = Coverage(
                lines: [Coverage.Line(file: "fs/dax.c", line: 7, scenarios: 0)])
        }
        let text = try render(variant)
        #expect(!text.contains("Tested-by:"), "\(what)")
        #expect(text.contains("No Tested-by is suggested: \(reason)."), "\(text)")
    }

    // MARK: - What never ran

    @Test func aLineThatNeverRunsIsShownAndFailsNothing() throws {
        let patch = try MadePatch.inserting(
            [
                "\tif (vma->vm_start == 12345) /* never, in any scenario */",
                "\t\treturn VM_FAULT_SIGBUS;",
            ], into: "dax_iomap_fault")
        let below = CommandRun.home.appending(path: "patches/option-2-iomap-fault-flag.patch")
        let run = try CommandRun(
            ["check", "--orders", "none", "--format", "mail", below.path, "-"], input: patch)
        #expect(run.status == 0, "\(run.errors)")
        expectMailable(run.output)
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("coverage 20 of 21 added lines ran, each in "), "\(run.output)")
        #expect(words.contains("1 never ran"), "\(run.output)")
        #expect(run.output.contains(/never \+ +[0-9]+ +return VM_FAULT_SIGBUS;/), "\(run.output)")
    }
}
