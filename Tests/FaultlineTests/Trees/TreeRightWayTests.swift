// SPDX-License-Identifier: GPL-2.0-only

// Linux 6.12 with faults that take the entry between begin and end, as a patch to come may: right in
// another way than that kernel is. And one that loses a page: the judge must say so and stand.

import Expectations
import Foundation
import Interleavings
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct TreeRightWayTests {
    private static let dax = "fs/dax.c"

    /// The kernel's own lines are left out by the preprocessor, so that none stands here.
    private static func entryInside(_ history: MadeHistory) throws {
        func put(_ lines: [String], before landmark: String) throws {
            try history.replace(
                landmark, with: (lines + [landmark]).joined(separator: "\n"), in: dax)
        }
        try put(["#if 0"], before: "\tentry = grab_mapping_entry(&xas, mapping, 0);")
        try put(["#endif"], before: "\twhile ((error = iomap_iter(&iter, ops)) > 0) {")
        try put(
            [
                "\t\tentry = grab_mapping_entry(&xas, mapping, 0 + 0);",
                "\t\tif (xa_is_internal(entry)) {",
                "\t\t\tret = xa_to_internal(entry);",
                "\t\t\tcontinue;",
                "\t\t}",
                "\t\tif (pmd_trans_huge(*vmf->pmd) || pmd_devmap(*vmf->pmd)) {",
                "\t\t\tdax_unlock_entry(&xas, entry);",
                "\t\t\tret = VM_FAULT_NOPAGE;",
                "\t\t\tcontinue;",
                "\t\t}",
            ], before: "\t\tret = dax_fault_iter(vmf, &iter, pfnp, &xas, &entry, false);")
        try put(
            ["\t\tdax_unlock_entry(&xas, entry);"], before: "\t\tif (ret != VM_FAULT_SIGBUS &&")
        let unlock = "unlock_entry:\n\tdax_unlock_entry(&xas, entry);\n"
        try history.replace(unlock + "out:", with: "out:", in: dax)
        try history.replace(unlock + "fallback:", with: "fallback:", in: dax)

        try put(["#if 0"], before: "\tentry = grab_mapping_entry(&xas, mapping, PMD_ORDER);")
        let loop = "\twhile (iomap_iter(&iter, ops) > 0) {"
        try history.replace(
            "\titer.pos = (loff_t)xas.xa_index << PAGE_SHIFT;\n" + loop,
            with: "#endif\n\titer.pos = (loff_t)xas.xa_index << PAGE_SHIFT;\n" + loop, in: dax)
        let call = "\t\tret = dax_fault_iter(vmf, &iter, pfnp, &xas, &entry, true);"
        try history.replace(
            call,
            with: [
                "\t\tentry = grab_mapping_entry(&xas, mapping, PMD_ORDER + 0);",
                "\t\tif (xa_is_internal(entry)) {",
                "\t\t\tret = xa_to_internal(entry);",
                "\t\t\tcontinue;",
                "\t\t}",
                "\t\tif (!pmd_none(*vmf->pmd) && !pmd_trans_huge(*vmf->pmd) &&",
                "\t\t    !pmd_devmap(*vmf->pmd)) {",
                "\t\t\tdax_unlock_entry(&xas, entry);",
                "\t\t\tret = 0;",
                "\t\t\tcontinue;",
                "\t\t}",
                call,
                "\t\tdax_unlock_entry(&xas, entry);",
            ].joined(separator: "\n"), in: dax)
        // What 6.12 does wrong in any case: see finding 4.
        let trim = "\tif (iomap->type == IOMAP_MAPPED &&"
        try history.replace(
            trim, with: "\tif (flags & IOMAP_FAULT)\n\t\treturn 0;\n" + trim,
            in: "fs/ext2/inode.c")
        try history.commit("dax: take the entry between begin and end")
    }

    /// Races of ext2 are left out, and those in which the strict filesystem does as it does: it keeps
    /// nothing from begin to end, so with this patch a hole can become a block in between, and that
    /// is a bug.
    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func noRuleFailsOnAnEntryBetweenBeginAndEnd() throws {
        let history = try MadeHistory(of: .v612)
        try Self.entryInside(history)
        let variants = try Variants()
        let kernel = try variants.builder.trees.tree(at: history.root.path)
        let built = try variants.builder.build([
            BuildRequest(name: "entry-inside", tree: kernel, patches: [])
        ])
        let orders = OrderLimit.standard
        let scenarios = (0..<ScenarioIndex.count(with: orders)).filter { index in
            index < ScenarioIndex.catalogueCount
                || ScenarioIndex.scenario(at: index).geometry.filesystem == .strict
                    && !ScenarioIndex.scenario(at: index).geometry.flags.contains(.strictOpenFaults)
        }
        let tally = try variants.pool.check(
            [.file(try built[0].get().image)], orders: orders, only: scenarios)[0].tally
        try tally.recordFailures()
        #expect(tally.harnessErrors.isEmpty && tally.deaths.isEmpty)
        #expect(tally.runs > 50_000)
        try KernelTree.v612.noteTested()
    }

    /// The audit of the end finds that page, in no operation.
    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func aLostPageIsTheCodesFaultAndNotTheJudges() throws {
        let patch = try KernelTree.v612.inserting(
            ["\tput_page(vmf->cow_page);"], before: "\t__SetPageUptodate(vmf->cow_page);",
            of: Self.dax)
        let run = try CommandRun(
            [
                "check", "--tree", try KernelTree.v612.directory.path, "--format", "json", "-",
            ], input: patch)
        #expect(run.status == 1, "\(run.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let variant = try #require((object["variants"] as? [[String: Any]])?.first)
        #expect(variant["deaths"] == nil, "\(variant["deaths"] ?? "")")
        #expect(variant["harness_errors"] == nil)
        let coverage = try #require(variant["coverage"] as? [String: Any])
        #expect(coverage["executed"] as? Int == 1)
        let failing = try #require(variant["verdicts"] as? [[String: Any]])
            .filter { $0["verdict"] as? String == "fail" }.compactMap {
                $0["expectation"] as? String
            }
        #expect(failing.contains("no-warning") || failing.contains("no-leak"), "\(failing)")
        try KernelTree.v612.noteTested()
    }
}
