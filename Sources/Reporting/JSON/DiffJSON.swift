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
        let document: JSONObject = [
            "faultline": 1, "before": report.before.json, "after": report.after.json,
            "same": report.isEmpty, "same_code": report.isSameCode,
            "compared": report.compared.json, "differences": report.changes.map(\.json),
            "notes": report.notes, "seconds": rounded(report.seconds),
        ]
        return try document.text()
    }
}

extension DifferenceReport.Side {
    fileprivate var json: JSONObject {
        [
            "name": name, "patches": patches, "tree": tree.json, "notes": notes,
            "harness_errors": harnessErrors.sorted { $0.key < $1.key }.map {
                ["message": $0.key, "runs": $0.value] as JSONObject
            },
        ]
    }
}

extension ComparedRuns {
    fileprivate var json: JSONObject {
        [
            "scenarios": scenarios, "runs": runs, "failures": failures, "races": races,
            "preemptions": preemptions, "incomparable": incomparable, "only_before": onlyBefore,
            "only_after": onlyAfter, "scenarios_only_before": scenariosOnlyBefore,
            "scenarios_only_after": scenariosOnlyAfter, "bounded_races": boundedRaces,
            "orders_before": ordersBefore, "orders_after": ordersAfter,
            "different_runs": differentRuns, "different_races": differentRaces,
            "calls_not_failed": callsNotFailed,
        ]
    }
}

extension DifferenceReport.Change {
    fileprivate var json: JSONObject {
        [
            "group": kind.facet, "what": kind.subject, "before": kind.before,
            "after": kind.after, "runs": runs, "scenarios": scenarios,
            "unfailed_runs": unfailedRuns, "orders": orders, "races": races,
            "operations": operations.map(\.name), "filesystems": filesystems.map(\.name),
            "example": OrNull(example?.json(kind.facet)),
        ]
    }
}

extension DifferenceReport.Example {
    /// - Parameter kind: what the text of each side is about.
    fileprivate func json(_ kind: ObservableKind) -> JSONObject {
        func side(_ witness: Witness?) -> OrNull {
            OrNull(
                witness.map { witness in
                    let lines = DiffLines(witness, kinds: [kind]).all().map { line in
                        String(repeating: "  ", count: line.depth) + line.text
                    }
                    return witness.json(text: lines.joined(separator: "\n"))
                })
        }
        let any = before ?? after
        return [
            "scenario": any?.scenario ?? "", "operations": any?.run.operations.count ?? 0,
            "failures": any?.run.injections.count ?? 0, "preemptions": preemptions,
            "before": side(before), "after": side(after),
        ]
    }
}
