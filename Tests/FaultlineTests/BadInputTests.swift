// SPDX-License-Identifier: GPL-2.0-only

// The table of bad input, through the command: each row is answered with exit code 2, one clear
// line, and nothing on disk.

import Foundation
import Testing
import VariantTesting

@Suite struct BadInputTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let patch: String
        /// All of these stand in the message.
        let says: [String]
        var testDescription: String { what }
    }

    private static let good = try! String(
        contentsOf: CommandRun.home.appending(path: "patches/option-2-iomap-fault-flag.patch"),
        encoding: .utf8)

    static let rows: [Row] = [
        Row(what: "empty", patch: "", says: ["empty"]),
        Row(
            what: "no diff in a mail", patch: "From: a@b\nSubject: hello\n\nNo diff.\n",
            says: ["diff"]),
        Row(
            what: "does not apply",
            patch: """
                diff --git a/fs/dax.c b/fs/dax.c
                --- a/fs/dax.c
                +++ b/fs/dax.c
                @@ -1,3 +1,3 @@
                 nothing like this
                -is in the file
                +stands in the file
                 at all

                """, says: ["fs/dax.c", "hunk"]),
        Row(
            what: "touches nothing of the slice",
            patch: """
                diff --git a/drivers/net/dummy.c b/drivers/net/dummy.c
                --- a/drivers/net/dummy.c
                +++ b/drivers/net/dummy.c
                @@ -1,1 +1,1 @@
                -one
                +two

                """, says: ["drivers/net/dummy.c"]),
        Row(
            what: "leaves the tree",
            patch: """
                diff --git a/../../etc/passwd b/../../etc/passwd
                --- a/../../etc/passwd
                +++ b/../../etc/passwd
                @@ -1,1 +1,1 @@
                -root
                +toor

                """, says: ["etc/passwd"]),
        Row(
            what: "binary",
            patch: """
                diff --git a/fs/dax.c b/fs/dax.c
                index 1111111..2222222 100644
                Binary files a/fs/dax.c and b/fs/dax.c differ

                """, says: ["binary"]),
        Row(
            what: "makes a symbolic link",
            patch: """
                diff --git a/fs/link b/fs/link
                new file mode 120000
                --- /dev/null
                +++ b/fs/link
                @@ -0,0 +1 @@
                +/etc/passwd

                """, says: ["symbolic link"]),
        Row(what: "truncated", patch: String(good.prefix(good.count * 2 / 3)), says: ["ends"]),
    ]

    @Test(arguments: rows)
    func isAnswered(_ row: Row) throws {
        let directory = try TemporaryDirectory.make()
        let file = directory.appending(path: "some.patch")
        try Data(row.patch.utf8).write(to: file)
        let run = try CommandRun(["check", "some.patch"], in: directory)
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("faultline: some.patch"), "\(run.errors)")
        for words in row.says {
            #expect(run.errors.lowercased().contains(words.lowercased()), "\(run.errors)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.sorted() == ["some.patch"])
    }

    @Test func aPatchThatDoesNotCompileNamesTheTreesOwnLine() throws {
        let patch = try MadePatch.inserting(["\tno_such_function();"], into: "dax_iomap_fault")
        let run = try CommandRun(["check", "-"], input: patch)
        #expect(run.status == 2)
        #expect(run.errors.contains("fs/dax.c:"), "\(run.errors)")
        #expect(run.errors.contains("no_such_function"), "\(run.errors)")
    }

    @Test func filesOutsideCanBeAllowed() throws {
        let outside = """
            diff --git a/Documentation/dax.txt b/Documentation/dax.txt
            --- a/Documentation/dax.txt
            +++ b/Documentation/dax.txt
            @@ -1,1 +1,1 @@
            -one
            +two

            """
        let inside = try MadePatch.inserting(["\t/* nothing */"], into: "dax_iomap_fault")
        let diff = try #require(inside.range(of: "diff --git"))
        let both =
            String(inside[diff.lowerBound...].prefix { $0 != "\u{0}" })
            .replacingOccurrences(of: "-- \n2.39.5\n", with: "") + outside
        #expect(try CommandRun(["check", "-"], input: both).status == 2)
        let allowed = try CommandRun(["check", "--allow-outside", "-"], input: both)
        #expect(allowed.status == 0, "a comment is the same code: \(allowed.errors)")
        #expect(allowed.output.contains("Documentation/dax.txt"))
    }

    // MARK: - Wrong turns

    /// In one line.
    private static func expectRefusal(
        _ run: CommandRun, saying words: String, location: SourceLocation = #_sourceLocation
    ) {
        #expect(run.status == 2, "\(run.errors)", sourceLocation: location)
        #expect(run.output.isEmpty, sourceLocation: location)
        let lines = run.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(run.errors)", sourceLocation: location)
        #expect(run.errors.contains(words), "\(run.errors)", sourceLocation: location)
    }

    @Test func aReversedPatchIsCalledThat() throws {
        let patch = try MadePatch.inserting(["\t/* nothing */"], into: "dax_iomap_fault")
        let reversed = patch.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("@@")
                ? Self.swapped(line) : line.hasPrefix("+\t") ? "-" + line.dropFirst() : String(line)
        }.joined(separator: "\n")
        // The line that it removes was never there; what it would leave is there already.
        Self.expectRefusal(
            try CommandRun(["check", "-"], input: reversed), saying: "already applied, or reversed")
    }

    /// `@@ -a,b +c,d @@` becomes `@@ -c,d +a,b @@`.
    private static func swapped(_ line: Substring) -> String {
        let fields = line.split(separator: " ")
        return "@@ -\(fields[2].dropFirst()) +\(fields[1].dropFirst()) @@"
    }

    @Test func aRelativeDiffIsCalledThat() throws {
        let patch = try MadePatch.inserting(["\t/* nothing */"], into: "dax_iomap_fault")
            .replacing("/fs/dax.c", with: "/dax.c")
        let run = try CommandRun(["check", "-"], input: patch)
        Self.expectRefusal(run, saying: "git diff --relative")
        #expect(run.errors.contains("fs/dax.c is what the slice has"), "\(run.errors)")
    }

    @Test func oneCommitTwiceIsCalledThat() throws {
        let patch = CommandRun.home.appending(path: "patches/option-2-iomap-fault-flag.patch").path
        let run = try CommandRun(["check", patch, patch])
        Self.expectRefusal(run, saying: "is the same commit as patch 1")
        #expect(run.errors.contains("listed twice"))
    }

    // MARK: - Taken

    @Test func carriageReturnsAreTaken() throws {
        let patch = Self.good.replacingOccurrences(of: "\n", with: "\r\n")
        let run = try CommandRun(["check", "-"], input: patch)
        #expect(run.status == 0, "\(run.errors)")
    }
}
