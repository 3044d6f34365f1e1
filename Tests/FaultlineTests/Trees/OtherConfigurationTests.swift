// SPDX-License-Identifier: GPL-2.0-only

// What a patch breaks where an option is off that is on in our builds: told as a note, of the patch's own
// doing only.

import Foundation
import Testing
import VariantTesting

@Suite struct OtherConfigurationTests {
    private static let tree = KernelTree.v72

    /// Names a line of `fs/dax.c` and says what is wrong there; from the cache as well.
    @Test(
        .enabled(if: tree.isThere, tree.reason),
        arguments: [
            (
                [
                    "#ifdef CONFIG_FS_DAX_PMD", "#define FIRST_PGOFF\t0", "#endif",
                    "static inline bool is_first(const struct vm_fault *vmf)", "{",
                    "\treturn vmf->pgoff == FIRST_PGOFF;", "}", "",
                ], "use of undeclared identifier 'FIRST_PGOFF'"
            ),
            (
                [
                    "static bool is_first(const struct vm_fault *vmf)", "{",
                    "\treturn !vmf->pgoff;", "}", "", "#ifdef CONFIG_FS_DAX_PMD",
                    "bool dax_is_first(const struct vm_fault *vmf)", "{",
                    "\treturn is_first(vmf);", "}", "#endif", "",
                ], "unused function 'is_first'"
            ),
        ] as [([String], String)])
    func aPatchThatNeedsHugePagesIsToldSo(_ lines: [String], _ reason: String) throws {
        for _ in 0..<2 {
            let words = try Self.words(of: lines)
            #expect(
                words.contains(/without CONFIG_FS_DAX_PMD: fs\/dax\.c:[0-9]+:/)
                    && words.contains(reason), "\(words)")
        }
    }

    @Test(.enabled(if: tree.isThere, tree.reason))
    func aPatchThatCompilesBothWaysIsToldNothing() throws {
        let words = try Self.words(of: [
            "#ifdef CONFIG_FS_DAX_PMD", "#define FIRST_PGOFF\t0", "#else",
            "#define FIRST_PGOFF\t0", "#endif", "",
        ])
        #expect(words.contains("same code") && !words.contains("CONFIG_"), "\(words)")
    }

    /// The words of a report on a patch that adds lines to `fs/dax.c`.
    private static func words(of lines: [String]) throws -> String {
        let root = try tree.directory
        let patch = try MadePatch.inserting(
            lines, before: "static vm_fault_t dax_iomap_pte_fault(", of: "fs/dax.c",
            in: root.appending(path: "fs/dax.c"))
        let run = try CommandRun(
            ["check", "--tree", root.path, "--orders", "none", "--scenario", "strict/1-page/*", "-"],
            input: patch)
        return (run.output + run.errors).split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }
}
