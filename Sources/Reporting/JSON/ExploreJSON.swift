// SPDX-License-Identifier: GPL-2.0-only

// A search as JSON: the object that every report is, and beside it what was covered. That of a shard
// has all that `merge` needs as well, under one key of its own; what stands below that key is
// between versions of this program, and its format has a number.

import Exploration
import FoundationEssentials

/// Writes and reads reports of searches.
package enum ExploreJSON {
    package static func render(_ search: SearchReport) throws -> String {
        try search.json.text()
    }

    /// The shard that a document holds.
    ///
    /// - Throws: `FormatError`, a sentence that follows the name of the file.
    package static func shard(in data: Data) throws -> SearchResult {
        struct Header: Decodable {
            struct Shard: Decodable { let format: Int }
            let faultline: Int
            let shard: Shard?
        }
        struct Body: Decodable {
            struct Shard: Decodable { let result: SearchResult }
            let shard: Shard
        }
        let decoder = JSONDecoder()
        guard let header = try? decoder.decode(Header.self, from: data) else {
            throw FormatError("not a JSON report of faultline")
        }
        guard let shard = header.shard else {
            throw FormatError(
                "not a shard: `faultline explore --shard i/n --format json` writes one")
        }
        guard header.faultline == 1, shard.format == SearchResult.format else {
            throw FormatError("a shard of another version of faultline")
        }
        do {
            let result = try decoder.decode(Body.self, from: data).shard.result
            guard result.isSound else { throw FormatError("") }
            return result
        } catch {
            throw FormatError("a damaged shard, or a shard of another version of faultline")
        }
    }
}

extension SearchReport {
    /// The object of every report, and what was covered.
    fileprivate var json: JSONObject {
        let shardResult: JSONObject? =
            shard.count > 1 ? ["format": SearchResult.format, "result": result.portable] : nil
        return ReportJSON.document(report)
            + ["runs": runs, "explored": explored, "shard": shardResult]
    }

    private var explored: JSONObject {
        let isBounded = plan.strategy == .bounded || plan.strategy == .pct
        return [
            "strategy": plan.strategy.rawValue, "seed": plan.seed,
            "preemptions": isBounded ? plan.preemptions : nil, "failures": plan.failures,
            "shard": "\(shard.index + 1)/\(shard.count)", "cut": result.tally.isCut,
            "interrupted": result.tally.isInterrupted, "scenarios": coverage.map(\.json),
            "generated": plan.generated.map { _ in generated.json },
        ]
    }
}

extension ScenarioCoverage {
    fileprivate var json: JSONObject {
        [
            "name": name, "runs": runs, "orders": orders, "complete": isComplete,
            "redundant": redundant, "diverged": diverged, "failure_sets": failureSets,
            "complete_failure_sets": completeFailureSets, "bound": bound,
        ]
    }
}

extension GeneratedCoverage {
    /// `by_tasks` counts scenarios by their number of tasks, from one on.
    fileprivate var json: JSONObject {
        [
            "scenarios": count, "by_tasks": scenarios, "operations": operations, "runs": runs,
            "complete": complete, "failure_sets": failureSets,
            "complete_failure_sets": completeFailureSets,
        ]
    }
}
