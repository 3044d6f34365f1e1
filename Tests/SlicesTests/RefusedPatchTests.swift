// SPDX-License-Identifier: GPL-2.0-only

// What is refused before anything is written: nothing that a patch says reaches out of the copy,
// and the answer names the line of the patch. Then what is asked of files that the slice does not
// have.

import System
import Testing

@testable import Slices

@Suite("Refused patches")
struct RefusedPatchTests {
    let fake = try! FakeHome()

    static let refused: [(name: String, diff: String, line: Int, reason: String)] = [
        ("absolute path", hunk("/etc/passwd", "/etc/passwd"), 2, "absolute"),
        ("absolute path below a prefix", hunk("a//etc/passwd", "b//etc/passwd"), 2, "not a path"),
        (
            "absolute path in git's header",
            git("/etc/passwd", "/etc/passwd", "new file mode 100644"), 1, "absolute"
        ),
        ("parent directory", hunk("a/../x", "b/../x"), 2, "leaves the tree"),
        ("parent directory as prefix", hunk("../x", "../x"), 2, "leaves the tree"),
        ("parent directory within", hunk("a/fs/../../x", "b/fs/../../x"), 2, "leaves the tree"),
        ("parent directory on one side", hunk("a/fs/dax.c", "b/../fs/dax.c"), 2, "leaves the tree"),
        (
            "quoted parent directory", hunk("\"a/\\056\\056/x\"", "\"b/\\056\\056/x\""), 2,
            "leaves the tree"
        ),
        (
            "rename out of the tree",
            git(
                "a/fs/dax.c", "b/x", "similarity index 100%", "rename from fs/dax.c",
                "rename to ../x"),
            1, "leaves the tree"
        ),
        (
            "copy to an absolute path",
            git(
                "a/fs/dax.c", "b/x", "similarity index 100%", "copy from fs/dax.c", "copy to /tmp/x"
            ),
            1, "absolute"
        ),
        ("git's own files", hunk("a/.git/config", "b/.git/config"), 2, "not a path"),
        ("newline in a name", hunk("\"a/x\\ny\"", "\"b/x\\ny\""), 2, "not a path"),
        ("new symbolic link", git("a/fs/x", "b/fs/x", "new file mode 120000"), 2, "symbolic link"),
        (
            "file turned into a link",
            git("a/fs/dax.c", "b/fs/dax.c", "old mode 100644", "new mode 120000"), 3,
            "symbolic link"
        ),
        (
            "changed link", git("a/fs/x", "b/fs/x", "index 1234567..89abcde 120000"), 2,
            "symbolic link"
        ),
        ("new submodule", git("a/sub", "b/sub", "new file mode 160000"), 2, "submodule"),
        (
            "changed submodule", git("a/sub", "b/sub", "index 1234567..89abcde 160000"), 2,
            "submodule"
        ),
        ("device", git("a/fs/x", "b/fs/x", "new file mode 020666"), 2, "mode 020666"),
        (
            "binary diff", git("a/fs/dax.c", "b/fs/dax.c", "index 1..2 100644", "GIT binary patch"),
            3, "binary"
        ),
        (
            "binary files",
            git("a/fs/dax.c", "b/fs/dax.c", "Binary files a/fs/dax.c and b/fs/dax.c differ"), 2,
            "binary"
        ),
        ("binary files of diff", "Binary files a/fs/dax.c and b/fs/dax.c differ\n", 1, "binary"),
        ("nothing on both sides", hunk("/dev/null", "/dev/null"), 1, "/dev/null on both sides"),
        (
            "creation with lines before", hunk("/dev/null", "b/fs/dax.c"), 1,
            "created from /dev/null"
        ),
        ("deletion with lines after", hunk("a/fs/dax.c", "/dev/null"), 1, "deleted"),
        ("two names", hunk("a/fs/dax.c", "b/fs/ext2/inode.c"), 1, "without a rename"),
        ("merge", "diff --cc fs/dax.c\nindex 1,2..3\n--- a/fs/dax.c\n+++ b/fs/dax.c\n", 1, "merge"),
    ]

    @Test(arguments: refused.indices)
    func isRefused(_ index: Int) throws {
        let row = Self.refused[index]
        let before = try fake.snapshot()
        let error = try #require(throws: QuestionError.self, "\(row.name)") {
            try fake.patches(row.diff)
        }
        #expect(error.kind == .refused, "\(row.name): \(error)")
        #expect(error.reason.contains(row.reason), "\(row.name): \(error)")
        #expect(abs((error.patchLine ?? 0) - row.line) <= 1, "\(row.name): \(error)")
        #expect(try fake.snapshot() == before, "\(row.name)")
        #expect(!Disk.exists(fake.cache.trees), "\(row.name)")
    }

    @Test func refusedInAMailToo() throws {
        let row = Self.refused[0]
        let error = try #require(throws: QuestionError.self) {
            try fake.patches(Diffs.mail("[PATCH] x", Diffs.ext2 + row.diff))
        }
        #expect(error.kind == .refused)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
    }

    @Test func pathsWithoutAPrefix() throws {
        let error = try #require(throws: QuestionError.self) {
            try fake.patches(Self.hunk("dax.c", "dax.c"))
        }
        #expect(error.reason.contains("a/dax.c"))
    }

    // MARK: - Files that the slice does not have

    private static let outside = hunk("a/fs/xfs/xfs_file.c", "b/fs/xfs/xfs_file.c")

    @Test func nothingOfTheSlice() throws {
        let before = try fake.snapshot()
        let error = try #require(throws: QuestionError.self) { try fake.build(Self.outside) }
        #expect(error.kind == .outside)
        #expect(error.reason == "touches no file of the slice")
        #expect(error.description.contains("fs/xfs/xfs_file.c"))
        #expect(error.description.contains("--allow-outside"))
        #expect(
            try fake.snapshot("home")
                == before.filter { $0.key.hasPrefix("home/") }.reduce(into: [:]) {
                    $0[String($1.key.dropFirst("home/".count))] = $1.value
                })
        #expect(Disk.names(in: fake.cache.trees).isEmpty)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
    }

    @Test func oneFileOutside() throws {
        let error = try #require(throws: QuestionError.self) {
            try fake.build(Diffs.ext2 + Self.outside)
        }
        #expect(error.kind == .outside)
        #expect(error.file == "fs/xfs/xfs_file.c")
        #expect(error.patchLine == 20)
    }

    @Test func outsideIsIgnoredWithANote() throws {
        let variant = try fake.build(Self.outside + Diffs.dax, allowsOutside: true)
        #expect(variant.notes == ["x.patch: fs/xfs/xfs_file.c is not part of the slice: ignored"])
        #expect(variant.addedLines.count == 4)
        #expect(!Disk.exists(variant.sources + "/fs/xfs"))
    }

    @Test(
        "A new file is inside where the slice has a directory",
        arguments: [("fs/new.h", true), ("mm/new.h", false)])
    func newFile(_ path: String, _ isInside: Bool) throws {
        let diff = """
            --- /dev/null
            +++ b/\(path)
            @@ -0,0 +1 @@
            +#define NEW 1

            """
        if isInside {
            #expect(try fake.build(diff).addedLines == [SourceLine(file: path, line: 1)])
        } else {
            #expect(throws: QuestionError.self) { try fake.build(diff) }
        }
    }

    @Test func theStrictFilesystemIsNoPartOfTheSlice() throws {
        let diff = """
            --- a/strictfs/strict.c
            +++ b/strictfs/strict.c
            @@ -3,4 +3,4 @@
             toy strict(toy x)
             {
            -    return x - 1;
            +    return x - 2;
             }

            """
        #expect(throws: QuestionError.self) { try fake.build(diff) }
        var builder = fake.builder
        builder.allowsStrictFilesystem = true
        let seeded = try builder.build(fake.tree, patches: try fake.patches(diff), named: "seed")
        #expect(try Toy(seeded).run(-1) == -3)
        #expect(try Toy(fake.build()).run(-1) == -2)
    }

    // MARK: - Diffs

    private static func hunk(_ old: String, _ new: String) -> String {
        """
        --- \(old)
        +++ \(new)
        @@ -1 +1 @@
        -a
        +b

        """
    }

    private static func git(_ old: String, _ new: String, _ lines: String...) -> String {
        "diff --git \(old) \(new)\n" + lines.map { $0 + "\n" }.joined()
    }
}
