// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Patches
import Reporting
import Slices

/// Base and each patch, side by side.
struct Matrix: QuestionCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge the unpatched code and each patch alone, side by side.",
        discussion: """
            Without arguments: all patches that ship with faultline. They are for
            the embedded slice; on another tree only the unpatched code is judged.
            The exit code is 0 even if an expectation fails.

              faultline matrix
              faultline matrix v1.patch v2.patch
              faultline matrix --tree linux-source-6.12 v1.patch v2.patch

            With a range of commits, each column is the code after that commit.

              faultline matrix --tree ~/linux --rev v6.12..topic
            """)

    @Argument(help: "Patches; each gets a column of its own.", completion: .patches)
    var patches: [String] = []

    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var judging: JudgingOptions
    @OptionGroup var orders: OrderOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions
    @OptionGroup var reuse: ReuseOption

    func run() throws {
        _ = try question.answer(
            of: patches, makeRequests, remarking: Matrix.sayWhyAlone, failuresDecide: false,
            text: { ReportText($0).renderMatrix() })
    }

    /// A tree of the user's alone is less than who types `matrix` may expect.
    private static func sayWhyAlone(_ report: inout Report) {
        guard report.tree.kind != "embedded", report.variants.count == 1 else { return }
        report.variants[0].notes.append(
            "the patches that ship are for the embedded slice; name patches for this tree as "
                + "arguments, or by --rev A..B")
    }

    private func makeRequests(_ asked: AskedQuestion) throws -> [BuildRequest] {
        let (builder, chosen) = (asked.builder, asked.chosen)
        let tree = try chosen.base(builder)
        var requests = [BuildRequest(name: CheckSession.baseName, tree: tree, patches: [])]
        if chosen == nil, patches.isEmpty {
            return try requests
                + ShippedPatches.read(builder).map {
                    BuildRequest(name: $0.name, tree: tree, patches: [$0])
                }
        }
        let series = chosen?.series ?? []
        for count in series.indices {
            requests.append(
                BuildRequest(
                    name: series[count].name, tree: tree, patches: Array(series[...count])))
        }
        for (argument, read) in zip(asked.patches.names, asked.patches.series) {
            requests.append(
                BuildRequest(
                    name: variantName(argument, read), tree: tree, patches: series + read))
        }
        return requests
    }
}

/// The patches that ship.
enum ShippedPatches {
    /// The order in which the question was discussed; others come behind, by name.
    private static let order = [
        "option-1-omit-iomap-end", "option-2-iomap-fault-flag", "option-3a-clear-iomap-write",
        "option-3b-written-is-fault-size", "naive-iomap-end", "merged-v4.10",
        "entry-lock-inside-begin-end",
    ]

    /// All of `patches/`, named by their paths relative to it.
    static func read(_ builder: Builder) throws -> [Patch] {
        let directory = builder.checkout.patches
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
