// SPDX-License-Identifier: GPL-2.0-only

// Patches and mails that are too much of something, or made to be misread: each is read, or refused in
// one line, in seconds. The sizes are those that a limit is for.

import Glibc
import System
import TestSupport
import Testing

@testable import Patches

@Suite struct HostileInputTests {
    let fake = try! FakeCheckout()

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: @Sendable () -> String
        /// A part of the reason for which it is refused; nil if it is read.
        var reason: String?

        init(_ name: String, _ reason: String?, _ text: @escaping @Sendable () -> String) {
            testDescription = name
            self.reason = reason
            self.text = text
        }
    }

    private static func many(_ count: Int, _ text: (Int) -> String) -> String {
        (0..<count).map(text).joined()
    }

    private static func file(_ hunks: String, _ path: String = "fs/dax.c") -> String {
        "diff --git a/\(path) b/\(path)\n--- a/\(path)\n+++ b/\(path)\n" + hunks
    }

    private static func mail(_ fields: String, _ body: String) -> String {
        "From: A <a@example.org>\nSubject: [PATCH] x\nMIME-Version: 1.0\n\(fields)\n\(body)"
    }

    private static func signed(_ text: String) -> String {
        let escaped = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("-") ? "- " + $0 : String($0) }.joined(separator: "\n")
        return "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n\(escaped)"
            + "-----BEGIN PGP SIGNATURE-----\n\niQIz\n-----END PGP SIGNATURE-----\n"
    }

    static let rows = [
        Row("more than a series can be", "is larger than 16 MiB") {
            file("@@ -1 +1,200001 @@\n /*\n")
                + many(200_000) { _ in
                    "+\(String(repeating: "x", count: 98))\n"
                }
        },
        Row("ten thousand hunks", nil) {
            file(many(10_000) { "@@ -\($0 * 3 + 1) +\($0 * 4 + 1),2 @@\n x\n+y\n" })
        },
        Row("six hundred mails", "has 600 mails") {
            many(600) { Diffs.mail("[PATCH \($0 + 1)/600] x", Diffs.dax) }
        },
        Row("multiparts, a thousand deep", "") {
            mail(
                many(1000) { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" },
                "Content-Type: text/x-patch\n\n\(Diffs.dax)")
        },
        Row("mails in mails, a thousand deep", "") {
            mail(
                many(1000) { _ in "Content-Type: message/rfc822\n\nSubject: x\n" }, Diffs.dax)
        },
        Row("a multipart of ten thousand parts", "") {
            mail(
                "Content-Type: multipart/mixed; boundary=b\n",
                many(10_000) { _ in "--b\n\nnothing\n" } + "--b--\n")
        },
        Row("one line of ten million characters", "") { String(repeating: "A", count: 10_000_000) },
        Row("a hundred thousand header fields", "") {
            many(100_000) { "X-\($0): y\n" } + "\n" + Diffs.dax
        },
        Row("a hundred thousand references", nil) {
            Diffs.mail(
                "[PATCH] x", Diffs.dax, fields: "References:\(many(50_000) { " <\($0)@x>\n" })")
        },
        Row("line numbers without end", "header is malformed") {
            file("@@ -99999999999999999999 +1 @@\n x\n")
        },
        Row("line numbers at the end of a number", "header is malformed") {
            file("@@ -9223372036854775807 +9223372036854775807,2 @@\n x\n+y\n")
        },
        Row("a negative count", "header is malformed") { file("@@ -1,-1 +1,-1 @@\n x\n") },
        Row("a hunk without lines", "changes nothing") { file("@@ -1,0 +1,0 @@\n") },
        Row("a hunk that changes nothing", "changes nothing") { file("@@ -1 +1 @@\n /*\n") },
        Row("a change of mode", "nothing but the modes") {
            "diff --git a/fs/dax.c b/fs/dax.c\nold mode 100644\nnew mode 100755\n"
        },
        Row("paths without prefixes", "git diff --no-prefix") {
            "--- fs/dax.c\n+++ fs/dax.c\n@@ -1 +1 @@\n-a\n+b\n"
        },
        Row("paths of svn", "svn") {
            "Index: fs/dax.c\n\(String(repeating: "=", count: 67))\n--- fs/dax.c\t(revision 1)\n"
                + "+++ fs/dax.c\t(working copy)\n@@ -1 +1 @@\n-a\n+b\n"
        },
        Row("a mail that is signed in its text", nil) {
            mail("", signed("Why.\n---\n" + Diffs.dax))
        },
        Row("a diff that is signed", nil) { signed(Diffs.dax) },
        Row("a path with an escape sequence", "is not a path") {
            "--- \"a/fs/\\033[31m.c\"\n+++ \"b/fs/\\033[31m.c\"\n@@ -1 +1 @@\n-a\n+b\n"
        },
        Row("a path that is .git in capitals", "is not a path") {
            file("@@ -1 +1 @@\n-a\n+b\n", ".GIT/config")
        },
        Row("a path with two slashes", "is not a path") {
            file("@@ -1 +1 @@\n-a\n+b\n", "fs//dax.c")
        },
        Row("a number of a series that is too large", nil) {
            Diffs.mail("[PATCH 99999999999999999999/99999999999999999999] x", Diffs.dax)
        },
        Row("a part that says it is base64, and is not", "") {
            mail("Content-Transfer-Encoding: base64\n", "=====\n\0x\n" + Diffs.dax)
        },
    ]

    /// Of this thread: others run beside it.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test(arguments: rows) func isReadOrRefused(_ row: Row) throws {
        let text = row.text()
        let before = Self.processorSeconds
        do {
            let patches = try fake.patches(text)
            #expect(row.reason == nil || row.reason == "", "\(row.testDescription) is read")
            #expect(patches.allSatisfy { !$0.files.isEmpty })
        } catch let error as QuestionError {
            let reason = try #require(row.reason, "\(error)")
            #expect([.unreadable, .refused].contains(error.kind))
            #expect(error.reason.contains(reason) || reason.isEmpty, "\(error)")
            #expect(!error.reason.contains("\n") && error.reason.utf8.count < 400, "\(error)")
        }
        #expect(Self.processorSeconds - before < 5)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
    }

    @Test func whatIsSignedIsReadAsItWasWritten() throws {
        let plain = try fake.patches(Diffs.dax)[0].text
        for text in [Self.mail("", Self.signed("Why.\n---\n" + Diffs.dax)), Self.signed(Diffs.dax)]
        {
            #expect(try fake.patches(text)[0].text == plain)
        }
    }
}
