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
        var new: Set<String> = []
        var gone: Set<String> = []
        for (mine, theirs) in zip(objects, base.objects) where mine.path != theirs.path {
            guard let after = ObjectFunctions(try Disk.read(mine.path)),
                let before = ObjectFunctions(try Disk.read(theirs.path)),
                after.data == before.data
            else { return nil }
            for (name, digest) in before.functions where after.functions[name] != digest {
                changed.insert(name)
            }
            new.formUnion(after.definitions.subtracting(before.definitions))
            gone.formUnion(before.definitions.subtracting(after.definitions))
        }
        // A function that is new takes the place of one that somebody else provides, or of a trap; in
        // the place of one that is gone there is another one, or a trap.
        guard try !base.refers(to: new), try !refers(to: gone) else { return nil }
        return changed
    }

    /// The functions that the linker has kept.
    package func linkedFunctions() throws -> Set<String> {
        ELFSymbols.functions(in: try Disk.read(image))
    }

    private func refers(to names: Set<String>) throws -> Bool {
        guard !names.isEmpty else { return false }
        return try objects.contains { object in
            guard let file = ELFFile(try Disk.read(object.path)), let table = SymbolTable(file)
            else { return true }
            return table.symbols.contains { !$0.isDefined && names.contains($0.name) }
        }
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
