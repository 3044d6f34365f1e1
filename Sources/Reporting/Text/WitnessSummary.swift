// SPDX-License-Identifier: GPL-2.0-only

// A witness in a handful of labelled sentences, for forms in which it is one of many things: a
// diagnostic of a test, a line of a list. Its story, with trace and splat, is WitnessText's.

import Expectations
import Exploration

/// What a witness has to say in short.
struct WitnessSummary {
    private let witness: Witness

    init(_ witness: Witness) { self.witness = witness }

    private var record: RunRecord { witness.record }

    /// How to make the run again.
    var replay: String { "faultline replay \(witness.id)" }

    /// What was run, what should have come of it, and what came of it.
    func entries(for expectation: Expectation) -> [LabelledText] {
        var entries = [
            LabelledText("witness", witness.id),
            LabelledText("scenario", "\(witness.words) (\(witness.scenario))"),
        ]
        entries += witness.failedCalls.map { LabelledText("failure", failure($0)) }
        if witness.run.schedule != .inOrder {
            entries.append(LabelledText("order", witness.orderDescription))
        }
        for finding in record.findings where finding.expectation == expectation.name {
            if !finding.expected.isEmpty {
                entries.append(LabelledText("expected", finding.expected))
            }
            if !finding.actual.isEmpty { entries.append(LabelledText("actual", finding.actual)) }
        }
        if expectation.mask == .locksReleased { entries += held }
        entries += [LabelledText("run", end), LabelledText("replay", replay)]
        return entries.map { LabelledText($0.label, Layout.plain($0.text)) }
    }

    /// What an operation returned with, by name, and where it was taken.
    private var held: [LabelledText] {
        record.held.filter { $0.operation >= 0 }.map { held in
            let place = witness.location(of: held.pc).map { ", taken at \($0)" } ?? ""
            return LabelledText("held", held.lockName + place)
        }
    }

    private func failure(_ call: RunRecord.FailedCall) -> String {
        let text = OperationText.failure(call, of: witness.taskCount)
        return witness.location(of: call.pc).map { "\(text), called by \($0)" } ?? text
    }

    private var end: String {
        guard record.death == nil, let chain = record.lastChain,
            let frame = witness.frames(of: chain).first
        else { return record.endDescription }
        return "\(record.endDescription), in \(frame.description)"
    }
}
