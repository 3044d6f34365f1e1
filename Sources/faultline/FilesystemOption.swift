// SPDX-License-Identifier: GPL-2.0-only

// Which filesystem a question is about. ext2 and strict are a part of every check; others are taken
// from the tree, and run, only where they are named.

import ArgumentParser
import Expectations
import Exploration
import Interleavings
import Machine
import Slices
import System

/// The filesystem that the user names.
struct FilesystemOption: ParsableArguments {
    @Option(
        name: .customLong("fs"),
        help: ArgumentHelp(
            "Run only scenarios on this filesystem: ext2, strict, or fuse (the tree's own "
                + "fs/fuse/dax.c, which is run only if you name it).", valueName: "name"))
    var name: String?

    private static let known: [Filesystem] = [.ext2, .strict, .fuse]

    var filesystem: Filesystem? { Self.known.first { $0.name == name } }

    /// What is to be taken from the tree for it.
    var slices: [SliceFilesystem] { [name.flatMap(SliceFilesystem.named)].compactMap(\.self) }

    func validate() throws {
        guard let name, filesystem == nil else { return }
        let names = Self.known.map(\.name)
        throw ValidationError(
            "--fs \(name): no such filesystem; "
                + NearestName.hint(
                    for: name, among: names, else: "there are \(names.joined(separator: ", "))"))
    }

    /// Its files are a kernel's, and a series of commits does not have them yet.
    func requireTree(_ source: TreeOptions) throws {
        guard let slice = slices.first else { return }
        guard try source.place() != nil else {
            throw CommandFailure(
                "--fs \(slice.name): the embedded slice has no \(slice.name); name a kernel tree, "
                    + "with --tree")
        }
        if source.rev?.contains("..") == true {
            throw CommandFailure(
                "--fs \(slice.name) takes no range of commits: give them as patches")
        }
    }

    /// Those of some scenarios that are on it; without a name all that are on no filesystem that has
    /// to be asked for.
    func filter(_ scenarios: [Scenario]) -> [Scenario] {
        scenarios.filter { scenario in
            let theirs = scenario.geometry.filesystem
            return filesystem.map { $0 == theirs }
                ?? (SliceFilesystem.named(theirs.name) == nil)
        }
    }

    /// Its scenarios, by their places; nil for those that every check runs.
    func places(with orders: OrderLimit?) -> [Int]? {
        filesystem.map { ScenarioIndex.places(on: $0, with: orders) }
    }
}
