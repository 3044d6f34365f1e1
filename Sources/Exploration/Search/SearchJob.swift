// SPDX-License-Identifier: GPL-2.0-only

// One shard of a search as a job of a worker. A run that kills its worker is a finding, and its
// scenario is not tried again; another worker does the rest of the shard. Whoever interrupts a
// search has what it knows by then: the workers are asked to end, and of one that does not, the last
// checkpoint counts.

import Expectations
import Slices
import Workers

/// Searches one shard of a plan.
package struct SearchJob: ImageJob {
    package static let name = "search"
    package static let endsEarly = true

    package var image: ImageReference
    package var plan: SearchPlan
    package var shard: Shard
    /// The scenarios are drawn ones, whose runs are shared out between orders and failures.
    package var sharesOut = false
    /// The added lines that are watched; nil for none.
    package var hunks: HunkCounters?
    /// Indices of scenarios that an earlier worker of the shard was done with, or died in.
    package var skip: [Int] = []
    /// The first number whose scenario was not generated yet.
    package var nextGenerated = 0
    package var limit = DeathLimit()
    /// Runs that killed earlier workers of the shard.
    package var deaths: [Death] = []
    package var suspects = SuspectRuns()
    /// A run that is known to fail.
    package var canary: SearchCanary?

    package var images: [ImageReference] { [image] }

    package func run(in worker: WorkerContext<SearchJob>) throws -> SearchTally {
        var search = OrderSearch(self, of: try image.load(), page: worker.page)
        try search.run { tally in try worker.send(checkpoint: tally) }
        return search.tally
    }

    /// What is left of the time goes to the worker that starts now.
    package func starting(after seconds: Double) -> SearchJob {
        var job = self
        job.plan.seconds = plan.seconds.map { max(0, $0 - seconds) }
        return job
    }

    package func resume(after death: WorkerDeath<SearchTally>) throws -> Continuation<SearchJob> {
        var killed = try Death(of: death, scenarios: plan.scenarioCount)
        let index = Int(killed.ordinal.scenario)
        let scenario = plan.scenario(at: index)
        var run = scenario.run(injections: killed.injections)
        if let noted = death.page.order() {
            run.schedule = noted.schedule
            run.recordsSteps = noted.recordsSteps
        }
        var known = try (death.checkpoint ?? SearchTally()).plain(without: canary)
        // What it had done with is known; the rest is begun again, without what killed it. In rounds
        // a scenario that was begun may not be done with.
        let isInRounds = plan.seconds != nil && plan.runs == nil
        var rest = self
        if death.checkpoint?.canaries != nil { rest.canary = nil }
        rest.skip += (isInRounds ? [] : known.coverage.map(\.index)).filter { $0 != index }
        rest.nextGenerated = max(nextGenerated, known.nextGenerated)
        // That the worker had not come to its end says nothing: the next one goes on.
        known.isCut = false
        if killed.ordinal == canary?.canary.ordinal {
            rest.canary = nil
            return .again(rest, keeping: known)
        }
        guard try rest.suspects.confirm(killed) else { return .again(rest, keeping: known) }
        killed.run = run
        rest.skip.append(index)
        rest.deaths.append(killed)
        known.count(
            killed,
            as: FoundRun(
                scenario: scenario, injections: killed.injections, choices: [], preemptions: 0,
                ordinal: killed.ordinal, deadly: run))
        guard limit.isReached(by: rest.deaths) else { return .again(rest, keeping: known) }
        known.leftOut.append(
            "part \(shard.index + 1) of \(shard.count): \(rest.deaths.count) runs killed their "
                + "process; what was left of it then was not run")
        return .ended(rest, known)
    }

    package func interrupted(at checkpoint: SearchTally?) -> SearchTally? {
        var tally = (try? checkpoint?.plain(without: canary)) ?? SearchTally()
        tally.isCut = true
        return tally
    }

    package func objection(to result: SearchTally, isWhole: Bool) -> String? {
        objection(to: result, isAtEnd: true)
    }

    package func objection(to checkpoint: SearchTally) -> String? {
        objection(to: checkpoint, isAtEnd: false)
    }

    private func objection(to tally: SearchTally, isAtEnd: Bool) -> String? {
        guard tally.scenariosOfLines.isEmpty || tally.scenariosOfLines.count == hunks?.lines.count
        else { return "it watches other lines" }
        do {
            return try tally.without(canary, isWhole: isAtEnd).objection
        } catch {
            return error.description
        }
    }

    package static func progress(of jobs: [JobState<SearchJob>], after seconds: Double) -> Progress
    {
        let runs = jobs.reduce(0) { sum, state in
            state.results.reduce(sum + (state.isFinished ? 0 : state.runs)) { $0 + $1.runs }
        }
        var progress = Progress(
            runs: runs, finishedShards: jobs.count(where: \.isFinished), shards: jobs.count,
            seconds: seconds)
        guard let plan = jobs.first?.job.plan else { return progress }
        if let limit = plan.seconds {
            progress.fraction = min(1, seconds / limit)
        } else if plan.scenarioCount > 0 {
            // Each shard is as far as the index of its scenario among all says.
            let done = jobs.reduce(0.0) { sum, state in
                guard !state.isFinished else { return sum + 1 }
                let scenario = RunOrdinal(packed: state.position).scenario
                return sum + Double(scenario) / Double(plan.scenarioCount)
            }
            progress.fraction = min(1, done / Double(jobs.count))
        }
        return progress
    }
}

extension SearchTally {
    /// A run that took its process with it breaks `no-warning`.
    fileprivate mutating func count(_ death: Death, as finding: FoundRun) {
        deaths.append(death)
        let line = ExpectationSet.noWarning.rawValue.trailingZeroBitCount
        lines[line].runs += 1
        lines[line].failures += 1
        lines[line].consider(finding)
    }
}

extension WorkerPool {
    /// More would not make the last part much shorter, and each takes the start of a process.
    private static let partsOfWorker = 4

    /// Searches one image.
    ///
    /// - Parameters:
    ///   - shard: the part of all scenarios that is this machine's.
    ///   - sharesOut: whether the scenarios with names are drawn ones.
    ///   - hunks: the added lines to watch; nil for none.
    package func search(
        _ image: ImageReference, plan: SearchPlan, shard: Shard = .whole,
        sharesOut: Bool = false, hunks: HunkCounters? = nil
    ) throws -> SearchTally {
        // More parts than workers: whoever is done takes the next one, so that the last part does not
        // decide when all is done. Where the clock ends it, each part has a worker of its own.
        let parts = plan.seconds == nil && jobs > 1 ? jobs * WorkerPool.partsOfWorker : jobs
        let planned = (0..<parts).map { part in
            // Parts of a part: whoever has shard i of n has every n-th scenario from i on.
            SearchJob(
                image: image, plan: plan,
                shard: Shard(index: shard.index + shard.count * part, of: shard.count * parts),
                sharesOut: sharesOut, hunks: hunks, canary: SearchCanary())
        }
        var tally = SearchTally()
        for state in try run(planned) {
            for result in state.results {
                tally.merge(try result.plain(without: state.job.canary))
            }
        }
        if isInterrupted?() == true { tally.isInterrupted = true }
        return tally
    }
}
