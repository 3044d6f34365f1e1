// SPDX-License-Identifier: GPL-2.0-only

// The embedded slice as it was committed. git is asked what csrc/kernel is in HEAD; nothing of the
// checkout is written, neither its index nor its objects. An installation has no history: its files
// are what was installed, so they are the pristine ones. The same goes for a checkout that git will
// not read (another user's) or that has no commit yet; the note says so.

import System

extension Builder {
    /// The embedded slice as the checkout's HEAD has it: what patches are applied to. Where the
    /// home is not a git checkout, the files on disk.
    ///
    /// - Returns: a tree in `csrc/kernel` itself when nothing was changed there; otherwise a copy
    ///   in the cache, with a note that says so.
    package func pristineTree() throws -> Tree {
        guard Disk.exists(home.root + "/.git") else {
            return .pristine(at: home.kernel, notes: [])
        }
        let status = try git(
            "status", "--porcelain", "--untracked-files=all", "--", "csrc/kernel")
        guard status.status == 0 else {
            return .pristine(
                at: home.kernel,
                notes: ["git cannot tell whether csrc/kernel was changed; it is taken as it is"])
        }
        guard !status.output.isEmpty else { return .pristine(at: home.kernel, notes: []) }

        let committed = try git("rev-parse", "--verify", "--quiet", "HEAD:./csrc/kernel")
        let name = String(anyBytes: committed.output).split(separator: "\n").first.map(String.init)
        guard committed.status == 0, let name else {
            return .pristine(
                at: home.kernel, notes: ["csrc/kernel was never committed; it is taken as it is"])
        }
        let path = cache.trees + "/pristine-" + name
        if !Disk.isDirectory(path) { try checkOut(name, to: path) }
        Disk.touch(path)
        return .pristine(
            at: path,
            notes: [
                "csrc/kernel was changed since the last commit; the committed files are what is"
                    + " patched and judged"
            ])
    }

    /// Writes a git tree object to a directory, by way of an index of ours.
    private func checkOut(_ tree: String, to path: String) throws {
        try cache.withTemporaryDirectory { directory in
            let index = ["GIT_INDEX_FILE": directory + "/index"]
            let copy = directory + "/tree"
            for arguments in [["read-tree", tree], ["checkout-index", "-a", "--prefix=\(copy)/"]] {
                let done = try Command.git(
                    toolchain, reading: home.root, arguments, environment: index
                ).run()
                guard done.status == 0 else {
                    throw QuestionError(
                        .home, file: home.kernel, reason: "git cannot read the committed files",
                        output: done.words)
                }
            }
            try Disk.makeDirectory(cache.trees)
            try Disk.move(copy, to: path)
        }
    }

    private func git(_ arguments: String...) throws -> Command.Completion {
        try Command.git(toolchain, reading: home.root, arguments).run()
    }
}
