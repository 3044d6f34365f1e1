// SPDX-License-Identifier: GPL-2.0-only

// One shard of a variant's runs as a job of a worker. A run that kills its worker becomes a finding,
// and another worker goes on behind it from the last checkpoint. Whoever interrupts a check has the
// scenarios that were run by then.

import Interleavings
import Slices
import Workers

/// Makes and judges the runs of one shard of an image.
package struct CheckJob: ImageJob {
    package static let name = "check"
    package static let endsEarly = true
    package static let isLimited = true

    package var image: ImageReference
    package var shard: Shard
    /// Of the concurrent scenarios; nil to leave them out.
    package var orders: OrderLimit?
    /// Indices of the scenarios that are run; nil for all.
    package var only: [Int]?
    /// Which of their runs count; nil for all.
    package var selection: RunSelection?
    /// No scenario is run from this one on; nil to run all.
    package var end: Int?
    /// Runs that are known to fail.
    package var canaries: [Canary] = []
    /// An expectation, by its index: no scenario is begun behind one that breaks it.
    package var until: Int?
    /// The added lines that are watched.
    package var hunks: HunkCounters?
    /// The functions whose entries are noted for each scenario; nil to note none.
    package var entries: EntryCounters?
    package var limit = DeathLimit()
    /// What earlier workers of the same shard left behind.
    package var tally = Tally()
    /// Runs that killed an earlier worker: they are not made again.
    package var deaths: [Death] = []
    package var suspects = SuspectRuns()

    package var images: [ImageReference] { [image] }

    package func run(in worker: WorkerContext<CheckJob>) throws -> Tally {
        var runner = ShardRunner(self, of: try image.load(), page: worker.page)
        try runner.run { tally in try worker.send(checkpoint: tally) }
        return runner.tally
    }

    package func resume(after death: WorkerDeath<Tally>) throws -> Continuation<CheckJob> {
        let scenarios = ScenarioIndex.end(of: only, with: orders)
        var killed = try Death(of: death, scenarios: scenarios)
        if ScenarioIndex.isRace(Int(killed.ordinal.scenario)),
            let noted = death.page.order()
        {
            var run = ScenarioIndex.scenario(of: killed.ordinal).run(schedule: noted.schedule)
            run.recordsSteps = noted.recordsSteps
            killed.run = run
        }
        guard !deaths.contains(where: { $0.ordinal == killed.ordinal }) else {
            throw WorkerError("a worker died in a run that it was told to skip")
        }
        var rest = self
        if let checkpoint = death.checkpoint { rest.tally = checkpoint }
        // It is no run of the plan. What killed it shows in those that are.
        if let canary = canaries.firstIndex(where: { $0.ordinal == killed.ordinal }) {
            rest.canaries.remove(at: canary)
            return .again(rest)
        }
        guard try rest.suspects.confirm(killed) else { return .again(rest) }
        rest.deaths.append(killed)
        return limit.isReached(by: rest.deaths) ? .ended(rest, rest.tally) : .again(rest)
    }

    package func interrupted(at checkpoint: Tally?) -> Tally? { checkpoint ?? tally }

    package func objection(to result: Tally, isWhole: Bool) -> String? {
        TallyCheck(
            shard: shard, orders: orders, only: only, end: end, canaries: canaries, until: until
        ).objection(to: result, isWhole: isWhole)
    }

    package func objection(to checkpoint: Tally) -> String? {
        objection(to: checkpoint, isWhole: false)
    }

    package static func progress(of jobs: [JobState<CheckJob>], after seconds: Double) -> Progress {
        let done = jobs.reduce(0.0) { sum, state in
            guard !state.isFinished else { return sum + 1 }
            let scenario = Double(RunOrdinal(packed: state.position).scenario)
            return sum + min(1, scenario / Double(ScenarioIndex.count(with: state.job.orders)))
        }
        return Progress(
            runs: jobs.reduce(0) { $0 + ($1.results.last?.runs ?? $1.runs) },
            finishedShards: jobs.count(where: \.isFinished), shards: jobs.count,
            fraction: done / Double(max(1, jobs.count)), seconds: seconds)
    }
}

extension WorkerPool {
    /// What came of one image.
    package struct Checked: Sendable {
        package var tally: Tally
        /// Wall-clock time from the first worker's start to the last one's end.
        package var seconds: Double
        /// What each scenario comes to, where that was asked for and no worker died.
        package var byFunction: RunsByFunction?
    }

    /// Makes runs of each image until one breaks an expectation: whether there is such a run is known
    /// in a part of the time that all take.
    ///
    /// - Parameter expectations: for each image the index of an expectation.
    /// - Throws: `WorkerError` when an image cannot be loaded or the harness is at fault.
    package func check(
        _ images: [ImageReference], untilBreaking expectations: [Int]
    ) throws -> [Tally] {
        let states = try run(
            zip(images, expectations).map { image, expectation in
                CheckJob(
                    image: image, shard: .whole,
                    canaries: Canary.some(among: ScenarioIndex.scenarios(of: .whole, orders: nil)),
                    until: expectation)
            })
        return try states.map(WorkerPool.tally)
    }

    /// The runs of a shard, with those that killed its process.
    private static func tally(of state: JobState<CheckJob>) throws -> Tally {
        var tally = state.results.last ?? Tally()
        do {
            tally = try tally.without(state.job.canaries)
        } catch {
            throw WorkerError.tampered(error.description)
        }
        for death in state.job.deaths {
            tally.count(death, of: ScenarioIndex.scenario(of: death.ordinal))
        }
        return tally
    }

    /// Makes all runs of each image.
    ///
    /// - Parameters:
    ///   - orders: how many orders of each concurrent scenario are tried; nil to leave them out.
    ///   - only: indices of the scenarios that are run; nil for all.
    ///   - hunks: for each image the added lines to watch, or nil.
    ///   - selections: for each image the runs that count, or nil for all.
    ///   - parts: for each image those of the scenarios that are run, or nil for all.
    ///   - entries: for each image the functions to note for each scenario, or nil.
    /// - Throws: `WorkerError` when an image cannot be loaded or the harness is at fault.
    package func check(
        _ images: [ImageReference], orders: OrderLimit? = nil, only: [Int]? = nil,
        hunks: [HunkCounters?] = [], selections: [RunSelection?] = [], parts: [[Int]?] = [],
        entries: [EntryCounters?] = []
    ) throws -> [Checked] {
        let asked = images.indices.map { index in index < parts.count ? parts[index] : nil }
            .map { $0 ?? only }
        let planned = images.enumerated().flatMap { index, image in
            (0..<jobs).map { shard in
                CheckJob(
                    image: image, shard: Shard(index: shard, of: jobs), orders: orders,
                    only: asked[index],
                    selection: index < selections.count ? selections[index] : nil,
                    canaries: Canary.some(
                        among: ScenarioIndex.scenarios(
                            of: Shard(index: shard, of: jobs), orders: orders, only: asked[index])),
                    hunks: index < hunks.count ? hunks[index] : nil,
                    entries: index < entries.count ? entries[index] : nil)
            }
        }
        let states = try run(planned)
        return try images.indices.map { index in
            let (mine, note) = try endingAtLimit(
                Array(states[index * jobs..<(index + 1) * jobs]))
            var tally = Tally()
            for state in mine { tally.merge(try WorkerPool.tally(of: state)) }
            if let note { tally.leftOut.append(note) }
            let all = asked[index]?.count ?? ScenarioIndex.count(with: orders)
            noteCutShort(mine, in: &tally, of: all)
            tally.deaths.sort { $0.ordinal < $1.ordinal }
            if isInterrupted?() == true {
                tally.noteInterrupted(of: all)
            }
            tally.failures.sort()
            let start = mine.map(\.started).min() ?? 0
            let end = mine.map(\.ended).max() ?? start
            return Checked(
                tally: tally, seconds: Double(end &- start) / 1e9,
                byFunction: RunsByFunction(mine.map { $0.results.last?.byFunction }))
        }
    }
}
