// SPDX-License-Identifier: GPL-2.0-only

// Commits and their patches, as git prints them.

import Patches

/// A commit of a range.
package struct Commit: Hashable, Sendable {
    /// Its full name.
    package var name: String
    package var subject: String
    package var isMerge: Bool
}

extension Repository {
    /// The commits that `git rev-list` lists, in its order.
    func commits(_ arguments: [String]) throws -> [Commit] {
        let mark = "="
        return try lines(["rev-list", "--pretty=format:\(mark)%H;%P;%s"] + arguments)
            .filter { $0.hasPrefix(mark) }
            .compactMap { line in
                let fields = line.dropFirst().split(
                    separator: ";", maxSplits: 2, omittingEmptySubsequences: false)
                guard fields.count == 3 else { return nil }
                return Commit(
                    name: String(fields[0]), subject: String(fields[2]),
                    isMerge: fields[1].contains(" "))
            }
    }

    /// The patches of the commits that touch the slice, oldest first.
    ///
    /// - Parameters:
    ///   - commits: newest first, each with its parents.
    ///   - filesystems: whose files are a part of the slice.
    func patches(
        of commits: [String], with filesystems: [SliceFilesystem]
    ) throws -> [Patch] {
        let pairs = commits.reversed().map { line in
            line.split(separator: " ").prefix(2).joined(separator: " ") + "\n"
        }
        let done = try git(
            [
                "diff-tree", "--stdin", "-r", "-p", "--no-renames", "--no-ext-diff",
                "--no-textconv", "--no-color", "--relative", "--src-prefix=a/", "--dst-prefix=b/",
                "--unified=3", "--pretty=format:commit %H %s", "--",
            ] + SliceFiles.pathspecs(with: filesystems), input: Array(pairs.joined().utf8))
        guard done.status == 0 else { throw failure(done) }
        var patches: [Patch] = []
        for commit in Self.commitDiffs(done.output) {
            let name = commit.name.prefix(12)
            let path = "\(name) (\(commit.subject))"
            var files = try DiffParser.parse(commit.diff, patch: path)
            files.removeAll { SliceFiles.row(for: $0.path, with: filesystems) == nil }
            guard !files.isEmpty else { continue }
            patches.append(
                Patch(
                    name: Self.patchName(of: commit.subject) ?? String(name), path: path,
                    subject: commit.subject, files: files))
        }
        return patches
    }

    private struct CommitDiff {
        var name: String
        var subject: String
        var diff: [UInt8]
    }

    /// Splits what `git diff-tree` prints. No line of a diff begins with the word commit.
    private static func commitDiffs(_ output: [UInt8]) -> [CommitDiff] {
        var diffs: [CommitDiff] = []
        for line in output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.starts(with: "commit ") {
                let fields = String(anyBytes: line).split(separator: " ", maxSplits: 2)
                diffs.append(
                    CommitDiff(
                        name: String(fields[1]), subject: fields.count > 2 ? String(fields[2]) : "",
                        diff: []))
            } else if !diffs.isEmpty {
                diffs[diffs.count - 1].diff += line
                diffs[diffs.count - 1].diff.append(UInt8(ascii: "\n"))
            }
        }
        return diffs.map { commit in
            // The empty line between two commits is not part of a hunk.
            var commit = commit
            while commit.diff.suffix(2).elementsEqual("\n\n".utf8) { commit.diff.removeLast() }
            return commit
        }
    }

    /// The name that git format-patch makes of a subject.
    private static func patchName(of subject: String) -> String? {
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
