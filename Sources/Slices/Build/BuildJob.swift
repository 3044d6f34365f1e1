// SPDX-License-Identifier: GPL-2.0-only

// One call of `Builder.build`: what it has found out so far, from listing the sources to linking.

import Synchronization
import System

struct BuildJob {
    let builder: Builder
    let cache: BuildCache
    let toolchain: Toolchain
    let hashes: FileHashes
    let objects: ObjectCache
    let linkage: Linkage
    /// The C files and headers of csrc but the slice's, relative to it.
    let sources: [String]
    /// Names the compiler and all flags.
    let compilerKey: String

    init(_ builder: Builder) throws {
        self.builder = builder
        cache = builder.cache
        toolchain = builder.toolchain
        cache.sweep()
        for directory in [cache.objects, cache.images, cache.notes] {
            try Disk.makeDirectory(directory)
        }
        hashes = FileHashes(savedAt: cache.notes + "/hashes")
        objects = ObjectCache(directory: cache.objects)

        let clang = realPath(toolchain.clang) ?? toolchain.clang
        let stamp = Disk.stamp(clang)
        let identity = ContentHash.of([clang, "\(stamp?.size ?? 0)", "\(stamp?.modified ?? 0)"])
        linkage = try Linkage.find(toolchain: toolchain, compiler: identity, cache: cache)
        let csrc = builder.home.csrc
        compilerKey = ContentHash.of(
            ["unit 2", identity, hashes.digest(of: "\(csrc)/\(SliceFlags.uninstrumented)") ?? ""]
                + SliceFlags.shared(csrc: "") + SliceFlags.kernel(csrc: "") + SliceFlags.sections
                + SliceFlags.language
                + (linkage.hasProfileRuntime ? SliceFlags.coverage : []))
        sources = ["include", "stubs", "strictfs", "machine"].flatMap { directory in
            Disk.files(under: "\(csrc)/\(directory)").map { "\(directory)/\($0)" }
        }
        guard sources.contains(where: { $0.hasSuffix(".c") }) else {
            throw QuestionError(.home, file: csrc, reason: "has no C files in it")
        }
    }

    func build(_ requests: [Builder.Request]) throws -> [Result<Variant, QuestionError>] {
        let before = [cache.objects, cache.images].map(Disk.stamp)
        let results = try cache.withTemporaryDirectory { directory in
            let made = try make(requests, in: directory)
            let results = link(made.work, made.objects, in: directory)
            hashes.save(in: directory)
            return results
        }
        // A directory's time changes with its entries: when none was added, nothing grew.
        if [cache.objects, cache.images].map(Disk.stamp) != before { cache.prune() }
        return results
    }

    /// Prepares and compiles. What does not compile in a kernel's tree is cut out of it, as far as
    /// it does not compile without the patches either, until there is nothing more to cut.
    private func make(
        _ requests: [Builder.Request], in directory: String
    ) throws -> (work: [Result<Work, QuestionError>], objects: [[Object]]) {
        let cutting = Cutting(self, in: directory)
        var work = requests.map { request in QuestionError.result { try cutting.work(for: request) }
        }
        while true {
            let compiled = compile(work.map { try? $0.get() }, in: directory)
            var isChanged = false
            for (index, objects) in compiled.enumerated() {
                guard case .success(let item) = work[index], item.base != nil else { continue }
                let failed = zip(item.units, objects).compactMap { unit, object in
                    if case .failure(let error) = object, error.kind == .doesNotCompile {
                        unit
                    } else {
                        nil
                    }
                }
                guard !failed.isEmpty else { continue }
                work[index] = QuestionError.result {
                    guard let more = try cutting.work(item, without: failed) else { return item }
                    isChanged = true
                    return more
                }
            }
            if !isChanged { return (work, compiled) }
        }
    }

    /// A request on its way.
    struct Work: Sendable {
        var request: Builder.Request
        var tree: PreparedTree
        var units: [TranslationUnit]
        /// The unpatched tree, uncut, and what is cut of it; nil for the embedded slice.
        var base: Base?
    }

    struct Base: Sendable {
        /// The same with the request's patches.
        var patched: PreparedTree
        var cuts: [Cut]
    }

    // MARK: - Units

    func units(of tree: PreparedTree, isKernel: Bool) -> [TranslationUnit] {
        let csrc = builder.home.csrc
        let files = tree.digests.keys.sorted()
        let roots = SourceRoots(
            csrc: csrc, tree: tree.root,
            treeHasStrictFilesystem: files.contains { $0.hasPrefix("strictfs/") },
            isKernel: isKernel)
        var names = files.map { SourceName.tree($0) }
        names += sources.filter { !(roots.treeHasStrictFilesystem && $0.hasPrefix("strictfs/")) }
            .map { .csrc($0) }
        // A header that appears or goes can change which one an #include finds.
        let headers = ContentHash.of(names.map(\.text).filter { $0.hasSuffix(".h") })
        let patched = Set(tree.addedLines.map(\.file))
        return names.filter { $0.path.hasSuffix(".c") }.map { name in
            let isSlice =
                if case .tree(let path) = name { !path.hasPrefix("strictfs/") } else { false }
            let isMachine = name == .csrc(name.path) && name.path.hasPrefix("machine/")
            var flags: [String]
            if isMachine {
                flags = SliceFlags.machine(csrc: csrc)
            } else if isKernel && isSlice {
                flags = SliceFlags.kernel(csrc: csrc)
            } else {
                flags = SliceFlags.shared(csrc: csrc)
            }
            if isKernel { flags += SliceFlags.sections }
            // The kernel's library is called all the time, and rarely what a patch is about.
            let isCounted =
                isSlice
                && !(isKernel && name.path.hasPrefix("lib/") && !patched.contains(name.path))
            let coverage = isCounted && linkage.hasProfileRuntime ? SliceFlags.coverage : []
            return TranslationUnit(
                source: name, roots: roots, size: Disk.stamp(roots.path(of: name))?.size ?? 0,
                key: ContentHash.of([
                    compilerKey, headers, name.text, digest(of: name, in: tree, roots) ?? "",
                    (isKernel ? "kernel " : "") + (coverage.isEmpty ? "" : "coverage"),
                ]),
                flags: SliceFlags.language + flags + coverage)
        }
    }

    func digest(
        of name: SourceName, in tree: PreparedTree, _ roots: SourceRoots
    ) -> String? {
        if case .tree(let path) = name { return tree.digests[path] }
        return hashes.digest(of: roots.path(of: name))
    }

    private func object(of unit: TranslationUnit, in work: Work) -> (key: String, path: String)? {
        objects.object(of: unit) { digest(of: $0, in: work.tree, unit.roots) }
    }

    // MARK: - Compiling

    /// What is known of a unit's object.
    typealias Object = Result<(key: String, path: String), QuestionError>

    /// Compiles what has no object yet. Units of different variants that differ in no more than
    /// headers are compiled in turn: most do not include what was changed, and find the object of
    /// the first one.
    ///
    /// - Returns: for each variant, its units' objects.
    private func compile(_ work: [Work?], in directory: String) -> [[Object]] {
        var found = work.map { [Object?](repeating: nil, count: $0?.units.count ?? 0) }
        while true {
            var missing: [String: (unit: TranslationUnit, work: Work)] = [:]
            for (index, item) in work.enumerated() {
                guard let item else { continue }
                for (number, unit) in item.units.enumerated()
                where found[index][number] == nil && missing[unit.key] == nil {
                    if let object = object(of: unit, in: item) {
                        found[index][number] = .success(object)
                    } else {
                        missing[unit.key] = (unit, item)
                    }
                }
            }
            guard !missing.isEmpty else { return found.map { $0.map { $0! } } }
            // The largest first, so that none of them is the last one alone.
            let queue = missing.values.sorted {
                ($0.unit.size, $0.unit.key) > ($1.unit.size, $1.unit.key)
            }
            let results = concurrently(queue.count, atMost: builder.jobs) { index in
                QuestionError.result {
                    try compile(queue[index].unit, of: queue[index].work, in: directory)
                }
            }
            for (entry, result) in zip(queue, results) {
                guard case .failure(let error) = result else { continue }
                // Another variant's headers may be better ones: it has its own turn.
                for (index, item) in work.enumerated() where item?.tree.root == entry.work.tree.root
                {
                    for (number, unit) in item!.units.enumerated() where unit.key == entry.unit.key
                    {
                        found[index][number] = .failure(error)
                    }
                }
            }
        }
    }

    private func compile(
        _ unit: TranslationUnit, of work: Work, in directory: String
    ) throws {
        let object = "\(directory)/\(unit.key).o"
        let dependencies = "\(directory)/\(unit.key).d"
        let before = digest(of: unit.source, in: work.tree, unit.roots)
        let done = try unit.command(
            clang: toolchain.clang, object: object, dependencies: dependencies
        ).run()
        guard done.status == 0 else {
            let error = QuestionError.compilation(
                of: unit, messages: done.words, variant: work.request.name)
            throw work.base == nil ? error : explained(error, of: unit, in: work)
        }
        if work.base != nil { try checkCalls(of: unit, in: work, messages: done.words) }
        var headers: [(SourceName, String)] = []
        for name in unit.files(inDependencies: String(anyBytes: try Disk.read(dependencies)))
        where name != unit.source {
            guard let digest = digest(of: name, in: work.tree, unit.roots) else {
                throw changed(name)
            }
            try check(name, of: unit, is: digest)
            headers.append((name, digest))
        }
        try check(unit.source, of: unit, is: before)
        try objects.store(
            object, of: unit, headers: headers, temporary: "\(directory)/\(unit.key).headers")
    }

    private func check(_ name: SourceName, of unit: TranslationUnit, is digest: String?) throws {
        // A prepared tree is never changed.
        guard case .csrc = name else { return }
        if hashes.presentDigest(of: unit.roots.path(of: name)) != digest { throw changed(name) }
    }

    private func changed(_ name: SourceName) -> QuestionError {
        QuestionError(
            .doesNotCompile, file: name.path, reason: "was changed while it was compiled",
            notes: ["run the command again"])
    }

    // MARK: - Linking

    private func link(
        _ work: [Result<Work, QuestionError>], _ compiled: [[Object]], in directory: String
    ) -> [Result<Variant, QuestionError>] {
        concurrently(work.count, atMost: builder.jobs) { index in
            QuestionError.result {
                let item = try work[index].get()
                let objects = try compiled[index].map { try $0.get() }
                return try link(item, objects, in: "\(directory)/\(index)")
            }
        }
    }

    private func link(
        _ work: Work, _ objects: [(key: String, path: String)], in directory: String
    ) throws -> Variant {
        let linked = try image(of: work, objects, in: directory)
        var names: [String] = []
        for patch in work.request.patches where names.last != patch.path {
            names.append(patch.path)
        }
        return Variant(
            name: work.request.name, patches: names, image: linked.path, key: linked.key,
            sources: work.tree.root, addedLines: work.tree.addedLines,
            notes: work.request.patches.flatMap(\.notes) + work.request.tree.notes
                + work.tree.notes + cutNotes(work))
    }

    /// Links, unless the same objects were linked before.
    private func image(
        of work: Work, _ objects: [(key: String, path: String)], in directory: String
    ) throws -> (key: String, path: String, traps: [Trap]) {
        let kernel = try work.base.map { _ in try KernelLink(of: work.tree, csrc: builder.home.csrc)
        }
        let keys =
            ["image 1", linkage.key, toolchain.lld] + (kernel?.options ?? []) + objects.map(\.key)
        let key = ContentHash.of(keys)
        let image = "\(cache.images)/\(key).so"
        let record = "\(cache.images)/\(key).traps"
        if Disk.exists(image) {
            let bytes = try? Disk.read(record)
            if kernel == nil || bytes != nil {
                Disk.touch(image)
                if kernel != nil { Disk.touch(record) }
                return (key, image, Traps.read(String(anyBytes: bytes ?? [])))
            }
        }
        try Disk.makeDirectory(directory)
        let unfinished = directory + "/image.so"
        let paths = objects.map(\.path)
        let roots = work.units[0].roots
        var traps: [Trap] = []
        if let kernel {
            traps = try kernel.link(
                paths, sources: work.units.map(\.source.path), to: unfinished, by: linkage,
                toolchain: toolchain, roots: roots, variant: work.request.name, in: directory)
            try Disk.write(Array(Traps.record(traps).utf8), to: directory + "/traps")
            try Disk.move(directory + "/traps", to: record)
        } else {
            let done = try linkage.command(
                lld: toolchain.lld, objects: paths, image: unfinished, in: directory
            ).run()
            guard done.status == 0 else {
                throw QuestionError.linking(
                    messages: done.words, roots: roots, variant: work.request.name)
            }
        }
        try Disk.move(unfinished, to: image)
        return (key, image, traps)
    }

    /// One request, with all that is known of it.
    func built(
        _ request: Builder.Request
    ) throws -> (work: Work, objects: [String], image: String, traps: [Trap]) {
        try cache.withTemporaryDirectory { directory in
            let made = try make([request], in: directory)
            let work = try made.work[0].get()
            let objects = try made.objects[0].map { try $0.get() }
            let linked = try image(of: work, objects, in: directory + "/0")
            hashes.save(in: directory)
            return (work, objects.map(\.path), linked.path, linked.traps)
        }
    }
}

extension QuestionError {
    /// The outcome of `body`, whose errors are all of this type or a surprise.
    static func result<R>(_ body: () throws -> R) -> Result<R, QuestionError> {
        do {
            return .success(try body())
        } catch let error as QuestionError {
            return .failure(error)
        } catch {
            return .failure(QuestionError(.disk, reason: "\(error)"))
        }
    }
}
