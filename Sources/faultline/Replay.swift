// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import Glibc
import Reporting

/// One witness again, with everything there is to tell.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the run of a witness again and print its trace.",
        discussion: """
            A witness is named by the id that a report prints (its first digits do),
            or by the path of a file: a report or a replay that somebody saved with
            --format json, on this machine or another. The patches that it was found
            with travel inside it; a kernel tree is looked for where it was. Exits
            with 1 when the run still breaks an expectation, and with 2 when the tree
            is gone or has other contents now.

              faultline replay 3f2a9c01b7de

            The same run, with the same patches, on another tree:

              faultline replay 3f2a9c01b7de --tree linux-source-6.1

            As a file to mail to somebody, who replays it from there:

              faultline replay 3f2a9c01b7de --format json --output witness.json
              faultline replay witness.json

            As a test in Swift, to paste into Tests/FaultlineTests/Scenarios:

              faultline replay 3f2a9c01b7de --format swift
            """)

    @Argument(
        help: "An id, or the path of a file with a witness in it.", completion: .witnesses)
    var witness: String

    @Option(
        help: ArgumentHelp(
            "The witness that is meant, in a file with several.", valueName: "id"),
        completion: .witnesses)
    var id: String?

    @Option(help: "The form of the result.")
    var format = Format.text

    @OptionGroup var source: TreeOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var file: OutputFile

    /// The form of a replay.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, swift
    }

    func run() throws {
        var session = try running.makeCheckSession()
        let stored = try session.store.load(witness, id: id)
        let chosen = try source.choose(session.builder)
        session.treeName = chosen?.name
        let replay = try session.replay(stored, on: chosen?.tree)
        session.progress?(.done)
        session.progress = nil
        // On another tree it is another witness, with an id of its own; one from a file is new here,
        // unless it only says that it is one that is known.
        let id = replay.witness.id
        let isNew = WitnessStore.isFile(witness) && !session.store.contains(id)
        if chosen != nil || isNew, !replay.witness.record.end.isHarnessError {
            try session.store.save(replay.witness)
        }
        let differences = replay.differences + [replay.followed].compactMap { $0 }
        for difference in differences { Faultline.complain(difference) }
        switch format {
        case .text: try file.deliver(WitnessText(replay.witness).renderReplay())
        case .json:
            try file.deliver(
                ReportJSON.renderReplay(replay.witness, differences: differences))
        case .swift: try file.deliver(WitnessSwift(replay.witness).render())
        }
        let record = replay.witness.record
        if record.end.isHarnessError {
            throw CommandFailure("the run \(record.end.description): \(record.message)")
        }
        if record.breaksAnything { throw ExitCode(1) }
    }
}
