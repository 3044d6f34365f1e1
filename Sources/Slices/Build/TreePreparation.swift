// SPDX-License-Identifier: GPL-2.0-only

import Patches
import System

/// The preparing step of a build: a tree and patches become the copy that is compiled.
struct TreePreparation: Sendable {
    private let setup: BuildSetup

    init(_ setup: BuildSetup) { self.setup = setup }

    private var checkout: Checkout { setup.checkout }

    /// The copy of a request's tree with its patches, from the cache or made now.
    func prepare(_ request: BuildRequest) throws -> PreparedTree {
        let files = try files(of: request)
        let path = setup.cache.trees + "/" + key(of: request, files)
        if let prepared = PreparedTree(finishedAt: path) {
            Disk.touch(path)
            return prepared
        }
        return try setup.cache.withTemporaryDirectory { directory in
            let copy = directory + "/tree"
            for file in files {
                try Disk.makeDirectory(directoryName(copy + "/" + file.path))
                try Disk.write(try Disk.read(file.origin), to: copy + "/" + file.path)
            }
            let application = try apply(request, to: copy)
            guard let kernel = request.tree.kernel else {
                return try PreparedTree.finish(
                    copy, addedLines: application.addedLines, notes: application.notes
                ).moved(to: path)
            }
            var preparation = KernelPreparation(
                copy: copy, request: request, kernel: kernel, csrc: checkout.csrc,
                application: application)
            try preparation.finish()
            return try PreparedTree.finish(
                copy, addedLines: preparation.addedLines, notes: preparation.notes
            ).moved(to: path)
        }
    }

    private func apply(_ request: BuildRequest, to copy: String) throws -> PatchApplication {
        var application = PatchApplication(
            copy: copy, of: request.tree.sources, csrc: checkout.csrc, toolchain: setup.toolchain,
            allowsOutside: setup.scope.allowsOutside)
        for (index, patch) in request.patches.enumerated() {
            // What is there already is not what the patches add.
            if index == request.below { application.forgetAddedLines() }
            do {
                // A later patch needs the earlier ones, which no other tree has.
                try application.apply(patch, others: index == 0 ? others(than: request.tree) : [])
            } catch var error as QuestionError {
                let earlier = request.patches[..<index].firstIndex { $0.isSameChange(as: patch) }
                if error.kind == .doesNotApply, let earlier {
                    throw Self.twice(patch, index, request.patches[earlier], earlier)
                }
                if error.kind == .doesNotApply, request.patches.count == 1,
                    let number = patch.number, number.part > 1
                {
                    error.notes.append(
                        "it is patch \(number.part) of \(number.of), and the patches before it are not "
                            + "here")
                }
                let isOneOfMany = request.patches.contains { $0.path == patch.path && $0 != patch }
                if isOneOfMany, let subject = patch.subject {
                    error.notes.insert("in patch \(index + 1): \(subject)", at: 0)
                }
                throw error
            }
        }
        return application
    }

    /// A series that has one change two times.
    private static func twice(
        _ patch: Patch, _ index: Int, _ earlier: Patch, _ earlierIndex: Int
    ) -> QuestionError {
        func name(_ patch: Patch, _ index: Int) -> String {
            "patch \(index + 1)" + (patch.subject.map { " (\($0))" } ?? " (\(patch.path))")
        }
        return QuestionError(
            .doesNotApply, patch: patch.path,
            reason: "\(name(patch, index)) is the same commit as"
                + " \(name(earlier, earlierIndex)): it is listed twice")
    }

    // MARK: - Files

    /// A file to copy.
    private struct CopiedFile {
        /// In the copy.
        var path: String
        /// On disk.
        var origin: String
    }

    private func files(of request: BuildRequest) throws -> [CopiedFile] {
        let tree = request.tree
        let paths =
            tree.kernel?.files.map(\.path)
            ?? Disk.files(under: tree.sources).filter { !$0.hasSuffix(".md") }
        var files = paths.map { CopiedFile(path: $0, origin: tree.sources + "/" + $0) }
        guard !files.isEmpty else {
            throw QuestionError(.checkout, file: tree.root, reason: "has no sources in it")
        }
        let changesStrict = request.patches.contains { patch in
            patch.files.contains { SourceName.isStrict($0.path) }
        }
        if setup.scope.allowsStrictFilesystem && changesStrict {
            files += Disk.files(under: checkout.csrc + "/" + SourceName.strict)
                .filter { !$0.hasSuffix(".md") }.map { SourceName.strict + "/" + $0 }
                .map { CopiedFile(path: $0, origin: checkout.csrc + "/" + $0) }
        }
        return files
    }

    /// The names of the stub headers are a part of it: they decide what a kernel's tree lacks.
    private func key(of request: BuildRequest, _ files: [CopiedFile]) -> String {
        var hash = ContentHash()
        hash.feed("prepared 1")
        for file in files {
            hash.feed(file.path)
            hash.feed(setup.hashes.digest(of: file.origin) ?? "gone")
        }
        for patch in request.patches {
            // The path too: notes have it.
            hash.feed(patch.path)
            hash.feed(patch.text)
        }
        if request.below > 0 { hash.feed("below \(request.below)") }
        hash.feed(setup.scope.allowsOutside ? "outside" : "inside")
        guard let kernel = request.tree.kernel else { return hash.digest }
        return ContentHash.of(
            ["kernel 1", hash.digest, kernel.interfaces.header]
                + kernel.files.map { "\($0.path) \($0.role)" } + setup.headers)
    }

    /// The other trees that a patch might have been made for.
    private func others(than tree: Tree) -> [Tree] {
        let ours = [Tree.embedded(of: checkout), try? PristineSlice(of: setup.installation).tree()]
        return (ours.compactMap { $0 } + RecentTrees(of: setup.cache).trees)
            .filter { $0.sources != tree.sources }
    }
}
