// SPDX-License-Identifier: GPL-2.0-only

// An argument that names a variant by whatever a kernel developer has at hand. It is resolved in
// this order; the first match wins:
//
//   base       the tree without patches
//   -          a mail, an mbox or a diff on standard input
//   directory  a kernel tree, if it has fs/ or a Makefile or is a git repository, and otherwise
//              a series of patches
//   file       a patch, a mail, or an mbox with a series
//   A..B       the commits of a range, on the tree at A
//   REV        a revision of the tree that --tree names, or of the one around the current
//              directory
//
// Patches are applied to the tree that --tree and --rev name, without these to the kernel tree around
// the current directory, and without one to the embedded slice. For a file with the name `base`, say ./base.

import Comparison
import Exploration
import FoundationEssentials
import Glibc
import Patches
import Slices
import System

/// What one argument names.
struct VariantArgument {
    let text: String
    let source: TreeOptions
    let builder: Builder

    /// What there is to build.
    ///
    /// - Parameter base: finds the tree that patches are applied to; nil for the embedded slice.
    ///   It is not asked where nothing is applied: a repository without files has no such tree.
    func request(on base: () throws -> TreeOptions.Choice?) throws -> BuildRequest {
        if text == CheckSession.baseName { return try patched(base(), name: text, []) }
        guard text != "-" else { return try patches(on: base()) }
        var status = stat()
        if stat(text, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { return try patches(on: base()) }
            return VariantArgument.isTree(text) ? try tree(at: text) : try patches(on: base())
        }
        if text.contains("/") || VariantArgument.endings.contains(where: text.hasSuffix) {
            guard !isRevision else { return try revision() }
            throw CommandFailure("\(text): no such file or directory")
        }
        return try revision()
    }

    private static let endings = [".patch", ".diff", ".mbox", ".mbx", ".eml", ".txt"]

    // MARK: - Patches

    private func patches(on base: TreeOptions.Choice?) throws -> BuildRequest {
        let read = try Patch.read(text, toolchain: builder.toolchain, cache: builder.cache)
        return try patched(base, name: variantName(text, read), read)
    }

    private func patched(
        _ base: TreeOptions.Choice?, name: String, _ patches: [Patch]
    ) throws -> BuildRequest {
        BuildRequest(
            name: name, tree: try base.base(builder), patches: (base?.series ?? []) + patches)
    }

    // MARK: - Trees

    /// Whether a directory is a kernel's, or a repository of one: it need not be a good one.
    static func isTree(_ directory: String) -> Bool {
        ["fs", "Makefile", "Kbuild", ".git", "objects"].contains {
            access("\(directory)/\($0)", F_OK) == 0
        }
    }

    private func tree(at directory: String) throws -> BuildRequest {
        let tree = try builder.trees.tree(at: directory)
        // "." and ".." say nothing.
        let name = fileName(directory)
        return BuildRequest(
            name: name.allSatisfy { $0 == "." } ? fileName(tree.root) : name, tree: tree,
            patches: [])
    }

    /// Something with a slash can be a branch: then there is a repository that knows it.
    private var isRevision: Bool {
        guard let place = try? source.repository() else { return false }
        return (try? builder.trees.tree(at: place, revision: end(of: text))) != nil
    }

    private func end(of range: String) -> String {
        range.firstRange(of: "..").map { String(range[$0.upperBound...]) } ?? range
    }

    private func revision() throws -> BuildRequest {
        let place: TreePlace
        do {
            place = try source.repository()
        } catch {
            throw CommandFailure(
                "\(text): no such file or directory; a revision needs a git tree: name one with --tree "
                    + "DIR, or run inside of one")
        }
        do {
            guard text.contains("..") else {
                let tree = try builder.trees.tree(at: place, revision: text)
                return BuildRequest(name: text, tree: tree, patches: [])
            }
            let (tree, series) = try CommitRange(text, in: place, by: builder.trees).series()
            return BuildRequest(name: text, tree: tree, patches: series)
        } catch let error as QuestionError where error.kind == .tree {
            throw CommandFailure(
                "\(text): no such file or directory, and not a readable revision:\n  "
                    + error.description.replacing("\n", with: "\n  "))
        }
    }
}
