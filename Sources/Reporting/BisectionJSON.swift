// SPDX-License-Identifier: GPL-2.0-only

// The JSON form of a bisection: the tree as in reports of verdicts, the states, the steps and the
// answers. States are named by their position, 0 being the code before all changes.

import Bisection
import Exploration
import FoundationEssentials

extension ReportJSON {
    /// What a bisection found.
    package static func render(_ report: BisectionReport) throws -> String {
        try encode(BisectionDocument(report))
    }
}

private struct BisectionDocument: Encodable {
    let faultline = 1
    let tree: ReportJSON.TreeDocument
    let bisection: Found

    struct Found: Encodable {
        let series: String
        let states: [StateDocument]
        let steps: [StepDocument]
        let answers: [AnswerDocument]
        let notes: [String]
    }

    struct StateDocument: Encodable {
        let name: String
        let title: String?
        let place: String?
    }

    struct StepDocument: Encodable {
        let state: Int
        let verdict: String
        let breaks: [String]
        let reason: String?
        let whole: Bool
    }

    struct AnswerDocument: Encodable {
        /// `breaks` or `fixes`.
        let change: String
        let suspects: [Int]
        let signatures: [FailureSignature]
        let possible: [FailureSignature]
        let witness: String?
    }

    init(_ report: BisectionReport) {
        tree = ReportJSON.TreeDocument(tree: report.tree)
        bisection = Found(
            series: report.words,
            states: report.states.map {
                StateDocument(name: $0.name, title: $0.title, place: $0.place)
            },
            steps: report.steps.map {
                StepDocument(
                    state: $0.state, verdict: $0.verdict.rawValue, breaks: $0.breaks,
                    reason: $0.reason, whole: $0.isWhole)
            },
            answers: report.answers.map {
                AnswerDocument(
                    change: $0.comes ? "breaks" : "fixes", suspects: $0.suspects,
                    signatures: $0.signatures, possible: $0.possible, witness: $0.witness?.id)
            }, notes: report.notes)
    }
}
