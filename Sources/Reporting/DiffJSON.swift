// SPDX-License-Identifier: GPL-2.0-only

// A comparison as JSON, one object; keys stay, with their meaning:
//
//   faultline      1
//   before, after  name, patches (as named), tree (kind, version, rev, as in every report), notes,
//                  harness_errors (message, runs)
//   same           true if nothing observable changed in what was compared
//   same_code      true if both were built from the same contents
//   compared       scenarios, runs (made on both), failures (of them), only_before and only_after
//                  (runs that one side alone has), scenarios_only_before and _after, incomparable,
//                  races, bounded_races, preemptions, orders_before and orders_after,
//                  different_runs, different_races, calls_not_failed
//   differences    the most important first; each has
//     group          verdict, op-result, data, blocks, begin-end, lock-sequence, injection-points
//     what           what it is about: iomap_end, &ei->dax_sem, no-leak
//     before, after  what it is on each side
//     runs, scenarios, unfailed_runs, orders, races, operations, filesystems
//     example        the smallest run that shows it, or null beyond --limit: scenario, operations,
//                    failures, preemptions, and before and after, each null where that side has no
//                    such run and otherwise a witness as in every report, whose text is that side's
//                    column
//   notes
//   seconds        the one value that differs from time to time

import Comparison
import Exploration

/// Writes comparisons as JSON.
package enum DiffJSON {
    package static func render(_ report: DifferenceReport) throws -> String {
        try ReportJSON.encode(Document(report))
    }

    private struct Document: Encodable {
        let faultline = 1
        let before: SideDocument
        let after: SideDocument
        let same: Bool
        let sameCode: Bool
        let compared: ComparedDocument
        let differences: [ChangeDocument]
        let notes: [String]
        let seconds: Double

        enum CodingKeys: String, CodingKey {
            case faultline, before, after, same, compared, differences, notes, seconds
            case sameCode = "same_code"
        }

        init(_ report: DifferenceReport) {
            before = SideDocument(report.before)
            after = SideDocument(report.after)
            same = report.isEmpty
            sameCode = report.isSameCode
            compared = ComparedDocument(of: report.compared)
            differences = report.changes.map(ChangeDocument.init)
            notes = report.notes
            seconds = (report.seconds * 1000).rounded() / 1000
        }
    }

    private struct SideDocument: Encodable {
        struct HarnessErrors: Encodable {
            let message: String
            let runs: Int
        }

        let name: String
        let patches: [String]
        let tree: ReportJSON.TreeDocument
        let notes: [String]
        let harnessErrors: [HarnessErrors]

        enum CodingKeys: String, CodingKey {
            case name, patches, tree, notes
            case harnessErrors = "harness_errors"
        }

        init(_ side: DifferenceReport.Side) {
            name = side.name
            patches = side.patches
            tree = ReportJSON.TreeDocument(tree: side.tree)
            notes = side.notes
            harnessErrors = side.harnessErrors.sorted { $0.key < $1.key }.map {
                HarnessErrors(message: $0.key, runs: $0.value)
            }
        }
    }

    private struct ComparedDocument: Encodable {
        let of: ComparedRuns

        enum CodingKeys: String, CodingKey {
            case scenarios, runs, failures, races, preemptions, incomparable
            case onlyBefore = "only_before"
            case onlyAfter = "only_after"
            case scenariosOnlyBefore = "scenarios_only_before"
            case scenariosOnlyAfter = "scenarios_only_after"
            case boundedRaces = "bounded_races"
            case ordersBefore = "orders_before"
            case ordersAfter = "orders_after"
            case differentRuns = "different_runs"
            case differentRaces = "different_races"
            case callsNotFailed = "calls_not_failed"
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(of.scenarios, forKey: .scenarios)
            try values.encode(of.runs, forKey: .runs)
            try values.encode(of.failures, forKey: .failures)
            try values.encode(of.races, forKey: .races)
            try values.encode(of.preemptions, forKey: .preemptions)
            try values.encode(of.incomparable, forKey: .incomparable)
            try values.encode(of.onlyBefore, forKey: .onlyBefore)
            try values.encode(of.onlyAfter, forKey: .onlyAfter)
            try values.encode(of.scenariosOnlyBefore, forKey: .scenariosOnlyBefore)
            try values.encode(of.scenariosOnlyAfter, forKey: .scenariosOnlyAfter)
            try values.encode(of.boundedRaces, forKey: .boundedRaces)
            try values.encode(of.ordersBefore, forKey: .ordersBefore)
            try values.encode(of.ordersAfter, forKey: .ordersAfter)
            try values.encode(of.differentRuns, forKey: .differentRuns)
            try values.encode(of.differentRaces, forKey: .differentRaces)
            try values.encode(of.callsNotFailed, forKey: .callsNotFailed)
        }
    }

    private struct ChangeDocument: Encodable {
        let group: ObservableKind
        let what: String
        let before: String
        let after: String
        let runs: Int
        let scenarios: Int
        let unfailedRuns: Int
        let orders: Int
        let races: Int
        let operations: [String]
        let filesystems: [String]
        let example: ExampleDocument?

        enum CodingKeys: String, CodingKey {
            case group, what, before, after, runs, scenarios, orders, races, operations
            case filesystems, example
            case unfailedRuns = "unfailed_runs"
        }

        init(_ change: DifferenceReport.Change) {
            group = change.kind.facet
            what = change.kind.subject
            before = change.kind.before
            after = change.kind.after
            runs = change.runs
            scenarios = change.scenarios
            unfailedRuns = change.unfailedRuns
            orders = change.orders
            races = change.races
            operations = change.operations.map(\.name)
            filesystems = change.filesystems.map(\.name)
            example = change.example.map { ExampleDocument($0, facet: change.kind.facet) }
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(group, forKey: .group)
            try values.encode(what, forKey: .what)
            try values.encode(before, forKey: .before)
            try values.encode(after, forKey: .after)
            try values.encode(runs, forKey: .runs)
            try values.encode(scenarios, forKey: .scenarios)
            try values.encode(unfailedRuns, forKey: .unfailedRuns)
            try values.encode(orders, forKey: .orders)
            try values.encode(races, forKey: .races)
            try values.encode(operations, forKey: .operations)
            try values.encode(filesystems, forKey: .filesystems)
            // Null, and not absent.
            try values.encode(example, forKey: .example)
        }
    }

    private struct ExampleDocument: Encodable {
        let scenario: String
        let operations: Int
        let failures: Int
        let preemptions: Int
        let before: ReportJSON.WitnessDocument?
        let after: ReportJSON.WitnessDocument?

        enum CodingKeys: CodingKey {
            case scenario, operations, failures, preemptions, before, after
        }

        init(_ example: DifferenceReport.Example, facet: ObservableKind) {
            let any = example.before ?? example.after
            scenario = any?.scenario ?? ""
            operations = any?.run.operations.count ?? 0
            failures = any?.run.injections.count ?? 0
            preemptions = example.preemptions
            func document(_ witness: Witness?) -> ReportJSON.WitnessDocument? {
                witness.map { witness in
                    ReportJSON.WitnessDocument(
                        witness,
                        text: DiffLines(witness, kinds: [facet]).all().map { line in
                            String(repeating: "  ", count: line.depth) + line.text
                        }.joined(separator: "\n"))
                }
            }
            before = document(example.before)
            after = document(example.after)
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(scenario, forKey: .scenario)
            try values.encode(operations, forKey: .operations)
            try values.encode(failures, forKey: .failures)
            try values.encode(preemptions, forKey: .preemptions)
            try values.encode(before, forKey: .before)
            try values.encode(after, forKey: .after)
        }
    }
}
