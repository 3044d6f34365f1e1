// SPDX-License-Identifier: GPL-2.0-only

// A tree that is judged at each save: the file is really saved, as an editor does it, and what is said
// comes without a second question.

import Foundation
import Testing
import VariantTesting

@Suite struct WatchTests {
    /// Waits until what the command has printed holds `text` behind so many verdicts.
    private static func wait(
        for text: String, in run: CommandRun.Started, _ what: Comment
    ) throws -> String {
        for _ in 0..<600 {
            let output = try run.text(of: run.output)
            if output.contains(text) { return output }
            let errors = try run.text(of: run.errors)
            try #require(run.process.isRunning, "it ended: \(errors)")
            usleep(100_000)
        }
        let output = try run.text(of: run.output)
        try #require(output.contains(text), what)
        return output
    }

    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func aSavedLineIsJudgedAndItsRemovalToo() throws {
        let history = try MadeHistory(of: .v612)
        let run = try CommandRun.start(
            [
                "watch", "--tree", history.root.path, "--orders", "none", "--scenario",
                "ext2/*/truncate*/*",
            ], cache: CommandRun.sharedCache.url)
        defer { kill(run.process.processIdentifier, SIGKILL) }
        _ = try Self.wait(for: " in ", in: run, "no first verdict")
        let file = history.root.appending(path: "fs/ext2/inode.c")
        let before = try Data(contentsOf: file)
        // Truncation takes the lock once more.
        try history.insert(
            ["\tfilemap_invalidate_lock(inode->i_mapping);"], into: "__ext2_truncate_blocks",
            of: "fs/ext2/inode.c")
        let broken = try Self.wait(for: "NOW FAILS", in: run, "what is saved is not judged")
        #expect(broken.contains("faultline replay "), "\(broken)")
        // An editor writes another file and renames it.
        try before.write(to: file, options: .atomic)
        _ = try Self.wait(for: "FIXED", in: run, "what is taken back is not judged")
        kill(run.process.processIdentifier, SIGINT)
        run.waitUntilExit()
        #expect(!run.process.isRunning)
    }
}
