// SPDX-License-Identifier: GPL-2.0-only

// One call of `Builder.build`: what it has found out so far, from listing the sources to linking.

import Synchronization

struct Construction {
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
                + SliceFlags.shared(csrc: "") + SliceFlags.language
                + (linkage.hasProfileRuntime ? SliceFlags.coverage : []))
        sources = ["include", "stubs", "strictfs", "machine"].flatMap { directory in
            Disk.files(under: "\(csrc)/\(directory)").map { "\(directory)/\($0)" }
        }
        guard sources.contains(where: { $0.hasSuffix(".c") }) else {
            throw SliceError(.home, file: csrc, reason: "has no C files in it")
        }
    }

    func build(_ requests: [Builder.Request]) throws -> [Result<Variant, SliceError>] {
        let work = requests.map { request in
            SliceError.result {
                let tree = try builder.prepare(request, hashes: hashes)
                return Work(request: request, tree: tree, units: units(of: tree))
            }
        }
        let results = try cache.withTemporaryDirectory { directory in
            let failures = compile(work.compactMap { try? $0.get() }, in: directory)
            let results = link(work, failures: failures, in: directory)
            hashes.save(in: directory)
            return results
        }
        cache.prune()
        return results
    }

    /// A request on its way.
    struct Work: Sendable {
        var request: Builder.Request
        var tree: PreparedTree
        var units: [TranslationUnit]
    }

    // MARK: - Units

    private func units(of tree: PreparedTree) -> [TranslationUnit] {
        let csrc = builder.home.csrc
        let files = tree.digests.keys.sorted()
        let roots = SourceRoots(
            csrc: csrc, tree: tree.root,
            treeHasStrictFilesystem: files.contains { $0.hasPrefix("strictfs/") })
        var names = files.map { SourceName.tree($0) }
        names += sources.filter { !(roots.treeHasStrictFilesystem && $0.hasPrefix("strictfs/")) }
            .map { .csrc($0) }
        // A header that appears or goes can change which one an #include finds.
        let headers = ContentHash.of(names.map(\.text).filter { $0.hasSuffix(".h") })
        return names.filter { $0.path.hasSuffix(".c") }.map { name in
            let isSlice = if case .tree(let path) = name { !path.hasPrefix("strictfs/") } else { false }
            let isMachine = name == .csrc(name.path) && name.path.hasPrefix("machine/")
            let flags = isMachine
                ? SliceFlags.machine(csrc: csrc) : SliceFlags.shared(csrc: csrc)
            let coverage = isSlice && linkage.hasProfileRuntime ? SliceFlags.coverage : []
            return TranslationUnit(
                source: name, roots: roots, size: Disk.stamp(roots.path(of: name))?.size ?? 0,
                key: ContentHash.of([
                    compilerKey, headers, name.text, digest(of: name, in: tree, roots) ?? "",
                    coverage.isEmpty ? "" : "coverage",
                ]),
                flags: SliceFlags.language + flags + coverage)
        }
    }

    private func digest(
        of name: SourceName, in tree: PreparedTree, _ roots: SourceRoots
    ) -> String? {
        if case .tree(let path) = name { return tree.digests[path] }
        return hashes.digest(of: roots.path(of: name))
    }

    private func object(of unit: TranslationUnit, in work: Work) -> (key: String, path: String)? {
        objects.object(of: unit) { digest(of: $0, in: work.tree, unit.roots) }
    }

    // MARK: - Compiling

    /// Compiles what has no object yet. Units of different variants that differ in no more than
    /// headers are compiled in turn: most do not include what was changed, and find the object of
    /// the first one.
    ///
    /// - Returns: the first error of each unit that has one, by key.
    private func compile(_ work: [Work], in directory: String) -> [String: SliceError] {
        var failures: [String: SliceError] = [:]
        while true {
            var missing: [String: (TranslationUnit, Work)] = [:]
            for item in work {
                for unit in item.units
                where missing[unit.key] == nil && failures[unit.key] == nil
                    && object(of: unit, in: item) == nil
                {
                    missing[unit.key] = (unit, item)
                }
            }
            guard !missing.isEmpty else { return failures }
            // The largest first, so that none of them is the last one alone.
            let queue = missing.values.sorted {
                ($0.0.size, $0.0.key) > ($1.0.size, $1.0.key)
            }
            let results = concurrently(queue.count, atMost: builder.jobs) { index in
                SliceError.result {
                    try compile(queue[index].0, of: queue[index].1, in: directory)
                }
            }
            for (index, result) in results.enumerated() {
                if case .failure(let error) = result { failures[queue[index].0.key] = error }
            }
        }
    }

    private func compile(
        _ unit: TranslationUnit, of work: Work, in directory: String
    ) throws {
        let object = "\(directory)/\(unit.key).o"
        let dependencies = "\(directory)/\(unit.key).d"
        let before = digest(of: unit.source, in: work.tree, unit.roots)
        let started = Disk.now
        let done = try unit.command(
            clang: toolchain.clang, object: object, dependencies: dependencies
        ).run()
        guard done.status == 0 else {
            throw SliceError.compilation(
                of: unit, messages: done.words, variant: work.request.name)
        }
        var headers: [(SourceName, String)] = []
        for name in unit.files(inDependencies: String(anyBytes: try Disk.read(dependencies)))
        where name != unit.source {
            let path = unit.roots.path(of: name)
            guard let digest = digest(of: name, in: work.tree, unit.roots),
                let stamp = Disk.stamp(path), stamp.changed < started
            else { throw changed(name) }
            headers.append((name, digest))
        }
        guard digest(of: unit.source, in: work.tree, unit.roots) == before else {
            throw changed(unit.source)
        }
        try objects.store(
            object, of: unit, headers: headers, temporary: "\(directory)/\(unit.key).headers")
    }

    private func changed(_ name: SourceName) -> SliceError {
        SliceError(
            .doesNotCompile, file: name.path, reason: "was changed while it was compiled",
            notes: ["run the command again"])
    }

    // MARK: - Linking

    private func link(
        _ work: [Result<Work, SliceError>], failures: [String: SliceError], in directory: String
    ) -> [Result<Variant, SliceError>] {
        concurrently(work.count, atMost: builder.jobs) { index in
            SliceError.result {
                let item = try work[index].get()
                let directory = "\(directory)/\(index)"
                try Disk.makeDirectory(directory)
                return try link(item, failures: failures, in: directory)
            }
        }
    }

    private func link(
        _ work: Work, failures: [String: SliceError], in directory: String
    ) throws -> Variant {
        var keys = ["image 1", linkage.key, toolchain.lld]
        var paths: [String] = []
        for unit in work.units {
            guard let (key, path) = object(of: unit, in: work) else {
                throw failures[unit.key]
                    ?? SliceError(.disk, file: unit.source.path, reason: "its object is gone")
            }
            keys.append(key)
            paths.append(path)
        }
        let key = ContentHash.of(keys)
        let image = "\(cache.images)/\(key).so"
        if Disk.exists(image) {
            Disk.touch(image)
        } else {
            let unfinished = directory + "/image.so"
            let done = try linkage.command(
                lld: toolchain.lld, objects: paths, image: unfinished, in: directory
            ).run()
            guard done.status == 0 else {
                throw SliceError.linking(
                    messages: done.words, roots: work.units[0].roots, variant: work.request.name)
            }
            try Disk.move(unfinished, to: image)
        }
        var names: [String] = []
        for patch in work.request.patches where names.last != patch.path {
            names.append(patch.path)
        }
        return Variant(
            name: work.request.name, patches: names, image: image, key: key,
            sources: work.tree.root, addedLines: work.tree.addedLines,
            notes: (work.request.patches.isEmpty ? [] : work.request.tree.notes)
                + work.tree.notes)
    }
}

extension SliceError {
    /// The outcome of `body`, whose errors are all of this type or a surprise.
    static func result<R>(_ body: () throws -> R) -> Result<R, SliceError> {
        do {
            return .success(try body())
        } catch let error as SliceError {
            return .failure(error)
        } catch {
            return .failure(SliceError(.disk, reason: "\(error)"))
        }
    }
}
