// SPDX-License-Identifier: GPL-2.0-only

// Whatever is in a patch or a mail: it is read, or refused with a reason.

import System
import TestSupport
import Testing

@testable import Patches

@Suite struct PatchFuzzTests {
    private static let words = [
        "\n", "\r\n", "@@ -1,2 +3,4 @@\n", "@@ -0,0 +1 @@", "diff --git a/fs/dax.c b/fs/dax.c\n",
        "diff --git ", "--- ", "+++ ", "--- a/x\n+++ b/x\n", "/dev/null", "new file mode 100644\n",
        "deleted file mode 100644\n", "old mode ", "new mode 120000\n", "rename from ",
        "rename to ",
        "copy from a\n", "index 1..2 100644\n", "\\ No newline at end of file\n", "\"", "\\",
        "\\377",
        "../", "\t", "\0", " ", "+", "-", "Binary files a and b differ\n", "GIT binary patch\n",
        "Subject: [PATCH v2 3/4] x\n", "[PATCH 99999999999999999999/2]", "Message-ID: <a@b>\n",
        "References: <a> <b>\n", "Content-Type: multipart/mixed; boundary=b\n", "--b\n", "--b--\n",
        "Content-Type: message/rfc822\n\n", "-----BEGIN PGP SIGNED MESSAGE-----\n",
        "-----BEGIN PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\n", "From x\n",
    ]
    private static let inputs =
        [Diffs.dax, Diffs.ext2, Diffs.mail("[PATCH v2 1/2] x", Diffs.dax)].map { Array($0.utf8) }

    @Test func aDiffIsReadOrRefused() throws {
        var fuzzing = Fuzzing("diff")
        try fuzzing.run(Self.inputs) {
            Fuzzing.changed($0, words: Self.words, &$1)
        } attempt: { bytes in
            do {
                let files = try DiffParser.parse(bytes, patch: "x.patch")
                // What is checked is what is applied: it reads as itself.
                let patch = Patch(name: "x", path: "x", files: files)
                #expect(
                    try DiffParser.parse(patch.text, patch: "x").map(\.path) == files.map(\.path))
            } catch let error as QuestionError {
                #expect([.unreadable, .refused].contains(error.kind), "\(error)")
            }
        }
        #expect(fuzzing.count > 100)
    }

    @Test func theOutsideOfAMailIsTakenApart() {
        var fuzzing = Fuzzing("mail")
        fuzzing.run(Self.inputs) {
            Fuzzing.changed($0, words: Self.words, &$1)
        } attempt: { bytes in
            for mail in MIMEParts.mails(in: bytes) {
                let header = MIMEHeader(mail[...])
                let subject = String(anyBytes: mail.prefix(200))
                let read = Mail(
                    path: "x", subject: subject, diff: ClearSignature.removed(from: mail))
                _ = (read.number, read.title, read.isReply, read.hasDiff, header.origin)
            }
        }
        #expect(fuzzing.count > 100)
    }
}
