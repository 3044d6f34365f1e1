// SPDX-License-Identifier: GPL-2.0-only

// Which patch was it? Every series here has one that broke something, and something that could lead
// to another one: a failure of the same expectation, a crash before it, a patch that does not build.

import Foundation
import Testing
import VariantTesting

@Suite struct BisectTests {
    /// The verdicts of the steps by state, as JSON has them.
    private struct Answers {
        let steps: [(state: Int, verdict: String)]
        let answers: [[String: Any]]

        init(_ run: CommandRun) throws {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
                "\(run.errors)")
            let found = try #require(object["bisection"] as? [String: Any])
            steps = try #require(found["steps"] as? [[String: Any]]).map {
                ($0["state"] as! Int, $0["verdict"] as! String)
            }
            answers = try #require(found["answers"] as? [[String: Any]])
        }

        /// The suspects of the change that an expectation is broken or fixed by.
        func suspects(_ expectation: String, _ change: String = "breaks") -> [[Int]] {
            answers.filter { answer in
                answer["change"] as? String == change && signatures(answer).contains(expectation)
            }
            .map { $0["suspects"] as! [Int] }
        }

        private func signatures(_ answer: [String: Any]) -> [String] {
            (answer["signatures"] as! [[String: String]]).map { $0["expectation"]! }
        }
    }

    private func bisect(_ arguments: String...) throws -> Answers {
        try Answers(CommandRun(["bisect", "--format", "json"] + arguments))
    }

    private static let warn = ["\tWARN_ON(1);"]
    private static let crash = ["\t*(volatile int *)8 = 0;"]

    // MARK: - Finding it

    @Test func theFirstBadPatchIsFoundInAsManyStepsAsItTakes() throws {
        let history = try MadeHistory()
        for number in 1...4 { try history.note(number) }
        try history.apply("history/merged-v4.10")
        try history.commit("dax: call iomap_end() in the fault handlers")
        for number in 6...8 { try history.note(number, in: "fs/ext2/inode.c") }
        let mbox = URL(filePath: try history.mbox())
        let run = try CommandRun(
            ["bisect", mbox.lastPathComponent], in: mbox.deletingLastPathComponent())
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.output.contains("first bad  patch 5 of 8: dax: call iomap_end() in the fault"))
        #expect(run.output.contains("no-self-deadlock: self-deadlock on &ei->dax_sem in"))
        #expect(run.output.contains("fixed by   patch 5 of 8"))
        #expect(run.output.contains("faultline replay "))
        #expect(run.errors.isEmpty)
        #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 72 }, "\(run.output)")

        // Twice the same, by any number of processes, from a directory as from an mbox. All runs are made
        // again, where none is kept.
        let series = try history.directory()
        let again = try CommandRun(
            ["bisect", "--jobs", "3", "."], in: series, cache: CommandRun.cacheOfObjects())
        let one = run.output.split(separator: "\n").filter { !$0.hasPrefix("series") }
        #expect(again.output.split(separator: "\n").filter { !$0.hasPrefix("series") } == one)

        // Two ends, three halvings, and the two neighbours of the change in full.
        let answers = try bisect(mbox.path)
        #expect(answers.steps.map(\.state) == [0, 8, 4, 6, 5, 4, 5])
        #expect(answers.suspects("no-self-deadlock") == [[5]])
        #expect(answers.suspects("begin-end-balanced", "fixes") == [[5]])

        // The witness is of the code at that patch.
        let id = try #require(run.output.firstMatch(of: /replay ([0-9a-f]{12})/)?.1)
        let replay = try CommandRun(["replay", String(id)])
        #expect(replay.status == 1)
        #expect(replay.output.contains("possible recursive locking detected"))
    }

    @Test func anotherFailureOfTheSameExpectationDoesNotLeadAstray() throws {
        let history = try MadeHistory()
        try history.insert(Self.warn, into: "ext2_setsize", of: "fs/ext2/inode.c")
        try history.commit("ext2: warn of a truncate")
        try history.note(2)
        try history.insert(
            ["\tWARN_ON(iomap->offset > 1 << 30 || length);"], into: "ext2_iomap_begin",
            of: "fs/ext2/inode.c")
        try history.commit("ext2: warn of every extent")
        try history.note(4)
        try history.replace(Self.warn[0] + "\n", with: "", in: "fs/ext2/inode.c")
        try history.commit("ext2: warn of no truncate")
        try history.note(6)
        let gone = try bisect("--expectation", "no-warning", try history.mbox())
        // The warning of patch 1 is gone at the end: patch 3 it was.
        #expect(gone.suspects("no-warning") == [[3]], "\(gone.answers)")

        // Of two that are there at the end, each has its own patch.
        // A run tells of its first warning; one that frees blocks need not ask for an extent.
        try history.insert(Self.warn, into: "ext2_truncate_blocks", of: "fs/ext2/inode.c")
        try history.commit("ext2: warn of freeing blocks")
        let mbox = try history.mbox()
        let both = try bisect("--expectation", "no-warning", mbox)
        #expect(both.suspects("no-warning") == [[3], [7]], "\(both.answers)")
        // And the witness of one leads to that one.
        let id = try #require(both.answers.dropFirst().first?["witness"] as? String)
        let one = try bisect("--witness", id, mbox)
        #expect(one.suspects("no-warning") == [[7]])
        let text = try CommandRun(["bisect", "--witness", id, mbox])
        let words = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("in __ext2_truncate_blocks()"), "\(text.output)")
    }

    @Test func aCrashBeforeTheFailureIsNoProofOfAnything() throws {
        let history = try MadeHistory()
        try history.note(1)
        try history.insert(Self.crash, into: "dax_iomap_fault", of: "fs/dax.c")
        try history.commit("dax: crash")
        try history.apply("history/naive-iomap-end")
        try history.commit("dax: deadlock")
        try history.note(4)
        try history.replace(Self.crash[0] + "\n", with: "", in: "fs/dax.c")
        try history.commit("dax: crash no more")
        try history.note(6)
        let run = try CommandRun(
            ["bisect", "--expectation", "no-self-deadlock", try history.mbox()])
        #expect(run.output.contains("first bad  one of 4"), "\(run.output)\(run.errors)")
        #expect(run.output.contains("another failure comes first"))
        let answers = try bisect("--expectation", "no-self-deadlock", try history.mbox())
        #expect(answers.suspects("no-self-deadlock") == [[2, 3, 4, 5]])
    }

    @Test func patchesThatDoNotBuildArePassedOver() throws {
        let history = try MadeHistory()
        for number in 1...2 { try history.note(number) }
        try history.insert(["\treturn nothing;"], into: "dax_iomap_rw", of: "fs/dax.c")
        try history.commit("dax: does not build")
        try history.apply("history/naive-iomap-end")
        try history.commit("dax: deadlock")
        try history.replace("\treturn nothing;\n", with: "", in: "fs/dax.c")
        try history.commit("dax: builds again")
        for number in 6...8 { try history.note(number) }
        let run = try CommandRun(
            ["bisect", "--expectation", "no-self-deadlock", try history.mbox()])
        #expect(run.status == 0)
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("first bad one of 3"), "\(run.output)\(run.errors)")
        #expect(words.contains("patch 3 of 8: dax: does not build: cannot be built: fs/dax.c:"))
        #expect(words.contains("use of undeclared identifier 'nothing'"))
        let answers = try bisect("--expectation", "no-self-deadlock", try history.mbox())
        #expect(answers.suspects("no-self-deadlock") == [[3, 4, 5]])
    }

    @Test func thePatchThatMendsIsFound() throws {
        let history = try MadeHistory()
        try history.note(1)
        try history.apply("option-2-iomap-fault-flag")
        try history.commit("dax: tell faults from I/O")
        try history.note(3)
        let answers = try bisect(try history.mbox())
        #expect(answers.suspects("begin-end-balanced", "fixes") == [[2]])
        #expect(answers.suspects("no-leak", "fixes") == [[2]])
        #expect(answers.answers.allSatisfy { $0["change"] as? String == "fixes" })
    }

    // MARK: - Wrong turns

    @Test func aPatchThatIsMissingIsNamed() throws {
        let history = try MadeHistory()
        for number in 1...7 { try history.note(number) }
        let series = try history.directory()
        let third = try #require(
            FileManager.default.contentsOfDirectory(atPath: series.path)
                .first { $0.hasPrefix("0003") })
        try FileManager.default.removeItem(at: series.appending(path: third))
        let run = try CommandRun(["bisect", series.path])
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.errors == "faultline: \(series.path): patch 3 of 7 is missing\n")
    }

    @Test func endsThatDoNotDifferAreNamed() throws {
        let history = try MadeHistory()
        for number in 1...2 { try history.note(number) }
        let mbox = try history.mbox()
        let same = try CommandRun(["bisect", mbox])
        #expect(same.status == 2 && same.output.isEmpty)
        #expect(
            same.errors
                == "faultline: \(mbox), 2 patches: base and patch 2 of 2 do not differ: the same"
                + " expectations fail in the same ways at both\n")
        let holds = try CommandRun(["bisect", "--expectation", "no-warning", mbox])
        #expect(holds.status == 2)
        #expect(
            holds.errors.hasSuffix(
                "no-warning holds at base and at patch 2 of 2: there is no failure to follow\n"))
        let fails = try CommandRun(["bisect", "--expectation", "no-leak", mbox])
        #expect(
            fails.errors.hasSuffix(
                "no-leak fails at base as it does at patch 2 of 2: nothing between them changes it\n"
            ))
    }

    @Test func aWrongTreeIsNamed() throws {
        let mail = try MadePatch.inserting(Self.warn, into: "dax_iomap_fault")
            .replacing("struct vm_area_struct", with: "struct another")
        let run = try CommandRun(["bisect", "-"], input: mail)
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.errors.contains("fs/dax.c: hunk #1 does not apply"), "\(run.errors)")
        #expect(run.errors.contains("is this the tree that the series is for?"))
    }

    @Test(arguments: [
        (["bisect"], "no series given"),
        (["bisect", "--expectation", "no-such", "x.mbx"], "there is no expectation no-such"),
        (["bisect", "--expectation", "no-such", "x.mbx"], "no-self-deadlock, no-deadlock"),
        (["bisect", "--witness", "ffffffffffff", "x.mbx"], "no such witness"),
        (["bisect", "none.mbx"], "none.mbx: no such file"),
        (
            ["bisect", "--expectation", "no-leak", "--witness", "x", "x.mbx"],
            "cannot be used together"
        ),
        (["bisect", "--tree", "/", "--rev", "a..b", "x.mbx"], "this command takes one revision"),
        (["check", "--bisect", "no-leak"], "is in none; name one with --tree DIR"),
        (["check", "--bisect", "no-such", "x.patch"], "there is no expectation no-such"),
        (["check", "--bisect", "no-leak", "--rev", "HEAD"], "the work tree as it is"),
    ])
    func whatCannotBeAskedExitsWithTwo(_ arguments: [String], _ words: String) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 2, "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(run.errors.contains(words), "\(run.errors)")
    }
}
