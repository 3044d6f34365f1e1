// SPDX-License-Identifier: GPL-2.0-only

// The way in and the way out of the program. Exit codes are a contract: 0 every expectation holds,
// 1 at least one fails, 2 the question could not be asked, and a mistake in the arguments is one of
// the last kind. Worker processes are this same program, so they are told apart here, before
// anything is parsed.

import ArgumentParser
import Bisection
import Comparison
import Exploration
import Glibc
import Reporting
import System
import Workers

@main
struct Faultline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faultline",
        abstract: "What does a patch to fs/dax.c, iomap or ext2 do when a call fails?",
        discussion: """
            Compiles the patched code into an ordinary program, runs it on a
            simulated machine that can fail every call, and judges each run by the
            same eighteen expectations. The code is the kernel tree that you are in, or
            another one (--tree, --rev), or the slice that faultline carries with it.

              faultline check my-fix.patch
              faultline check --tree linux-source-6.12 my-fix.patch

            See what v2 does differently from v1, which patch of a series breaks
            something, and one failing run step by step:

              faultline diff v1.patch v2.patch
              faultline bisect v2.mbx
              faultline replay 80922ad26ddb

            Exit codes: 0 every expectation holds, 1 at least one fails, 2 the
            question could not be asked.
            """,
        version: Version.number,
        subcommands: [Manual.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Judge",
                subcommands: [
                    Check.self, Matrix.self, Explore.self, Merge.self, PerPatch.self,
                    Mutate.self, Watch.self,
                ]),
            CommandGroup(
                name: "Understand", subcommands: [Replay.self, Diff.self, Bisect.self]),
            CommandGroup(
                name: "Look around",
                subcommands: [TreeCommand.self, List.self, Bench.self, Doctor.self]),
        ])

    static func main() {
        switch CommandLine.arguments.dropFirst().first {
        case "worker": Glibc.exit(Worker.main(jobs: ExplorationJobs.all + [CompareJob.self]))
        case DebuggedRun.argument: DebuggedRun.main(CommandLine.arguments.dropFirst(2).first)
        case Interruption.argument: Interruption.cleanUpAndLeave()
        default: Interruption.watch()
        }
        let word = CommandLine.arguments.dropFirst().first
        if let mistyped = MistypedSubcommand(word, names: subcommandNames) {
            leave(because: CommandFailure(mistyped.sentence))
        }
        do {
            let repeated = try OptionGivenTwice(Array(CommandLine.arguments.dropFirst())) {
                try HelpDocument(_dumpHelp())
            }
            if let repeated { throw CommandFailure(repeated.sentence) }
            let configuration = try Configuration()
            Configuration.leftOut = configuration.leftOut
            var command = try parseAsRoot(
                configuration.applied(to: Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            leave(because: error)
        }
    }

    /// The names of all subcommands, with those that the parser brings.
    private static var subcommandNames: [String] {
        let own =
            configuration.groupedSubcommands.flatMap(\.subcommands) + configuration.subcommands
        let names = own.map { $0.configuration.commandName ?? "\($0)".lowercased() } + ["help"]
        // The parser has those of a group among all as well.
        return names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }
            .map(\.element)
    }

    /// Help is a result, too: one that is not written was not given.
    private static func deliver(_ message: String) {
        guard !message.isEmpty else { return }
        do {
            try printResult(message + "\n")
        } catch {
            complain("\(error)")
            Glibc.exit(2)
        }
    }

    private static func leave(because error: any Error) -> Never {
        switch error {
        case let code as ExitCode:
            Glibc.exit(code.rawValue)
        case is QuestionError, is WorkerError, is BuildFailures, is CommandFailure,
            is BisectionError,
            is FormatError:
            complain("\(error)")
            Glibc.exit(BisectionAnswer.codeOfMistake(CommandLine.arguments))
        default:
            // Help and version are asked for by errors, too: those that end in success.
            let message = fullMessage(for: error)
            if exitCode(for: error) == .success {
                let isVersion = message == Version.number
                deliver(isVersion ? Version.current(try? Toolchain.find()) : message)
                Glibc.exit(0)
            }
            let said = Self.message(for: error)
            complain(WrongValue(said)?.sentence ?? said)
            Glibc.exit(BisectionAnswer.codeOfMistake(CommandLine.arguments))
        }
    }
}
