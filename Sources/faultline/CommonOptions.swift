// SPDX-License-Identifier: GPL-2.0-only

// Options that several subcommands share, and what is made of them: the builder, the workers, and
// the place that the result goes to.

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Slices

/// The form of the result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json
}

/// Where the result goes, and in which form.
struct OutputOptions: ParsableArguments {
    @Option(help: "The form of the result.")
    var format = OutputFormat.text

    @Option(
        help: ArgumentHelp(
            "Write the result to a file, which appears whole or not at all.", valueName: "file"))
    var output: String?

    /// Delivers the result.
    func deliver(_ result: String) throws {
        let text = result.hasSuffix("\n") ? result : result + "\n"
        guard let output, output != "-" else {
            write(text, to: STDOUT_FILENO)
            return
        }
        do {
            // A device or a pipe cannot be replaced, only written to.
            var status = stat()
            let isSpecial = stat(output, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
            try Data(text.utf8).write(
                to: URL(filePath: output), options: isSpecial ? [] : .atomic)
        } catch {
            throw CommandFailure("\(output): cannot be written: \(reason(error))")
        }
    }

    private func reason(_ error: any Error) -> String {
        let code = errno
        return code != 0 ? String(cString: strerror(code)) : "\(error)"
    }
}

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
