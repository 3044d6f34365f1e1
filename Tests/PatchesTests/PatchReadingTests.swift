// SPDX-License-Identifier: GPL-2.0-only

// Every way in which a patch can arrive gives the same patch, or an error that says what is wrong
// with it and in which line.

import System
import TestSupport
import Testing

@testable import Patches

@Suite("Reading patches")
struct PatchReadingTests {
    let fake = try! FakeCheckout()

    /// The diff that all of these forms carry.
    private var plain: Patch {
        get throws { try #require(try fake.patches(Diffs.ext2).first) }
    }

    @Test func plainDiff() throws {
        let patch = try plain
        #expect(patch.name == "x")
        #expect(patch.subject == nil)
        #expect(patch.files.map(\.path) == ["fs/ext2/inode.c"])
        let hunks = patch.files[0].hunks
        #expect(hunks.map(\.oldStart) == [3, 10])
        #expect(hunks.map(\.newStart) == [3, 13])
        #expect(hunks.map(\.line) == [4, 13])
        #expect(hunks.map { $0.lines.count { $0.change == .added } } == [3, 1])
    }

    @Test func diffWithoutGitHeaders() throws {
        let diff = Diffs.ext2.replacing(
            "diff --git a/fs/ext2/inode.c b/fs/ext2/inode.c\n", with: ""
        )
        .replacing("--- a/fs/ext2/inode.c", with: "--- a/fs/ext2/inode.c\t2024-01-01 10:00")
        #expect(try fake.patches(diff)[0].text == plain.text)
    }

    @Test func textAroundTheDiffIsSkipped() throws {
        let text = "This is what I have:\n\n" + Diffs.ext2 + "\nBest regards\n"
        let patch = try fake.patches(text)[0]
        #expect(try patch.text == plain.text)
        #expect(patch.files[0].line == 3)
    }

    @Test func formatPatchMail() throws {
        let mail = Diffs.mail("[PATCH v3 2/7] ext2: count on", Diffs.ext2)
        let patch = try fake.patches(mail)[0]
        #expect(patch.subject == "ext2: count on")
        #expect(try patch.text == plain.text)
        // The signature's `-- ` is not a removed line, and lines count from the mail's first.
        let lines = mail.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(patch.files[0].line == lines.firstIndex { $0.hasPrefix("diff --git") }! + 1)
    }

    @Test func mailWithoutMboxLine() throws {
        let mail = Diffs.mail("[PATCH] ext2: count on", Diffs.ext2)
        let bare = mail.split(separator: "\n", maxSplits: 1)[1]
        #expect(try fake.patches(String(bare))[0].text == plain.text)
    }

    @Test(arguments: ["\r\n", "\n"])
    func lineEnds(_ end: String) throws {
        for text in [Diffs.ext2, Diffs.mail("[PATCH] x", Diffs.ext2)] {
            let bytes = Array(text.replacing("\n", with: end).utf8)
            #expect(try fake.patches(bytes)[0].text == plain.text)
        }
    }

    @Test func quotedPrintable() throws {
        let encoded = Diffs.ext2.replacing("=", with: "=3D").replacing("x += 1", with: "x +=\n= 1")
            .replacing("    x *=3D 2;", with: "    x *=3D =\n2;")
        let mail = Diffs.mail(
            "[PATCH] =?UTF-8?q?ext2=3A_z=C3=A4hle?=", encoded,
            fields: """
                MIME-Version: 1.0
                Content-Type: text/plain; charset=UTF-8
                Content-Transfer-Encoding: quoted-printable

                """)
        let patch = try fake.patches(mail)[0]
        #expect(try patch.text == plain.text)
        #expect(patch.subject == "ext2: zähle")
    }

    @Test func base64InAMIMEPart() throws {
        let body = "Why.\n---\n" + Diffs.ext2.replacing("\n", with: "\r\n")
        let mail = """
            From: Somebody <somebody@example.org>
            Subject: [PATCH] ext2: count on
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="part"

            --part
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            \(base64(Array(body.utf8)))
            --part--

            """
        #expect(try fake.patches(mail)[0].text == plain.text)
    }

    @Test func formatFlowed() throws {
        // Lines that begin with a blank have one more, and one long line is broken after a blank.
        let flowed = Diffs.ext2.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(" ") ? " " + $0 : $0 }.joined(separator: "\n")
            .replacing("+    x += 9;", with: "+    x \n+= 9;")
        let mail = Diffs.mail(
            "[PATCH] ext2: count on", flowed,
            fields: "Content-Type: text/plain; charset=UTF-8;\n format=flowed\n")
        #expect(try fake.patches(mail)[0].text == plain.text)
        // The same bytes without the announcement are another diff.
        #expect(
            try fake.patches(Diffs.mail("[PATCH] x", flowed.replacing("x \n+=", with: "x +=")))[0]
                .text != plain.text)
    }

    @Test("A diff with any one byte changed is read or refused, whatever it says")
    func anyOneByte() throws {
        let rename = """
            diff --git "a/fs/\\303\\274.c" b/x.c
            similarity index 90%
            rename from fs/y.c
            rename to x.c

            """
        let bytes = Array((Diffs.dax + rename + Diffs.header).utf8)
        for index in bytes.indices {
            for byte in "\n\r\" /-+@9a\\\u{1}".utf8 {
                var changed = bytes
                changed[index] = byte
                do {
                    _ = try fake.patches(changed)
                } catch let error as QuestionError {
                    #expect(
                        [.unreadable, .refused].contains(error.kind), "byte \(index): \(error)")
                }
            }
        }
    }

    @Test func bytesThatAreNotUTF8() throws {
        // Latin-1 in the message of a mail that says nothing, and of one that says UTF-8.
        for field in ["", "Content-Type: text/plain; charset=UTF-8\n"] {
            let mail = Diffs.mail(
                "[PATCH] ext2: M~ller", Diffs.ext2.replacing("x *= 2;", with: "x *= 2; /* ~ */"),
                fields: field, message: "By M~ller.\n")
            let bytes = mail.utf8.map { $0 == UInt8(ascii: "~") ? 0xfc : $0 }
            let patch = try fake.patches(bytes)[0]
            #expect(patch.subject == "ext2: Müller")
            // The diff's bytes are the file's: never recoded.
            #expect(patch.text.count { $0 == 0xfc } == 3)
        }
    }

    // MARK: - Series

    @Test func seriesInAnyOrder() throws {
        let mbox = [
            Diffs.mail("[PATCH v2 2/3] ext2: count on", Diffs.ext2),
            Diffs.mail("Re: [PATCH v2 1/3] dax: nine", "> " + Diffs.dax, message: "No.\n"),
            Diffs.mail("[PATCH v2 0/3] numbers", nil),
            Diffs.mail("[PATCH v2 3/3] dax: add", Diffs.header),
            Diffs.mail("[PATCH v2 1/3] dax: nine", Diffs.dax),
        ].joined()
        let patches = try fake.patches(mbox, named: "numbers.mbox")
        #expect(patches.map(\.subject) == ["dax: nine", "ext2: count on", "dax: add"])
        #expect(patches.allSatisfy { $0.name == "numbers" })
        // Lines are those of the mbox.
        let lines = mbox.split(separator: "\n", omittingEmptySubsequences: false)
        for patch in patches {
            let line = patch.files[0].line
            #expect(lines[line - 1].hasPrefix("diff --git") || lines[line - 1].hasPrefix("--- a/"))
            #expect(lines[line - 1].contains(patch.files[0].path))
        }
    }

    @Test func onePatchOfASeriesAlone() throws {
        #expect(try fake.patches(Diffs.mail("[PATCH 2/7] x", Diffs.ext2)).count == 1)
    }

    @Test(
        "A series that is not whole",
        arguments: [
            ([1, 2, 4, 5], "patch 3 of 5 is missing"), ([2, 3, 4, 5], "patch 1 of 5 is missing"),
            ([1, 2, 3, 4], "patch 5 of 5 is missing"),
            ([1, 2, 2, 3, 4, 5], "patch 2 of 5 is there twice"),
        ])
    func incompleteSeries(_ parts: [Int], _ reason: String) throws {
        let mbox = parts.map { Diffs.mail("[PATCH \($0)/5] x", Diffs.ext2) }.joined()
        let error = try #require(throws: QuestionError.self) { try fake.patches(mbox) }
        #expect(error.reason == reason)
    }

    @Test func twoVersionsOfASeries() throws {
        let mbox = ["v1 1/2", "v2 1/2", "v1 2/2", "v2 2/2"]
            .map { Diffs.mail("[PATCH \($0)] x", Diffs.ext2) }.joined()
        let error = try #require(throws: QuestionError.self) { try fake.patches(mbox) }
        #expect(error.reason.contains("v1 and v2"))
    }

    @Test func aPatchOfASeriesWithoutADiff() throws {
        let mbox = Diffs.mail("[PATCH 1/2] x", Diffs.ext2) + Diffs.mail("[PATCH 2/2] y", nil)
        let error = try #require(throws: QuestionError.self) { try fake.patches(mbox) }
        #expect(error.reason == "[PATCH 2/2] is a mail without a diff")
    }

    // MARK: - What is no patch

    @Test(
        "Not a patch",
        arguments: [
            ("", "is empty"), ("\n \n\t\n", "is empty"),
            ("int main(void) { return 0; }\n", "has no unified diff"),
            ("Hello.\nHow are you?\n", "has no unified diff"),
            ("\u{0}\u{1}\u{2}", "zero bytes"),
            (Diffs.mail("[PATCH] x", nil), "is a mail without a diff"),
            (Diffs.mail("[PATCH 0/3] x", nil) + Diffs.mail("hello", nil), "no mail with a diff"),
            ("*** a/fs/dax.c\n--- b/fs/dax.c\n***************\n*** 1,2 ****\n", "no unified diff"),
        ])
    func notAPatch(_ text: String, _ reason: String) throws {
        let error = try #require(throws: QuestionError.self) { try fake.patches(text) }
        #expect(error.kind == .unreadable)
        #expect(error.patch == "x.patch")
        #expect(error.reason.contains(reason), "\(error)")
    }

    @Test func noSuchFile() throws {
        let error = try #require(throws: QuestionError.self) {
            try Patch.read("/nowhere/x.patch", toolchain: fake.toolchain, cache: fake.cache)
        }
        #expect(error.description == "/nowhere/x.patch: no such file")
    }

    @Test("A diff cut off after any of its lines is an error or a shorter whole")
    func truncated() throws {
        let lines = Diffs.ext2.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        for count in 1..<lines.count {
            let text = lines.prefix(count).joined(separator: "\n") + "\n"
            if count == 12 {
                // The first hunk is complete: nothing tells that there was a second one.
                #expect(try fake.patches(text)[0].files[0].hunks.count == 1)
                continue
            }
            let error = try #require(throws: QuestionError.self, "after line \(count)") {
                try fake.patches(text)
            }
            #expect(error.kind == .unreadable)
            if count > 4 {
                #expect(error.file == "fs/ext2/inode.c")
                #expect(error.hunk == (count < 12 ? 1 : 2))
                #expect(error.patchLine == count + 1)
            }
        }
    }

    @Test(
        "Hunks that are not what their headers say",
        arguments: [
            ("@@ -3,5 +3,8 @@", "@@ -3,4 +3,7 @@", "more lines follow"),
            ("@@ -3,5 +3,8 @@", "@@ -3,5 +3,7 @@", "there are more"),
            ("@@ -3,5 +3,8 @@", "@@ -3,6 +3,9 @@", "this line ends it"),
            ("@@ -3,5 +3,8 @@", "@@ -3,5 3,8 @@", "malformed"),
            ("@@ -3,5 +3,8 @@", "@@ -3,5 +3,99999999999999999999 @@", "malformed"),
            ("     x += 1;", "    x += 1;\nx", "this line ends it"),
        ])
    func corrupt(_ old: String, _ new: String, _ reason: String) throws {
        let error = try #require(throws: QuestionError.self) {
            try fake.patches(Diffs.ext2.replacing(old, with: new, maxReplacements: 1))
        }
        #expect(error.kind == .unreadable)
        #expect(error.hunk == 1)
        #expect(error.reason.contains(reason), "\(error)")
    }

    @Test func emptyContextLinesWithoutTheirBlank() throws {
        let eaten = Diffs.dax.replacing("\n \n", with: "\n\n")
        #expect(eaten != Diffs.dax)
        #expect(try fake.patches(eaten)[0].text == fake.patches(Diffs.dax)[0].text)
    }
}
