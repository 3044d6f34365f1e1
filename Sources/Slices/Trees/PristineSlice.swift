// SPDX-License-Identifier: GPL-2.0-only

// The embedded slice as it was committed: csrc/kernel in the checkout's HEAD, which is what patches
// are applied to. Nothing of the checkout is written, neither its index nor its objects. Where there
// is no commit to ask for (an installation, a checkout that git does not read, one without a commit),
// the files on disk are the pristine ones, and a note says so.

import System

/// The committed slice of a checkout.
struct PristineSlice {
    private let installation: Installation
    private let checkout: Checkout
    private let cache: BuildCache

    init(of installation: Installation) {
        self.installation = installation
        checkout = installation.checkout
        cache = installation.cache
    }

    /// A tree in `csrc/kernel` itself if nothing is changed there; otherwise a copy in the cache,
    /// with a note that says so.
    func tree() throws -> Tree {
        guard Disk.exists(checkout.root + "/.git") else {
            return .pristine(at: checkout.kernel, notes: [])
        }
        let status = try git(
            "status", "--porcelain", "--untracked-files=all", "--", "csrc/kernel")
        if status.messages.contains("dubious") {
            return .pristine(
                at: checkout.kernel,
                notes: [
                    "\(checkout.root) belongs to somebody else, so git does not say whether csrc/kernel "
                        + "was changed; it is taken as it is (`git config --global --add "
                        + "safe.directory \(checkout.root)` allows git to look)"
                ])
        }
        guard status.status == 0 else {
            return .pristine(
                at: checkout.kernel,
                notes: ["git cannot tell whether csrc/kernel was changed; it is taken as it is"])
        }
        guard !status.output.isEmpty else { return .pristine(at: checkout.kernel, notes: []) }

        let committed = try git("rev-parse", "--verify", "--quiet", "HEAD:./csrc/kernel")
        let name = String(anyBytes: committed.output).split(separator: "\n").first.map(String.init)
        guard committed.status == 0, let name else {
            return .pristine(
                at: checkout.kernel,
                notes: ["csrc/kernel was never committed; it is taken as it is"])
        }
        let path = cache.trees + "/pristine-" + name
        if !SealedDirectory.isWhole(path) { try extract(name, to: path) }
        Disk.touch(path)
        return .pristine(
            at: path,
            notes: [
                "csrc/kernel was changed since the last commit; the committed files are what is"
                    + " patched and judged"
            ])
    }

    /// Writes a git tree object to a directory. The index is a temporary one.
    private func extract(_ tree: String, to path: String) throws {
        try cache.withTemporaryDirectory { directory in
            let index = ["GIT_INDEX_FILE": directory + "/index"]
            let copy = directory + "/tree"
            for arguments in [["read-tree", tree], ["checkout-index", "-a", "--prefix=\(copy)/"]] {
                let done = try Command.git(
                    installation.toolchain, reading: checkout.root, arguments, environment: index
                ).run()
                guard done.status == 0 else {
                    throw QuestionError(
                        .checkout, file: checkout.kernel,
                        reason: "git cannot read the committed files", output: done.messages)
                }
            }
            try SealedDirectory.seal(copy)
            try Disk.makeDirectory(cache.trees)
            try Disk.move(copy, to: path)
        }
    }

    private func git(_ arguments: String...) throws -> Command.Completion {
        try Command.git(installation.toolchain, reading: checkout.root, arguments).run()
    }
}
