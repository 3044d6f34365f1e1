// SPDX-License-Identifier: GPL-2.0-only

// Which commit of a branch a mailed patch is. `b4 prep --check` mails out the commits of the branch
// that is checked out, one by one: the tree already has them, and the third stands on the first
// two. git's own patch-id says whether two diffs are the same change, whatever their line numbers.

import Patches

extension Builder {
    /// How far back a branch is searched.
    private static let commitsSearched = 400

    /// The parent of the commit of HEAD's history that makes the same change as a patch; nil if
    /// there is none among the latest that touch its files.
    package func parent(ofCommitLike patch: Patch, in directory: String) throws -> String? {
        let repository = try Repository(directory, toolchain: toolchain)
        guard let wanted = try repository.patchIDs(of: patch.text).first?.id else { return nil }
        let paths = Set(patch.files.flatMap { [$0.oldPath, $0.newPath].compactMap { $0 } })
        let log = try repository.git(
            [
                "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "log", "-p", "-U3",
                "-n\(Builder.commitsSearched)", "--no-merges", "--full-diff", "--no-color",
                "--no-ext-diff", "--no-textconv", "--find-renames", "--format=commit %H", "HEAD",
                "--",
            ] + paths.sorted().map { ":(top)\($0)" })
        guard log.status == 0 else { throw repository.failure(log) }
        let commits = try repository.patchIDs(of: log.output)
        guard let commit = commits.first(where: { $0.id == wanted })?.commit else { return nil }
        return try? repository.commit("\(commit)^")
    }
}

extension Repository {
    /// The names of the changes in a text, with the commits that they are said to be of.
    fileprivate func patchIDs(of text: [UInt8]) throws -> [(id: String, commit: String)] {
        try lines(["patch-id", "--stable"], input: text).compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 2 ? (words[0], words[1]) : nil
        }
    }
}
