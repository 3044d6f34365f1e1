// SPDX-License-Identifier: GPL-2.0-only

// A range of commits as a series of patches. Commits are taken along the line of first parents, so
// that each patch applies to what the one before it left, and the last one leaves just what its
// commit has: a merge is one patch, what it brought to the branch.

import Patches
import System

extension Builder {
    /// The commits of `A..B`, oldest first, as patches, and the tree that they apply to: at A, or
    /// where B's line of commits left it. Patches are cut down to the slice's files; commits that
    /// touch none of them are left out, and a note counts them.
    ///
    /// - Throws: `QuestionError` if there is no such range, or nothing of it touches the slice.
    package func series(
        _ range: String, in directory: String
    ) throws -> (tree: Tree, patches: [Patch]) {
        let line = try line(of: range, in: directory)
        var notes = line.notes
        if line.merges > 0 {
            notes.append(
                "\(line.merges) of \(counted(line.commits.count, "commit")) of \(range)"
                    + (line.merges == 1 ? " is a merge" : " are merges")
                    + ": each is taken as one patch, against its first parent")
        }
        let patches = try line.repository.patches(of: line.commits)
        if let note = try leftOut(patches.count, of: line, range) { notes.append(note) }
        let hashes = FileHashes(savedAt: cache.notes + "/hashes")
        let tree = try kernelTree(
            .git, root: line.repository.root,
            place: try line.repository.extract(line.base, into: cache), rev: line.base,
            revName: line.baseName, notes: notes, hashes: hashes)
        try cache.withTemporaryDirectory { hashes.save(in: $0) }
        return (tree, patches)
    }

    /// A commit of a range.
    package struct Commit: Hashable, Sendable {
        /// Its full name.
        package var name: String
        package var subject: String
        package var isMerge: Bool
    }

    /// The commits of `A..B` that change the slice, oldest first, each to be judged as the tree that
    /// it left; and the commit that they start from.
    ///
    /// - Throws: `QuestionError` if there is no such range, or nothing of it touches the slice.
    package func history(
        _ range: String, in directory: String
    ) throws -> (base: Commit, commits: [Commit], notes: [String]) {
        let line = try line(of: range, in: directory)
        var notes = line.notes
        let first = line.commits.last?.split(separator: " ").first.map(String.init) ?? ""
        let commits = try line.repository.commits(
            ["--first-parent", "\(first)^1..\(line.last)", "--"] + SliceFiles.places
                + Interfaces.files)
        if let note = try leftOut(commits.count, of: line, range) { notes.append(note) }
        let base = try line.repository.commits(["--max-count=1", line.base])
        guard let base = base.first else {
            throw QuestionError(.tree, file: line.repository.root, reason: "has no \(line.base)")
        }
        return (base, commits.reversed(), notes)
    }

    /// The commits of a range along the line of first parents.
    private struct Line {
        var repository: Repository
        /// Newest first, each with its parents.
        var commits: [String]
        var last: String
        var base: String
        var baseName: String
        var notes: [String]

        var merges: Int { commits.count { $0.split(separator: " ").count > 2 } }
    }

    private func line(of range: String, in directory: String) throws -> Line {
        let (first, last) = try Self.ends(of: range)
        guard let root = realPath(directory), Disk.isDirectory(root) else {
            throw QuestionError(.tree, file: directory, reason: "no such directory")
        }
        let repository = try Repository(root, toolchain: toolchain)
        let from = try repository.commit(first)
        let to = try repository.commit(last)
        let commits = try repository.lines(
            ["rev-list", "--first-parent", "--parents", "\(from)..\(to)"])
        guard let oldest = commits.last else {
            throw QuestionError(
                .tree, file: root,
                reason: "\(range) is empty: \(last) has nothing that is not in"
                    + " \(first)")
        }
        let parents = oldest.split(separator: " ")
        guard parents.count > 1 else {
            throw QuestionError(
                .tree, file: root,
                reason: "\(range) goes back to a commit without a parent: \(first) and \(last)"
                    + " have no history in common")
        }
        let base = String(parents[1])
        var notes: [String] = []
        if base != from {
            notes.append(
                "\(first) is not on the line of commits that leads to \(last):"
                    + " the series starts at \(base.prefix(12)), where that line leaves it")
        }
        return Line(
            repository: repository, commits: commits, last: to, base: base,
            baseName: base == from ? first : String(base.prefix(12)), notes: notes)
    }

    /// What to say of the commits that have nothing to do with the slice.
    private func leftOut(_ count: Int, of line: Line, _ range: String) throws -> String? {
        guard count > 0 else {
            throw QuestionError(
                .outside, file: line.repository.root,
                reason: line.commits.count == 1
                    ? "the commit of \(range) touches no file of the slice"
                    : "none of the \(line.commits.count) commits of \(range) touches a file of the"
                        + " slice",
                notes: ["the slice: \(SliceFiles.places.joined(separator: ", "))"])
        }
        let left = line.commits.count - count
        guard left > 0 else { return nil }
        return "\(left) of \(counted(line.commits.count, "commit")) of \(range)"
            + " \(left == 1 ? "touches" : "touch") no file of the slice"
    }

    private static func ends(of range: String) throws -> (String, String) {
        guard let dots = range.firstRange(of: "..") else {
            throw QuestionError(.tree, reason: "\(range) is no range of commits: A..B is wanted")
        }
        let first = String(range[..<dots.lowerBound])
        let last = String(range[dots.upperBound...])
        guard !last.hasPrefix("."), !last.contains("..") else {
            throw QuestionError(
                .tree, reason: "\(range) is no range of commits: two dots are wanted, A..B")
        }
        // As git reads it: an empty side is HEAD.
        return (first.isEmpty ? "HEAD" : first, last.isEmpty ? "HEAD" : last)
    }

    private func counted(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}

extension Repository {
    /// The commits that `git rev-list` lists, in its order.
    fileprivate func commits(_ arguments: [String]) throws -> [Builder.Commit] {
        let mark = "="
        return try lines(["rev-list", "--pretty=format:\(mark)%H;%P;%s"] + arguments)
            .filter { $0.hasPrefix(mark) }
            .compactMap { line in
                let words = line.dropFirst().split(
                    separator: ";", maxSplits: 2, omittingEmptySubsequences: false)
                guard words.count == 3 else { return nil }
                return Builder.Commit(
                    name: String(words[0]), subject: String(words[2]),
                    isMerge: words[1].contains(" "))
            }
    }

    /// The patches of commits that touch the slice, oldest first.
    ///
    /// - Parameter commits: newest first, each with its parents.
    fileprivate func patches(of commits: [String]) throws -> [Patch] {
        let pairs = commits.reversed().map { line in
            line.split(separator: " ").prefix(2).joined(separator: " ") + "\n"
        }
        let done = try git(
            [
                "diff-tree", "--stdin", "-r", "-p", "--no-renames", "--no-ext-diff",
                "--no-textconv", "--no-color", "--relative", "--src-prefix=a/", "--dst-prefix=b/",
                "--unified=3", "--pretty=format:commit %H %s", "--",
            ] + SliceFiles.places, input: Array(pairs.joined().utf8))
        guard done.status == 0 else { throw failure(done) }
        var patches: [Patch] = []
        for part in Self.parts(done.output) {
            let name = part.commit.prefix(12)
            let path = "\(name) (\(part.subject))"
            var files = try DiffParser.parse(part.diff, patch: path)
            files.removeAll { SliceFiles.row(for: $0.path) == nil }
            guard !files.isEmpty else { continue }
            patches.append(
                Patch(
                    name: Self.fileName(of: part.subject) ?? String(name), path: path,
                    subject: part.subject, files: files))
        }
        return patches
    }

    private struct Part {
        var commit: String
        var subject: String
        var diff: [UInt8]
    }

    /// No line of a diff begins with the word commit.
    private static func parts(_ output: [UInt8]) -> [Part] {
        var parts: [Part] = []
        for line in output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.starts(with: "commit ".utf8) {
                let words = String(anyBytes: line).split(separator: " ", maxSplits: 2)
                parts.append(
                    Part(
                        commit: String(words[1]), subject: words.count > 2 ? String(words[2]) : "",
                        diff: []))
            } else if !parts.isEmpty {
                parts[parts.count - 1].diff += line
                parts[parts.count - 1].diff.append(UInt8(ascii: "\n"))
            }
        }
        return parts.map { part in
            // The empty line between two commits is none of a hunk's.
            var part = part
            while part.diff.suffix(2).elementsEqual("\n\n".utf8) { part.diff.removeLast() }
            return part
        }
    }

    /// As git format-patch makes one of a subject.
    private static func fileName(of subject: String) -> String? {
        var name = ""
        for character in subject {
            if character.isASCII,
                character.isLetter || character.isNumber || "._".contains(character)
            {
                name.append(character)
            } else if name.last != "-" {
                name.append("-")
            }
        }
        let trimmed = name.prefix(52).drop { $0 == "-" || $0 == "." }
        let end = trimmed.lastIndex { $0 != "-" && $0 != "." }
        return end.map { String(trimmed[...$0]) }
    }
}
