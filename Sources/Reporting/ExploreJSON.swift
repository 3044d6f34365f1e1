// SPDX-License-Identifier: GPL-2.0-only

// A search as JSON: the object that every report is, and beside it what was covered. That of a shard
// has all that `merge` needs as well, under one key of its own; what stands below that key is
// between versions of this program, and its format has a number.

import Expectations
import Exploration
import FoundationEssentials
import Workers

/// Writes and reads reports of searches.
package enum ExploreJSON {
    package static func render(_ search: SearchReport) throws -> String {
        try ReportJSON.encode(Document(search))
    }

    /// The shard that a document holds.
    ///
    /// - Throws: `WorkerError` in words that follow the name of the file.
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
            throw WorkerError("is no JSON of faultline")
        }
        guard let shard = header.shard else {
            throw WorkerError(
                "is no shard: `faultline explore --shard i/n --format json` writes one")
        }
        guard header.faultline == 1, shard.format == SearchResult.format else {
            throw WorkerError("is a shard of another version of faultline")
        }
        do {
            let result = try decoder.decode(Body.self, from: data).shard.result
            guard result.isSound else { throw WorkerError("") }
            return result
        } catch {
            throw WorkerError("is a shard that is damaged, or of another version of faultline")
        }
    }

    private struct Document: Encodable {
        let faultline = 1
        let tree: ReportJSON.TreeDocument
        let variants: [ReportJSON.VariantDocument]
        let runs: Int
        let explored: Explored
        let shard: ShardDocument?

        init(_ search: SearchReport) {
            tree = ReportJSON.TreeDocument(tree: search.report.tree)
            variants = search.report.variants.map(ReportJSON.VariantDocument.init)
            runs = search.runs
            explored = Explored(search)
            shard = search.shard.count > 1 ? ShardDocument(result: search.result) : nil
        }
    }

    private struct ShardDocument: Encodable {
        let format = SearchResult.format
        let result: SearchResult
    }

    private struct Explored: Encodable {
        let strategy: String
        let seed: UInt64
        let preemptions: Int?
        let failures: Int
        let shard: String
        let cut: Bool
        let interrupted: Bool
        let scenarios: [ScenarioDocument]
        let generated: GeneratedDocument?

        init(_ search: SearchReport) {
            let plan = search.plan
            let bounds = plan.strategy == .bounded || plan.strategy == .pct
            strategy = plan.strategy.rawValue
            seed = plan.seed
            preemptions = bounds ? plan.preemptions : nil
            failures = plan.failures
            shard = "\(search.shard.index + 1)/\(search.shard.count)"
            cut = search.result.tally.isCut
            interrupted = search.result.tally.isInterrupted
            scenarios = search.coverage.map(ScenarioDocument.init)
            generated = plan.generated.map { _ in GeneratedDocument(search.generated) }
        }
    }

    private struct ScenarioDocument: Encodable {
        let name: String
        let runs: Int
        let orders: Int
        let complete: Bool
        let redundant: Int
        let diverged: Int
        let failureSets: Int
        let completeFailureSets: Int
        let bound: Double?

        enum CodingKeys: String, CodingKey {
            case name, runs, orders, complete, redundant, diverged, bound
            case failureSets = "failure_sets"
            case completeFailureSets = "complete_failure_sets"
        }

        init(_ coverage: ScenarioCoverage) {
            name = coverage.name
            runs = coverage.runs
            orders = coverage.orders
            complete = coverage.isComplete
            redundant = coverage.redundant
            diverged = coverage.diverged
            failureSets = coverage.failureSets
            completeFailureSets = coverage.completeFailureSets
            bound = coverage.bound
        }
    }

    private struct GeneratedDocument: Encodable {
        let scenarios: Int
        /// By the number of tasks, from one on.
        let byTasks: [Int]
        let operations: Int
        let runs: Int
        let complete: Int
        let failureSets: Int
        let completeFailureSets: Int

        enum CodingKeys: String, CodingKey {
            case scenarios, operations, runs, complete
            case byTasks = "by_tasks"
            case failureSets = "failure_sets"
            case completeFailureSets = "complete_failure_sets"
        }

        init(_ coverage: GeneratedCoverage) {
            scenarios = coverage.count
            byTasks = coverage.scenarios
            operations = coverage.operations
            runs = coverage.runs
            complete = coverage.complete
            failureSets = coverage.failureSets
            completeFailureSets = coverage.completeFailureSets
        }
    }
}
