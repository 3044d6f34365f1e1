// SPDX-License-Identifier: GPL-2.0-only

// A directory of the user's as a tree: what it is taken for, what is said of one that is none, and
// that nothing is ever written there.

import System
import TestSupport
import Testing

@testable import Slices

@Suite("Directories as trees")
struct DirectoryTreeTests {
    let fake = try! FakeCheckout()

    private func error(_ body: () throws -> some Any) throws -> QuestionError {
        try #require(throws: QuestionError.self) { try body() }
    }

    @Test func aDirectoryIsBuiltAndRuns() throws {
        let root = try fake.kernel()
        let tree = try fake.trees.tree(at: root)
        #expect(tree.kind == .directory)
        #expect(tree.root == realPath(root))
        #expect(tree.version == "6.12.3")
        #expect(tree.rev == nil && tree.notes.isEmpty)
        #expect(tree.displayName == "linux (6.12.3)")
        #expect(try Toy(fake.builder.build(tree, named: "base")).run(4) == 41)
    }

    @Test func nothingIsWrittenIntoTheTree() throws {
        let root = try fake.repository()
        try fake.write("changed\n", to: "linux/notes")
        let before = try fake.everything(in: "linux")
        let tree = try fake.trees.tree(at: root)
        _ = try fake.builder.build(tree, patches: try fake.patches(Self.patch), named: "x")
        _ = try fake.trees.tree(at: root, revision: "HEAD")
        _ = try? CommitRange("first..first", in: root, by: fake.trees).series()
        _ = try fake.builder.report(on: tree)
        #expect(try fake.everything(in: "linux") == before)
    }

    @Test func theSecondBuildStartsNothing() throws {
        let root = try fake.kernel()
        let first = try fake.builder.build(fake.trees.tree(at: root), named: "base")
        let nothing = Toolchain(
            clang: fake.toolchain.clang, lld: fake.toolchain.lld, git: "/bin/false",
            symbolizer: "/bin/false")
        let builder = Builder(fake.installation(with: nothing))
        let objects = fake.objects
        #expect(try builder.build(fake.trees.tree(at: root), named: "base") == first)
        #expect(fake.objects == objects)
    }

    @Test func aChangedFileIsOneCompilation() throws {
        let root = try fake.kernel()
        let before = try fake.trees.tree(at: root)
        _ = try fake.builder.build(before, named: "base")
        let objects = fake.objects
        let text = try fake.read("linux/fs/dax.c")
        try fake.write(text.replacing("return x;", with: "return 2 * x;"), to: "linux/fs/dax.c")
        let after = try fake.trees.tree(at: root)
        #expect(after.digest != before.digest)
        #expect(try Toy(fake.builder.build(after, named: "base")).run(4) == 42)
        #expect(fake.objects.subtracting(objects).count == 1)
    }

    @Test func aPatchedTreeSpeaksOfItsOwnLines() throws {
        let tree = try fake.trees.tree(at: fake.kernel())
        let variant = try fake.builder.build(
            tree, patches: fake.patches(Self.patch), named: "x")
        #expect(variant.addedLines == [SourceLine(file: "fs/dax.c", line: 14)])
        #expect(try Toy(variant).run(4) == 51)
        let wrong = try fake.patches(Self.patch.replacing("\tx += 1;", with: "\tx += oops;"))
        let error = try error { try fake.builder.build(tree, patches: wrong, named: "x") }
        #expect(error.kind == .doesNotCompile)
        #expect(error.file == "fs/dax.c" && error.line == 14)
    }

    @Test("Lines that the linker has dropped are missed, not forgotten")
    func coverage() throws {
        let variant = try fake.builder.build(
            fake.trees.tree(at: fake.kernel()),
            patches: fake.patches(
                """
                --- a/fs/dax.c
                +++ b/fs/dax.c
                @@ -11,6 +11,11 @@
                 
                 toy dax_iomap_fault(toy x)
                 {
                +\tx += 1;
                 \treturn iomap_iter(x);
                 }
                +toy called_by_nobody(toy x)
                +{
                +\treturn x - 1;
                +}
                 

                """), named: "x")
        let toy = try Toy(variant)
        #expect(toy.run(4) == 51)
        let coverage = try HunkCoverage(of: variant, in: toy)
        #expect(coverage.executed == 1)
        #expect(coverage.missed.contains(SourceLine(file: "fs/dax.c", line: 19)))
    }

    @Test func headersThatNobodyHasAreEmpty() throws {
        let report = try fake.builder.report(on: fake.trees.tree(at: fake.kernel()))
        #expect(report.emptyHeaders == ["linux/nowhere.h"])
    }

    // MARK: - What is none

    @Test func whatIsNoKernelTreeIsNamed() throws {
        let trees = fake.trees
        #expect(try error { try trees.tree(at: "/nowhere") }.reason == "no such directory")
        let root = try fake.kernel("broken", ["fs/dax.c": "", "fs/iomap/iter.c": ""])
        #expect(
            try error { try trees.tree(at: root + "/Makefile") }.reason.hasPrefix("is a file"))
        let missing = try error { try trees.tree(at: root) }
        #expect(missing.kind == .tree)
        #expect(
            missing.reason.hasPrefix("Linux 6.12.3 has no fs/dax.c, no fs/iomap.c or fs/iomap/"))
        #expect(
            missing.description.contains(
                "known to work: " + KnownVersions.trees.joined(separator: ", ")))
        let empty = try fake.write("", to: "empty/x")
        let none = try error { try trees.tree(at: directoryName(empty)) }
        #expect(none.reason == "is not a kernel tree that can be judged: no Makefile")
        let other = try fake.write("all:\n\ttrue\n", to: "other/Makefile")
        let makefile = try error { try trees.tree(at: directoryName(other)) }
        #expect(makefile.reason.hasSuffix("no VERSION in its Makefile"))
    }

    @Test func aDirectoryWithinATreeSaysWhereItIs() throws {
        let root = try fake.kernel()
        let error = try error { try fake.trees.tree(at: root + "/fs/iomap") }
        #expect(error.notes.contains("the kernel tree that it is part of is \(realPath(root)!)"))
    }

    @Test func aFileWithoutItsFunctionsIsNamed() throws {
        let root = try fake.kernel("odd", ["fs/iomap/iter.c": "int other;\n"])
        let error = try error {
            try fake.builder.build(fake.trees.tree(at: root), named: "base")
        }
        #expect(error.kind == .tree && error.file == "fs/iomap/iter.c")
        #expect(error.reason == "has no iomap_iter()")
    }

    @Test func anUnknownVersionIsTriedWithANote() throws {
        let root = try fake.kernel(
            "vendor",
            ["Makefile": "VERSION = 4\nPATCHLEVEL = 18\nSUBLEVEL = 0\nEXTRAVERSION = -553.el8\n"])
        let tree = try fake.trees.tree(at: root)
        #expect(tree.version == "4.18.0-553.el8")
        #expect(tree.notes.count == 1 && tree.notes[0].contains("4.18.0-553.el8 is none of"))
        #expect(try Toy(fake.builder.build(tree, named: "base")).run(4) == 41)
    }

    @Test(
        arguments: [
            ("6.12.117", true), ("6.12-rc3", true), ("6.1", true), ("6.10.3", false),
            ("5.1.2", false), ("7.2.13", true), ("7.1.5", false), ("5.4.18", true),
            ("5.4.19", false),
        ])
    func knownVersions(_ version: String, _ isKnown: Bool) {
        #expect(KnownVersions.isKnown(version) == isKnown)
    }

    @Test(
        arguments: [
            ("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 5\nEXTRAVERSION =\n", "6.1.5"),
            ("VERSION=5\nPATCHLEVEL=15\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\n", "5.15.0-rc1"),
            ("# x\nVERSION = 4\nPATCHLEVEL = 9\n", "4.9"), ("PATCHLEVEL = 9\n", nil),
            ("VERSION = x\nPATCHLEVEL = 1\n", nil), ("VERSION ?= 1.2\n", nil),
        ] as [(String, String?)])
    func versions(_ makefile: String, _ version: String?) {
        #expect(TreeLocation.version(inMakefile: makefile) == version)
    }

    // MARK: - Patches

    @Test func aPatchForAnotherTreeSaysWhich() throws {
        let text = try fake.kernel("linux-other", ["fs/dax.c": Self.otherDax])
        _ = try fake.trees.tree(at: text)
        let tree = try fake.trees.tree(at: fake.kernel())
        let error = try error {
            try fake.builder.build(
                tree, patches: fake.patches(Self.otherPatch, named: "x.patch"), named: "x")
        }
        #expect(error.kind == .doesNotApply && error.file == "fs/dax.c" && error.hunk == 1)
        #expect(error.notes.contains("it applies to linux-other (6.12.3)"))
    }

    @Test func whatIsOnlyCarriedIsPatchedWithANote() throws {
        let tree = try fake.trees.tree(at: fake.kernel())
        let variant = try fake.builder.build(
            tree,
            patches: fake.patches(
                """
                --- a/fs/ext2/super.c
                +++ b/fs/ext2/super.c
                @@ -1,2 +1,3 @@
                 #error "is never compiled"
                +#error "nor is this"
                 static int x;

                """), named: "x")
        #expect(variant.addedLines.isEmpty)
        #expect(variant.notes.contains { $0.hasPrefix("fs/ext2/super.c is patched, but") })
    }

    @Test("A patch brings an interface with a header, and takes none away with a function's name")
    func interfacesOfAPatchedTree() throws {
        let root = try fake.kernel(
            "linux",
            [
                "include/linux/iomap.h": "struct iomap;\n",
                "include/linux/dax.h": "int dax_zero_range(int x);\n",
                "fs/dax.c": FakeCheckout.dax + "int dax_fault_check_fallback(int x);\n",
            ])
        let variant = try fake.builder.build(
            fake.trees.tree(at: root),
            patches: fake.patches(
                """
                --- a/include/linux/iomap.h
                +++ b/include/linux/iomap.h
                @@ -1 +1,2 @@
                 struct iomap;
                +int iomap_iter(int x);
                --- a/include/linux/dax.h
                +++ b/include/linux/dax.h
                @@ -1 +1 @@
                -int dax_zero_range(int x);
                +int dax_zero(int x);
                --- a/fs/dax.c
                +++ b/fs/dax.c
                @@ -21,4 +21,4 @@
                 {
                 \treturn dax_iomap_fault(x) + dax_iomap_rw(1);
                 }
                -int dax_fault_check_fallback(int x);
                +int dax_fault_check(int x);

                """), named: "x")
        let header = try String(anyBytes: Disk.read(variant.sources + "/include/interfaces.h"))
        #expect(header.contains("HAVE_IOMAP_ITER\t1\n"))
        #expect(header.contains("HAVE_DAX_ZERO_RANGE\t0\n"))
        #expect(header.contains("HAVE_DAX_EOF_FIRST\t1\n"))
    }

    @Test func aNewFileIsCompiled() throws {
        let tree = try fake.trees.tree(at: fake.kernel())
        let variant = try fake.builder.build(
            tree,
            patches: fake.patches(
                """
                --- a/fs/iomap/iter.c
                +++ b/fs/iomap/iter.c
                @@ -2,5 +2,7 @@
                 
                +toy helper(toy x);
                +
                 toy iomap_iter(toy x)
                 {
                -\treturn 10 * x;
                +\treturn helper(x);
                 }
                --- /dev/null
                +++ b/fs/iomap/helper.c
                @@ -0,0 +1,6 @@
                +#include <linux/types.h>
                +
                +toy helper(toy x)
                +{
                +\treturn 7 * x;
                +}

                """), named: "x")
        #expect(try Toy(variant).run(4) == 29)
    }

    static let patch = """
        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -11,4 +11,5 @@
         
         toy dax_iomap_fault(toy x)
         {
        +\tx += 1;
         \treturn iomap_iter(x);

        """

    private static let otherDax = """
        int dax_iomap_rw(int x)
        {
        \treturn 0;
        }
        int dax_iomap_fault(int x)
        {
        \treturn 1;
        }

        """

    private static let otherPatch = """
        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -5,4 +5,4 @@
         int dax_iomap_fault(int x)
         {
        -\treturn 1;
        +\treturn 2;
         }

        """
}

extension FakeCheckout {
    /// Every file below a directory, hidden ones and git's too, with its contents and its time.
    func everything(in part: String) throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        func look(_ path: String) throws {
            for name in Disk.names(in: path) {
                let file = path + "/" + name
                guard Disk.type(of: file) != .directory else {
                    found[file] = ["directory"]
                    try look(file)
                    continue
                }
                found[file] = [
                    ContentHash.of(try Disk.read(file)), "\(Disk.stamp(file)?.modified ?? 0)",
                ]
            }
        }
        try look(directory + "/" + part)
        return found
    }
}
