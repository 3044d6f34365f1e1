// SPDX-License-Identifier: GPL-2.0-only

// What all variants of one build have in common: Faultline's own C files as they are now, and the
// compiler. The steps of a build share it, and none of them changes it.

import System

/// Everything that is looked up once at the beginning of a build.
struct BuildSetup: Sendable {
    let installation: Installation
    let scope: PatchScope
    let hashes: FileHashes
    let words = KnownWords()
    let linkage: Linkage
    /// The C files and headers of csrc except the slice's, relative to it.
    let sources: [String]
    /// Identifies the compiler and all flags.
    let compilerKey: String
    /// For a debugger.
    let isForDebugging: Bool

    var checkout: Checkout { installation.checkout }
    var toolchain: Toolchain { installation.toolchain }
    var cache: BuildCache { installation.cache }

    /// Makes the cache's directories, and removes what interrupted runs have left there.
    init(
        _ installation: Installation, _ scope: PatchScope, isForDebugging: Bool = false
    ) throws {
        self.isForDebugging = isForDebugging
        self.installation = installation
        self.scope = scope
        let cache = installation.cache
        cache.sweep()
        try cache.requireRoom()
        for directory in [cache.objects, cache.images, cache.notes] {
            try Disk.makeDirectory(directory)
        }
        hashes = FileHashes(of: cache)

        let clang = realPath(installation.toolchain.clang) ?? installation.toolchain.clang
        let stamp = Disk.stamp(clang)
        let identity = ContentHash.of([clang, "\(stamp?.size ?? 0)", "\(stamp?.modified ?? 0)"])
        linkage = try Linkage.find(
            toolchain: installation.toolchain, compiler: identity, cache: cache)
        let csrc = installation.checkout.csrc
        compilerKey = ContentHash.of(
            [
                "unit 4", "checks \(ObjectCheck.generation)", identity,
                hashes.digest(of: "\(csrc)/\(SliceFlags.uninstrumented)") ?? "",
            ]
                + SliceFlags.variant(csrc: "") + SliceFlags.kernel(csrc: "") + SliceFlags.sections
                + SliceFlags.language + SliceFlags.withheld + SliceFlags.warnings
                + (linkage.hasProfileRuntime ? SliceFlags.coverage : [])
                + (isForDebugging ? SliceFlags.debugging : []))
        sources = ["include", "stubs", "machine", "filesystems"].flatMap { directory in
            Disk.files(under: "\(csrc)/\(directory)").map { "\(directory)/\($0)" }
        }
        guard sources.contains(where: { $0.hasSuffix(".c") }) else {
            throw QuestionError(.checkout, file: csrc, reason: "has no C files in it")
        }
    }

    /// The headers among `sources`.
    var headers: [String] { sources.filter { $0.hasSuffix(".h") } }
}

// MARK: - Units

extension BuildSetup {
    /// The C files of an image of a prepared tree.
    ///
    /// - Parameter isKernel: whether the tree is a kernel's, not the embedded slice.
    func units(of tree: PreparedTree, isKernel: Bool) -> [TranslationUnit] {
        let files = tree.digests.keys.sorted()
        let roots = SourceRoots(
            csrc: checkout.csrc, tree: tree.root,
            treeHasStrictFilesystem: files.contains(where: SourceName.isStrict),
            isKernel: isKernel)
        var names = files.map { SourceName.tree($0) }
        names += sources.filter { !(roots.treeHasStrictFilesystem && SourceName.isStrict($0)) }
            .map { .csrc($0) }
        let interfaces =
            isKernel ? try? Disk.read(tree.root + "/" + PreparedTree.interfaceHeader) : nil
        let search = HeaderSearch(names, interfaces: interfaces.map { String(anyBytes: $0) })
        let patched = Set(tree.addedLines.map(\.file))
        // What is compiled on trust is not there for those who have none.
        let trust = scope.trustsPatches && !patched.isEmpty ? "trusted " : ""
        return names.filter { $0.path.hasSuffix(".c") }.map { name in
            let isCounted = isCounted(name, isKernel: isKernel, patched)
            let coverage = isCounted && linkage.hasProfileRuntime ? SliceFlags.coverage : []
            let warnings = isOfSlice(name) ? SliceFlags.warnings : []
            return TranslationUnit(
                source: name, roots: roots, search: search,
                size: Disk.stamp(roots.path(of: name))?.size ?? 0,
                key: ContentHash.of([
                    compilerKey, name.text, digest(of: name, in: tree, roots) ?? "",
                    trust + (isKernel ? "kernel " : "") + (coverage.isEmpty ? "" : "coverage")
                        + (isKernel ? SliceFilesystem.prelude(of: name.path) ?? "" : ""),
                ]),
                flags: SliceFlags.language + flags(of: name, isKernel: isKernel)
                    + SliceFlags.withheld + warnings + coverage
                    + (isForDebugging ? SliceFlags.debugging : []))
        }
    }

    private func flags(of name: SourceName, isKernel: Bool) -> [String] {
        let csrc = checkout.csrc
        let sections = isKernel ? SliceFlags.sections : []
        if case .csrc(let path) = name, SourceName.isOfMachine(path) {
            return SliceFlags.machine(csrc: csrc) + sections
        }
        if isKernel && isOfSlice(name) {
            return SliceFlags.kernel(csrc: csrc) + sections
                + (SliceFilesystem.prelude(of: name.path).map { ["-include", $0] } ?? [])
        }
        return SliceFlags.variant(csrc: csrc) + sections
    }

    /// Whether the lines that run are counted. The kernel's library is called all the time, and
    /// patches rarely change it.
    private func isCounted(_ name: SourceName, isKernel: Bool, _ patched: Set<String>) -> Bool {
        isOfSlice(name)
            && !(isKernel && name.path.hasPrefix("lib/") && !patched.contains(name.path))
    }

    private func isOfSlice(_ name: SourceName) -> Bool {
        if case .tree(let path) = name { !SourceName.isStrict(path) } else { false }
    }

    /// The hash of a file's contents when the build first saw it.
    func digest(of name: SourceName, in tree: PreparedTree, _ roots: SourceRoots) -> String? {
        if case .tree(let path) = name { return tree.digests[path] }
        return hashes.digest(of: roots.path(of: name))
    }
}
