// SPDX-License-Identifier: GPL-2.0-only

// The recipes for build servers in the documentation: valid by the servers' own schemas, and what they
// call is called here, in a repository with a branch to judge.

import Foundation
import Testing
import VariantTesting

@Suite struct CIRecipeTests {
    /// The blocks of YAML of a page, in order: GitHub's, then GitLab's.
    private static func recipes() throws -> [String] {
        let page = CommandRun.home.appending(
            path: "Sources/faultline/Documentation.docc/ReportsForOthers.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
    }

    /// What a server's schema says of a file; empty if it is valid.
    private static func faults(in text: String, by schema: String) throws -> String {
        let file = try TemporaryDirectory.make().appending(path: "recipe.yml")
        try Data(text.utf8).write(to: file)
        let run = try PythonTools.tool("check-jsonschema").run([
            "--builtin-schema", schema, file.path,
        ])
        return run.status == 0 ? "" : run.text
    }

    private static func workflow(_ steps: String) -> String {
        "on: pull_request\njobs:\n  faultline:\n    runs-on: ubuntu-latest\n    steps:\n"
            + steps.split(separator: "\n").map { "      \($0)\n" }.joined()
    }

    @Test(.enabled(if: PythonTools.areThere, PythonTools.reason))
    func theyAreValid() throws {
        let recipes = try Self.recipes()
        try #require(recipes.count == 2)
        let workflow = Self.workflow(recipes[0])
        #expect(try Self.faults(in: workflow, by: "vendor.github-workflows") == "")
        #expect(try Self.faults(in: recipes[1], by: "vendor.gitlab-ci") == "")
        let wrong = workflow.replacing("- run:", with: "- runs:")
        #expect(try Self.faults(in: wrong, by: "vendor.github-workflows") != "")
    }

    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func whatTheyCallJudgesABranch() throws {
        let history = try MadeHistory(of: .v612)
        // The patch fails without a race, too.
        try history.write("[faultline]\n\torders = none\n", to: ".faultline")
        try history.commit("No races")
        try history.git("update-ref", "refs/remotes/origin/main", "HEAD")
        try history.insert(
            ["\tfilemap_invalidate_lock(inode->i_mapping);"], into: "ext2_truncate_blocks",
            of: "fs/ext2/inode.c")
        try history.commit("ext2: hold the lock in truncation")
        let calls = try Self.recipes().flatMap { $0.split(separator: "\n") }.compactMap { line in
            line.firstRange(of: "faultline check ").map { String(line[$0.lowerBound...]) }
        }
        #expect(calls.count == 3)
        let binaries = CommandRun.executable.deletingLastPathComponent().path
        for call in calls {
            let run = try Tool(name: "bash").run(
                ["-c", call],
                environment: [
                    "PATH": binaries + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
                    "FAULTLINE_HOME": CommandRun.home.path,
                    "FAULTLINE_CACHE": CommandRun.sharedCache.url.path,
                    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                ], in: history.root)
            #expect(run.status == 1, "\(call): \(run.text)")
            if call.contains("github") {
                #expect(run.text.contains("::error file=fs/"), "\(run.text)")
            }
        }
        for name in ["faultline.sarif", "quality.json"] {
            let file = history.root.appending(path: name)
            #expect(try String(contentsOf: file, encoding: .utf8).contains("no-self-deadlock"))
        }
    }
}
