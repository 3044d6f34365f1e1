// SPDX-License-Identifier: GPL-2.0-only

// What is refused before anything is written: no patch can reach out of the copy, and the error names
// the line of the patch.

import System
import TestSupport
import Testing

@testable import Patches

@Suite("Refused patches")
struct RefusedPatchTests {
    let fake = try! FakeCheckout()

    /// A name, a diff, the line of the diff that the error names, and a part of the reason.
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
