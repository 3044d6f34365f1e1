// SPDX-License-Identifier: GPL-2.0-only

// Patches to kernels that fail without them: what the tree does is not the patch's doing, and what the
// patch does is, whatever shape it has.

import Foundation
import Testing
import VariantTesting

@Suite(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
struct SeriesOnTreeTests {
    /// A series of four: a refactoring, a fix, a break, a comment.
    private struct Series {
        let history: MadeHistory
        let cache: URL
        static let shared = Result { try Series() }

        init() throws {
            cache = try CommandRun.cacheOfObjects()
            history = try MadeHistory(of: .v612)
            let inserting = """
                \tif (write)
                \t\treturn vmf_insert_mixed_mkwrite(vmf->vma, vmf->address, pfn);
                \treturn vmf_insert_mixed(vmf->vma, vmf->address, pfn);
                }

                """
            try history.replace(
                "\t/* insert PTE pfn */\n" + inserting,
                with: "\treturn dax_insert_pte(vmf, pfn, write);\n}\n", in: "fs/dax.c")
            try history.replace(
                "static vm_fault_t dax_fault_iter(",
                with:
                    "static vm_fault_t dax_insert_pte(struct vm_fault *vmf, pfn_t pfn, bool write)"
                    + "\n{\n\(inserting)\nstatic vm_fault_t dax_fault_iter(", in: "fs/dax.c")
            try history.commit("dax: insert a PTE in a function of its own")
            let condition = "\tif (iomap->type == IOMAP_MAPPED &&\n\t    written < length"
            try history.replace(
                condition, with: "\tif (flags & IOMAP_FAULT)\n\t\treturn 0;\n\n\(condition)",
                in: "fs/ext2/inode.c")
            try history.commit("ext2: a fault has nothing to trim")
            try history.replace(
                condition, with: condition.replacing("written <", with: "written <="),
                in: "fs/ext2/inode.c")
            try history.commit("ext2: trim what was not written")
            try history.replace(
                condition.replacing("written <", with: "written <="),
                with: "\t/* Blocks behind the end. */\n"
                    + condition.replacing("written <", with: "written <="),
                in: "fs/ext2/inode.c")
            try history.commit("ext2: say what is trimmed")
            try KernelTree.v612.noteTested()
        }

        func check(_ range: String) throws -> (status: Int32, report: ReportedChange) {
            let run = try CommandRun(
                [
                    "check", "--format", "json", "--tree", history.root.path, "--rev", range,
                ], cache: cache)
            try #require(!run.output.isEmpty, "\(run.errors)")
            return (run.status, try ReportedChange(run))
        }
    }

    @Test func aRefactoringChangesNothing() throws {
        let (status, report) = try Series.shared.get().check("HEAD~4..HEAD~3")
        #expect(status == 0, "\(report.variant.summary)")
        #expect(report.verdicts("fail").isEmpty)
        #expect(report.verdicts("fail-as-before").contains("no-self-deadlock"))
        #expect(report.variant.mended?.isEmpty == true, "\(report.variant.summary)")
        #expect(report.variant.summary.hasPrefix("Nothing fails that did not before"))
    }

    @Test func aFixMends() throws {
        let (status, report) = try Series.shared.get().check("HEAD~3..HEAD~2")
        #expect(status == 0, "\(report.variant.summary)")
        let line = try report.line("no-self-deadlock")
        #expect(line.verdict == "pass" && line.before == "fail")
        #expect(report.variant.summary.hasPrefix("Fixed: no-self-deadlock"))
    }

    @Test func aBreakFails() throws {
        let (status, report) = try Series.shared.get().check("HEAD~2..HEAD~1")
        #expect(status == 1, "\(report.variant.summary)")
        #expect(report.verdicts("fail").contains("data-intact"), "\(report.variant.summary)")
    }

    @Test func aCommentIsTheSameCode() throws {
        let (status, report) = try Series.shared.get().check("HEAD~1..HEAD")
        #expect(status == 0)
        #expect(report.variant.sameCode == true)
    }

    @Test func aRevisionCanBeTheBaseline() throws {
        let series = try Series.shared.get()
        func check(_ baseline: String) throws -> CommandRun {
            try CommandRun(
                [
                    "check", "--format", "json", "--tree", series.history.root.path, "--rev",
                    "HEAD", "--baseline", baseline,
                ], cache: series.cache)
        }
        let run = try check("begin")
        let report = try ReportedChange(run)
        #expect(run.status == 1, "\(report.variant.summary)")
        #expect(report.verdicts("fail").contains("data-intact"))
        #expect(report.variant.summary.contains("Fixed: no-self-deadlock"))
        let wrong = try check("no-such-revision")
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("--baseline no-such-revision: no such file, and not a "))
    }
}

@Suite(.enabled(if: KernelTree.v510.isThere, KernelTree.v510.reason))
struct FindingShapeTests {
    /// What finding 14 does to a few pages, done to every huge one: its shape is the same.
    private static func patch() throws -> String {
        try KernelTree.v510.inserting(
            ["\t\t\tif (pfn == pmd_pfn(*pmdp))", "\t\t\t\tgoto unlock_pmd;"],
            before: "\t\t\tif (pfn != pmd_pfn(*pmdp))", of: "fs/dax.c")
    }

    @Test func aFindingExcusesNothingByItsShape() throws {
        let tree = try KernelTree.v510.directory.path
        let run = try CommandRun(
            ["check", "--format", "json", "--tree", tree, "-"], input: try Self.patch())
        let report = try ReportedChange(run)
        #expect(run.status == 1, "\(report.variant.summary)")
        let line = try report.line("data-intact")
        #expect(line.verdict == "fail")
        #expect(try #require(line.asBefore) > 0, "the tree shows the finding, too")
        try KernelTree.v510.noteTested()
    }

    @Test func norInAMatrix() throws {
        let tree = try KernelTree.v510.directory.path
        let patch = try TemporaryDirectory.make().appending(path: "unprotected.patch")
        try Data(try Self.patch().utf8).write(to: patch)
        let run = try CommandRun(["matrix", "--format", "json", "--tree", tree, patch.path])
        let report = try JSONDecoder().decode(Matrix.self, from: Data(run.output.utf8))
        let verdicts = report.variants.map { variant in
            variant.verdicts.first { $0.expectation == "data-intact" }?.verdict
        }
        #expect(verdicts == ["pass", "fail"])
    }

    private static func search(_ patch: String) throws -> (
        run: CommandRun, line: ReportedChange.Line
    ) {
        let run = try CommandRun(
            [
                "explore", "--format", "json", "--tree", try KernelTree.v510.directory.path,
                "--scenario", "strict/2-mib/*", "--scenario", "race/strict/huge-*/*fsync*",
                "--runs", "40000", "-",
            ], input: patch)
        return (run, try ReportedChange(run).line("data-intact"))
    }

    @Test func norInASearch() throws {
        let (run, line) = try Self.search(try Self.patch())
        #expect(run.status == 1, "\(run.errors)")
        #expect(line.verdict == "fail")
    }

    @Test func aSearchExcusesWhatTheTreeShows() throws {
        let harmless = try KernelTree.v510.inserting(
            ["\t\t\tbarrier();"], before: "\t\t\tif (pfn != pmd_pfn(*pmdp))", of: "fs/dax.c")
        let (run, line) = try Self.search(harmless)
        #expect(run.status == 0, "\(run.errors)\(run.output)")
        #expect(line.verdict == "fail-as-before")
        #expect(run.output.contains("\"finding\" : 14"))
    }

    private struct Matrix: Decodable {
        struct Variant: Decodable { let verdicts: [ReportedChange.Line] }
        let variants: [Variant]
    }
}

@Suite(.enabled(if: KernelTree.v510.isThere, KernelTree.v510.reason))
struct FindingOfOldKernelsTests {
    /// Finding 25 was mended before the oldest tree here, so it is put back.
    @Test func aPrivateStoreThatCountsAsAStoreIsOnRecordAndExcusesNoPatch() throws {
        let history = try MadeHistory(of: .v510)
        try history.replace(
            "(vmf->flags & FAULT_FLAG_WRITE) &&\n\t\t(vmf->vma->vm_flags & VM_SHARED);",
            with: "vmf->flags & FAULT_FLAG_WRITE;", in: "fs/ext2/file.c")
        try history.commit("ext2: ask for less")
        let asked = [
            "check", "--scenario", "ext2/1-byte/*/private-write-fault/*", "--expectation",
            "times-marked", "--tree", history.root.path,
        ]
        let tree = try CommandRun(asked)
        #expect(tree.status == 0, "\(tree.output)\(tree.errors)")
        #expect(tree.output.contains("by finding 25"), "\(tree.output)")
        let patch = try CommandRun(asked + ["--rev", "HEAD~1..HEAD"])
        #expect(patch.status == 1, "\(patch.output)\(patch.errors)")
        #expect(!patch.output.contains("by finding 25"), "\(patch.output)")
        try KernelTree.v510.noteTested()
    }
}
