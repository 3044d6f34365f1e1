// SPDX-License-Identifier: GPL-2.0-only

// The patches that a user names, read once: one of them can be standard input, and both the choice of
// filesystems and the variants need them.

import Exploration
import Patches
import Slices

/// What each argument names, in order.
struct PatchArguments {
    var names: [String] = []
    var series: [[Patch]] = []

    init() {}

    init(_ names: [String], for builder: Builder) throws {
        self.names = names
        series = try names.map {
            try Patch.read($0, toolchain: builder.toolchain, cache: builder.cache)
        }
    }

    var isEmpty: Bool { names.isEmpty }
    var patches: [Patch] { series.flatMap(\.self) }

    /// The variant that they make of a tree, in order; without either, the working copy.
    func request(on chosen: TreeOptions.Choice?, _ builder: Builder) throws -> BuildRequest {
        if chosen == nil, isEmpty {
            return BuildRequest(
                name: CheckSession.workingCopyName, tree: .embedded(of: builder.checkout),
                patches: [])
        }
        let parts =
            (chosen?.range.map { [$0] } ?? []) + zip(names, series).map(variantName)
        return BuildRequest(
            name: parts.isEmpty ? CheckSession.baseName : parts.joined(separator: "+"),
            tree: try chosen.base(builder), patches: (chosen?.series ?? []) + patches)
    }
}

/// What to call the variant that an argument makes: a single patch by its own name, a series by
/// that of its file.
func variantName(_ argument: String, _ patches: [Patch]) -> String {
    if patches.count == 1 { return patches[0].name }
    let file = argument.split(separator: "/").last.map(String.init) ?? argument
    let stem = file.split(separator: ".").first.map(String.init) ?? file
    return stem == "-" ? "series" : stem
}
