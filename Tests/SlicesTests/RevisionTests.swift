// SPDX-License-Identifier: GPL-2.0-only

// Revisions are read from git's objects, whatever lies in the work tree; a range is a series.

import Patches
import System
import TestSupport
import Testing

@testable import Slices

@Suite("Revisions")
struct RevisionTests {
    let fake = try! FakeCheckout()

    private func error(_ body: () throws -> some Any) throws -> QuestionError {
        try #require(throws: QuestionError.self) { try body() }
    }

    private func change(_ root: String, _ old: String, _ new: String) throws {
        let path = fileName(root) + "/fs/dax.c"
        let text = try fake.read(path)
        #expect(text.contains(old))
        try fake.write(text.replacing(old, with: new), to: path)
    }

    private func run(_ tree: Tree, _ patches: [Patch] = []) throws -> Int {
        try Toy(fake.builder.build(tree, patches: patches, named: "x")).run(4)
    }

    @Test func aRevisionIsJudgedWhateverTheWorkTreeHas() throws {
        let root = try fake.repository()
        try change(root, "return x;", "return 3 * x;")
        let onDisk = try fake.trees.tree(at: root)
        #expect(onDisk.kind == .git && onDisk.rev == nil)
        #expect(onDisk.head?.isModified == true)
        #expect(try run(onDisk) == 43)
        let committed = try fake.trees.tree(at: root, revision: "first")
        #expect(committed.rev == (try fake.git(in: root, "rev-parse", "first")))
        #expect(committed.revName == "first")
        #expect(committed.kind == .git && committed.root == onDisk.root)
        #expect(committed.displayName == "linux at first (6.12.3)")
        #expect(try run(committed) == 41)
    }

    @Test func aWorkTreeIsKnownByItsCommitAndWhetherTheSliceDiffersFromIt() throws {
        let root = try fake.repository()
        let commit = try fake.git(in: root, "rev-parse", "HEAD")
        #expect(
            try fake.trees.tree(at: root).head == Tree.Head(commit: commit, isModified: false))
        // Nothing of the slice.
        try fake.write("x\n", to: "linux/Documentation/x")
        #expect(try fake.trees.tree(at: root).head?.isModified == false)
        // A file that git does not know is taken with the others.
        try fake.write("int x;\n", to: "linux/fs/iomap/mine.h")
        #expect(try fake.trees.tree(at: root).head?.isModified == true)
        try fake.commit("Add mine.h", in: root)
        let committed = try fake.trees.tree(at: root)
        #expect(committed.head?.isModified == false && committed.head?.commit != commit)
        // The same files are the same tree, whatever they are read from.
        let revision = try fake.trees.tree(at: root, revision: "HEAD")
        #expect(revision.digest == committed.digest && revision.head == nil)
        // Only the directory: it has no commit.
        Disk.remove(root + "/.git")
        let plain = try fake.trees.tree(at: root)
        #expect(plain.kind == .directory && plain.head == nil)
        #expect(plain.digest == committed.digest)
    }

    @Test func theTreeAroundADirectoryIsFound() throws {
        let root = try fake.repository()
        let around = SurroundingTree(of: root + "/fs/iomap").place
        #expect(around?.path == root && around?.name == "linux" && around?.choice == .around)
        let plain = try fake.kernel("plain")
        #expect(SurroundingTree(of: plain + "/include/linux").place?.path == plain)
        #expect(SurroundingTree(of: fake.directory).place == nil)
        // A repository of something else within a kernel's.
        try fake.write("x\n", to: "linux/tools/mine/x")
        try fake.git(in: root + "/tools/mine", "init", "-q")
        #expect(SurroundingTree(of: root + "/tools/mine").place == nil)
        // Our own checkout has a slice in it that looks like a kernel.
        try fake.write("x\n", to: "checkout/csrc/kernel/Makefile")
        let own = SurroundingTree(of: fake.checkout.kernel + "/fs")
        #expect(own.isInFaultline)
        #expect(try error { try own.repository() }.reason.hasPrefix("--rev needs a git tree"))
    }

    @Test func aBareRepositoryNeedsARevision() throws {
        let root = try fake.repository()
        let bare = fake.directory + "/linux-bare"
        try fake.git(in: root, "clone", "-q", "--bare", ".", bare)
        #expect(try run(fake.trees.tree(at: bare, revision: "HEAD")) == 41)
        #expect(
            try error { try fake.trees.tree(at: bare) }.reason
                == "is a bare git repository: --rev names the revision to read")
    }

    @Test func aKernelCanBePartOfALargerRepository() throws {
        let kernel = try fake.kernel("work/kernel")
        let top = fake.directory + "/work"
        try fake.git(in: top, "init", "-q")
        try fake.commit("Begin", in: top)
        try fake.write("broken\n", to: "work/kernel/fs/dax.c")
        #expect(try run(fake.trees.tree(at: kernel, revision: "HEAD")) == 41)
        try fake.git(in: top, "checkout", "-q", ".")
        try fake.git(in: top, "tag", "first")
        let text = try fake.read("work/kernel/fs/dax.c")
        try fake.write(
            text.replacing("return x;", with: "return 3 * x;"), to: "work/kernel/fs/dax.c")
        try fake.commit("dax: Three", in: top)
        let series = try CommitRange("first..HEAD", in: kernel, by: fake.trees).series()
        #expect(series.patches.map(\.files[0].path) == ["fs/dax.c"])
        #expect(try run(series.tree, series.patches) == 43)
    }

    @Test func whatIsNoRevisionIsNamed() throws {
        let root = try fake.repository()
        let unknown = try error { try fake.trees.tree(at: root, revision: "nothing") }
        #expect(unknown.kind == .tree && unknown.reason == "has no revision nothing")
        #expect(try error { try fake.trees.tree(at: root, revision: "") }.kind == .tree)
        #expect(try error { try fake.trees.tree(at: root, revision: "--all") }.kind == .tree)
        #expect(
            try error { try fake.trees.tree(at: root, revision: "first..HEAD") }.reason
                .contains("is a range"))
        // Below /tmp, which is in no repository.
        let plain = try fake.kernel("plain")
        #expect(
            try error { try fake.trees.tree(at: plain, revision: "HEAD") }.reason
                == "is in no git repository, so it has no revisions")
    }

    @Test func aRevisionWithoutAKernelIsNamed() throws {
        let root = try fake.repository()
        try fake.git(in: root, "rm", "-q", "fs/dax.c")
        try fake.commit("Drop it", in: root)
        let error = try error { try fake.trees.tree(at: root, revision: "HEAD") }
        #expect(error.reason.contains("has no fs/dax.c"))
        #expect(error.file?.hasSuffix(" at HEAD") == true)
    }

    // MARK: - Ranges

    @Test func aRangeIsASeries() throws {
        let root = try fake.repository()
        try change(root, "return x;", "return 2 * x;")
        try fake.commit("dax: Count twice", in: root)
        try fake.write("x\n", to: "linux/Documentation/x")
        try fake.commit("Say x", in: root)
        try change(root, "return 2 * x;", "return 2 * x + 5;")
        try fake.commit("dax: Add five, too", in: root)
        let series = try CommitRange("first..HEAD", in: root, by: fake.trees).series()
        #expect(series.tree.rev == (try fake.git(in: root, "rev-parse", "first")))
        #expect(series.tree.revName == "first")
        #expect(series.tree.notes == ["1 of 3 commits of first..HEAD touches no file of the slice"])
        #expect(series.patches.map(\.subject) == ["dax: Count twice", "dax: Add five, too"])
        #expect(series.patches.map(\.name) == ["dax-Count-twice", "dax-Add-five-too"])
        #expect(series.patches[0].path.hasSuffix(" (dax: Count twice)"))
        #expect(try run(series.tree) == 41)
        #expect(try run(series.tree, Array(series.patches.prefix(1))) == 42)
        #expect(try run(series.tree, series.patches) == 47)
    }

    @Test func aMergeIsOnePatch() throws {
        let root = try fake.repository()
        try fake.git(in: root, "checkout", "-q", "-b", "side")
        try change(root, "return x;", "return 2 * x;")
        try fake.commit("dax: Count twice", in: root)
        try change(root, "return 2 * x;", "return 3 * x;")
        try fake.commit("dax: Count thrice", in: root)
        try fake.git(in: root, "checkout", "-q", "main")
        try fake.write("x\n", to: "linux/Documentation/x")
        try fake.commit("Say x", in: root)
        try fake.git(in: root, "merge", "-q", "--no-ff", "-m", "Merge side", "side")
        let series = try CommitRange("first..main", in: root, by: fake.trees).series()
        #expect(series.patches.map(\.subject) == ["Merge side"])
        #expect(
            series.tree.notes.contains {
                $0 == "1 of 2 commits of first..main is a merge: each is taken as one patch,"
                    + " against its first parent"
            })
        #expect(try run(series.tree, series.patches) == 43)
    }

    @Test func aBranchStartsWhereItLeft() throws {
        let root = try fake.repository()
        try fake.git(in: root, "checkout", "-q", "-b", "side")
        try change(root, "return x;", "return 2 * x;")
        try fake.commit("dax: Count twice", in: root)
        try fake.git(in: root, "checkout", "-q", "main")
        try change(root, "return x;", "return 9 * x;")
        try fake.commit("dax: Count more", in: root)
        let series = try CommitRange("main..side", in: root, by: fake.trees).series()
        #expect(series.tree.rev == (try fake.git(in: root, "rev-parse", "first")))
        #expect(
            series.tree.notes.contains {
                $0.hasPrefix("main is not among the first parents of side")
            })
        #expect(try run(series.tree, series.patches) == 42)
    }

    @Test func aRangeWithNothingToJudgeIsAnError() throws {
        let root = try fake.repository()
        let empty = try error { try CommitRange("HEAD..first", in: root, by: fake.trees).series() }
        #expect(empty.kind == .tree && empty.reason.hasPrefix("HEAD..first is empty"))
        try fake.write("x\n", to: "linux/Documentation/x")
        try fake.commit("Say x", in: root)
        let outside = try error { try CommitRange("first..", in: root, by: fake.trees).series() }
        #expect(outside.kind == .outside)
        #expect(outside.reason == "the commit of first.. touches no file of the slice")
        #expect(
            try error { try CommitRange("first...HEAD", in: root, by: fake.trees).series() }.reason
                .contains("two dots"))
        #expect(
            try error { try CommitRange("first", in: root, by: fake.trees).series() }.kind == .tree)
        #expect(
            try error { try CommitRange("nothing..HEAD", in: root, by: fake.trees).series() }.reason
                == "has no revision nothing")
    }
}
