// SPDX-License-Identifier: GPL-2.0-only

import System

/// Makes the report on how a tree was built, from what the build has left in the cache.
struct TreeInspection {
    private let image: LinkedImage
    private let checkout: Checkout

    /// - Parameter image: of the unpatched tree.
    init(of image: LinkedImage, checkout: Checkout) {
        self.image = image
        self.checkout = checkout
    }

    private var tree: Tree { image.work.request.tree }
    /// What was compiled.
    private var compiled: PreparedTree { image.work.tree }

    func report() throws -> TreeReport {
        let inImage = ELFSymbols.functions(in: try Disk.read(image.path))
        let files = try takenFiles.map { try report(on: $0, inImage) }
        return TreeReport(
            tree: tree, interfaces: interfaces, files: files,
            cuts: (image.work.uncut?.cuts ?? []).map {
                TreeReport.CutItem(
                    function: $0.displayName, file: $0.file, line: $0.line, reason: $0.reason)
            }.sorted { ($0.file, $0.line) < ($1.file, $1.line) },
            traps: traps, emptyHeaders: tree.kernel == nil ? [] : emptyHeaders,
            functions: files.reduce(0) { $0 + $1.kept },
            missing: tree.kernel.map { Self.missing($0.interfaces) } ?? [],
            knownVersions: KnownVersions.trees)
    }

    // MARK: - Files

    private var takenFiles: [SliceFiles.TakenFile] {
        tree.kernel?.files
            ?? compiled.digests.keys.sorted().map {
                SliceFiles.TakenFile(path: $0, role: $0.hasSuffix(".c") ? .compiled : .header)
            }
    }

    private func report(
        on taken: SliceFiles.TakenFile, _ inImage: Set<String>
    ) throws -> TreeReport.TakenFile {
        let unit = image.work.units.firstIndex { $0.source == .tree(taken.path) }
        let isCompiled = taken.role == .compiled && unit != nil
        // Of a file that is compiled, what was compiled; of another, what the tree has.
        let root = isCompiled ? compiled.root : tree.sources
        let items = SourceItems(try Disk.read("\(root)/\(taken.path)"))
        var file = TreeReport.TakenFile(
            path: taken.path, isCompiled: isCompiled, lines: items.lines.count - 1, functions: 0,
            kept: 0)
        if isCompiled, let unit {
            let defined = Set(items.functions.map(\.name))
            let inObject = ELFSymbols.functions(in: try Disk.read(image.objects[unit].path))
            file.functions = defined.count
            // A function that was inlined everywhere is in the image without its name.
            file.kept = defined.count { inImage.contains($0) || !inObject.contains($0) }
        }
        return file
    }

    // MARK: - Traps

    /// With the functions that contain their lines: the linker knows only into which function the
    /// compiler has inlined a call.
    private var traps: [TreeReport.TrappedCall] {
        var files: [String: SourceItems] = [:]
        return image.undefined.map { reference in
            let name = reference.file
            if files[name] == nil, compiled.digests[name] != nil {
                files[name] = (try? Disk.read("\(compiled.root)/\(name)")).map { SourceItems($0) }
            }
            let item = files[name]?.item(at: reference.line)
            return TreeReport.TrappedCall(
                symbol: reference.symbol,
                caller: item.flatMap { $0.kind == .function ? $0.name : nil } ?? reference.caller,
                file: name, line: reference.line)
        }.sorted { ($0.symbol, $0.file, $0.line) < ($1.symbol, $1.file, $1.line) }
    }

    // MARK: - Interfaces and headers

    private var interfaces: [TreeReport.Interface] {
        // Those of the embedded slice are in the header that its C files include.
        let header = checkout.csrc + "/stubs/interfaces.h"
        let interfaces =
            tree.kernel?.interfaces
            ?? Interfaces(
                header: String(anyBytes: (try? Disk.read(header)) ?? []), version: tree.version)
        return zip(InterfaceTable.rows, interfaces.answers).map { row, answer in
            TreeReport.Interface(
                name: row.name, meaning: row.meaning, value: answer.value, place: answer.location)
        }
    }

    private var emptyHeaders: [String] {
        let prefix = PreparedTree.emptyHeaders + "/"
        return compiled.digests.keys.filter { $0.hasPrefix(prefix) }.map {
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
