// SPDX-License-Identifier: GPL-2.0-only

// A user's git repository, read by plumbing commands only: they take no lock, refresh no index, run no
// hook, and what they print does not depend on the user's configuration. Objects that a partial clone
// lacks are not fetched, because fetching writes; where one is wanted, the error says how to get it.

import System

/// A repository that is read and never written.
struct Repository: Sendable {
    /// The directory that the user named, which may be below the repository's top.
    let root: String
    let toolchain: Toolchain

    /// - Throws: `QuestionError` if the directory is in no repository that git reads.
    init(_ root: String, toolchain: Toolchain) throws {
        self.root = root
        self.toolchain = toolchain
        let done = try git(["rev-parse", "--git-dir"])
        guard done.status == 0 else {
            let lines = done.messages.split(separator: "\n")
            // Somebody else's repository: git says so, and how to allow it.
            let notes = lines.first?.contains("dubious") == true ? lines : []
            throw QuestionError(
                .tree, file: root,
                reason: notes.isEmpty
                    ? "is in no git repository, so it has no revisions"
                    : "git does not read this repository",
                notes: notes.map(String.init), output: done.messages)
        }
    }

    /// git before 2.45 knows no variable of this kind; but no git fetches where every transport is
    /// forbidden.
    private static let withoutFetching = [
        "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0",
    ]

    func git(_ arguments: [String], input: [UInt8] = []) throws -> Command.Completion {
        var command = Command.git(
            toolchain, reading: root,
            ["-c", "core.quotePath=false", "-c", "core.fsmonitor=false"] + arguments,
            environment: Self.withoutFetching)
        command.input = input
        return try command.run()
    }

    /// The lines that git prints.
    func lines(_ arguments: [String], input: [UInt8] = []) throws -> [String] {
        let done = try git(arguments, input: input)
        guard done.status == 0 else { throw failure(done) }
        return String(anyBytes: done.output).split(separator: "\n").map(String.init)
    }

    func failure(_ done: Command.Completion) -> QuestionError {
        let message = done.messages.split(separator: "\n").first.map(String.init) ?? "git failed"
        return QuestionError(.tree, file: root, reason: message, output: done.messages)
    }

    /// The full name of a commit.
    func commit(_ revision: String) throws -> String {
        guard !revision.contains("..") else {
            throw QuestionError(
                .tree, file: root, reason: "\(revision) is a range; one revision is wanted")
        }
        let done = try git(
            ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"])
        guard done.status == 0,
            let name = String(anyBytes: done.output).split(separator: "\n").first
        else {
            throw QuestionError(
                .tree, file: root,
                reason: "has no revision \(revision.isEmpty ? "''" : revision)"
                    + (isShallow ? "; it is a shallow clone" : ""),
                notes: isShallow ? [deepening] : [])
        }
        return String(name)
    }

    /// What is checked out; nil where git cannot say.
    ///
    /// - Parameter filesystems: whose files are a part of the slice.
    func head(with filesystems: [SliceFilesystem]) -> Tree.Head? {
        let done = try? git(
            [
                "-c", "core.quotePath=true", "status", "--porcelain=v2", "--branch",
                "--no-ahead-behind", "--no-renames", "--untracked-files=all",
                "--ignore-submodules=all", "--",
            ] + SliceFiles.pathspecs(with: filesystems) + ["Makefile"])
        guard let done, done.status == 0 else { return nil }
        let lines = String(anyBytes: done.output).split(separator: "\n")
        let mark = "# branch.oid "
        guard let line = lines.first(where: { $0.hasPrefix(mark) }) else { return nil }
        let commit = line.dropFirst(mark.count)
        guard commit.allSatisfy(\.isHexDigit) else { return nil }
        return Tree.Head(
            commit: String(commit), isModified: lines.contains { !$0.hasPrefix("#") })
    }

    // MARK: - Clones that lack something

    /// The history ends at some commits.
    var isShallow: Bool {
        (try? lines(["rev-parse", "--is-shallow-repository"]))?.first == "true"
    }

    /// Not all files are checked out, and that is meant so.
    var isSparse: Bool {
        (try? lines(["config", "--bool", "core.sparseCheckout"]))?.first == "true"
    }

    /// What to do about a history that ends too early.
    var deepening: String { "git -C \(root) fetch --unshallow --tags gets all of the history" }

    /// Some objects are left with the remote until they are wanted.
    private var isPartial: Bool {
        let done = try? git([
            "config", "--get-regexp", #"^(extensions\.partialclone|remote\..*\.promisor)$"#,
        ])
        return done?.status == 0
    }

    /// Why contents of a commit cannot be had.
    ///
    /// - Parameter files: of the slice, as far as git can list them.
    private func missing(
        _ done: Command.Completion, _ files: [String], of revision: String
    ) -> QuestionError {
        guard isPartial else {
            return QuestionError(
                .tree, file: root, reason: "git does not have all files of \(revision)",
                output: done.messages)
        }
        let paths = files.isEmpty ? ["Makefile", "fs", "lib", "include"] : files
        return QuestionError(
            .tree, file: root,
            reason: "is a partial clone, which lacks files of the slice at \(revision)",
            notes: [
                "this fetches them: git -C \(root) archive -o /dev/null \(revision) "
                    + paths.joined(separator: " ")
            ], output: done.messages)
    }

    // MARK: - Files

    /// Copies the slice's files of a commit, and those that interfaces are read from, into a
    /// directory of the cache.
    ///
    /// - Parameters:
    ///   - revision: the commit as the user named it.
    ///   - filesystems: whose files are a part of the slice.
    /// - Returns: the directory.
    func extract(
        _ commit: String, named revision: String, with filesystems: [SliceFilesystem],
        into cache: BuildCache
    ) throws -> String {
        let prefix = try lines(["rev-parse", "--show-prefix"]).first ?? ""
        let wanted =
            SliceFiles.pathspecs(with: filesystems) + InterfaceTable.files(with: filesystems)
            + SliceFiles.landmarks
        let key = ContentHash.of(["revision 1", commit, prefix] + wanted)
        let path = cache.trees + "/revision-" + key
        if SealedDirectory.isWhole(path) {
            Disk.touch(path)
            return path
        }
        let listing = try git(["ls-tree", "-r", "-z", commit, "--"] + wanted)
        guard listing.status == 0 else { throw missing(listing, [], of: revision) }
        let files = listing.output.split(separator: 0).compactMap(Self.file)
        let contents = try git(
            ["cat-file", "--batch"], input: Array(files.map { $0.blob + "\n" }.joined().utf8))
        let paths = files.map(\.path)
        guard contents.status == 0 else { throw missing(contents, paths, of: revision) }
        try cache.withTemporaryDirectory { directory in
            let copy = directory + "/tree"
            try Disk.makeDirectory(copy)
            var rest = contents.output[...]
            for file in files {
                guard let bytes = Self.blob(file.blob, &rest) else {
                    throw missing(contents, paths, of: revision)
                }
                try Disk.makeDirectory(directoryName(copy + "/" + file.path))
                try Disk.write(bytes, to: copy + "/" + file.path)
            }
            try SealedDirectory.seal(copy)
            try Disk.makeDirectory(cache.trees)
            try Disk.move(copy, to: path)
        }
        return path
    }

    /// `MODE blob NAME<tab>PATH`, regular files only: a link's target may lie anywhere.
    private static func file(_ entry: ArraySlice<UInt8>) -> (blob: String, path: String)? {
        guard let tab = entry.firstIndex(of: 0x09) else { return nil }
        let fields = String(anyBytes: entry[..<tab]).split(separator: " ")
        let path = String(anyBytes: entry[(tab + 1)...])
        guard fields.count == 3, fields[0].hasPrefix("100"), fields[1] == "blob",
            !path.split(separator: "/").contains("..")
        else { return nil }
        return (String(fields[2]), path)
    }

    /// The next object of `cat-file --batch`: `NAME blob SIZE`, the contents, a line feed; nil for
    /// `NAME missing`.
    private static func blob(_ name: String, _ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let line = rest.prefix { $0 != UInt8(ascii: "\n") }
        let fields = String(anyBytes: line).split(separator: " ")
        guard fields.count == 3, fields[0] == name, let size = Int(fields[2]),
            rest.count > line.count + 1 + size
        else { return nil }
        let start = line.endIndex + 1
        defer { rest = rest[(start + size + 1)...] }
        return Array(rest[start..<(start + size)])
    }
}
