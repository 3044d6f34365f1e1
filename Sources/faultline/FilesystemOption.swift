// SPDX-License-Identifier: GPL-2.0-only

// Which filesystems a question is about: the one that the user names, or else those that the patches
// concern. Patches that change compiled files of one filesystem alone are judged on it; if they change
// other code as well, on those of every check, too. ext2 and strict are a part of every check; others
// are taken from the tree only then.

import ArgumentParser
import Exploration
import Machine
import Patches
import Slices
import System

/// The filesystem that the user names.
struct FilesystemOption: ParsableArguments {
    @Option(
        name: .customLong("fs"),
        help: ArgumentHelp(
            "Run only scenarios on this filesystem: ext2, strict, fuse, the tree's own "
                + "fs/fuse/dax.c, or erofs, its fs/erofs/data.c (default: ext2 and strict; of a "
                + "patch that changes only files of fuse or erofs, that one).", valueName: "name"))
    var name: String?

    private var filesystem: Filesystem? { name.flatMap(Filesystem.named) }

    /// What is asked for; nil where the patches decide.
    var choice: FilesystemChoice? {
        guard let name, let filesystem else { return nil }
        return FilesystemChoice(
            scope: CheckScope([filesystem]),
            slices: [SliceFilesystem.named(name)].compactMap(\.self),
            reason: "as --fs says")
    }

    func validate() throws {
        guard let name, filesystem == nil else { return }
        let names = Filesystem.all.map(\.name)
        throw ValidationError(
            "--fs \(name): no such filesystem; "
                + NearestName.hint(
                    for: name, among: names, else: "there are \(names.joined(separator: ", "))"))
    }

    /// Its files are a kernel's.
    func requireTree(_ source: TreeOptions) throws {
        guard let slice = choice?.slices.first, try source.place() == nil else { return }
        throw CommandFailure(
            "--fs \(slice.name): the embedded slice has no \(slice.name); name a kernel tree, "
                + "with --tree")
    }
}

/// The filesystems that a question is about.
struct FilesystemChoice {
    var scope = CheckScope.standard
    /// What is taken from the tree for them.
    var slices: [SliceFilesystem] = []
    /// Why these, where they are not those of every check.
    var reason: String?

    init() {}

    init(scope: CheckScope, slices: [SliceFilesystem], reason: String) {
        self.scope = scope
        self.slices = slices
        self.reason = reason
    }

    /// What patches concern.
    ///
    /// - Parameter there: the filesystems of the tree that can be driven.
    init(of patches: [Patch], among there: [SliceFilesystem]) {
        let touched = TouchedFiles(of: patches, among: there)
        slices = there.filter { !touched.of($0).isEmpty }
        guard !slices.isEmpty else { return }
        let own = Set(slices.compactMap { Filesystem.named($0.name) })
        let files = slices.flatMap(touched.of).joined(separator: " and ")
        if touched.ofEverySlice.isEmpty {
            scope = CheckScope(own)
            reason = "the patch changes \(files), and nothing that other filesystems use"
        } else {
            scope = CheckScope(own.union(Filesystem.allCases))
            reason = "beside code of all, the patch changes \(files)"
        }
    }
}
