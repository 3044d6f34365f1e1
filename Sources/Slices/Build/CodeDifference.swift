// SPDX-License-Identifier: GPL-2.0-only

// Which functions run other instructions in one variant than in another. A run that enters none of
// them does in the one what it does in the other: the machine is deterministic, and where the linker
// puts things is no matter to a run, because images are loaded at other addresses each time.
//
// What must hold: where it is not sure that nothing but functions has changed, there is no answer, and
// everything counts as changed.

import System

extension Variant {
    /// The functions of another variant that are not here, or not as they are there; nil where more
    /// than functions differs: data, the layout of what objects share, who provides a function.
    package func functionsChanged(from base: Variant) throws -> Set<String>? {
        guard objects.map(\.name) == base.objects.map(\.name) else { return nil }
        var changed: Set<String> = []
        var uncounted: Set<String> = []
        var links: Set<String> = []
        for (mine, theirs) in zip(objects, base.objects) where mine.path != theirs.path {
            guard let after = ObjectFunctions(try Disk.read(mine.path)),
                let before = ObjectFunctions(try Disk.read(theirs.path)),
                after.data == before.data
            else { return nil }
            for (name, digest) in before.functions where after.functions[name] != digest {
                changed.insert(name)
                if before.uncounted.contains(name) { uncounted.insert(name) }
            }
            links.formUnion(after.links.filter { before.links[$0.key] != $0.value }.keys)
            links.formUnion(before.links.filter { after.links[$0.key] == nil }.keys)
        }
        // Who enters one of them is not known.
        guard try uncounted.isEmpty || base.linkedFunctions().isDisjoint(with: uncounted),
            try resolves(links, as: base)
        else { return nil }
        return changed
    }

    /// Whether names that objects share stand for the same thing in both: a function that is new takes
    /// the place of one that gives way, or of a trap; where one is gone, there is another one, or a trap.
    /// A name that one of the two has not is known to none of the code that they have in common.
    private func resolves(_ names: Set<String>, as base: Variant) throws -> Bool {
        guard !names.isEmpty else { return true }
        var known: [String: [String: SymbolTable.Link]] = [:]
        for path in Set((objects + base.objects).map(\.path)) {
            guard let file = ELFFile(try Disk.read(path)), let table = SymbolTable(file)
            else { return false }
            known[path] = table.links(in: file).filter { names.contains($0.key) }
        }
        return names.allSatisfy { name in
            guard let mine = Resolution(objects.map { known[$0.path]![name] }),
                let theirs = Resolution(base.objects.map { known[$0.path]![name] })
            else { return true }
            return mine == theirs
        }
    }

    /// The functions that the linker has kept.
    package func linkedFunctions() throws -> Set<String> {
        ELFSymbols.functions(in: try Disk.read(image))
    }
}

/// What a name stands for in an image.
private struct Resolution: Equatable {
    /// The objects that define it, by their number, and whether each gives way.
    private var definitions: [Int: Bool] = [:]
    /// Nobody defines it, and who wants it gets a trap; else such a name is nothing.
    private var isTrap = false

    /// Nil for a name that no object has.
    ///
    /// - Parameter links: of each object.
    init?(_ links: [SymbolTable.Link?]) {
        guard links.contains(where: { $0 != nil }) else { return nil }
        for (index, link) in links.enumerated() {
            if let link, link.isDefined { definitions[index] = link.isWeak }
        }
        isTrap = definitions.isEmpty && links.contains { $0?.isWeak == false }
    }
}

extension HunkCounters {
    /// The functions that the lines which can run belong to; nil where one belongs to none, as that of
    /// a macro.
    package func functions(of variant: Variant) -> Set<String>? {
        var functions = SourceFunctions(of: variant)
        var names: Set<String> = []
        for line in lines where !line.sums.isEmpty {
            guard let name = functions.name(at: line.location) else { return nil }
            names.insert(name)
        }
        return names
    }
}
