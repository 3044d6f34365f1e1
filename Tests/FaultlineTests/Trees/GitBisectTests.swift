// SPDX-License-Identifier: GPL-2.0-only

// git's own bisection with `check --bisect`, in a repository with a kernel's code: it comes to the
// commit, past another one that breaks the same expectation in its own way, and stops where the
// question is wrong rather than taking that for an answer.

import Foundation
import Testing
import VariantTesting

@Suite(.serialized, .enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
struct GitBisectTests {
    /// Mended, then broken twice: the second deadlock is gone again at the end.
    private struct Kernel {
        let history: MadeHistory
        let culprit: String

        private static let fix = ["\tif (flags & IOMAP_FAULT)", "\t\treturn 0;"]
        private static let other = ["\tinode_lock(inode);", "\tinode_unlock(inode);"]

        init() throws {
            history = try MadeHistory(of: .v612)
            try history.insert(Self.fix, into: "ext2_iomap_end", of: "fs/ext2/inode.c")
            try history.commit("ext2: a fault has nothing to trim")
            try history.git("tag", "good")
            try history.insert(Self.other, into: "ext2_setsize", of: "fs/ext2/inode.c")
            try history.commit("ext2: take care of the size")
            try history.replace(Self.text(Self.fix), with: "", in: "fs/ext2/inode.c")
            try history.commit("ext2: simplify")
            culprit = try history.git("rev-parse", "HEAD").split(separator: "\n").map(String.init)[
                0]
            try history.note(4)
            try history.replace(Self.text(Self.other), with: "", in: "fs/ext2/inode.c")
            try history.commit("ext2: take less care of the size")
            try history.note(6)
        }

        private static func text(_ lines: [String]) -> String {
            lines.map { $0 + "\n" }.joined()
        }

        func bisect(_ expectation: String) throws -> String {
            try history.git("bisect", "start", "HEAD", "good")
            let path = CommandRun.executable.path
            return try history.run(
                "git", ["bisect", "run", path, "check", "--bisect", expectation],
                environment: [
                    "FAULTLINE_HOME": CommandRun.home.path,
                    "FAULTLINE_CACHE": CommandRun.sharedCache.url.path,
                ]
            ).words
        }
    }

    @Test func gitComesToTheCommit() throws {
        let kernel = try Kernel()
        let words = try kernel.bisect("no-self-deadlock")
        #expect(words.contains("\(kernel.culprit) is the first bad commit"), "\(words)")
        // In some orders another task waits for the entry, too.
        #expect(
            words.contains(
                /follows no-self-deadlock: self-deadlock on (dax entry and )?mapping\.invalidate_lock/))
        #expect(words.contains("faultline replay "))

        // What is in the work tree is judged, whatever is committed.
        try kernel.history.git("bisect", "reset")
        try kernel.history.write("broken\n", to: "fs/dax.c")
        let dirty = try CommandRun(
            ["check", "--bisect", "no-self-deadlock"], in: kernel.history.root)
        #expect(dirty.status == 125, "\(dirty.errors)")
        #expect(dirty.output.hasPrefix("skip: does not build: "))
        try kernel.history.git("checkout", "-q", ".")

        // A range through faultline itself, to the same commit.
        let range = try CommandRun(
            ["bisect", "--expectation", "no-self-deadlock", "--rev", "good..HEAD"],
            in: kernel.history.root)
        #expect(range.status == 0, "\(range.errors)")
        #expect(range.output.contains("first bad  \(kernel.culprit.prefix(12)): ext2: simplify"))
        try KernelTree.v612.noteTested()
    }

    @Test func gitStopsWhereTheQuestionIsWrong() throws {
        let kernel = try Kernel()
        let unknown = try kernel.bisect("no-such-thing")
        #expect(unknown.contains("there is no expectation no-such-thing"), "\(unknown)")
        #expect(!unknown.contains("is the first bad commit"))
        try kernel.history.git("bisect", "reset")
        let holds = try kernel.bisect("begin-end-flags")
        #expect(holds.contains("does not break begin-end-flags"), "\(holds)")
        #expect(!holds.contains("is the first bad commit"))
        try kernel.history.git("bisect", "reset")
        try kernel.history.write("x\n", to: "README")
        try kernel.history.commit("Say x")
        let outside = try CommandRun(["bisect", "--rev", "HEAD^..HEAD"], in: kernel.history.root)
        #expect(outside.status == 2)
        #expect(
            outside.errors.contains("the commit of HEAD^..HEAD touches no file of the slice"),
            "\(outside.errors)")
    }
}
