// SPDX-License-Identifier: GPL-2.0-only

// The JSON form of a bisection: the tree as in reports of verdicts, the states, the steps and the
// answers. States are named by their index, 0 being the code before all changes.

import Bisection

/// Writes bisections as JSON.
package enum BisectionJSON {
    package static func render(_ report: BisectionReport) throws -> String {
        let document: JSONObject = [
            "faultline": 1, "tree": report.tree.json,
            "bisection": [
                "series": report.words, "states": report.states.map(\.json),
                "steps": report.steps.map(\.json), "answers": report.answers.map(\.json),
                "notes": report.notes,
            ] as JSONObject,
        ]
        return try document.text()
    }
}

extension BisectionStates.State {
    fileprivate var json: JSONObject { ["name": name, "title": title, "place": place] }
}

extension BisectionReport.Step {
    fileprivate var json: JSONObject {
        [
            "state": state, "verdict": verdict.rawValue, "breaks": breaks, "reason": reason,
            "whole": isWhole,
        ]
    }
}

extension BisectionReport.Answer {
    fileprivate var json: JSONObject {
        [
            "change": comes ? "breaks" : "fixes", "suspects": suspects, "signatures": signatures,
            "possible": possible, "witness": witness?.id,
        ]
    }
}
