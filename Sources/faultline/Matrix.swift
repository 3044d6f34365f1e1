// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Reporting
import Slices

/// Base and each patch, side by side.
struct Matrix: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge the unpatched slice and each patch alone, side by side.",
        discussion: """
            Without arguments all patches that ship with Faultline. A verdict that
            fails does not make the command fail: the table was made.

              faultline matrix
              faultline matrix v1.patch v2.patch
            """)

    @Argument(help: "Patches; each makes a column.")
    var patches: [String] = []

    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions

    func run() throws {
        let examination = try running.makeExamination()
        let builder = examination.builder
        let tree = try builder.pristineTree()
        var requests = [Builder.Request(name: "base", tree: tree, patches: [])]
        if patches.isEmpty {
            requests += try ShippedPatches.read(builder).map {
                Builder.Request(name: $0.name, tree: tree, patches: [$0])
            }
        } else {
            requests += try patches.map { argument in
                let read = try Patch.read(
                    argument, toolchain: builder.toolchain, cache: builder.cache)
                return Builder.Request(
                    name: variantName(argument, read), tree: tree, patches: read)
            }
        }
        let report = try examination.examine(requests)
        switch result.format {
        case .text: try result.deliver(ReportText(report).renderMatrix())
        case .json: try result.deliver(ReportJSON.render(report))
        }
    }
}

/// The patches that ship.
enum ShippedPatches {
    /// The order in which the question was discussed; others come behind, by name.
    private static let order = [
        "option-1-omit-iomap-end", "option-2-iomap-fault-flag", "option-3a-clear-iomap-write",
        "option-3b-written-is-fault-size", "naive-iomap-end", "merged-v4.10",
    ]

    /// All of `patches/`, named by their paths relative to it.
    static func read(_ builder: Builder) throws -> [Patch] {
        let directory = builder.home.patches
        let paths =
            files(in: directory, "patches/") + files(in: directory + "/history", "patches/history/")
        guard !paths.isEmpty else {
            throw CommandFailure("\(directory): no patches there")
        }
        let read = try paths.flatMap { path in
            try Patch.read(path.full, toolchain: builder.toolchain, cache: builder.cache).map {
                patch in
                var patch = patch
                patch.path = path.short
                return patch
            }
        }
        return read.enumerated().sorted {
            (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
        }.map(\.element)
    }

    private static func rank(_ patch: Patch) -> Int {
        order.firstIndex(of: patch.name) ?? order.count
    }

    private static func files(
        in directory: String, _ prefix: String
    ) -> [(full: String, short: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasSuffix(".patch") }.sorted().map {
            ("\(directory)/\($0)", prefix + $0)
        }
    }
}
