// SPDX-License-Identifier: GPL-2.0-only

// From a tree and patches to a shared object. Everything is looked up by content first, so that a
// build in which nothing has changed starts no process; what is missing for any of the variants is
// compiled side by side, then linked side by side.

import Patches
import System

/// Builds variants. It has no state of its own: all that lasts is in the cache, which any number of
/// builders in any number of processes share.
package struct Builder: Sendable {
    package let installation: Installation
    private var scope = PatchScope()
    /// Whether variants are built for a debugger: with variables, and hardly optimized.
    package var isForDebugging = false

    package init(_ installation: Installation) { self.installation = installation }

    package var checkout: Checkout { installation.checkout }
    package var toolchain: Toolchain { installation.toolchain }
    package var cache: BuildCache { installation.cache }
    /// How many compilers run at once.
    package var jobs: Int { installation.jobs }
    /// For the trees that are built.
    package var trees: TreeReader { TreeReader(installation, filesystems: filesystems) }
    /// What trees are read with beside ext2.
    package var filesystems: [SliceFilesystem] = []

    /// Whether files of a patch that the slice does not have are ignored with a note, instead of
    /// being an error.
    package var allowsOutside: Bool {
        get { scope.allowsOutside }
        set { scope.allowsOutside = newValue }
    }

    /// Whether somebody has read the patches, so that what `ObjectCheck` refuses is built.
    package var trustsPatches: Bool {
        get { scope.trustsPatches }
        set { scope.trustsPatches = newValue }
    }

    /// Whether patches may change `filesystems/strict/…`: for the seeded bugs of the tests.
    package var allowsStrictFilesystem: Bool {
        get { scope.allowsStrictFilesystem }
        set { scope.allowsStrictFilesystem = newValue }
    }

    /// Applies the patches to a copy of the tree and builds the result.
    ///
    /// - Throws: `QuestionError`.
    package func build(_ tree: Tree, patches: [Patch] = [], named name: String) throws -> Variant {
        try build([BuildRequest(name: name, tree: tree, patches: patches)])[0].get()
    }

    /// Builds several variants at once: what they have in common is compiled once, and no processor
    /// waits for the last file of a variant.
    ///
    /// - Returns: one result for each request, in order.
    /// - Throws: `QuestionError` if nothing can be built at all.
    package func build(_ requests: [BuildRequest]) throws -> [Result<Variant, QuestionError>] {
        try BuildJob(BuildSetup(installation, scope, isForDebugging: isForDebugging))
            .build(requests)
    }

    /// Compiles one file of a variant alone, as somebody would who only asks whether it compiles: no
    /// instrumentation, no cache.
    ///
    /// - Parameter file: of the tree, `fs/dax.c`.
    package func compileAlone(_ file: String, of variant: Variant, isKernel: Bool) throws {
        try cache.withTemporaryDirectory { directory in
            let flags = SliceFlags.language + ["-O2", "-g"]
            let name = isKernel ? SliceFilesystem.prelude(of: file) : nil
            let prelude = name.map { ["-include", $0] } ?? []
            let unit = TranslationUnit(
                source: .tree(file),
                roots: SourceRoots(
                    csrc: checkout.csrc, tree: variant.sources, treeHasStrictFilesystem: false,
                    isKernel: isKernel),
                search: HeaderSearch([], interfaces: nil), size: 0, key: "",
                flags: flags + (isKernel ? SliceFlags.lenient : []) + prelude)
            let done = try unit.command(
                clang: toolchain.clang, object: directory + "/alone.o",
                dependencies: directory + "/alone.d"
            ).run()
            guard done.status == 0 else {
                throw QuestionError(
                    .toolchain, file: toolchain.clang, reason: "does not compile \(file) alone",
                    output: done.messages)
            }
        }
    }

    /// Builds the tree as it is, and says what was recognised, compiled, cut and trapped.
    ///
    /// - Throws: `QuestionError`.
    package func report(on tree: Tree) throws -> TreeReport {
        let request = BuildRequest(name: "base", tree: tree, patches: [])
        let image = try BuildJob(BuildSetup(installation, scope)).image(of: request)
        return try TreeInspection(of: image, checkout: checkout).report()
    }
}
