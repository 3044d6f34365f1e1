// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import Mutation
import Reporting
import Slices

/// How much a verdict is worth: who would notice a mistake in these lines?
struct Mutate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change your added lines one at a time, and see which mistakes check notices.",
        discussion: """
            Makes small mistakes in the lines that the patches add: a statement, a call
            or a check left out, a condition turned, a bound moved by one, an error
            dropped, arguments swapped, a flag missing. Builds each, leaves out those
            that do not compile or compile to the same code, and judges the others
            like check does, against the patched code. Prints those that nobody would
            notice, each as a diff.

              faultline mutate my-fix.patch
              faultline mutate --tree linux-source-6.12 --format json fix.patch

            Without patches it changes a sample of all lines that are compiled, or of
            the files of one filesystem:

              faultline mutate --count 50 --seed 7
              faultline mutate --tree linux-source-7.2 --fs fuse

            Split the work over several machines:

              faultline mutate --count 400 --shard 1/4 --format json

            Exits with 0 if every mistake is noticed and with 1 if one is not. On an
            interrupt it prints what it knows by then.
            """)

    @Argument(help: "Patches, applied one on top of the other.", completion: .patches)
    var patches: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Try so many mistakes, drawn with --seed (default: all with patches, else 40).",
            valueName: "n"),
        transform: { try number($0, behind: "--count", in: 1...100_000) })
    var count: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Seed for the sample.", valueName: "n"),
        transform: { try number($0, behind: "--seed", in: 0...UInt64.max) })
    var seed: UInt64 = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Try only part i of n.", valueName: "i/n"))
    var shard: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var judging: JudgingOptions
    @OptionGroup var orders: OrderOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func validate() throws { _ = try Shard(argument: shard) }

    func run() throws {
        let asked = try running.ask(
            about: source, judging, takesRange: true, on: filesystem, patches: patches)
        var session = asked.session
        session.orders = orders.limit
        session.pool.isInterrupted = { Interruption.isRequested }
        session.onSearch = { Interruption.noteFirst() }
        let request =
            asked.chosen == nil && patches.isEmpty
            ? BuildRequest(
                name: CheckSession.baseName, tree: try asked.chosen.base(session.builder),
                patches: [])
            : try asked.request()
        let plan = MutationPlan(
            seed: seed, count: count ?? (request.patches.isEmpty ? 40 : nil),
            shard: try Shard(argument: shard),
            filesystem: request.patches.isEmpty ? session.builder.filesystems.first : nil)
        let line = ProgressLine()
        var report = try MutationSession(session, on: request, plan).run {
            line?.show("mistake \($0) of \($1)")
        }
        report.notes = session.scopeNotes + report.notes
        line?.show(.done)
        let text = MutationText(report)
        try result.deliver(text: text.render(), json: text.json.text())
        if !report.unnoticed.isEmpty { throw ExitCode(1) }
        if report.judged == 0 || report.left > 0 {
            complain(
                report.left > 0
                    ? "interrupted before every mistake was tried: this is no verdict"
                    : "no mistake could be judged: this is no verdict")
            throw ExitCode(2)
        }
    }
}

extension Shard {
    /// Part i of n, as `--shard` takes it; all of it for nil.
    init(argument: String?) throws {
        guard let argument else {
            self = .whole
            return
        }
        let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map {
            Int($0)
        }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1],
            (1...100_000).contains(count), (1...count).contains(index)
        else { throw ValidationError("--shard takes i/n, i from 1 to n") }
        self.init(index: index - 1, of: count)
    }
}
