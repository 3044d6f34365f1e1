// SPDX-License-Identifier: GPL-2.0-only

// What became of a tree, put together from what the build has left.

import System

extension Builder {
    /// Builds the tree as it is, and says what was recognised, compiled, cut and trapped.
    ///
    /// - Throws: `QuestionError`.
    package func report(on tree: Tree) throws -> TreeReport {
        try BuildJob(self).inspect(tree)
    }
}

extension BuildJob {
    func inspect(_ tree: Tree) throws -> TreeReport {
        let result = try built(Builder.Request(name: "base", tree: tree, patches: []))
        let image = ELFSymbols.functions(in: try Disk.read(result.image))
        var files: [TreeReport.File] = []
        for taken in taken(from: tree, result.work) {
            let unit = result.work.units.firstIndex { $0.source == .tree(taken.path) }
            let isCompiled = taken.role == .compiled && unit != nil
            // Of a file that is compiled, what was compiled; of another, what the tree has.
            let path =
                isCompiled
                ? "\(result.work.tree.root)/\(taken.path)" : tree.place + "/" + taken.path
            let items = SourceItems(try Disk.read(path))
            var file = TreeReport.File(
                path: taken.path, isCompiled: isCompiled, lines: items.lines.count - 1,
                functions: 0, kept: 0)
            if isCompiled, let unit {
                let defined = Set(items.functions.map(\.name))
                let object = ELFSymbols.functions(in: try Disk.read(result.objects[unit]))
                file.functions = defined.count
                // What the compiler has put into its callers is in the image without a name.
                file.kept = defined.count { image.contains($0) || !object.contains($0) }
            }
            files.append(file)
        }
        let kernel = tree.kernel
        return TreeReport(
            tree: tree, interfaces: interfaces(of: tree), files: files,
            cuts: (result.work.base?.cuts ?? []).map {
                TreeReport.Cut(
                    function: $0.spokenName, file: $0.file, line: $0.line, reason: $0.reason)
            }.sorted { ($0.file, $0.line) < ($1.file, $1.line) },
            traps: traps(result.traps, in: result.work.tree),
            emptyHeaders: kernel == nil ? [] : emptyHeaders(in: result.work.tree),
            functions: files.reduce(0) { $0 + $1.kept },
            missing: kernel.map { Self.missing($0.interfaces) } ?? [],
            knownVersions: KnownVersions.trees)
    }

    /// With the functions that their lines are in: the linker knows only into which one the compiler
    /// has put them.
    private func traps(_ traps: [Trap], in tree: PreparedTree) -> [TreeReport.Trap] {
        var files: [String: SourceItems] = [:]
        return traps.map { trap in
            if files[trap.file] == nil, tree.digests[trap.file] != nil {
                files[trap.file] = (try? Disk.read("\(tree.root)/\(trap.file)")).map {
                    SourceItems($0)
                }
            }
            let item = files[trap.file]?.item(at: trap.line)
            return TreeReport.Trap(
                symbol: trap.symbol,
                caller: item.flatMap { $0.kind == .function ? $0.name : nil } ?? trap.caller,
                file: trap.file, line: trap.line)
        }.sorted { ($0.symbol, $0.file, $0.line) < ($1.symbol, $1.file, $1.line) }
    }

    private func taken(from tree: Tree, _ work: Work) -> [SliceFiles.Taken] {
        if let kernel = tree.kernel { return kernel.files }
        return work.tree.digests.keys.sorted().map {
            SliceFiles.Taken(path: $0, role: $0.hasSuffix(".c") ? .compiled : .header)
        }
    }

    private func interfaces(of tree: Tree) -> [TreeReport.Interface] {
        // The embedded slice's are written down where its C code finds them.
        let header = builder.home.csrc + "/stubs/interfaces.h"
        let interfaces =
            tree.kernel?.interfaces
            ?? Interfaces(
                header: String(anyBytes: (try? Disk.read(header)) ?? []), version: tree.version)
        return zip(Interfaces.rows, interfaces.answers).map { row, answer in
            TreeReport.Interface(
                name: row.name, meaning: row.meaning, value: answer.value, place: answer.place)
        }
    }

    private func emptyHeaders(in tree: PreparedTree) -> [String] {
        let prefix = PreparedTree.emptyHeaders + "/"
        return tree.digests.keys.filter { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }.sorted()
    }

    private static func missing(_ interfaces: Interfaces) -> [String] {
        var sentences: [String] = []
        if interfaces["HAVE_EXT2_DAX"] == 0 {
            sentences.append(
                "This tree's ext2 has no DAX: what can be asked is fs/dax.c under the strict"
                    + " filesystem.")
        }
        if interfaces["HAVE_PMD_FAULT"] == 0, interfaces["HAVE_HUGE_FAULT"] == 0 {
            sentences.append("Filesystems of this tree have no handler for huge faults.")
        }
        return sentences
    }
}
