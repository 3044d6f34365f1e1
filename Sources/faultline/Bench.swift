// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Machine
import Reporting
import Slices

/// The figures of the performance table, here and now.
struct Bench: ParsableCommand {
    /// Orders of one scenario that are counted at most: some seconds for all of them.
    private static let orderLimit = 5000

    static let configuration = CommandConfiguration(
        abstract: "Measure the figures of the performance table on this machine.",
        discussion: """
            Takes less than a minute. Builds in an empty cache of its own and
            removes it afterwards. Only a release build gives useful figures. With
            --tree: the figures of that tree, beside those of the embedded slice.

              faultline bench
              faultline bench --tree linux-source-6.12
            """)

    @Flag(help: "List for each scenario of two tasks how many orders dpor saves.")
    var reduction = false

    @Flag(help: "Show how the work grows: with tasks, operations, preemptions, sizes.")
    var scaling = false

    @Option(
        help: ArgumentHelp("Write --scaling as a page with pictures, too.", valueName: "file"),
        completion: .file())
    var plot: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func validate() throws {
        guard plot == nil || scaling else { throw ValidationError("--plot goes with --scaling") }
    }

    func run() throws {
        let asked = try running.ask(about: source)
        let (session, chosen) = (asked.session, asked.chosen)
        let builder = session.builder
        if scaling { return try showScaling(of: chosen?.tree, session) }
        let cache = "\(builder.cache.root)/tmp/\(getpid())-bench"
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let command = SelfCommand(cache: cache, jobs: builder.jobs)
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        var figures =
            if let chosen {
                try measure(chosen.tree, session, command)
            } else {
                try measureEmbedded(session, command)
            }
        let image = ImageReference.file(
            try base(of: chosen?.tree ?? builder.trees.pristineTree(), session).image)
        if processors > 1 {
            figures.append(
                Figure(
                    "explore with two jobs against one", try session.pool.speedup(of: image),
                    "times", .atLeast, 1.8))
        }
        let counts = try session.pool.countOrders(of: image, limit: Bench.orderLimit)
        let report = BenchReport(
            processors: processors, jobs: builder.jobs,
            tree: session.identity(of: try chosen.base(builder)), figures: figures,
            reduction: ReductionFigures(limit: Bench.orderLimit, scenarios: counts))
        try result.deliver(
            text: report.text(listsReduction: reduction), json: report.json.text())
    }

    private func showScaling(of tree: Tree?, _ session: CheckSession) throws {
        let variant = try base(of: tree ?? session.builder.trees.pristineTree(), session)
        let report = ScalingReport(
            try session.pool.scaling(of: .file(variant.image), limit: Bench.orderLimit),
            limit: Bench.orderLimit)
        if let plot {
            do {
                try Data(report.html.utf8).write(to: URL(filePath: plot), options: .atomic)
            } catch {
                throw CommandFailure("\(plot): cannot write: \(error)")
            }
        }
        try result.deliver(text: report.text, json: report.json.text())
    }

    /// The embedded slice and the patches that ship.
    private func measureEmbedded(
        _ session: CheckSession, _ command: SelfCommand
    ) throws -> [Figure] {
        let patches = session.builder.checkout.patches
        let first = "\(patches)/option-3a-clear-iomap-write.patch"
        let other = "\(patches)/option-3b-written-is-fault-size.patch"

        let cold = try command.time(["check", "--embedded", first])
        let warm = try command.bestTime(of: 3, ["check", "--embedded", first])
        let again = try command.bestTime(of: 3, ["check", "--embedded", "--no-reuse", first])
        let changed = try command.time(["check", "--embedded", other])
        let coldMatrix = try command.peakMemory(["matrix", "--embedded"], emptying: true)
        let warmMatrix = try command.peakMemory(
            ["matrix", "--embedded", "--no-reuse"], emptying: false)
        let speeds = try speeds(
            of: session.builder.trees.pristineTree(), session
        ).speeds
        return [
            Figure("shipped patch to full verdict, empty build cache", cold, "s", .atMost, 2),
            Figure("the same, unchanged", warm, "s", .atMost, 0.05),
            Figure("the same, unchanged, every run made again", again, "s", .atMost, 0.3),
            Figure("the same, one file changed", changed, "s", .atMost, 0.8),
            Figure(
                "fresh world, one allocating fault, all expectations checked, one core",
                speeds.judgedRunsPerSecond, "runs/s", .atLeast, 200_000),
            Figure(
                "a write fault on an allocated page, same world, one core",
                speeds.warmFaultsPerSecond, "/s", .atLeast, 2_500_000),
            Figure("a switch between two tasks", speeds.nanosecondsPerSwitch, "ns", .atMost, 20),
            Figure(
                "lock toys in all orders, one core", speeds.toyRunsPerSecond, "runs/s",
                .atLeast, 1_000_000),
            Figure(
                "two faults at once in orders with few preemptions, over all such races, all "
                    + "expectations checked, one core",
                speeds.raceRunsPerSecond, "runs/s", .atLeast, 100_000),
            Figure(
                "two faults of one page in the orders that dpor picks, the same",
                speeds.reducedRunsPerSecond, "runs/s",
                .atLeast, 20_000),
            Figure("peak memory of matrix, images built", warmMatrix, "MB", .atMost, 200),
            Figure("peak memory of matrix, compilers included", coldMatrix, "MB", .atMost, 200),
        ]
    }

    /// A tree of the user's, and how it compares with the embedded slice.
    private func measure(
        _ tree: Tree, _ session: CheckSession, _ command: SelfCommand
    ) throws -> [Figure] {
        var (variant, here) = try speeds(of: tree, session)
        var embedded = try speeds(
            of: session.builder.trees.pristineTree(), session, on: here.filesystem
        ).speeds
        // Side by side, so that a moment in which the machine does something else bends neither.
        for _ in 0..<2 {
            here = here.best(try speeds(of: tree, session).speeds)
            embedded = embedded.best(
                try speeds(
                    of: session.builder.trees.pristineTree(), session, on: here.filesystem
                ).speeds)
        }

        let question = ["check", "--tree", tree.root] + (tree.rev.map { ["--rev", $0] } ?? [])
        let cold = try command.time(question)
        let oneFunction = try Bench.functions.compactMap { name, file, goal in
            try measure(name, in: file, variant, session, command, question, goal)
        }
        let warm = try command.bestTime(of: 3, question)
        let again = try command.bestTime(of: 3, question + ["--no-reuse"])
        return oneFunction.flatMap { $0 } + [
            Figure("unpatched tree to full verdict, empty build cache", cold, "s", .atMost, 6),
            Figure("after that, nothing changed", warm, "s", .atMost, 0.05),
            Figure("the same, every run made again", again, "s", .atMost, 0.3),
            Figure(
                "fresh world on \(here.filesystem.name), one allocating fault, all expectations "
                    + "checked, one core; half of the embedded slice's is wanted",
                here.judgedRunsPerSecond, "runs/s", .atLeast, embedded.judgedRunsPerSecond / 2),
            Figure(
                "the same as a part of the embedded slice's",
                here.judgedRunsPerSecond / embedded.judgedRunsPerSecond, "", .atLeast, 0.5),
            Figure(
                "a write fault on an allocated page, same world, one core; half of the embedded "
                    + "slice's is wanted",
                here.warmFaultsPerSecond, "/s", .atLeast, embedded.warmFaultsPerSecond / 2),
            Figure(
                "the same as a part of the embedded slice's",
                here.warmFaultsPerSecond / embedded.warmFaultsPerSecond, "", .atLeast, 0.5),
        ]
    }

    /// Functions that a patch is measured with: a leaf, which few runs enter, and one that most do.
    private static let functions = [
        ("ext2_iomap_end", "fs/ext2/inode.c", 0.6), ("dax_iomap_fault", "fs/dax.c", 1.0),
    ]

    /// A patch to one function, its file never compiled with it before; nil if the tree does not
    /// have the function.
    private func measure(
        _ function: String, in file: String, _ variant: Variant, _ session: CheckSession,
        _ command: SelfCommand, _ question: [String], _ goal: Double
    ) throws -> [Figure]? {
        guard let text = try Bench.addingACheck(to: function, of: file, below: variant.sources)
        else { return nil }
        let patch = "\(command.cache)/\(function).patch"
        try Data(text.utf8).write(to: URL(filePath: patch))
        let start = ContinuousClock.now
        try session.builder.compileAlone(file, of: variant, isKernel: true)
        let alone = (ContinuousClock.now - start) / .seconds(1)
        let answer = try command.time(question + [patch])
        return [
            Figure("a patch to \(function)()", answer, "s", .atMost, goal),
            Figure("clang -O2 -g -c of \(file) alone", alone, "s", .atLeast, 0),
            Figure(
                "the answer as a multiple of that", answer / alone, "times", .atMost, 1.5),
        ]
    }

    /// A patch that lets a function ask something that is always so, made from its file as it is.
    private static func addingACheck(
        to function: String, of file: String, below root: String
    ) throws -> String? {
        guard let bytes = FileManager.default.contents(atPath: "\(root)/\(file)") else {
            return nil
        }
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        // A definition begins in the first column, and its body does.
        guard
            let head = lines.indices.first(where: { index in
                lines[index].contains("\(function)(") && lines[index].first?.isWhitespace == false
                    && lines[index...].prefix(8).first { $0.hasSuffix(";") || $0 == "{" } == "{"
            }), let body = lines[head...].firstIndex(of: "{"), body > 2, body + 4 < lines.count
        else { return nil }
        return """
            diff --git a/\(file) b/\(file)
            --- a/\(file)
            +++ b/\(file)
            @@ -\(body - 1),6 +\(body - 1),7 @@

            """ + lines[(body - 2)...body].map { " \($0)\n" }.joined()
                + "+\tWARN_ON(!current);\n"
                + lines[(body + 1)...(body + 3)].map { " \($0)\n" }.joined()
    }

    private func speeds(
        of tree: Tree, _ session: CheckSession, on filesystem: Filesystem? = nil
    ) throws -> (variant: Variant, speeds: CoreSpeeds) {
        let variant = try base(of: tree, session)
        return (variant, try session.pool.measure(.file(variant.image), on: filesystem))
    }

    private func base(of tree: Tree, _ session: CheckSession) throws -> Variant {
        try session.build([
            BuildRequest(name: CheckSession.baseName, tree: tree, patches: [])
        ])[0]
    }
}
