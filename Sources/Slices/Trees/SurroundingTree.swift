// SPDX-License-Identifier: GPL-2.0-only

// The kernel tree that somebody stands in: the current directory, or one above it. Faultline's own
// checkout is none, although csrc/kernel looks like one, nor is a kernel tree that a repository of
// something else lies in: who works there does not mean the kernel around it.

import System

/// Looks for the kernel tree around a directory.
package struct SurroundingTree {
    /// The directory to start from, absolute.
    private let directory: String

    package init(of directory: String) { self.directory = directory }

    /// The tree; nil if there is none.
    package var place: TreePlace? {
        for path in enclosing {
            if Self.isFaultline(path) { return nil }
            if Self.isKernel(path) { return TreePlace(around: path) }
            if Disk.exists(path + "/.git") { return nil }
        }
        return nil
    }

    /// Whether the directory is in a checkout of Faultline.
    package var isInFaultline: Bool { enclosing.contains(where: Self.isFaultline) }

    /// The git tree to read a revision from. Its files need not be checked out.
    ///
    /// - Throws: `QuestionError` if there is none, or if it is not a kernel's.
    package func repository() throws -> TreePlace {
        guard let top = enclosing.first(where: { Disk.exists($0 + "/.git") }) else {
            throw QuestionError(
                .tree,
                reason: "--rev needs a git tree, but \(directory) is in none; name one with --tree"
                    + " DIR")
        }
        let isEmpty = Disk.names(in: top) == [".git"]
        guard !Self.isFaultline(top), Self.isKernel(top) || isEmpty else {
            throw QuestionError(
                .tree,
                reason: "--rev needs a kernel tree, but \(top) is none; name one with --tree DIR")
        }
        return TreePlace(around: top)
    }

    /// The directory and those above it, the nearest first.
    private var enclosing: [String] {
        var paths: [String] = []
        var path = directory
        while !path.isEmpty, path != "/" {
            paths.append(path)
            path = directoryName(path)
        }
        return paths
    }

    /// A sparse checkout has no fs/dax.c, but what lies at the top.
    private static func isKernel(_ path: String) -> Bool {
        Disk.isFile(path + "/Makefile")
            && (Disk.isFile(path + "/fs/dax.c") || Disk.isFile(path + "/Kbuild"))
    }

    private static func isFaultline(_ path: String) -> Bool {
        Disk.exists(path + "/csrc/include/faultline.h")
    }
}
