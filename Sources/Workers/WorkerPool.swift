// SPDX-License-Identifier: GPL-2.0-only

// Runs jobs in workers, as many at a time as there are jobs. A worker that dies costs the one run
// that killed it: its job says how it goes on, and another worker takes it. Everything here happens
// in one thread, in one loop around poll(), which never waits longer than a tenth of a second for
// anything that code under test could keep from happening.

import FoundationEssentials
import Glibc
import System

/// Starts workers and collects what comes of their jobs.
package struct WorkerPool: Sendable {
    /// The program that has a `worker` subcommand: this one, or for a test or another program the
    /// path of the `faultline` executable.
    package var executable: String
    package var jobs: Int
    /// Without a move for so long, a worker is killed.
    package var hangSeconds = 10
    /// On the time of runs.
    package var limit = RunTimeLimit()
    /// Whether workers give up what code under test must not have.
    package var isConfined = !Sandbox.isOff
    package var progress: (@Sendable (Progress) -> Void)?
    /// Whether somebody wants a job that can end early to end, and to tell what it has found by then.
    package var isInterrupted: (@Sendable () -> Bool)?

    package init(executable: String = "/proc/self/exe", jobs: Int) {
        precondition(jobs > 0, "no jobs, no work")
        self.executable = executable
        self.jobs = jobs
    }

    /// Runs jobs to their ends.
    ///
    /// - Returns: for each job, in order, the results of all workers that it took.
    /// - Throws: `WorkerError` when a job says that the harness is at fault.
    package func run<Job: WorkerJob>(_ jobs: [Job]) throws -> [JobState<Job>] {
        let supervisor = Supervisor(of: jobs, in: self)
        try supervisor.run()
        return supervisor.lanes.map(\.state)
    }

    /// Runs one job to its end.
    package func run<Job: WorkerJob>(_ job: Job) throws -> [Job.Result] {
        try run([job])[0].results
    }
}

/// The loop around poll().
private final class Supervisor<Job: WorkerJob> {
    let lanes: [Lane<Job>]
    private let pool: WorkerPool
    private let start = monotonicNanoseconds()
    private var waiting: ArraySlice<Lane<Job>>
    private var running: [Lane<Job>] = []
    /// When the workers were asked to end.
    private var stopped: UInt64?
    private var reports: ProgressClock

    /// A worker that was asked to end has so long for it, in nanoseconds.
    private static var patience: UInt64 { 3_000_000_000 }

    init(of jobs: [Job], in pool: WorkerPool) {
        self.pool = pool
        lanes = jobs.map(Lane.init)
        waiting = lanes[...]
        reports = ProgressClock(since: start)
    }

    func run() throws {
        while !waiting.isEmpty || !running.isEmpty {
            handleInterrupt()
            while running.count < pool.jobs, let lane = waiting.popFirst() {
                try launch(lane)
                running.append(lane)
            }
            try handleMessages()
            for lane in running where lane.worker != nil { try look(after: lane) }
            running.removeAll { $0.state.isFinished }
            report()
        }
    }

    private func launch(_ lane: Lane<Job>, isCareful: Bool = false) throws {
        let now = monotonicNanoseconds()
        if lane.state.started == 0 { lane.state.started = now }
        let job = lane.state.job.starting(after: Double(now &- start) / 1e9)
        lane.worker = try WorkerProcess(
            executable: pool.executable,
            order: JobOrder(
                name: Job.name, isCareful: isCareful, isConfined: pool.isConfined,
                job: JSONEncoder().encode(job)))
    }

    private func handleMessages() throws {
        var watched: [pollfd] = []
        var owners: [Lane<Job>] = []
        for lane in running {
            for descriptor in lane.worker?.descriptors ?? [] {
                watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
                owners.append(lane)
            }
        }
        // A worker without open pipes is looked at soon.
        let isSilent = running.contains { $0.worker?.descriptors.isEmpty ?? false }
        guard poll(&watched, nfds_t(watched.count), isSilent ? 1 : 100) > 0 else { return }
        for (item, lane) in zip(watched, owners) where item.revents != 0 {
            // Its result may have come a moment ago, from its other pipe.
            guard let worker = lane.worker else { continue }
            try handle(worker.take(from: item.fd), of: lane)
        }
    }

    private func handle(_ messages: [(WorkerMessage, Data)], of lane: Lane<Job>) throws {
        for (kind, body) in messages where lane.worker != nil {
            switch kind {
            case .result:
                let result = try decode(Job.Result.self, body)
                let objection = lane.state.job.objection(
                    to: result, isWhole: stopped == nil && lane.stopped == nil)
                if let objection { throw WorkerError.tampered(objection) }
                finish(lane, result)
            case .failure: throw WorkerError(try decode(String.self, body))
            case .checkpoint: break
            }
        }
    }

    private func decode<T: Decodable>(_ type: T.Type, _ body: Data) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw WorkerError("a worker sent what cannot be read: \(error)")
        }
    }

    private func checkpoint(
        of worker: WorkerProcess, _ lane: Lane<Job>
    ) throws -> Job.Checkpoint? {
        guard let sent = worker.lastCheckpoint else { return nil }
        let checkpoint = try decode(Job.Checkpoint.self, sent)
        if let objection = lane.state.job.objection(to: checkpoint) {
            throw WorkerError.tampered(objection)
        }
        return checkpoint
    }

    private func finish(_ lane: Lane<Job>, _ result: Job.Result?) {
        lane.noteProgress()
        if let result { lane.state.results.append(result) }
        lane.state.isFinished = true
        lane.state.ended = monotonicNanoseconds()
        lane.worker = nil
    }

    /// Looks after a worker that may have died, stands still, or does not end when it is asked to.
    private func look(after lane: Lane<Job>) throws {
        guard let worker = lane.worker else { return }
        worker.watch(hangSeconds: pool.hangSeconds)
        stopIfTooLong(lane, worker)
        if let stopped = stopped ?? lane.stopped, monotonicNanoseconds() &- stopped > Self.patience
        {
            let checkpoint = try checkpoint(of: worker, lane)
            return finish(lane, lane.state.job.interrupted(at: checkpoint))
        }
        guard worker.hasEnded() else { return }
        try handle(worker.takeRest(), of: lane)
        guard lane.worker != nil else { return }
        try resume(lane, after: worker)
    }

    private func stopIfTooLong(_ lane: Lane<Job>, _ worker: WorkerProcess) {
        guard Job.isLimited, stopped == nil, lane.stopped == nil else { return }
        lane.noteProgress()
        let seconds = lane.secondsBefore + worker.processorSeconds
        guard pool.limit.isReached(after: seconds, runs: lane.state.runs) else { return }
        lane.stopped = monotonicNanoseconds()
        lane.state.isCutShort = true
        worker.page.requestStop()
    }

    /// A worker has died before it sent its result.
    private func resume(_ lane: Lane<Job>, after worker: WorkerProcess) throws {
        let death = WorkerDeath(
            end: worker.end, page: worker.page,
            checkpoint: try checkpoint(of: worker, lane),
            lastWords: worker.lastWords)
        // A run that takes its process's descriptors away is noticed only some runs later: the next
        // worker looks for it.
        if !death.isOfRun, !worker.isCareful { return try launch(lane, isCareful: true) }
        lane.secondsBefore += worker.processorSeconds
        switch try lane.state.job.resume(after: death) {
        case .again(let job, let kept):
            lane.state.job = job
            if let kept { lane.state.results.append(kept) }
            if stopped != nil || lane.stopped != nil {
                finish(lane, job.interrupted(at: nil))
            } else {
                try launch(lane)
            }
        case .ended(let job, let result):
            lane.state.job = job
            finish(lane, result)
        }
    }

    private func handleInterrupt() {
        guard Job.endsEarly, stopped == nil, pool.isInterrupted?() == true else { return }
        stopped = monotonicNanoseconds()
        for lane in waiting { finish(lane, lane.state.job.interrupted(at: nil)) }
        waiting = []
        for lane in running { lane.worker?.page.requestStop() }
    }

    private func report() {
        guard let progress = pool.progress, reports.isDue() else { return }
        for lane in running { lane.noteProgress() }
        progress(Job.progress(of: lanes.map(\.state), after: reports.seconds))
    }
}

/// One job, over all workers that it takes.
private final class Lane<Job: WorkerJob> {
    var state: JobState<Job>
    var worker: WorkerProcess?
    /// Processor time of the workers before this one.
    var secondsBefore = 0.0
    /// When it was asked to end before the others.
    var stopped: UInt64?

    init(_ job: Job) { state = JobState(job: job) }

    /// Nothing of it is taken for more than what a worker says of itself.
    func noteProgress() {
        guard let page = worker?.page else { return }
        state.runs = Int(truncatingIfNeeded: page.count)
        state.position = page.position
    }
}
