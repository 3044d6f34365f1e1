// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import Reporting
import Slices

/// The main job: patches in, a verdict out.
struct Check: QuestionCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge patches, applied in order, or the code without patches.",
        discussion: """
            A patch is a unified diff, a mail from git format-patch, or an mbox with
            a series; "-" reads standard input. Patches are applied to a copy: the
            tree does not change. The code is that of the kernel tree around the
            current directory, of --tree, or of --rev. Elsewhere, and with --embedded,
            it is the embedded slice; without patches, its working copy. On an
            interrupt it prints what it has found so far, and exits with 2 if no
            expectation fails.

              faultline check my-fix.patch
              faultline check --format json patches/history/merged-v4.10.patch

            Your kernel tree, a revision of it, or your topic branch:

              faultline check --tree linux-source-6.12
              faultline check --tree linux-source-6.12 - < fix.eml
              faultline check --tree ~/linux --rev v6.12 fix.patch
              faultline check --tree ~/linux --rev origin/master..topic

            Patches are compared with the code without them. Only a failure that this
            code does not have counts, and a failure that it has and the patched code
            has not is a fix. Without patches everything that fails counts.

            Inside a kernel tree you need not name it:

              git format-patch --stdout v6.12.. | faultline check --rev v6.12 -

            A part of it, while you look for a mistake: some scenarios, one rule, one
            failing call, what enters a function, or what failed the last time. It
            says what it left out. A list has all failing runs, each to be replayed:

              faultline check --scenario 'ext2/*/write-fault/*' --rerun-failed
              faultline check --failure kmem_cache_alloc:ENOMEM my-fix.patch
              faultline check --function dax_iomap_fault --list-failing

            As the command of git bisect run, in a kernel's git tree: the exit code
            says whether the work tree is good (0), is bad (1) or cannot be tested
            (125). To search a series of patches, use bisect.

              git bisect run faultline check --bisect no-self-deadlock
            """)

    @Argument(help: "Patches, applied one on top of the other.", completion: .patches)
    var patches: [String] = []

    @Option(
        name: .customLong("bisect"),
        help: ArgumentHelp(
            "Answer git bisect: whether the work tree breaks this expectation, or shows the failure of "
                + "this witness.", valueName: "expectation|witness"),
        completion: .expectations)
    var followed: String?

    @OptionGroup var filter: FilterOptions
    @OptionGroup var baseline: BaselineOptions
    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var judging: JudgingOptions
    @OptionGroup var orders: OrderOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions
    @OptionGroup var reuse: ReuseOption

    func validate() throws {
        if followed != nil, filter.isPart || filter.rerunFailed || filter.listFailing {
            throw ValidationError("--bisect asks one thing of all runs: it takes no filter")
        }
        if filter.listFailing, result.format != .text, result.format != .json {
            throw ValidationError("--list-failing is there as text and as JSON")
        }
    }

    func run() throws {
        try running.requireSandbox(for: patches)
        if let followed { return try BisectionAnswer(followed, patches, question).give() }
        let report = try question.answer(
            of: patches, against: baseline, filter: filter,
            { [try $0.request()] },
            text: { ReportText($0).renderCheck() })
        if report.hasFailures { throw ExitCode(1) }
        if report.isNotJudged { throw ExitCode(2) }
    }
}
