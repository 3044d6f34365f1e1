// SPDX-License-Identifier: GPL-2.0-only

// Options that several subcommands share, and what is made of them: the builder and the workers.
// Where the result goes is in OutputOptions.swift.

import ArgumentParser
import Exploration
import Slices

/// What counts in a verdict.
struct JudgingOptions: ParsableArguments {
    @Flag(help: "Ignore what a patch does to files outside of the slice, with a note.")
    var allowOutside = false

    @Flag(
        help: """
            Count what a kernel tree is known to get wrong, by FINDINGS.md, as failures \
            of the patch.
            """)
    var countKnown = false
}

/// How variants are built and run.
struct RunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Processes that run at once; as many as there are processors.", valueName: "n"))
    var jobs: Int?

    func validate() throws {
        if let jobs, !(1...256).contains(jobs) {
            throw ValidationError("--jobs takes a number from 1 to 256")
        }
    }

    /// An examination with everything that it needs.
    func makeExamination(_ judging: JudgingOptions? = nil) throws -> Examination {
        try refuseMistakes()
        var builder = Builder(
            home: try Home.find(), toolchain: try Toolchain.find(), cache: try BuildCache.find(),
            jobs: jobs)
        builder.allowsOutside = judging?.allowOutside ?? false
        var examination = Examination(builder: builder, pool: WorkerPool(jobs: builder.jobs))
        examination.countsKnown = judging?.countKnown ?? false
        if let line = ProgressLine() {
            examination.progress = { line.show($0) }
        }
        return examination
    }
}
