// SPDX-License-Identifier: GPL-2.0-only

// Finding out what to cut. The compiler is asked, about the unpatched file, again and again: what
// its errors lie in is taken out of a copy, until it finds none. The answer is kept under a name
// made of the tree's files, the stub headers and the compiler. Nothing is asked as long as
// everything compiles.

import Synchronization
import System

/// The cutting of one construction.
struct Cutting: Sendable {
    let construction: BuildJob
    let directory: String

    /// More rounds than a file has functions that call each other in vain.
    private static let rounds = 60

    init(_ construction: BuildJob, in directory: String) {
        self.construction = construction
        self.directory = directory
    }

    private var builder: Builder { construction.builder }
    private var cache: BuildCache { construction.cache }

    // MARK: - Work

    /// A request, prepared, and cut as far as is known.
    func work(for request: Builder.Request) throws -> BuildJob.Work {
        let patched = try prepare(request)
        guard request.tree.kernel != nil else {
            return BuildJob.Work(
                request: request, tree: patched,
                units: construction.units(of: patched, isKernel: false))
        }
        let known = try knownCuts(of: request.patches.isEmpty ? patched : prepareBase(request))
        return try work(request, BuildJob.Base(patched: patched, cuts: known))
    }

    /// The same request with more cut out of it; nil if what fails would compile without its
    /// patches.
    ///
    /// - Throws: `QuestionError` if the unpatched tree cannot be made to compile.
    func work(
        _ item: BuildJob.Work, without failed: [TranslationUnit]
    ) throws -> BuildJob.Work? {
        guard var base = item.base else { return nil }
        let unpatched = try item.request.patches.isEmpty ? base.patched : prepareBase(item.request)
        var cuts = base.cuts
        for unit in failed where isThere(unit.source, in: unpatched) {
            cuts = try self.cuts(cuts, for: unit.source, of: unpatched, item.request)
        }
        guard cuts != base.cuts else { return nil }
        try check(cuts, of: item.request)
        try cache.keep(cuts.map { $0.record + "\n" }.joined(), at: recordPath(unpatched))
        base.cuts = cuts
        return try work(item.request, base)
    }

    private func work(
        _ request: Builder.Request, _ base: BuildJob.Base
    ) throws -> BuildJob.Work {
        let tree = try cutCopy(of: base.patched, base.cuts)
        return BuildJob.Work(
            request: request, tree: tree, units: construction.units(of: tree, isKernel: true),
            base: base)
    }

    private func prepareBase(_ request: Builder.Request) throws -> PreparedTree {
        try prepare(Builder.Request(name: "base", tree: request.tree, patches: []))
    }

    private func prepare(_ request: Builder.Request) throws -> PreparedTree {
        try builder.prepare(
            request, hashes: construction.hashes,
            headers: construction.sources.filter { $0.hasSuffix(".h") })
    }

    private func isThere(_ name: SourceName, in tree: PreparedTree) -> Bool {
        if case .tree(let path) = name { tree.digests[path] != nil } else { true }
    }

    // MARK: - What is known

    /// Changes with the tree's files, the stub headers and the compiler.
    private func recordPath(_ tree: PreparedTree) -> String {
        var parts = ["cuts 1", fileName(tree.root), construction.compilerKey]
        for header in construction.sources where header.hasSuffix(".h") {
            parts.append(construction.hashes.digest(of: "\(builder.home.csrc)/\(header)") ?? "")
        }
        return cache.notes + "/cuts-" + ContentHash.of(parts)
    }

    private func knownCuts(of tree: PreparedTree) throws -> [Cut] {
        guard let bytes = try? Disk.read(recordPath(tree)) else { return [] }
        return Cut.records(String(anyBytes: bytes)) ?? []
    }

    // MARK: - Finding out

    /// Cuts until a file compiles.
    ///
    /// - Returns: the known cuts and the new ones.
    private func cuts(
        _ known: [Cut], for source: SourceName, of tree: PreparedTree, _ request: Builder.Request
    ) throws -> [Cut] {
        let copy = "\(directory)/cutting"
        defer { Disk.remove(copy) }
        var cuts = known
        for _ in 0..<Self.rounds {
            Disk.remove(copy)
            try write(tree, cuts, to: copy)
            guard let prepared = PreparedTree(finishedAt: copy),
                let unit = construction.units(of: prepared, isKernel: true)
                    .first(where: { $0.source == source })
            else { throw QuestionError(.disk, file: copy, reason: "is not what was just written") }
            let done = try unit.check(clang: construction.toolchain.clang).run()
            guard done.status != 0 else { return cuts }
            let errors = CompilerError.all(in: unit.roots.spoken(done.words))
            guard let more = try enlarge(cuts, by: errors, in: copy) else {
                throw hopeless(unit, messages: done.words, request)
            }
            cuts = more
        }
        throw QuestionError(
            .doesNotCompile, file: source.path, reason: "does not compile, whatever is cut out")
    }

    /// The cuts with those that the errors ask for; nil if there is none.
    private func enlarge(
        _ cuts: [Cut], by errors: [CompilerError], in copy: String
    ) throws -> [Cut]? {
        var files: [String: SourceItems] = [:]
        var enlarged = cuts
        for error in errors {
            // A stub and a header of the tree can declare the same: ours stays.
            guard
                let error = [error, error.atPrevious].compactMap({ $0 }).first(where: {
                    Disk.isFile(copy + "/" + $0.file)
                })
            else { continue }
            let items =
                try files[error.file] ?? SourceItems(try Disk.read(copy + "/" + error.file))
            files[error.file] = items
            guard let cut = items.cut(for: error) else { continue }
            if let index = enlarged.firstIndex(where: { $0.isSamePlace(as: cut) }) {
                // The header of a function can be what does not compile.
                if cut.kind == .function { enlarged[index].kind = .function }
            } else {
                enlarged.append(cut)
            }
        }
        return enlarged == cuts ? nil : enlarged
    }

    private func hopeless(
        _ unit: TranslationUnit, messages: String, _ request: Builder.Request
    ) -> QuestionError {
        var error = QuestionError.compilation(of: unit, messages: messages, variant: "base")
        let others = CompilerError.all(in: unit.roots.spoken(messages)).dropFirst().prefix(3)
        let file = error.file ?? unit.source.path
        let isOurs =
            !Disk.isFile("\(unit.roots.tree)/\(file)") && Disk.isFile("\(unit.roots.csrc)/\(file)")
        error.notes =
            others.map { "\($0.file):\($0.line): \($0.message)" } + [
                isOurs
                    ? "a file of Faultline's own, which does not fit the interfaces of"
                        + " \(request.tree.spokenName)"
                    : "\(request.tree.spokenName) does not compile as it is, and this is nothing"
                        + " that could be left out",
                KnownVersions.spoken,
            ]
        return error
    }

    private func check(_ cuts: [Cut], of request: Builder.Request) throws {
        for (file, names) in SliceFiles.needed {
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
                    "the tree is \(request.tree.spokenName); \(KnownVersions.spoken)",
                ])
        }
    }

    // MARK: - Copies

    /// A copy of a prepared tree in the cache, with the cuts made; the tree itself if there are
    /// none.
    private func cutCopy(of tree: PreparedTree, _ cuts: [Cut]) throws -> PreparedTree {
        guard !cuts.isEmpty else { return tree }
        let name = ContentHash.of(
            ["cut 1", fileName(tree.root)]
                + cuts.map { "\($0.kind) \($0.file) \($0.name) \($0.ordinal) \($0.member)" })
        let path = cache.trees + "/" + name
        if let known = PreparedTree(finishedAt: path) {
            Disk.touch(path)
            return known
        }
        let copy = "\(directory)/cut-\(name)"
        try write(tree, cuts, to: copy)
        try Disk.move(copy, to: path)
        guard let cut = PreparedTree(finishedAt: path) else {
            throw QuestionError(.disk, file: path, reason: "is not what was just written")
        }
        return cut
    }

    private func write(_ tree: PreparedTree, _ cuts: [Cut], to copy: String) throws {
        let byFile = Dictionary(grouping: cuts, by: \.file)
        for file in tree.digests.keys {
            var bytes = try Disk.read(tree.root + "/" + file)
            if let cuts = byFile[file] {
                let whole = SourceItems(bytes)
                var items = whole
                for cut in cuts { items.apply(cut) }
                bytes = items.bytes
            }
            try Disk.makeDirectory(directoryName(copy + "/" + file))
            try Disk.write(bytes, to: copy + "/" + file)
        }
        try PreparedTree.finish(copy, addedLines: tree.addedLines, notes: tree.notes)
    }
}

extension BuildJob {
    /// What a patch changes in vain, because it was cut.
    func cutNotes(_ work: Work) -> [String] {
        guard let base = work.base, !base.cuts.isEmpty else { return [] }
        var notes: [String] = []
        for (file, places) in Dictionary(grouping: work.tree.addedLines, by: \.file) {
            let cuts = base.cuts.filter { $0.file == file }
            guard !cuts.isEmpty, let bytes = try? Disk.read(base.patched.root + "/" + file) else {
                continue
            }
            let items = SourceItems(bytes)
            for cut in cuts where cut.kind == .body || cut.kind == .function {
                guard let item = items.item(.function, named: cut.name, ordinal: cut.ordinal),
                    places.contains(where: { item.lines.contains($0.line) })
                else { continue }
                notes.append(
                    "\(file): \(cut.name)() is patched, but is left out: it does not compile here"
                        + " (\(cut.reason))")
            }
        }
        return notes.sorted()
    }
}
