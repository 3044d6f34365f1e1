// SPDX-License-Identifier: GPL-2.0-only

// Patches are applied to a copy and to nothing else; where one does not fit, the answer names file,
// hunk and line, what stands there instead, and whether the patch fits elsewhere.

import System
import TestSupport
import Testing

@testable import Slices

@Suite("Applying patches")
struct ApplyingTests {
    let fake = try! FakeCheckout()

    @Test func theCopyIsChangedAndTheTreeIsNot() throws {
        let before = try fake.snapshot("checkout")
        let variant = try fake.build(Diffs.dax)
        #expect(try fake.snapshot("checkout") == before)
        #expect(try Toy(variant).run(9) == 3)
        #expect(try Toy(fake.build()).run(9) == 54)
    }

    @Test func addedLines() throws {
        let variant = try fake.build(Diffs.ext2)
        #expect(variant.addedLines.map(\.line) == [5, 6, 7, 15])
        #expect(variant.addedLines.allSatisfy { $0.file == "fs/ext2/inode.c" })
    }

    @Test("Lines of a series are counted after its last patch")
    func addedLinesOfASeries() throws {
        let second = """
            --- a/fs/ext2/inode.c
            +++ b/fs/ext2/inode.c
            @@ -1,8 +1,8 @@
             #include <linux/types.h>
             
            +/* More. */
             toy ext2(toy x)
             {
                 x *= 2;
            -    x *= 2;
                 x *= 2;
                 x += 1;

            """
        let variant = try fake.build(Diffs.ext2, second)
        #expect(variant.addedLines.map(\.line) == [3, 6, 7, 15])
        let lines = try fake.read("cache/trees/" + fileName(variant.sources) + "/fs/ext2/inode.c")
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            variant.addedLines.map { lines[$0.line - 1] } == [
                "/* More. */", "    x *= 2;", "    x *= 2;", "    x += 9;",
            ])
    }

    @Test func aHunkThatMoved() throws {
        // The header's numbers are two lines too high, as after an unrelated change above.
        let moved = Diffs.ext2.replacing("@@ -10,5 +13,5 @@", with: "@@ -12,5 +15,5 @@")
        #expect(try fake.build(moved).addedLines.map(\.line) == [5, 6, 7, 15])
    }

    @Test func aDiffOfTheCheckout() throws {
        let diff = Diffs.dax.replacing("/fs/dax.c", with: "/csrc/kernel/fs/dax.c")
        #expect(try fake.build(diff).addedLines.map(\.file).first == "fs/dax.c")
    }

    @Test func renamedFile() throws {
        let diff = """
            diff --git a/fs/ext2/inode.c b/fs/ext2/balloc.c
            similarity index 90%
            rename from fs/ext2/inode.c
            rename to fs/ext2/balloc.c
            --- a/fs/ext2/inode.c
            +++ b/fs/ext2/balloc.c
            @@ -3,3 +3,4 @@
             toy ext2(toy x)
             {
            +    x += 100;
                 x += 1;

            """
        let variant = try fake.build(diff)
        #expect(variant.addedLines == [SourceLine(file: "fs/ext2/balloc.c", line: 5)])
        #expect(!Disk.exists(variant.sources + "/fs/ext2/inode.c"))
        #expect(try Toy(variant).run(0) == 136)
    }

    // MARK: - What does not fit

    @Test func theHunkThatDoesNotFitIsNamed() throws {
        let diff = Diffs.dax + Diffs.ext2.replacing("     x += 7;", with: "     x += 77;")
        let error = try #require(throws: QuestionError.self) { try fake.build(diff) }
        #expect(error.kind == .doesNotApply)
        #expect(error.patch == "x.patch")
        #expect(error.file == "fs/ext2/inode.c")
        #expect(error.hunk == 2)
        #expect(error.line == 10)
        #expect(error.patchLine == 27)
        #expect(
            error.description == """
                x.patch:27: fs/ext2/inode.c: hunk #2 does not apply at line 10: \
                line 11 is 'x += 7;', the patch expects 'x += 77;'
                """)
        #expect(Disk.names(in: fake.cache.trees).isEmpty)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
    }

    @Test func nothingOfTheHunkIsThere() throws {
        let diff = """
            --- a/fs/dax.c
            +++ b/fs/dax.c
            @@ -4,2 +4,3 @@
             something else
            +new
             and again

            """
        let error = try #require(throws: QuestionError.self) { try fake.build(diff) }
        #expect(error.reason.contains("none of the lines it expects are in the file"))
    }

    @Test func alreadyAppliedOrReversed() throws {
        let source = try fake.read("checkout/csrc/kernel/fs/dax.c")
        try fake.write(
            source.replacing(
                "    if (x == 7)\n",
                with: """
                        /* nine is special */
                        if (x == 9) {
                            return 3;
                        }
                        if (x == 7)

                    """), to: "checkout/csrc/kernel/fs/dax.c")
        let error = try #require(throws: QuestionError.self) { try fake.build(Diffs.dax) }
        #expect(error.kind == .doesNotApply)
        #expect(error.reason.contains("already applied, or reversed"))
    }

    @Test func oneChangeTwiceIsNamedAsThat() throws {
        let error = try #require(throws: QuestionError.self) {
            try fake.build(Diffs.dax, Diffs.dax)
        }
        #expect(error.kind == .doesNotApply)
        #expect(error.reason.contains("patch 2"), "\(error)")
        #expect(error.reason.contains("is the same commit as patch 1"), "\(error)")
        #expect(!error.description.contains("\n"))
    }

    @Test func createdFileThatExists() throws {
        let diff = """
            --- /dev/null
            +++ b/fs/dax.c
            @@ -0,0 +1 @@
            +int x;

            """
        let error = try #require(throws: QuestionError.self) { try fake.build(diff) }
        #expect(error.kind == .doesNotApply)
        #expect(error.file == "fs/dax.c")
        #expect(error.reason.contains("already exists"))
    }

    @Test func thePatchOfASeriesIsNamed() throws {
        let mbox =
            Diffs.mail("[PATCH 1/2] dax: nine", Diffs.dax)
            + Diffs.mail(
                "[PATCH 2/2] dax: nine again", Diffs.dax.replacing("ext2(twice", with: "ext3(twice"))
        let error = try #require(throws: QuestionError.self) { try fake.build(mbox) }
        #expect(error.notes.first == "in patch 2: dax: nine again")
    }

    // MARK: - The pristine slice

    @Test func withoutHistoryTheFilesArePristine() throws {
        let tree = try fake.trees.pristineTree()
        #expect(tree.root == fake.checkout.kernel)
        #expect(tree.notes.isEmpty)
    }

    @Test func theWorkingCopyDoesNotBendAPatch() throws {
        try fake.git(in: fake.checkout.root, "init", "--quiet")
        #expect(try fake.trees.pristineTree().notes.count == 1)  // no commit yet
        try fake.git(in: fake.checkout.root, "add", ".")
        try fake.git(in: fake.checkout.root, "commit", "--quiet", "-m", "all")
        #expect(try fake.trees.pristineTree().root == fake.checkout.kernel)

        // The patch is in the working copy by hand, and something that does not even compile.
        let source = try fake.read("checkout/csrc/kernel/fs/dax.c")
        try fake.write(
            source.replacing(
                "    if (x == 7)\n",
                with: """
                        /* nine is special */
                        if (x == 9) {
                            return 3;
                        }
                        if (x == 7)

                    """), to: "checkout/csrc/kernel/fs/dax.c")
        try fake.write("unfinished\n", to: "checkout/csrc/kernel/fs/ext2/inode.c")
        let before = try fake.snapshot("checkout")

        let tree = try fake.trees.pristineTree()
        #expect(tree.root != fake.checkout.kernel)
        let variant = try fake.builder.build(
            tree, patches: try fake.patches(Diffs.dax), named: "dax")
        #expect(try Toy(variant).run(9) == 3)
        #expect(variant.notes.count == 1)
        #expect(variant.notes[0].contains("csrc/kernel was changed"))
        #expect(try fake.snapshot("checkout") == before)

        // On the working copy it does not fit any more, and the answer says where it would.
        let error = try #require(throws: QuestionError.self) { try fake.build(Diffs.dax) }
        #expect(error.reason.contains("already applied, or reversed"))
        #expect(error.notes == ["it applies to csrc/kernel as it was committed"])
    }
}
