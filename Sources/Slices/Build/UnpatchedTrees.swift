// SPDX-License-Identifier: GPL-2.0-only

// What a build asks of the code without its patches. A header that a patch changes is in a hundred
// files of the machine's, and each is compared with what it is without the patch: the tree and its
// units, and the names of the machine, are found once for all of them.

import Synchronization
import System

/// The trees of one build without their patches.
final class UnpatchedTrees: Sendable {
    private let setup: BuildSetup
    /// By the root of the tree that they belong to.
    private let units = Mutex<[String: [SourceName: TranslationUnit]]>([:])
    private let names = Mutex<MachineNames?>(nil)

    init(_ setup: BuildSetup) { self.setup = setup }

    /// The same file in the tree without any patch; nil for one that a patch has added.
    func unit(like unit: TranslationUnit, in work: BuildWork) throws -> TranslationUnit? {
        try units.withLock { units in
            let tree = work.request.tree
            if let known = units[tree.root] { return known[unit.source] }
            let base = try TreePreparation(setup).prepare(
                BuildRequest(name: "base", tree: tree, patches: []))
            let all = setup.units(of: base, isKernel: tree.kernel != nil)
            let found = Dictionary(all.map { ($0.source, $0) }, uniquingKeysWith: { $1 })
            units[tree.root] = found
            return found[unit.source]
        }
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
