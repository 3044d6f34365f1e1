// SPDX-License-Identifier: GPL-2.0-only

// What `diff` says of two variants: each group of differences has a patch that shows that group and
// no other, a refactoring shows nothing, and what the mailing list knew of the proposals comes out.

import Comparison
import Expectations
import Foundation
import Interleavings
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

/// Compares variants in workers, without the command around it.
struct Compared {
    /// - Parameters:
    ///   - before: patch files of the checkout, in order; none: the base.
    ///   - orders: of the races; nil leaves them out.
    ///   - scenarios: their places; nil for all.
    static func report(
        _ before: [String], _ after: [String], orders: OrderLimit? = nil, examples: Int = 1,
        jobs: Int? = nil, scenarios: [Int]? = nil
    ) throws -> DifferenceReport {
        let variants = try Variants()
        var pool = variants.pool
        if let jobs { pool.jobs = jobs }
        func side(_ name: String, _ paths: [String]) throws -> BuildRequest {
            BuildRequest(name: name, tree: variants.tree, patches: try variants.read(paths))
        }
        var session = CheckSession(builder: variants.builder, pool: pool)
        session.filter.scenarios = scenarios
        return try session.compare(
            side("before", before), with: side("after", after), orders: orders, examples: examples)
    }
}

extension DifferenceReport {
    var groups: Set<ObservableKind> { Set(changes.map(\.kind.facet)) }
    /// All that is told, for a failing test.
    var text: String { DiffText(self).render().plain }
}

@Suite struct DiffTests {
    private static let option2 = "patches/option-2-iomap-fault-flag.patch"
    private static let races = ScenarioIndex.catalogueCount..<ScenarioIndex.count(with: .standard)

    /// A patch, what it stands on, and what it changes.
    struct Row: CustomTestStringConvertible, Sendable {
        var patch: String
        var base: [String] = []
        var groups: Set<ObservableKind>
        /// A line that must be told.
        var words: String
        var testDescription: String { patch }
    }

    static let rows = [
        Row(
            patch: "changes/fault-says-report", groups: [.calls],
            words: "iomap_begin's flags: no flags -> IOMAP_REPORT"),
        Row(
            patch: "changes/mkwrite-locks-twice", groups: [.locks],
            words: "&mapping->tree_lock: taken -> taken more often"),
        Row(
            patch: "changes/fault-allocates-scratch", groups: [.points],
            words: "memory allocation: not called -> called"),
        Row(
            patch: "copy-error-becomes-eio", base: [option2], groups: [.verdict, .result],
            words: "write: -EFAULT -> -EIO"),
        Row(
            patch: "changes/write-loses-a-byte", groups: [.verdict, .data],
            words: "contents of the file at the end: data -> zeroes"),
        Row(
            patch: "truncate-leaves-mtime", base: [option2], groups: [.verdict, .data],
            words: "times that truncate sets: mtime and ctime -> ctime"),
        Row(
            patch: "hole-page-reference-leaked", base: [option2], groups: [.verdict, .blocks],
            words: "page (page reference): given back -> lost"),
        Row(
            patch: "dax-sem-outside-freeze", base: [option2], groups: [.verdict, .locks],
            words: "order of locks: takes sb_pagefaults for read -> takes &ei->dax_sem for read"),
    ]

    @Test(arguments: rows) func aChangeShowsItsGroupAndNoOther(_ row: Row) throws {
        let report = try Compared.report(
            row.base, row.base + ["Tests/Seeds/\(row.patch).patch"],
            scenarios: Array(stride(from: 0, to: ScenarioIndex.catalogueCount, by: 4)))
        #expect(report.groups == row.groups, "\(report.text)")
        #expect(report.changes.contains { $0.kind.words == row.words }, "\(report.text)")
        for change in report.changes.prefix(while: { $0.example != nil }) {
            #expect(change.runs > 0 || change.filesystems.isEmpty)
        }
    }

    @Test func everyGroupHasAPatchThatShowsIt() {
        let shown = Self.rows.reduce(into: Set<ObservableKind>()) { $0.formUnion($1.groups) }
        #expect(shown == Set(ObservableKind.allCases))
    }

    @Test func theSmallestRunIsTheOneWithTheFewestOperationsAndFailures() throws {
        let report = try Compared.report(
            [Self.option2], [Self.option2, "Tests/Seeds/copy-error-becomes-eio.patch"],
            examples: 100)
        #expect(report.changes.allSatisfy { $0.example?.after?.run.injections.count == 1 })
        let change = try #require(
            report.changes.first { $0.kind.facet == .result && $0.operations == [.write] })
        let run = try #require(change.example?.after?.run)
        #expect(run.operations.map(\.kind) == [.write], "\(change.kind.words)")
    }

    @Test func aRefactoringChangesNothingAndItIsSaidWhatWasCompared() throws {
        let run = try CommandRun([
            "diff", "base",
            CommandRun.home.appending(path: "Tests/Seeds/changes/fault-refactored.patch").path,
        ])
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("Nothing observable changed"))
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let compared = try #require(
            words.firstMatch(
                of: /compared ([0-9,]+) runs of ([0-9,]+) scenarios.* ([0-9,]+) races of two tasks/)
        )
        func number(_ text: Substring) -> Int { Int(text.filter { $0 != "," }) ?? 0 }
        #expect(number(compared.1) > 50_000)
        #expect(number(compared.2) == ImageDescription(of: .workingCopy).scenarios)
        #expect(number(compared.3) > 400)
        let longest = run.output.split(separator: "\n").map(\.count).max() ?? 0
        #expect(longest <= 80)
    }

    /// The thread: "iomap_end() was not called; with a flag that says that it is a fault, ext2 can
    /// leave its blocks alone."
    @Test func optionTwoCallsEndAndChangesNothingElseOnExt2() throws {
        let report = try Compared.report([], [Self.option2])
        let ext2 = report.changes.filter { $0.filesystems.contains(.ext2) }
        #expect(Set(ext2.map(\.kind.facet)) == [.verdict, .calls], "\(report.text)")
        let words = ext2.map(\.kind.words)
        #expect(words.contains("begin-end-balanced: fails -> holds"))
        #expect(
            words.contains(
                "iomap_end: not called -> called with written = length, IOMAP_WRITE|IOMAP_FAULT"))
        #expect(words.contains("iomap_begin's flags: IOMAP_WRITE -> IOMAP_WRITE|IOMAP_FAULT"))
        // And the strict filesystem gets back what begin had taken.
        #expect(
            report.changes.map(\.kind.words).contains(
                "&si->extent_lock when the op returns: still held -> given back"))
        #expect(!report.changes.contains { $0.kind.facet == .verdict && $0.kind.after == "fails" })
    }

    /// What was first tried, and what was merged.
    @Test func theSecondVersionSaysWhatAFaultHasWritten() throws {
        let report = try Compared.report(
            ["patches/history/naive-iomap-end.patch"], ["patches/history/merged-v4.10.patch"],
            scenarios: Array(stride(from: 0, to: ScenarioIndex.catalogueCount, by: 3)))
        let words = report.changes.map(\.kind.words)
        #expect(words.contains("no-self-deadlock: fails -> holds"), "\(report.text)")
        #expect(words.contains("iomap_end's written: 0 -> length"))
        #expect(
            words.contains {
                $0.hasPrefix("write-fault: never returns (the run ended in a self-deadlock) -> ")
            })
        let change = try #require(report.changes.first { $0.kind.facet == .verdict })
        let before = try #require(change.example?.before)
        #expect(!before.record.findings.isEmpty, "the example shows what it is about")
    }

    @Test func aRaceIsADifferenceOfItsOutcomes() throws {
        let seed = "Tests/Seeds/races/setsize-without-dax-sem.patch"
        let alone = try Compared.report([Self.option2], [Self.option2, seed])
        let raced = try Compared.report(
            [Self.option2], [Self.option2, seed], orders: .standard, examples: 100,
            scenarios: Array(Self.races))
        #expect(!alone.changes.contains { $0.kind.words == "data-intact: holds -> fails" })
        let change = try #require(
            raced.changes.first { $0.kind.words == "data-intact: holds -> fails" }, "\(raced.text)")
        #expect(change.races > 0 && change.orders >= change.races)
        let after = try #require(change.example?.after)
        #expect(after.record.findings.contains { $0.expectation == "data-intact" })
        let before = try #require(change.example?.before)
        #expect(!before.record.findings.contains { $0.expectation == "data-intact" })
    }

    @Test func theNumberOfJobsChangesNothing() throws {
        let texts = try [1, 3].map { jobs in
            try Compared.report(
                [], ["patches/option-3a-clear-iomap-write.patch"], orders: .standard, examples: 3,
                jobs: jobs, scenarios: Array(stride(from: 0, to: Self.races.upperBound, by: 7))
            ).text
        }
        #expect(texts[0] == texts[1])
    }

    @Test func aRunThatKillsItsProcessIsADifference() throws {
        // In a copy on write of a file of one byte.
        let patch = try MadePatch.inserting(
            [
                "\textern void _exit(int);",
                "",
                "\tif (vma->vm_file->f_mapping->host->i_size == 1 && vmf->cow_page)",
                "\t\t_exit(3);",
            ], into: "dax_iomap_fault")
        let run = try CommandRun(
            ["diff", "--trust", "--orders", "none", "base", "-"], input: patch)
        #expect(run.status == 1, "\(run.errors)")
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("the run: finished -> its process exited with status 3"))
        #expect(words.contains("no-warning: holds -> fails"))
        #expect(words.contains("the process died"))
    }
}
