// SPDX-License-Identifier: GPL-2.0-only

// Kernel trees through the command, as a new user tries them.

import Foundation
import Testing
import VariantTesting

@Suite struct TreeCommandTests {
    private static func json(_ run: CommandRun) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
            "\(run.errors)")
    }

    /// Verdicts of the first variant by expectation.
    private static func verdicts(_ run: CommandRun) throws -> [String: String] {
        let variants = try #require(try json(run)["variants"] as? [[String: Any]])
        let verdicts = try #require(variants[0]["verdicts"] as? [[String: Any]])
        return Dictionary(
            uniqueKeysWithValues: verdicts.map {
                ($0["expectation"] as! String, $0["verdict"] as! String)
            })
    }

    private static let deadlock = "no-self-deadlock"

    // MARK: - A source directory

    @Test(arguments: KernelTree.withExt2)
    func aTreeExitsWithOneAndTheWitness(_ tree: KernelTree) throws {
        let directory = try tree.directory
        let run = try CommandRun(["check", "--tree", directory.path])
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.contains("possible recursive locking detected"))
        #expect(run.output.contains(tree.rawValue))
        // Every place that a report names is a line of the tree's own file.
        let places = run.output.matches(of: /(fs\/[a-z0-9\/]+\.c):([0-9]+)/)
        #expect(!places.isEmpty)
        for place in places {
            let text = try String(
                contentsOf: directory.appending(path: String(place.1)), encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(Int(place.2)! <= lines, "\(place.0)")
        }
    }

    @Test(arguments: KernelTree.there)
    func jsonSaysWhichTreeItWas(_ tree: KernelTree) throws {
        let run = try CommandRun(
            ["check", "--tree", try tree.directory.path, "--format", "json"])
        let said = try #require(try Self.json(run)["tree"] as? [String: Any])
        #expect(said["kind"] as? String == "directory")
        #expect((said["version"] as? String)?.hasPrefix("\(tree.rawValue).") == true)
        #expect(said["rev"] is NSNull)
    }

    @Test(arguments: KernelTree.withExt2)
    func theFixOnStandardInputHasNoDeadlock(_ tree: KernelTree) throws {
        let run = try CommandRun(
            ["check", "--tree", try tree.directory.path, "--format", "json", "-"],
            input: try tree.fix())
        #expect(run.status == 0, "\(run.errors)")
        let verdicts = try Self.verdicts(run)
        #expect(verdicts[Self.deadlock] == "pass")
        // What is on record the tree does in any case.
        #expect(
            verdicts.values.allSatisfy { $0 == "pass" || $0 == "fail-as-before" }, "\(verdicts)")
    }

    @Test(arguments: KernelTree.withExt2)
    func aWitnessOfATreeCanBeReplayed(_ tree: KernelTree) throws {
        let check = try CommandRun(
            ["check", "--tree", try tree.directory.path, "--format", "json"])
        let variants = try #require(try Self.json(check)["variants"] as? [[String: Any]])
        let verdicts = try #require(variants[0]["verdicts"] as? [[String: Any]])
        let verdict = try #require(
            verdicts.first { $0["expectation"] as? String == Self.deadlock })
        let witness = try #require(verdict["witness"] as? [String: Any])
        let replay = try CommandRun(["replay", try #require(witness["id"] as? String)])
        #expect(replay.status == 1, "\(replay.errors)")
        #expect(replay.output.contains("possible recursive locking detected"))
    }

    @Test func everyFetchedTreeIsDescribed() throws {
        for tree in KernelTree.there {
            let run = try CommandRun(["tree", try tree.directory.path])
            #expect(run.status == 0, "\(run.errors)")
            for file in ["fs/dax.c", "fs/ext2/inode.c", "lib/xarray.c"] {
                #expect(run.output.contains(file), "\(tree): \(file)")
            }
        }
    }

    // MARK: - Questions that cannot be asked

    @Test(.enabled(if: KernelTree.v510.isThere && KernelTree.v612.isThere))
    func aPatchForAnotherTreeNamesTheHunk() throws {
        let patch = try KernelTree.v612.inserting(
            ["\t/* nothing */"], before: "\twhile (iomap_iter(&iter, ops) > 0) {",
            of: "fs/dax.c")
        let run = try CommandRun(
            ["check", "--tree", try KernelTree.v510.directory.path, "-"], input: patch)
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("fs/dax.c"), "\(run.errors)")
        #expect(run.errors.contains("hunk"), "\(run.errors)")
        let own = try CommandRun(
            ["check", "--tree", try KernelTree.v612.directory.path, "-"], input: patch)
        #expect(own.status == 0, "it applies to its own tree: \(own.errors)")
        #expect(own.output.contains("compiles to the same code"), "\(own.output)")
    }

    @Test(arguments: ["/etc", "/no/such/directory", "/etc/passwd"])
    func whatIsNoKernelTreeExitsWithTwo(_ directory: String) throws {
        let run = try CommandRun(["check", "--tree", directory])
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains(directory), "\(run.errors)")
    }

    @Test(.enabled(if: !KernelTree.there.isEmpty))
    func aRevisionNeedsAGitTree() throws {
        let tree = try #require(KernelTree.there.first)
        let run = try CommandRun(
            ["check", "--tree", try tree.directory.path, "--rev", "HEAD"])
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
    }

    // MARK: - A git tree

    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func aRevisionIsJudgedWhateverTheWorkTreeHolds() throws {
        let git = try GitTree(of: .v612)
        let dax = git.directory.appending(path: "fs/dax.c")
        let text = try String(contentsOf: dax, encoding: .utf8)
        try Data((text + "\n#error half an edit\n").utf8).write(to: dax)
        let before = try git.run("status", "--porcelain")
        #expect(before.contains("fs/dax.c"))

        let dirty = try CommandRun(["check", "--tree", git.directory.path])
        #expect(dirty.status == 2, "the work tree does not compile")
        #expect(dirty.errors.contains("half an edit"), "\(dirty.errors)")

        func verdicts(_ revision: String) throws -> [String: String] {
            let run = try CommandRun(
                [
                    "check", "--tree", git.directory.path, "--rev", revision, "--format", "json",
                ])
            #expect(run.status < 2, "\(run.errors)")
            let tree = try #require(try Self.json(run)["tree"] as? [String: Any])
            #expect(tree["kind"] as? String == "git")
            return try Self.verdicts(run)
        }
        #expect(try verdicts("HEAD~1")[Self.deadlock] == "fail")
        #expect(try verdicts("HEAD")[Self.deadlock] == "pass", "the fix is committed there")
        #expect(try verdicts("HEAD~1..HEAD")[Self.deadlock] == "pass", "the range is the fix")
        #expect(try git.run("status", "--porcelain") == before)
    }
}

/// A git tree made of a fetched one: its first commit is the tree, its second one the fix.
private struct GitTree {
    let directory: URL

    init(of tree: KernelTree) throws {
        directory = try TemporaryDirectory.make().appending(path: "linux")
        try FileManager.default.copyItem(at: try tree.directory, to: directory)
        _ = try run("init", "--quiet")
        _ = try run("add", "--all", "--force")
        _ = try run("commit", "--quiet", "--message", "the tree")
        let patch = try TemporaryDirectory.make().appending(path: "fix.patch")
        try Data(try tree.fix().utf8).write(to: patch)
        _ = try run("apply", patch.path)
        _ = try run("commit", "--quiet", "--all", "--message", "ext2: a fault has nothing to trim")
    }

    func run(_ arguments: String...) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "git", "-C", directory.path, "-c", "user.name=A Developer",
                "-c", "user.email=developer@example.org", "-c", "commit.gpgsign=false",
            ] + arguments
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "git \(arguments)")
        return String(decoding: text, as: UTF8.self)
    }
}
