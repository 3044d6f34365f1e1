// SPDX-License-Identifier: GPL-2.0-only

import System

/// A request on its way through the steps of a build.
struct BuildWork: Sendable {
    /// A kernel's tree before anything is cut out of it.
    struct Uncut: Sendable {
        /// With the request's patches.
        var patched: PreparedTree
        /// What is cut; found on the unpatched tree.
        var cuts: [SourceCut]
    }

    /// An object of the cache.
    struct ObjectFile: Sendable {
        var key: String
        var path: String
        var uses: [UninitializedUse]
        var broken: [BrokenConfiguration]
        /// The headers of the tree that it was made with.
        var treeHeaders: [String]
    }

    var request: BuildRequest
    /// What is compiled.
    var tree: PreparedTree
    var units: [TranslationUnit]
    /// Nil for the embedded slice, out of which nothing is cut.
    var uncut: Uncut?

    /// One unit's object, or why there is none.
    typealias Compiled = Result<ObjectFile, QuestionError>

    /// What a patch changes without effect, because it was cut.
    var cutNotes: [String] {
        guard let uncut, !uncut.cuts.isEmpty else { return [] }
        var notes: [String] = []
        for (file, added) in Dictionary(grouping: tree.addedLines, by: \.file) {
            let cuts = uncut.cuts.filter { $0.file == file }
            guard !cuts.isEmpty, let bytes = try? Disk.read(uncut.patched.root + "/" + file) else {
                continue
            }
            let items = SourceItems(bytes)
            for cut in cuts where cut.kind == .body || cut.kind == .function {
                guard let item = items.item(.function, named: cut.name, ordinal: cut.ordinal),
                    added.contains(where: { item.lines.contains($0.line) })
                else { continue }
                notes.append(
                    "\(file): \(cut.name)() is patched, but is left out: it does not compile here"
                        + " (\(cut.reason))")
            }
        }
        return notes.sorted()
    }
}
