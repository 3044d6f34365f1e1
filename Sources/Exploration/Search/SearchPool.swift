// SPDX-License-Identifier: GPL-2.0-only

// A search over workers: one for each part, all of them at once. A worker that dies leaves its last
// checkpoint, and the scenario that killed it is a finding and is not tried again; another worker
// does the rest of the part. Whoever interrupts a search has what it knows by then: the workers are
// asked to come to an end, and of one that does not, the last checkpoint counts.

import Expectations
import Glibc

extension WorkerPool {
    /// Searches one image.
    ///
    /// - Parameter shard: the part of all scenarios that is this machine's.
    package func search(
        _ image: ImageReference, plan: SearchPlan, shard: Shard = .whole
    ) throws -> SearchTally {
        let search = PoolSearch(of: image, plan: plan, shard: shard, by: self)
        try search.run()
        return search.tally
    }

    /// The smallest run like a finding's that breaks the expectation; the finding itself where
    /// looking for it is not possible.
    package func shrink(
        _ finding: SearchFinding, of image: ImageReference, breaking expectation: Expectation
    ) throws -> SearchFinding {
        let worker = try WorkerProcess(
            executable: executable,
            job: .shrink(
                Job.Shrink(image: image, finding: finding, expectation: expectation.name)))
        for message in try messages(of: worker) {
            switch message {
            case .shrunk(let finding): return finding
            case .failed(let words): throw WorkerError(words)
            default: throw WorkerError("a worker answered what it was not asked")
            }
        }
        return finding
    }
}

/// The loop around poll().
private final class PoolSearch {
    private let pool: WorkerPool
    private let image: ImageReference
    private let plan: SearchPlan
    private let start = monotonicNanoseconds()
    private var waiting: [SearchPart]
    private var running: [SearchPart] = []
    private let parts: Int
    /// When it was asked to end.
    private var stopped: UInt64?
    private var reports: ProgressClock
    private(set) var tally = SearchTally()

    /// A worker that was asked to end has so long for it.
    private static let patience: UInt64 = 3_000_000_000

    init(of image: ImageReference, plan: SearchPlan, shard: Shard, by pool: WorkerPool) {
        self.pool = pool
        self.image = image
        self.plan = plan
        parts = pool.jobs
        reports = ProgressClock(since: start)
        waiting = (0..<pool.jobs).map { job in
            // Parts of a part: whoever has shard i of n has every n-th scenario from i on.
            SearchPart(Shard(index: shard.index + shard.count * job, of: shard.count * pool.jobs))
        }
    }

    func run() throws {
        while !waiting.isEmpty || !running.isEmpty {
            heedInterruption()
            while running.count < pool.jobs, let part = waiting.popLast() {
                part.worker = try launch(part)
                running.append(part)
            }
            try waitForNews()
            for part in running where !part.isFinished { try settle(part) }
            running.removeAll { $0.isFinished }
            reportProgress()
        }
        if stopped != nil { tally.isInterrupted = true }
    }

    private func launch(_ part: SearchPart) throws -> WorkerProcess {
        var plan = plan
        let passed = Double(monotonicNanoseconds() &- start) / 1e9
        plan.seconds = plan.seconds.map { max(0, $0 - passed) }
        return try WorkerProcess(
            executable: pool.executable,
            job: .search(
                Job.Search(
                    image: image, plan: plan, part: part.part, skip: part.skip,
                    nextGenerated: part.nextGenerated)))
    }

    private func heedInterruption() {
        guard stopped == nil, pool.isInterrupted?() == true else { return }
        stopped = monotonicNanoseconds()
        if !waiting.isEmpty { tally.isCut = true }
        waiting = []
        for part in running { part.worker?.page.requestStop() }
    }

    private func waitForNews() throws {
        var watched: [pollfd] = []
        var owners: [SearchPart] = []
        for part in running {
            guard let worker = part.worker else { continue }
            for descriptor in [worker.messages, worker.standardError] where descriptor >= 0 {
                watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
                owners.append(part)
            }
        }
        guard poll(&watched, nfds_t(watched.count), 100) > 0 else { return }
        for (item, part) in zip(watched, owners) where item.revents != 0 {
            guard let worker = part.worker, !part.isFinished else { continue }
            for message in try worker.take(from: item.fd) { try heed(message, of: part) }
        }
    }

    private func heed(_ message: Message, of part: SearchPart) throws {
        switch message {
        case .searched(let found):
            tally.merge(found)
            finish(part)
        case .failed(let words): throw WorkerError(words)
        default: throw WorkerError("a worker answered what it was not asked")
        }
    }

    private func finish(_ part: SearchPart) {
        part.isFinished = true
        part.worker = nil
    }

    /// Looks after a worker that died, stands still, or does not end when it is asked to.
    private func settle(_ part: SearchPart) throws {
        guard let worker = part.worker else { return }
        worker.killIfHung(after: pool.hangSeconds)
        if let stopped, monotonicNanoseconds() &- stopped > PoolSearch.patience {
            if let known = try worker.checkpoint(as: SearchTally.self) { tally.merge(known) }
            tally.isCut = true
            return finish(part)
        }
        guard worker.messages < 0 || worker.hasEnded() else { return }
        // What it said last may have come with its end.
        while worker.messages >= 0, !part.isFinished {
            for message in try worker.take(from: worker.messages) { try heed(message, of: part) }
        }
        guard !part.isFinished else { return }
        worker.reap()
        try bury(worker, part)
        finish(part)
    }

    /// A worker has died in a run: that is a finding.
    private func bury(_ worker: WorkerProcess, _ part: SearchPart) throws {
        guard let cause = worker.cause(hangSeconds: pool.hangSeconds),
            let note = worker.page.read(scenarios: plan.places),
            note.phase == .running || note.phase == .judging
        else { throw WorkerError("a worker died outside of any run: \(worker.lastWords)") }
        let place = Int(note.ordinal.scenario)
        let known = try worker.checkpoint(as: SearchTally.self)
        if let known { tally.merge(known) }
        let death = Death(
            ordinal: note.ordinal, injections: note.injections, cause: cause,
            whileJudging: note.phase == .judging, said: worker.lastWords)
        tally.deaths.append(death)
        let line = ExpectationSet.noWarning.rawValue.trailingZeroBitCount
        tally.lines[line].runs += 1
        tally.lines[line].failures += 1
        let scenario = plan.scenario(at: place)
        var run = scenario.run(injections: note.injections)
        if let noted = worker.page.readSchedule() {
            run.schedule = noted.schedule
            run.recordsSteps = noted.recordsSteps
        }
        tally.lines[line].consider(
            SearchFinding(
                scenario: scenario, injections: note.injections, choices: [], preemptions: 0,
                ordinal: note.ordinal, deadly: run))
        // What it had done with is known; the rest is begun again, without what killed it.
        let done = known?.coverage.map(\.index) ?? []
        let rest = SearchPart(
            part.part, skip: part.skip + (isInRounds ? [] : done) + [place],
            nextGenerated: max(part.nextGenerated, known?.nextGenerated ?? 0),
            deaths: part.deaths + [death])
        if stopped != nil {
            tally.isCut = true
        } else if rest.deaths.count < pool.deathLimit,
            rest.deaths.count(where: \.isHang) < pool.hangLimit
        {
            waiting.append(rest)
        } else {
            tally.leftOut.append(
                "part \(part.part.index + 1) of \(part.part.count): \(rest.deaths.count) runs killed "
                    + "their process; what was left of it then was not run")
        }
    }

    /// A scenario that was begun may not be done with.
    private var isInRounds: Bool { plan.seconds != nil && plan.runs == nil }

    private func reportProgress() {
        guard let report = pool.progress, reports.isDue() else { return }
        let workers = running.compactMap(\.worker)
        let runs = workers.reduce(tally.runs) { $0 + $1.page.runs }
        var progress = WorkerPool.Progress(
            runs: runs, finishedParts: parts - running.count, parts: parts)
        progress.seconds = reports.seconds
        if let seconds = plan.seconds {
            progress.fraction = min(1, reports.seconds / seconds)
        } else if plan.places > 0 {
            // Each part is as far as the place of its scenario among all says.
            let done = workers.reduce(Double(parts - workers.count)) { sum, worker in
                sum + Double(worker.page.place) / Double(plan.places)
            }
            progress.fraction = min(1, done / Double(parts))
        }
        report(progress)
    }
}

/// One part of a search, over all workers that it takes.
private final class SearchPart {
    let part: Shard
    let skip: [Int]
    let nextGenerated: Int
    let deaths: [Death]
    var worker: WorkerProcess?
    var isFinished = false

    init(_ part: Shard, skip: [Int] = [], nextGenerated: Int = 0, deaths: [Death] = []) {
        self.part = part
        self.skip = skip
        self.nextGenerated = nextGenerated
        self.deaths = deaths
    }
}
