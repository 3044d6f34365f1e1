// SPDX-License-Identifier: GPL-2.0-only

// The JSON form of a report. Others read it: a key that is here stays, with its meaning. What has
// no value is null and not absent, except `witness`, which is present exactly when a verdict is
// fail, and what only some reports have: `known`, `not_run`, `harness_errors` and `orders`, absent
// where there is nothing in them.

import Expectations
import Exploration
import FoundationEssentials

/// Writes reports and witnesses as JSON.
package enum ReportJSON {
    /// A report as one object.
    package static func render(_ report: Report) throws -> String {
        try encode(Document(report))
    }

    /// A run made again: the witness, what it breaks, and its trace.
    ///
    /// - Parameter differences: what is not as it was when the witness was found.
    package static func renderReplay(
        _ witness: Witness, differences: [String] = []
    ) throws -> String {
        try encode(ReplayDocument(witness, differences))
    }

    private struct ReplayDocument: Encodable {
        let faultline = 1
        let breaks: [RunRecord.Finding]
        let differences: [String]
        let end: String
        let trace: [String]
        let witness: WitnessDocument

        init(_ witness: Witness, _ differences: [String]) {
            breaks = witness.record.findings
            self.differences = differences
            end =
                witness.record.death.map { "the process \($0.words)" }
                ?? "the run \(witness.record.end.description)"
            trace = TraceText(witness: witness).lines()
            self.witness = WitnessDocument(
                witness, text: WitnessText(witness).renderReplay())
        }
    }

    /// Any value with sorted keys, indented, slashes as they are.
    package static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A call that was made to fail.
    package struct FailedCall: Encodable {
        let call: String
        let error: String
        let failNth: Int
        let task: Int

        enum CodingKeys: String, CodingKey {
            case call, error, task
            case failNth = "fail_nth"
        }

        init(_ call: RunRecord.FailedCall) {
            self.call = call.call
            error = OperationText.error(call.injection.error)
            failNth = Int(call.injection.nth)
            task = Int(call.injection.task)
        }
    }

    /// A witness, as a verdict has it. `replay` is what `faultline replay FILE` makes the run of, on
    /// any machine.
    package struct WitnessDocument: Encodable {
        let id: String
        let replay: PortableWitness
        let scenario: String
        let injections: [FailedCall]
        let schedule: String
        let text: String

        package init(_ witness: Witness, text: String) {
            id = witness.id
            replay = PortableWitness(witness)
            scenario = witness.scenario
            injections = witness.failedCalls.map(FailedCall.init)
            schedule = witness.run.schedule.text
            self.text = text
        }
    }

    private struct Document: Encodable {
        let faultline = 1
        let tree: TreeDocument
        let variants: [VariantDocument]

        init(_ report: Report) {
            tree = TreeDocument(tree: report.tree)
            variants = report.variants.map(VariantDocument.init)
        }
    }

    /// A tree, as a report has it.
    struct TreeDocument: Encodable {
        let tree: Witness.TreeIdentity
        enum CodingKeys: CodingKey { case kind, version, rev }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(tree.kind, forKey: .kind)
            try values.encode(tree.version, forKey: .version)
            try values.encode(tree.rev, forKey: .rev)
        }
    }

    /// A variant, as a report has it.
    struct VariantDocument: Encodable {
        let name: String
        let patches: [String]
        let runs: Int
        let seconds: Double
        let verdicts: [VerdictDocument]
        let coverage: CoverageDocument
        let orders: OrdersDocument?
        let notRun: [NotRun]?
        let harnessErrors: [HarnessErrorDocument]?

        enum CodingKeys: String, CodingKey {
            case name, patches, runs, seconds, verdicts, coverage, orders
            case notRun = "not_run"
            case harnessErrors = "harness_errors"
        }

        init(_ variant: VariantReport) {
            name = variant.name
            patches = variant.patches
            runs = variant.runs
            seconds = (variant.seconds * 1000).rounded() / 1000
            verdicts = variant.verdicts.map(VerdictDocument.init)
            coverage = CoverageDocument(
                variant.coverage ?? Coverage(lines: []))
            orders = variant.orders.map(OrdersDocument.init)
            notRun = variant.notRun.isEmpty ? nil : variant.notRun
            harnessErrors =
                variant.harnessErrors.isEmpty
                ? nil : variant.harnessErrors.map(HarnessErrorDocument.init)
        }
    }

    /// In which orders races were run.
    struct OrdersDocument: Encodable {
        let orders: OrdersCovered

        enum CodingKeys: String, CodingKey {
            case scenarios, runs, preemptions, words
            case complete = "complete_scenarios"
        }

        init(_ orders: OrdersCovered) { self.orders = orders }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(orders.scenarios, forKey: .scenarios)
            try values.encode(orders.runs, forKey: .runs)
            try values.encode(orders.completeScenarios, forKey: .complete)
            try values.encode(orders.preemptions, forKey: .preemptions)
            try values.encode(orders.words, forKey: .words)
        }
    }

    /// Runs that no verdict rests on.
    struct HarnessErrorDocument: Encodable {
        let error: String
        let runs: Int
        let scenarios: Int
        let witness: WitnessDocument

        init(_ error: ReportedHarnessError) {
            self.error = WitnessText(error.witness).missing().replacing("\u{a0}", with: " ")
            runs = error.runs
            scenarios = error.scenarios
            witness = WitnessDocument(
                error.witness, text: WitnessText(error.witness).renderReplay())
        }
    }

    struct VerdictDocument: Encodable {
        let expectation: String
        let verdict: Verdict
        let runs: Int
        let witness: WitnessDocument?
        let known: [KnownFailures]?

        init(_ verdict: ExpectationVerdict) {
            known = verdict.known.isEmpty ? nil : verdict.known
            expectation = verdict.expectation.name
            self.verdict = verdict.verdict
            runs = verdict.runs
            witness = verdict.witness.map {
                WitnessDocument($0, text: WitnessText($0).render(for: verdict.expectation))
            }
        }
    }

    struct CoverageDocument: Encodable {
        struct Missed: Encodable {
            let file: String
            let line: Int
            let text: String
        }

        let addedLines: Int
        let executed: Int
        let missed: [Missed]
        /// Every added line that makes code, with the number of scenarios in which it ran.
        let lines: [Coverage.Line]
        /// The source around what never ran.
        let excerpts: [SourceExcerpt]

        enum CodingKeys: String, CodingKey {
            case addedLines = "added_lines"
            case executed, missed, lines, excerpts
        }

        init(_ coverage: Coverage) {
            addedLines = coverage.addedLines
            executed = coverage.executed
            missed = coverage.missed.map {
                Missed(file: $0.file, line: $0.line, text: coverage.text(of: $0))
            }
            lines = coverage.lines
            excerpts = coverage.excerpts.flatMap { $0.missed() }
        }
    }
}
