// SPDX-License-Identifier: GPL-2.0-only

// The JSON form of a report of verdicts. Others read it: a key that is here stays, with its meaning.
// What has no value is null and not absent, except `witness`, which is present exactly when a
// verdict is fail, and what only some reports have: `known`, `described`, `not_run`, `harness_errors`,
// `deaths`, `notes` and `orders`, absent where there is nothing in them, and `baseline`, `before`, `as_before`
// and `mended`, absent where there is no baseline.

import Expectations
import Exploration

/// Writes reports as JSON.
package enum ReportJSON {
    package static func render(_ report: Report) throws -> String {
        try document(report).text()
    }

    static func document(_ report: Report) -> JSONObject {
        [
            "faultline": 1, "tree": report.tree.json,
            "variants": report.variants.map(\.json),
            "seconds": report.time.map { time in
                [
                    "total": rounded(time.total), "reading": rounded(time.reading),
                    "building": rounded(time.building), "running": rounded(time.running),
                    "witnessing": rounded(time.witnessing),
                ] as JSONObject
            },
        ]
    }
}

extension Witness.TreeIdentity {
    /// A tree, as every report has it: `rev` is the commit that was read, or that is checked out;
    /// `modified` is null where nothing was checked out; `digest` names the slice's files.
    var json: JSONObject {
        [
            "kind": kind, "version": version, "rev": OrNull(rev ?? head),
            "modified": OrNull(isModified), "digest": OrNull(digest), "chosen": OrNull(choice),
        ]
    }
}

extension VariantReport {
    fileprivate var json: JSONObject {
        [
            "name": name, "patches": patches, "runs": runs, "seconds": rounded(seconds),
            "runs_kept": areRunsKept ? true : nil,
            "runs_reused": runsReused > 0 ? runsReused : nil,
            "verdicts": verdicts.map(\.json),
            "coverage": (coverage ?? Coverage(lines: [])).json,
            "orders": orders?.json, "not_run": notRun.map(\.json).ifAny,
            "harness_errors": harnessErrors.map(\.json).ifAny,
            "deaths": deaths.map(\.json).ifAny, "notes": notes.ifAny,
            "summary": Layout.plain(summary), "baseline": baseline?.json,
            "same_code": outcome == .sameCode ? true : nil,
            "not_judged": notJudged?.sentence(beside: notRun),
            "failures": failures, "failures_left_out": failuresLeftOut == 0 ? nil : failuresLeftOut,
            "mended": baseline.map { _ in mended }, "filter": filter,
            "filesystems": scope?.filesystems.map(\.name),
            "failing_runs": failingGroups?.map(\.json),
        ]
    }
}

extension BaselineDescription {
    fileprivate var json: JSONObject {
        ["kind": kind, "name": name, "runs": runs]
    }
}

extension ExpectationVerdict {
    fileprivate var json: JSONObject {
        [
            "expectation": expectation.name, "verdict": verdict, "runs": runs,
            "known": known.ifAny, "described": described.ifAny, "before": before,
            "as_before": before.map { _ in asBefore }, "mended": before.map { _ in mended },
            "hidden": hidden == 0 ? nil : hidden,
            "witness": witness.map {
                $0.json(text: WitnessText($0).render(for: expectation))
            },
        ]
    }
}

extension Coverage {
    /// `lines` has every added line that makes code, with the number of scenarios in which it ran;
    /// `excerpts` the source around what never ran.
    fileprivate var json: JSONObject {
        [
            "added_lines": addedLines, "executed": executed, "lines": lines,
            "missed": missed.map {
                ["file": $0.file, "line": $0.line, "text": text(of: $0)] as JSONObject
            },
            "excerpts": excerpts.flatMap { $0.missed() },
        ]
    }
}

extension OrdersCovered {
    /// In which orders races were run.
    fileprivate var json: JSONObject {
        [
            "scenarios": scenarios, "runs": runs, "failing_runs": failingRuns,
            "complete_scenarios": completeScenarios,
            "preemptions": OrNull(preemptions), "words": description,
        ]
    }
}

extension NotRun {
    var json: JSONObject {
        ["scenarios": scenarios, "filesystem": filesystem.name, "reason": reason]
    }
}

extension ReportedDeath {
    /// A run that took its process with it; `failing` are the numbers of the calls that failed.
    fileprivate var json: JSONObject {
        ["scenario": scenario, "failing": failing, "process": description]
    }
}

extension ReportedHarnessError {
    /// Runs that no verdict rests on.
    fileprivate var json: JSONObject {
        let text = WitnessText(witness)
        return [
            "error": Layout.breakable(reason), "runs": runs, "scenarios": scenarios,
            "witness": witness.json(text: text.renderReplay().plain),
        ]
    }
}
