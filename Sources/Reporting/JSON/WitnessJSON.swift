// SPDX-License-Identifier: GPL-2.0-only

// A witness as JSON: beside a verdict, beside a difference, and by itself when its run is made
// again. `replay` is what `faultline replay FILE` makes the run of, on any machine, so it has to stay
// readable for it.

import Exploration

/// Writes witnesses as JSON.
package enum WitnessJSON {
    /// A run made again: the witness, what it breaks, and its trace.
    ///
    /// - Parameter differences: what is not as it was when the witness was found.
    package static func renderReplay(
        _ witness: Witness, differences: [String] = []
    ) throws -> String {
        let document: JSONObject = [
            "faultline": 1, "breaks": witness.record.findings, "differences": differences,
            "end": witness.record.endDescription, "trace": TraceText(witness: witness).lines(),
            "witness": witness.json(text: WitnessText(witness).renderReplay().plain),
        ]
        return try document.text()
    }
}

extension Witness {
    /// - Parameter text: the same for people.
    func json(text: String) -> JSONObject {
        [
            "id": id, "replay": PortableWitness(self), "scenario": scenario,
            "injections": failedCalls.map(\.json), "schedule": run.schedule.text, "text": text,
        ]
    }
}

extension RunRecord.FailedCall {
    fileprivate var json: JSONObject {
        [
            "call": call, "error": OperationText.error(injection.error),
            "fail_nth": Int(injection.nth), "task": Int(injection.task),
        ]
    }
}
