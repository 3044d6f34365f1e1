// SPDX-License-Identifier: GPL-2.0-only

// One shard of a comparison as a job of a worker. A worker that dies leaves its last checkpoint, and
// the run that killed it is one whose process does not survive it, on that side; another worker does
// the rest of the shard.

import Exploration
import Interleavings
import Workers

/// Compares the runs of two images.
package struct CompareJob: ImageJob {
    package static let name = "compare"
    package static let isLimited = true

    package var before: ImageReference
    package var after: ImageReference
    /// The images are of different trees, so that the same lock may have two names.
    package var isAcrossTrees: Bool
    package var shard: Shard
    /// Of the concurrent scenarios; nil to leave them out.
    package var orders: OrderLimit?
    /// Runs that are known to fail.
    package var canaries: [ComparisonCanary] = []
    /// The scenarios that are compared, by their places; nil for those of every check.
    package var only: [Int]?
    package var limit = CompareJob.deathLimit
    /// What earlier workers of the same shard left behind.
    package var tally = DifferenceTally()
    /// Runs that killed an earlier worker.
    package var deaths: [ComparisonDeath] = []
    package var suspects = SuspectRuns()

    /// A run that stands still may do so on both sides.
    private static var deathLimit: DeathLimit {
        var limit = DeathLimit()
        limit.hangs *= 2
        return limit
    }

    package var images: [ImageReference] { [before, after] }

    package func run(in worker: WorkerContext<CompareJob>) throws -> DifferenceTally {
        var comparison = try Comparison(self, page: worker.page)
        try comparison.run { tally in try worker.send(checkpoint: tally) }
        return comparison.tally
    }

    package func resume(after death: WorkerDeath<DifferenceTally>) throws -> Continuation<
        CompareJob
    > {
        let killed = try Death(of: death, scenarios: end)
        guard !deaths.contains(where: { $0.death.ordinal == killed.ordinal }) else {
            throw WorkerError("a worker died in a run that it was told to skip")
        }
        var rest = self
        if let checkpoint = death.checkpoint { rest.tally = checkpoint }
        // It is no run of the plan. What killed it shows in those that are.
        if let canary = canaries.firstIndex(where: { $0.canary.ordinal == killed.ordinal }) {
            rest.canaries.remove(at: canary)
            return .again(rest)
        }
        guard try rest.suspects.confirm(killed) else { return .again(rest) }
        rest.deaths.append(ComparisonDeath(side: Int(killed.ordinal.run & 1), death: killed))
        guard limit.isReached(by: rest.deaths.map(\.death)) else { return .again(rest) }
        rest.tally.leftOut.append(
            "part \(shard.index + 1) of \(shard.count): \(rest.deaths.count) runs killed their "
                + "process; what was left of it was not compared")
        return .ended(rest, rest.tally)
    }

    package func interrupted(at checkpoint: DifferenceTally?) -> DifferenceTally? {
        checkpoint ?? tally
    }

    package func objection(to result: DifferenceTally, isWhole: Bool) -> String? {
        let last = mine.last.map { $0 + 1 } ?? 0
        if let objection = objection(to: result) { return objection }
        return isWhole && result.nextScenario < last ? "it ends before the last scenario" : nil
    }

    package func objection(to checkpoint: DifferenceTally) -> String? {
        if let objection = checkpoint.objection(of: end) { return objection }
        do {
            _ = try checkpoint.without(canaries)
            return nil
        } catch {
            return error.description
        }
    }

    /// The scenarios of the shard.
    var mine: [Int] { ScenarioIndex.scenarios(of: shard, orders: orders, only: only) }

    /// Behind the last place of all.
    private var end: Int { ScenarioIndex.end(of: only, with: orders) }

    package static func progress(
        of jobs: [JobState<CompareJob>], after seconds: Double
    ) -> Progress {
        let all = Double(max(1, jobs.first?.job.end ?? 1))
        let done = jobs.reduce(0.0) { sum, state in
            let scenario = Double(RunOrdinal(packed: state.position).scenario)
            return sum + (state.isFinished ? 1 : min(1, scenario / all))
        }
        let runs = jobs.reduce(0) { sum, state in
            guard let compared = state.results.last?.compared else { return sum + state.runs }
            return sum + compared.runs * 2 + compared.ordersBefore + compared.ordersAfter
        }
        return Progress(
            runs: runs, finishedShards: jobs.count(where: \.isFinished), shards: jobs.count,
            fraction: done / Double(max(1, jobs.count)), seconds: seconds)
    }
}

extension WorkerPool {
    /// Compares two images.
    ///
    /// - Parameters:
    ///   - isAcrossTrees: whether they are of different trees.
    ///   - only: the scenarios by their places; nil for those of every check.
    package func compare(
        _ before: ImageReference, with after: ImageReference, isAcrossTrees: Bool,
        orders: OrderLimit?, only: [Int]? = nil
    ) throws -> DifferenceTally {
        let planned = (0..<jobs).map {
            var job = CompareJob(
                before: before, after: after, isAcrossTrees: isAcrossTrees,
                shard: Shard(index: $0, of: jobs), orders: orders, only: only)
            job.canaries = ComparisonCanary.some(among: job.mine)
            return job
        }
        var tally = DifferenceTally()
        let states = try run(planned)
        for state in states {
            for result in state.results { tally.merge(try plain(result, state.job.canaries)) }
        }
        if states.contains(where: \.isCutShort) {
            // Which side it was is not known. What is left out may differ: there is no answer.
            let done = tally.compared.scenarios + tally.compared.races
            let all = planned.reduce(0) { $0 + $1.mine.count }
            let complaint = "\(limit.complaint): \(done) of \(all) scenarios were compared"
            tally.harnessErrors[1][complaint] = 1
        }
        return tally
    }

    private func plain(
        _ tally: DifferenceTally, _ canaries: [ComparisonCanary]
    ) throws(WorkerError) -> DifferenceTally {
        do {
            return try tally.without(canaries)
        } catch {
            throw WorkerError.tampered(error.description)
        }
    }
}
