// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import Glibc
import Reporting
import Slices

/// One witness again, with everything there is to tell.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the run of a witness again and print its trace.",
        discussion: """
            A witness is named by the id that a report prints (its first digits do),
            or by the path of a file. The patches that it was found with travel
            inside it; a kernel tree is looked for where it was. Exits with 1 when
            the run still breaks an expectation, and with 2 when the tree is gone or
            has other contents now.

              faultline replay 3f2a9c01b7de

            The same run, with the same patches, on another tree:

              faultline replay 3f2a9c01b7de --tree linux-source-6.1
            """)

    @Argument(help: "An id, or the path of a witness file.", completion: .witnesses)
    var witness: String

    @OptionGroup var source: TreeOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func run() throws {
        var examination = try running.makeExamination()
        let stored = try examination.store.load(witness)
        let chosen = try source.choose(examination.builder)
        examination.treeName = chosen?.name
        let replay = try examination.replay(stored, on: chosen?.tree)
        examination.progress?(.done)
        examination.progress = nil
        // On another tree it is another witness, with an id of its own.
        if chosen != nil { try examination.store.save(replay.witness) }
        for difference in replay.differences { Faultline.complain(difference) }
        if let lost = replay.following?.lost {
            Faultline.complain(
                "its order was followed for \(replay.following?.followed ?? 0) of "
                    + "\(stored.order?.count ?? 0) switches, up to where \(lost): this code gives "
                    + "way at no such place")
        }
        switch result.format {
        case .text: try result.deliver(WitnessText(replay.witness).renderReplay())
        case .json: try result.deliver(ReportJSON.renderReplay(replay.witness))
        }
        let record = replay.witness.record
        if record.end.isHarnessError {
            throw CommandFailure("the run \(record.end.words): \(record.message)")
        }
        if record.breaksAnything { throw ExitCode(1) }
    }
}
