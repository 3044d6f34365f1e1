// SPDX-License-Identifier: GPL-2.0-only

// Which commit of a branch a mailed patch is. `b4 prep --check` mails the commits of the branch that
// is checked out, one by one: the tree already has them, and the third needs the first two. git's own
// patch-id tells whether two diffs are the same change, whatever their line numbers are.

import Patches
import System

/// Finds a patch in the history of a repository.
package enum PatchCommit {
    /// How far back a branch is searched.
    private static let limit = 400

    /// The parent of the commit of HEAD's history that makes the same change as a patch; nil if
    /// there is none among the latest that touch its files.
    package static func parent(
        ofCommitLike patch: Patch, in directory: String, toolchain: Toolchain
    ) throws -> String? {
        let repository = try Repository(directory, toolchain: toolchain)
        guard let wanted = try repository.patchIDs(of: patch.text).first?.id else { return nil }
        let paths = Set(patch.files.flatMap { [$0.oldPath, $0.newPath].compactMap { $0 } })
        let log = try repository.git(
            [
                "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "log", "-p", "-U3",
                "-n\(limit)", "--no-merges", "--full-diff", "--no-color", "--no-ext-diff",
                "--no-textconv", "--find-renames", "--format=commit %H", "HEAD", "--",
            ] + paths.sorted().map { ":(top)\($0)" })
        guard log.status == 0 else { throw repository.failure(log) }
        let commits = try repository.patchIDs(of: log.output)
        guard let commit = commits.first(where: { $0.id == wanted })?.commit else { return nil }
        return try? repository.commit("\(commit)^")
    }
}

extension Repository {
    /// The patch-id of each diff in a text, with the commit that the text names for it.
    fileprivate func patchIDs(of text: [UInt8]) throws -> [(id: String, commit: String)] {
        try lines(["patch-id", "--stable"], input: text).compactMap { line in
            let fields = line.split(separator: " ").map(String.init)
            return fields.count == 2 ? (fields[0], fields[1]) : nil
        }
    }
}
