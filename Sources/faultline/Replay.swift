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
            inside it. Exits with 1 when the run still breaks an expectation.

              faultline replay 3f2a9c01b7de
            """)

    @Argument(help: "An id, or the path of a witness file.")
    var witness: String

    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions

    func run() throws {
        var examination = try running.makeExamination()
        let stored = try examination.store.load(witness)
        let replay = try examination.replay(stored)
        examination.progress?(.done)
        examination.progress = nil
        if replay.isOtherCode {
            Faultline.complain("the code under test has changed since the witness was found")
        }
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
        if replay.witness.record.breaksAnything { throw ExitCode(1) }
    }
}
