// SPDX-License-Identifier: GPL-2.0-only

// Finds out what to cut. The compiler checks the unpatched file again and again; each time, the items
// that its errors lie in are taken out of a copy, until it finds no error. The answer is kept in the
// cache, under a name made of the tree's files, the stub headers and the compiler. As long as
// everything compiles, nothing is searched.

import System

/// What is cut for the requests of one build.
struct CutSearch: Sendable {
    private let setup: BuildSetup
    private let preparation: TreePreparation
    private let directory: String

    /// No file has so many functions that each round finds errors only in the next one.
    private static let roundLimit = 60

    /// - Parameter directory: for unfinished work.
    init(_ setup: BuildSetup, in directory: String) {
        self.setup = setup
        self.directory = directory
        preparation = TreePreparation(setup)
    }

    // MARK: - Work

    /// A request, prepared, with the cuts that are known.
    func work(for request: BuildRequest) throws -> BuildWork {
        let patched = try preparation.prepare(request)
        guard request.tree.kernel != nil else {
            return BuildWork(
                request: request, tree: patched, units: setup.units(of: patched, isKernel: false))
        }
        let unpatched = try request.patches.isEmpty ? patched : prepareBase(request)
        return try work(
            request, BuildWork.Uncut(patched: patched, cuts: try knownCuts(of: unpatched)))
    }

    /// The same request with more cut out of it; nil if what fails would compile without the patches.
    ///
    /// - Throws: `QuestionError` if the unpatched tree cannot be made to compile.
    func work(_ work: BuildWork, without failed: [TranslationUnit]) throws -> BuildWork? {
        guard var uncut = work.uncut else { return nil }
        let unpatched = try work.request.patches.isEmpty ? uncut.patched : prepareBase(work.request)
        var cuts = uncut.cuts
        for unit in failed where exists(unit.source, in: unpatched) {
            cuts = try search(cuts, for: unit.source, of: unpatched, work.request)
        }
        guard cuts != uncut.cuts else { return nil }
        try check(cuts, of: work.request)
        try setup.cache.keep(cuts.map { $0.record + "\n" }.joined(), at: recordPath(unpatched))
        uncut.cuts = cuts
        return try self.work(work.request, uncut)
    }

    private func work(_ request: BuildRequest, _ uncut: BuildWork.Uncut) throws -> BuildWork {
        let tree = try CutTree(of: uncut.patched, uncut.cuts).cached(in: setup.cache, directory)
        return BuildWork(
            request: request, tree: tree, units: setup.units(of: tree, isKernel: true),
            uncut: uncut)
    }

    private func prepareBase(_ request: BuildRequest) throws -> PreparedTree {
        try preparation.prepare(BuildRequest(name: "base", tree: request.tree, patches: []))
    }

    private func exists(_ name: SourceName, in tree: PreparedTree) -> Bool {
        if case .tree(let path) = name { tree.digests[path] != nil } else { true }
    }

    // MARK: - The record

    /// Changes with the tree's files, the stub headers and the compiler.
    private func recordPath(_ tree: PreparedTree) -> String {
        let headers = setup.headers.map {
            setup.hashes.digest(of: "\(setup.checkout.csrc)/\($0)") ?? ""
        }
        return setup.cache.notes + "/cuts-"
            + ContentHash.of(["cuts 1", fileName(tree.root), setup.compilerKey] + headers)
    }

    private func knownCuts(of tree: PreparedTree) throws -> [SourceCut] {
        guard let bytes = setup.cache.kept(at: recordPath(tree)) else { return [] }
        return SourceCut.read(String(anyBytes: bytes)) ?? []
    }

    // MARK: - The search

    /// Cuts until a file compiles.
    ///
    /// - Returns: the known cuts and the new ones.
    private func search(
        _ known: [SourceCut], for source: SourceName, of tree: PreparedTree, _ request: BuildRequest
    ) throws -> [SourceCut] {
        let copy = "\(directory)/cutting"
        defer { Disk.remove(copy) }
        var cuts = known
        for _ in 0..<Self.roundLimit {
            Disk.remove(copy)
            let prepared = try CutTree(of: tree, cuts).write(to: copy)
            guard
                let unit = setup.units(of: prepared, isKernel: true)
                    .first(where: { $0.source == source })
            else { throw PreparedTree.unreadable(copy) }
            let done = try unit.check(clang: setup.toolchain.clang).run()
            guard done.status != 0 else { return cuts }
            let errors = CompilerError.all(in: unit.roots.relative(done.messages))
            guard let more = try adding(to: cuts, for: errors, in: copy) else {
                throw uncuttable(unit, messages: done.messages, request)
            }
            cuts = more
        }
        throw QuestionError(
            .doesNotCompile, file: source.path, reason: "does not compile, whatever is cut out")
    }

    /// The cuts with those that the errors ask for; nil if there is no new one.
    private func adding(
        to cuts: [SourceCut], for errors: [CompilerError], in copy: String
    ) throws -> [SourceCut]? {
        var files: [String: SourceItems] = [:]
        var added = cuts
        for error in errors {
            // A stub and a header of the tree can declare the same: the stub stays.
            guard
                let error = [error, error.atPrevious].compactMap({ $0 }).first(where: {
                    Disk.isFile(copy + "/" + $0.file)
                })
            else { continue }
            let items =
                try files[error.file] ?? SourceItems(try Disk.read(copy + "/" + error.file))
            files[error.file] = items
            guard let cut = items.cut(for: error) else { continue }
            if let index = added.firstIndex(where: { $0.isSameItem(as: cut) }) {
                // The header of a function can be what does not compile.
                if cut.kind == .function { added[index].kind = .function }
            } else {
                added.append(cut)
            }
        }
        return added == cuts ? nil : added
    }

    // MARK: - Errors

    private func uncuttable(
        _ unit: TranslationUnit, messages: String, _ request: BuildRequest
    ) -> QuestionError {
        var error = QuestionError.compilation(of: unit, messages: messages, variant: "base")
        let others = CompilerError.all(in: unit.roots.relative(messages)).dropFirst().prefix(3)
        let file = error.file ?? unit.source.path
        let isOurs =
            !Disk.isFile("\(unit.roots.tree)/\(file)") && Disk.isFile("\(unit.roots.csrc)/\(file)")
        let tree = request.tree.displayName
        error.notes =
            others.map { "\($0.file):\($0.line): \($0.message)" } + [
                isOurs
                    ? "a file of Faultline's own, which does not fit the interfaces of \(tree)"
                    : "\(tree) does not compile as it is, and what fails cannot be left out",
                KnownVersions.description,
            ]
        return error
    }

    /// - Throws: `QuestionError` if a function is cut that every question needs.
    private func check(_ cuts: [SourceCut], of request: BuildRequest) throws {
        for (file, names) in SliceFiles.needed(with: request.tree.kernel?.filesystems ?? []) {
            guard
                let cut = cuts.first(where: {
                    $0.file == file && names.contains($0.name)
                        && ($0.kind == .body || $0.kind == .function)
                })
            else { continue }
            throw QuestionError(
                .doesNotCompile, file: file, line: cut.line,
                reason: "\(cut.name)() does not compile here, and nothing can be asked without it",
                notes: [
                    cut.reason,
                    "the tree is \(request.tree.displayName); \(KnownVersions.description)",
                ])
        }
    }
}
