// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import Glibc
import Reporting
import Slices
import System

/// One witness again, with everything there is to tell.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a witness again and print its trace.",
        discussion: """
            Name a witness by the id that a report prints (its first digits are
            enough), or by a file: a report or a replay saved with --format json, on
            any machine. A witness contains its patches, but not its kernel tree:
            any tree with the same contents will do, where it was or elsewhere. Exits
            with 1 if the run still breaks an expectation, and with 2 if the tree is
            gone or has changed.

              faultline replay 3f2a9c01b7de

            The same run, with the same patches, on another tree:

              faultline replay 3f2a9c01b7de --tree linux-source-6.1

            Save it to a file that you can send; the receiver replays the file:

              faultline replay 3f2a9c01b7de --format json --output witness.json
              faultline replay witness.json

            What the code says (printk, trace_printk, dump_stack) is a step of the
            trace. Only the steps near to where something goes wrong:

              faultline replay 3f2a9c01b7de --around 8

            Which functions were entered, with which values:

              faultline replay 3f2a9c01b7de --step

            The run in a debugger, at the failing call, the broken rule or the end, or
            where a function is entered. In gdb, "info tasks" lists the tasks, "task 0
            bt" shows the stack of one that waits, and "slice" goes up to the code
            under test:

              faultline replay 3f2a9c01b7de --debug gdb
              faultline replay 3f2a9c01b7de --debug gdb --break ext2_iomap_end

            As a test in Swift, to paste into Tests/FaultlineTests/Scenarios:

              faultline replay 3f2a9c01b7de --format swift

            As a C program that shows it on a booted kernel, in a new folder with what
            it takes to build and boot one:

              faultline replay 3f2a9c01b7de --format reproducer --output folder
            """)

    @Argument(
        help: "The id of a witness, or a file that contains one.", completion: .witnesses)
    var witness: String

    @Option(
        help: ArgumentHelp(
            "Which witness, in a file with several.", valueName: "id"),
        completion: .witnesses)
    var id: String?

    @Option(help: "The form of the result.")
    var format = Format.text

    @Option(help: "Start this debugger on the run, where something goes wrong in it.")
    var debug: Debugging.Debugger?

    @Option(
        name: .customLong("break"),
        help: ArgumentHelp(
            "With --debug: stop where this function is entered, and nowhere else.",
            valueName: "function"))
    var breakpoint: String?

    @Flag(
        help: """
            List the functions of the code under test that are entered, with the values of \
            their arguments, and what the code knows where a call fails. It takes gdb.
            """)
    var step = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of the trace, only n steps before and behind a failing call, a broken rule, a warning.",
            valueName: "n"),
        transform: { try number($0, behind: "--around", in: 0...100_000) })
    var around: Int?

    @OptionGroup var source: OtherTreeOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var file: OutputFile

    /// The form of a replay.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, swift, reproducer
    }

    func validate() throws {
        if breakpoint != nil, debug == nil { throw ValidationError("--break needs --debug") }
        if step, debug != nil || format != .text {
            throw ValidationError("--step is a text of its own: no --debug, no --format")
        }
        if format == .reproducer, file.output == nil || file.output == "-" {
            throw ValidationError("--format reproducer needs --output FOLDER")
        }
    }

    func run() throws {
        let folder = format == .reproducer ? try file.output.map(ReproducerFolder.init) : nil
        var session = try running.makeCheckSession()
        let stored = try session.store.load(witness, id: id)
        // Its files are not a part of every slice.
        session.builder.filesystems =
            [SliceFilesystem.named(stored.run.geometry.filesystem.name)].compactMap(\.self)
        let other = try otherTree(session.builder)
        session.sliceChoice = source.embedded ? .embedded : nil
        let replay = try session.replay(stored, on: other)
        session.progress?(.done)
        session.progress = nil
        // On another tree it is another witness, with an id of its own; one from a file is new here,
        // unless it only says that it is one that is known.
        let id = replay.witness.id
        let isNew = WitnessStore.isFile(witness) && !session.store.contains(id)
        if other != nil || isNew, !replay.witness.record.end.isHarnessError {
            try session.store.save(replay.witness)
        }
        let differences = replay.differences + [replay.followed].compactMap { $0 }
        for difference in differences { complain(difference) }
        session.builder.isForDebugging = debug != nil || step
        if let debug {
            let variant = try session.build([replay.request])[0]
            try Debugging(debug, at: breakpoint).start(replay.witness, variant, by: session)
        }
        switch format {
        case .text where step:
            let variant = try session.build([replay.request])[0]
            try file.deliver(
                Debugging(.gdb, at: nil).steps(replay.witness, variant, by: session))
        case .text: try file.deliver(WitnessText(replay.witness).renderReplay(around: around).plain)
        case .json:
            try file.deliver(
                WitnessJSON.renderReplay(replay.witness, differences: differences), as: .json)
        case .swift: try file.deliver(WitnessSwift(replay.witness).render())
        case .reproducer:
            try folder?.write(
                try session.reproducer(of: replay),
                sources: session.builder.checkout.csrc + "/reproducer")
        }
        let record = replay.witness.record
        if record.end.isHarnessError {
            throw CommandFailure("\(record.endDescription): \(record.message)")
        }
        if record.breaksAnything { throw ExitCode(1) }
    }

    /// The tree that the user names. A witness knows its own: that around the current directory is
    /// not meant.
    private func otherTree(_ builder: Builder) throws -> Tree? {
        if source.embedded { return try builder.trees.pristineTree() }
        guard source.tree != nil || source.rev != nil else { return nil }
        return try source.options.choose(builder.trees)?.tree
    }
}

/// The tree on which a witness is run again, where it is not its own.
struct OtherTreeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Run it on this Linux source tree, with the same patches; it is never written to "
                + "(default: the tree that the witness is of).",
            valueName: "dir"), completion: .directory)
    var tree: String?

    @Option(
        help: ArgumentHelp(
            "Run it on this git revision, of --tree or of the repository around the current "
                + "directory.", valueName: "rev"), completion: .revisions)
    var rev: String?

    @Flag(help: "Run it on the embedded slice.")
    var embedded = false

    func validate() throws { try options.validate() }

    /// The same as options of a command that judges trees.
    var options: TreeOptions {
        var options = TreeOptions()
        (options.tree, options.rev, options.embedded) = (tree, rev, embedded)
        return options
    }
}

extension Debugging.Debugger: ExpressibleByArgument {}
