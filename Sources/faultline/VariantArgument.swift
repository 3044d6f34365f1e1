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
// Patches are applied to the tree that --tree and --rev name, and without these to the embedded
// slice. For a file with the name `base`, say ./base.

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
    func request(on base: () throws -> TreeOptions.Choice?) throws -> ComparedRequest {
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

    private func patches(on base: TreeOptions.Choice?) throws -> ComparedRequest {
        let read = try Patch.read(text, toolchain: builder.toolchain, cache: builder.cache)
        return try patched(base, name: variantName(text, read), read)
    }

    private func patched(
        _ base: TreeOptions.Choice?, name: String, _ patches: [Patch]
    ) throws -> ComparedRequest {
        let request = BuildRequest(
            name: name, tree: try base.base(builder), patches: (base?.series ?? []) + patches)
        return ComparedRequest(request, treeName: base?.name)
    }

    // MARK: - Trees

    /// Whether a directory is a kernel's, or a repository of one: it need not be a good one.
    static func isTree(_ directory: String) -> Bool {
        ["fs", "Makefile", "Kbuild", ".git", "objects"].contains {
            access("\(directory)/\($0)", F_OK) == 0
        }
    }

    private func tree(at directory: String) throws -> ComparedRequest {
        let name = TreeOptions.spoken(directory)
        let short = name.split(separator: "/").last.map(String.init) ?? name
        let tree = try builder.trees.tree(at: directory)
        // "." and ".." say nothing.
        let spoken = short.allSatisfy { $0 == "." } ? tree.root : short
        return ComparedRequest(
            BuildRequest(name: spoken, tree: tree, patches: []), treeName: name)
    }

    /// Something with a slash can be a branch: then there is a repository that knows it.
    private var isRevision: Bool {
        guard let directory = try? repository() else { return false }
        return (try? builder.trees.tree(at: directory, revision: end(of: text))) != nil
    }

    private func end(of range: String) -> String {
        range.firstRange(of: "..").map { String(range[$0.upperBound...]) } ?? range
    }

    private func repository() throws -> String {
        try source.tree ?? TreeOptions.workTreeAroundHere()
    }

    private func revision() throws -> ComparedRequest {
        let directory: String
        do {
            directory = try repository()
        } catch {
            throw CommandFailure(
                "\(text): no such file or directory; a revision needs a git tree: name one with --tree "
                    + "DIR, or run inside of one")
        }
        do {
            guard text.contains("..") else {
                let tree = try builder.trees.tree(at: directory, revision: text)
                return ComparedRequest(
                    BuildRequest(name: text, tree: tree, patches: []), treeName: directory)
            }
            let (tree, series) = try CommitRange(text, in: directory, by: builder.trees).series()
            return ComparedRequest(
                BuildRequest(name: text, tree: tree, patches: series), treeName: directory)
        } catch let error as QuestionError where error.kind == .tree {
            throw CommandFailure(
                "\(text): no such file or directory, and not a readable revision:\n  "
                    + error.description.replacing("\n", with: "\n  "))
        }
    }
}
