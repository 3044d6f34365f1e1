// SPDX-License-Identifier: GPL-2.0-only

// A patch is the same patch however a mail carries it, and a series the same series however it is
// kept; what cannot be read names the file, the mail and the reason. The shapes are those of mail
// programs, of git and of b4; their words are ours.

import System
import TestSupport
import Testing

@testable import Patches

@Suite("Reading mails")
struct MailReadingTests {
    let fake = try! FakeCheckout()

    private var plain: Patch {
        get throws { try #require(try fake.patches(Diffs.ext2).first) }
    }

    private func error(_ text: String, named name: String = "x.mbox") throws -> QuestionError {
        try #require(throws: QuestionError.self) { try fake.patches(text, named: name) }
    }

    /// A multipart mail.
    private func multipart(_ type: String, _ parts: [String], end: Bool = true) -> String {
        """
        From: Somebody <somebody@example.org>
        Subject: [PATCH] ext2: count on
        MIME-Version: 1.0
        Content-Type: multipart/\(type);
         boundary="=_a b'(c)"

        This is a message with parts.

        """ + parts.map { "--=_a b'(c)\n\($0)\n" }.joined() + (end ? "--=_a b'(c)--\n" : "")
    }

    // MARK: - Parts

    @Test func anAttachmentIsTheDiff() throws {
        let encoded = base64(Array(Diffs.ext2.utf8))
        for type in ["text/x-patch", "text/x-diff", "application/octet-stream"] {
            let mail = multipart(
                "mixed",
                [
                    "Content-Type: text/plain\n\nSee what is attached.\n",
                    "Content-Type: \(type); name=\"x.patch\"\n"
                        + "Content-Disposition: attachment; filename=\"x.patch\"\n"
                        + "Content-Transfer-Encoding: base64\n\n\(encoded)\n",
                    "Content-Type: application/pgp-signature\n\n-----BEGIN\n+++ x\n-----END\n",
                ])
            #expect(try fake.patches(mail)[0].text == plain.text, "\(type)")
        }
    }

    @Test func theHTMLTwinOfATextIsNotRead() throws {
        let mail = multipart(
            "alternative",
            [
                "Content-Type: text/plain; charset=utf-8\n\nWhy.\n---\n\(Diffs.ext2)",
                "Content-Type: text/html; charset=utf-8\n\n<pre>\n\(Diffs.ext2)</pre>\n",
            ])
        #expect(try fake.patches(mail)[0].text == plain.text)
    }

    @Test func partsOfPartsAreRead() throws {
        let inner = """
            Content-Type: multipart/alternative; boundary=inner

            --inner
            Content-Type: text/plain

            Hello.
            --inner
            Content-Type: text/html

            <p>Hello.</p>
            --inner--
            """
        let mail = multipart(
            "mixed", [inner, "Content-Type: text/x-patch\n\n\(Diffs.ext2)"], end: false)
        #expect(try fake.patches(mail)[0].text == plain.text)
    }

    @Test func aMailForwardedAsAnAttachmentIsOpened() throws {
        let inside = Diffs.mail(
            "[PATCH] dax: nine", base64(Array(Diffs.dax.utf8)),
            fields: "Content-Transfer-Encoding: base64\n", message: "")
        let body = inside.split(separator: "\n", maxSplits: 1)[1]
            .replacing("---\n 1 file changed\n\n", with: "").replacing("-- \n2.39.5\n", with: "")
        let mail = multipart(
            "mixed",
            ["Content-Type: text/plain\n\nLook.\n", "Content-Type: message/rfc822\n\n\(body)"])
        let patches = try fake.patches(mail)
        #expect(patches.map(\.subject) == ["dax: nine"])
        #expect(try patches[0].text == fake.patches(Diffs.dax)[0].text)
    }

    @Test func formatPatchWithAttachIsRead() throws {
        let mail = multipart(
            "mixed",
            [
                "Content-Type: text/plain; charset=UTF-8; format=fixed\n"
                    + "Content-Transfer-Encoding: 8bit\n\nWhy.\n---\n 1 file changed\n",
                "Content-Type: text/x-patch; name=\"0001-x.patch\"\n"
                    + "Content-Transfer-Encoding: 8bit\n"
                    + "Content-Disposition: attachment; filename=\"0001-x.patch\"\n\n\(Diffs.ext2)",
            ])
        #expect(try fake.patches(mail)[0].text == plain.text)
    }

    @Test(arguments: ["Content-Type: multipart/mixed", "Content-Type: multipart/mixed; boundary="])
    func aMultipartWithoutABoundaryIsReadAsText(_ field: String) throws {
        let mail = Diffs.mail("[PATCH] x", Diffs.ext2, fields: field + "\n")
        // Whether git can do with it or not, the answer is a patch or an error.
        if let patch = try? fake.patches(mail)[0] { #expect(try patch.text == plain.text) }
    }

    // MARK: - Words and lines

    @Test func subjectsAreDecoded() throws {
        let cases = [
            ("=?UTF-8?B?W1BBVENIXSBleHQyOiB6w6RobGU=?=", "ext2: zähle"),
            ("=?iso-8859-1?q?=5BPATCH=5D_ext2=3A_z=E4hle?=", "ext2: zähle"),
            ("[PATCH] ext2: count on and on and\n on", "ext2: count on and on and on"),
            ("[RFC PATCH bpf-next,v2 1/1] ext2: count", "ext2: count"),
        ]
        for (subject, title) in cases {
            #expect(try fake.patches(Diffs.mail(subject, Diffs.ext2))[0].subject == title)
        }
    }

    @Test func quotedFromLinesAreNoMails() throws {
        let message = ">From here on all is well.\n>>From there, too.\n>From a@b Mon Jan  1\n"
        let mbox = (1...2).map {
            Diffs.mail("[PATCH \($0)/2] x", $0 == 1 ? Diffs.ext2 : Diffs.dax, message: message)
        }.joined()
        #expect(try fake.patches(mbox).count == 2)
        #expect(try fake.patches(mbox)[0].text == plain.text)
    }

    @Test func flowedLinesThatWereLostAreExplained() throws {
        // The blank at the end joins the line with the next one, which was an added line, too.
        let damaged = Diffs.ext2.replacing("+    x *= 2;\n", with: "+    x *= 2; \n")
        let mail = Diffs.mail(
            "[PATCH] ext2: count on", damaged,
            fields: "Content-Type: text/plain; format=flowed; delsp=yes\n")
        let error = try error(mail)
        #expect(error.kind == .unreadable && error.file == "fs/ext2/inode.c")
        #expect(error.notes.contains { $0.contains("format=flowed") }, "\(error)")
    }

    @Test func tabsThatBecameBlanksAreExplained() throws {
        let hunk = Diffs.ext2.replacing("     x += 1;", with: "  x  += 1;")
        let error = try #require(throws: QuestionError.self) { try fake.build(hunk) }
        #expect(error.reason.contains("white space only"), "\(error)")
        #expect(error.reason.contains("line 5"))
    }

    @Test func utf16IsNamed() throws {
        let text = Diffs.ext2.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let mail = Diffs.mail(
            "[PATCH] x", base64(text), fields: "Content-Transfer-Encoding: base64\n", message: "")
        let bare = mail.replacing("---\n 1 file changed\n\n", with: "")
            .replacing("-- \n2.39.5\n", with: "")
        #expect(try error(bare).reason.contains("zero bytes"))
    }

    @Test func aCompressedMailboxIsNamed() throws {
        let error = try #require(throws: QuestionError.self) {
            try fake.patches([0x1f, 0x8b, 8, 0, 0], named: "t.mbox.gz")
        }
        #expect(error.description == "t.mbox.gz: is compressed: gunzip it first")
    }

    // MARK: - Series

    @Test func whatIsLeftOutIsNoted() throws {
        let mbox = [
            Diffs.mail("[PATCH v2 0/2] numbers", nil),
            Diffs.mail("Re: [PATCH v2 1/2] dax: nine", "> " + Diffs.dax),
            Diffs.mail("AW: [PATCH v2 1/2] dax: nine", Diffs.header),
            Diffs.mail("[PATCH v2 2/2] ext2: count on", Diffs.ext2),
            Diffs.mail("[PATCH v2 1/2] dax: nine", Diffs.dax),
            Diffs.mail("lunch?", nil),
        ].joined()
        let patches = try fake.patches(mbox, named: "numbers.mbx")
        #expect(patches.map(\.subject) == ["dax: nine", "ext2: count on"])
        #expect(
            patches[0].notes == [
                "[PATCH v2 0/2] numbers: a cover letter, which is not judged",
                "numbers.mbx: left out: 2 replies, 1 mail without a diff",
            ])
        let variant = try fake.builder.build(fake.tree, patches: patches, named: "x")
        #expect(variant.notes.starts(with: patches[0].notes))
    }

    @Test func aCoverLetterWithAnInterdiffIsNoPatch() throws {
        let mbox =
            Diffs.mail("[PATCH v2 0/1] numbers", "Interdiff against v1:\n" + Diffs.dax)
            + Diffs.mail("[PATCH v2 1/1] ext2: count on", Diffs.ext2)
        #expect(try fake.patches(mbox).map(\.subject) == ["ext2: count on"])
        #expect(
            try error(Diffs.mail("[PATCH 0/3] numbers", nil)).reason
                == "is a cover letter: the patches are in other mails")
    }

    @Test func aMailThatCameTwiceIsTakenOnce() throws {
        let mails = [1, 2, 1].map {
            Diffs.mail(
                "[PATCH \($0)/2] x", $0 == 1 ? Diffs.ext2 : Diffs.dax,
                fields: "Message-ID: <\($0)@example.org>\n")
        }
        #expect(try fake.patches(mails.joined()).count == 2)
    }

    @Test func aBotThatRepeatsAPatchIsLeftOut() throws {
        let mbox =
            Diffs.mail("[PATCH 1/2] dax: nine", Diffs.dax)
            + Diffs.mail("[PATCH 2/2] ext2: count on", Diffs.ext2)
            + Diffs.mail("[tip: fs/core] dax: nine", Diffs.dax)
        let patches = try fake.patches(mbox)
        #expect(patches.map(\.subject) == ["dax: nine", "ext2: count on"])
        #expect(patches[0].notes.contains { $0.hasPrefix("[tip: fs/core] dax: nine: ") })
    }

    struct Mixed: Sendable, CustomTestStringConvertible {
        let subjects: [String]
        let reason: String
        var testDescription: String { reason }
    }

    @Test(
        "What could be meant in two ways is an error",
        arguments: [
            Mixed(
                subjects: ["[PATCH v2 1/2] a", "[PATCH v3 2/2] b"],
                reason: "holds v2 and v3 of a series; one is wanted"),
            Mixed(
                subjects: ["[PATCH v2 1/2] a", "[PATCH v2.1 1/2] a", "[PATCH v2 2/2] b"],
                reason: "holds v2 and v2.1 of a series; one is wanted"),
            Mixed(
                subjects: ["[PATCH 1/2] a", "[PATCH 2/3] b"],
                reason: "holds patches of series of 2 and 3; one is wanted"),
            Mixed(
                subjects: ["[PATCH 1/2] a", "[PATCH 2/2] b", "[PATCH] c"],
                reason: "beside patches of a series of 2 there is one without a number: [PATCH] c"),
            Mixed(subjects: ["[PATCH 1/1] a", "[PATCH 2/1] b"], reason: "there is a patch 2 of 1"),
            Mixed(
                subjects: ["[PATCH 2/7] a", "[PATCH 5/7] b"],
                reason: "patches 1, 3, 4, 6, 7 of 7 are missing"),
        ])
    func mixed(_ row: Mixed) throws {
        let mbox = row.subjects.map { Diffs.mail($0, Diffs.ext2) }.joined()
        #expect(try error(mbox).description == "x.mbox: " + row.reason)
    }

    @Test func aReplyAloneSaysWhatItIs() throws {
        let quoted = Diffs.ext2.split(separator: "\n").map { "> \($0)\n" }.joined()
        #expect(
            try error(Diffs.mail("Re: [PATCH 1/2] x", nil, message: quoted)).reason
                == "is a reply that quotes a diff: the patch is in another mail")
        // An answer with a patch of its own is one.
        #expect(try fake.patches(Diffs.mail("Re: [PATCH] x", Diffs.ext2))[0].text == plain.text)
        let thread = Diffs.mail("x", nil) + Diffs.mail("Re: x", Diffs.ext2)
        #expect(
            try error(thread).reason
                == "has a diff in a reply only, 'Re: x': to judge that, save it alone")
    }

    @Test func whereAMailCameFromIsKept() throws {
        let mail = Diffs.mail(
            "[PATCH v3 02/10] x", Diffs.ext2,
            fields: """
                Message-ID: <2@example.org>
                In-Reply-To: <0@example.org>
                References: <before@example.org>
                 <0@example.org>

                """)
        let patch = try fake.patches(mail)[0]
        #expect(patch.number == Patch.Number(version: "3", part: 2, of: 10))
        #expect(patch.origin.author == "Somebody <somebody@example.org>")
        #expect(patch.origin.messageID == "2@example.org")
        #expect(patch.origin.references == ["before@example.org", "0@example.org"])
        #expect(try plain.origin == Patch.Origin())
    }

    @Test func anErrorNamesFileLineMailAndReason() throws {
        let mbox =
            Diffs.mail("[PATCH 1/2] dax: nine", Diffs.dax)
            + Diffs.mail(
                "[PATCH 2/2] ext2: count on", Diffs.ext2.replacing("@@ -3,5", with: "@@ -3,9"))
        let words = try error(mbox).description
        #expect(words.hasPrefix("x.mbox:"))
        #expect(
            words.contains(": [PATCH 2/2] ext2: count on: fs/ext2/inode.c: hunk #1 "), "\(words)")
    }

    // MARK: - Directories

    private func directory(_ files: [(String, String)]) throws -> [Patch] {
        let place = "series-\(UInt64.random(in: 0 ... .max))"
        for (name, text) in files { try fake.write(text, to: "\(place)/\(name)") }
        try Disk.makeDirectory("\(fake.directory)/\(place)")
        return try PatchReader(toolchain: fake.toolchain, cache: fake.cache)
            .read("\(fake.directory)/\(place)/")
    }

    @Test func whatFormatPatchLeftIsASeries() throws {
        let patches = try directory([
            ("0000-cover-letter.patch", Diffs.mail("[PATCH 0/2] numbers", nil)),
            ("0001-dax-nine.patch", Diffs.mail("[PATCH 1/2] dax: nine", Diffs.dax)),
            ("0002-ext2-count.patch", Diffs.mail("[PATCH 2/2] ext2: count on", Diffs.ext2)),
            ("README", "Not a patch.\n"), ("0002-ext2-count.patch~", "Not one either.\n"),
        ])
        #expect(patches.map(\.name) == ["0001-dax-nine", "0002-ext2-count"])
        #expect(patches[0].path.hasSuffix("/0001-dax-nine.patch"))
        #expect(patches[0].notes.count == 1)
    }

    @Test func theSubjectsCountAndNotTheNames() throws {
        let patches = try directory([
            ("a.eml", Diffs.mail("[PATCH 2/2] ext2: count on", Diffs.ext2)),
            ("b.eml", Diffs.mail("[PATCH 1/2] dax: nine", Diffs.dax)),
        ])
        #expect(patches.map(\.subject) == ["dax: nine", "ext2: count on"])
    }

    @Test func diffsAreSortedByTheNumbersInTheirNames() throws {
        let patches = try directory([
            ("10-x.diff", Diffs.header), ("9-x.diff", Diffs.ext2), ("1-x.diff", Diffs.dax),
        ])
        #expect(patches.map(\.name) == ["1-x", "9-x", "10-x"])
    }

    @Test func aQuiltStackHasItsOwnOrder() throws {
        let patches = try directory([
            ("series", "# first this\nz/b.patch -p1\n\na.patch # and this\n"),
            ("a.patch", Diffs.dax), ("z/b.patch", Diffs.ext2), ("unused.patch", "x\n"),
        ])
        #expect(patches.map(\.name) == ["b", "a"])
        for (list, reason) in [
            ("none.patch\n", "names none.patch, which is not there"),
            ("../x.patch\n", "leaves the directory"), ("#\n", "lists no patch"),
        ] {
            let error = try #require(throws: QuestionError.self) {
                try directory([("series", list)])
            }
            #expect(error.reason.contains(reason), "\(error)")
        }
    }

    @Test func aMaildirIsAThread() throws {
        let patches = try directory([
            ("new/1.M1.host", Diffs.mail("[PATCH 2/2] ext2: count on", Diffs.ext2)),
            ("cur/2.M2.host:2,S", Diffs.mail("[PATCH 1/2] dax: nine", Diffs.dax)),
            ("cur/3.M3.host:2,S", Diffs.mail("Re: [PATCH 1/2] dax: nine", nil)),
            ("tmp/4.M4.host", "half a ma"),
        ])
        #expect(patches.map(\.subject) == ["dax: nine", "ext2: count on"])
    }

    @Test func aDirectoryThatIsNoSeriesSaysWhy() throws {
        let none = try #require(throws: QuestionError.self) { try directory([("x.txt", "x\n")]) }
        #expect(none.reason.hasPrefix("is a directory without patches"))
        let gap = try #require(throws: QuestionError.self) {
            try directory([
                ("1.patch", Diffs.mail("[PATCH 1/3] a", Diffs.dax)),
                ("3.patch", Diffs.mail("[PATCH 3/3] c", Diffs.ext2)),
            ])
        }
        #expect(gap.reason == "patch 2 of 3 is missing")
        let bad = try #require(throws: QuestionError.self) {
            try directory([("1.patch", Diffs.dax), ("2.patch", "nothing\n")])
        }
        #expect(bad.patch?.hasSuffix("/2.patch") == true, "\(bad)")
    }

    // MARK: - Garbage

    @Test("A mail with anything done to it is read or refused")
    func anythingIsAnswered() throws {
        let shapes = [
            multipart("mixed", ["Content-Type: message/rfc822\n\nSubject: x\n\n\(Diffs.dax)"]),
            multipart("alternative", ["\n\(Diffs.ext2)", "Content-Type: text/html\n\n<p>"]),
            Diffs.mail("[PATCH v2 1/2] x", Diffs.dax) + Diffs.mail("[PATCH v2 2/2] y", Diffs.ext2),
        ].map { Array($0.utf8) }
        var random = SplitMix(seed: 4711)
        for round in 0..<60 {
            var bytes = shapes[round % shapes.count]
            for _ in 0...Int(random.next() % 4) {
                let at = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + 40))
                case 2: bytes.insert(contentsOf: bytes.suffix(60), at: at)
                default: bytes = Array(bytes[..<at])
                }
                if bytes.isEmpty { bytes = [10] }
            }
            do {
                _ = try fake.patches(bytes)
            } catch let error as QuestionError {
                #expect([.unreadable, .refused].contains(error.kind), "round \(round): \(error)")
            }
        }
    }

    @Test func partsAreCutWhateverTheBytes() {
        var random = SplitMix(seed: 1)
        let words = [
            "Content-Type: multipart/x; boundary=b\n", "--b\n", "--b--\n", "\n", "Subject: x\n",
            "Content-Type: message/rfc822\n", "Content-Type: text/html\n", "diff\n", "--", "\r\n",
        ]
        for _ in 0..<5000 {
            let count = Int(random.next() % 40)
            let text = (0..<count).map { _ in words[Int(random.next() % UInt64(words.count))] }
            let mails = MIMEParts.mails(in: Array(text.joined().utf8))
            #expect(!mails.isEmpty && mails.count <= 257)
        }
    }

    @Test func whatIsTooLargeIsRefused() throws {
        let bytes = [UInt8](repeating: 0x61, count: PatchReader.largest + 1)
        let error = try #require(throws: QuestionError.self) { try fake.patches(bytes) }
        #expect(error.reason.hasPrefix("is larger than 16 MiB"))
    }
}
