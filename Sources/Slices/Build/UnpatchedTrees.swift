// SPDX-License-Identifier: GPL-2.0-only

// What a build asks of the code without its patches. A header that a patch changes is in a hundred
// files of the machine's, and each is compared with what it is without the patch: the tree and its
// units, and the names of the machine, are found once for all of them.

import Synchronization
import System

/// The trees of one build without their patches.
final class UnpatchedTrees: Sendable {
    private let setup: BuildSetup
    /// By the tree that they belong to.
    private let units = Mutex<[String: [SourceName: TranslationUnit]]>([:])
    /// By the root of the patched tree.
    private let changed = Mutex<[String: Set<String>]>([:])
    /// By tree.
    private let bases = Mutex<[String: PreparedTree]>([:])
    private let names = Mutex<MachineNames?>(nil)

    init(_ setup: BuildSetup) { self.setup = setup }

    /// The same file in the tree without any patch; nil for one that a patch has added.
    func unit(like unit: TranslationUnit, in work: BuildWork) throws -> TranslationUnit? {
        try units.withLock { units in
            let tree = work.request.tree
            if let known = units[key(of: tree)] { return known[unit.source] }
            let base = try base(of: tree)
            let all = setup.units(of: base, isKernel: tree.kernel != nil)
            let found = Dictionary(all.map { ($0.source, $0) }, uniquingKeysWith: { $1 })
            units[key(of: tree)] = found
            return found[unit.source]
        }
    }

    /// The tree's files whose text is not what it is without the patches.
    func changedFiles(of work: BuildWork) throws -> Set<String> {
        if work.request.patches.isEmpty { return [] }
        let patched = work.uncut?.patched ?? work.tree
        if let known = changed.withLock({ $0[patched.root] }) { return known }
        let base = try base(of: work.request.tree)
        var found = Set(patched.digests.keys.filter { patched.digests[$0] != base.digests[$0] })
        // Made of a kernel's headers, whatever patches there are.
        if work.uncut != nil { found.remove(PreparedTree.interfaceHeader) }
        changed.withLock { $0[patched.root] = found }
        return found
    }

    /// Two revisions of one repository have one root.
    private func key(of tree: Tree) -> String { tree.sources + " " + tree.digest }

    /// Found without a lock: who waits for one that is held for long keeps a processor busy.
    private func base(of tree: Tree) throws -> PreparedTree {
        if let known = bases.withLock({ $0[key(of: tree)] }) { return known }
        let found = try TreePreparation(setup).prepare(
            BuildRequest(name: "base", tree: tree, patches: []))
        bases.withLock { $0[key(of: tree)] = found }
        return found
    }

    var machineNames: MachineNames {
        names.withLock { names in
            if let names { return names }
            let found = MachineNames(in: setup.checkout.csrc)
            names = found
            return found
        }
    }
}
