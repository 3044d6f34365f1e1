// SPDX-License-Identifier: GPL-2.0-only

// A witness in a handful of labelled sentences, for forms in which it is one of many things: a
// diagnostic of a test, a line of a list. Its story, with trace and splat, is WitnessText's.

import Expectations
import Exploration

/// What a witness has to say in short.
struct WitnessSummary {
    /// A sentence and what it is about.
    struct Entry {
        var label: String
        var text: String
    }

    private let witness: Witness

    init(_ witness: Witness) { self.witness = witness }

    private var record: RunRecord { witness.record }

    /// How to make the run again.
    var replay: String { "faultline replay \(witness.id)" }

    /// What was run, what should have come of it, and what came of it.
    func entries(for expectation: Expectation) -> [Entry] {
        var entries = [
            Entry(label: "witness", text: witness.id),
            Entry(label: "scenario", text: "\(witness.words) (\(witness.scenario))"),
        ]
        for call in witness.failedCalls {
            entries.append(Entry(label: "failure", text: failure(call)))
        }
        if witness.run.schedule != .inOrder {
            let marks = (witness.order ?? []).map(\.description).joined(separator: "; ")
            entries.append(
                Entry(label: "order", text: marks.isEmpty ? witness.run.schedule.text : marks))
        }
        for finding in record.findings where finding.expectation == expectation.name {
            if !finding.expected.isEmpty {
                entries.append(Entry(label: "expected", text: finding.expected))
            }
            if !finding.actual.isEmpty {
                entries.append(Entry(label: "actual", text: finding.actual))
            }
        }
        entries.append(Entry(label: "run", text: end))
        entries.append(Entry(label: "replay", text: replay))
        return entries.map { Entry(label: $0.label, text: Layout.plain($0.text)) }
    }

    private func failure(_ call: RunRecord.FailedCall) -> String {
        let tasks = Set(witness.run.operations.map(\.task)).count
        let words = OperationText.failure(call, of: tasks)
        return witness.place(of: call.pc).map { "\(words), called by \($0)" } ?? words
    }

    private var end: String {
        if let death = record.death { return "the process \(death.words)" }
        let words = "the run \(record.end.description)"
        guard let chain = record.endChain.flatMap({ record.chains[safe: $0] }),
            let frame = witness.frames(of: chain).first
        else { return words }
        return "\(words), in \(frame.text)"
    }
}
