// SPDX-License-Identifier: GPL-2.0-only

// Runs code under test in processes of its own, as many at a time as there are jobs. A worker that
// dies costs the one run that killed it: the run becomes a finding, and another worker goes on
// behind it from the last checkpoint. Everything here happens in one thread, in one loop around
// poll().

import Expectations
import FoundationEssentials
import Glibc
import Interleavings
import Slices

/// Starts workers and collects what they find.
package struct WorkerPool: Sendable {
    /// What came of one image.
    package struct Result: Sendable {
        package var tally: Tally
        /// Wall-clock time from the first worker's start to the last one's end.
        package var seconds: Double
    }

    /// The program that has a `worker` subcommand: this one, or for a test or another program the
    /// path of the `faultline` executable.
    package var executable: String
    package var jobs: Int
    /// Without a move for so long, a worker is killed.
    package var hangSeconds = 10
    /// After so many deaths in one part, the rest of the part is left out.
    package var deathLimit = 50
    /// The same for workers that stood still, each of which costs `hangSeconds`.
    package var hangLimit = 2
    package var progress: (@Sendable (Progress) -> Void)?
    /// Whether somebody wants a search to end, and to tell what it has found by then.
    package var isInterrupted: (@Sendable () -> Bool)?

    package init(executable: String = "/proc/self/exe", jobs: Int) {
        precondition(jobs > 0, "no jobs, no work")
        self.executable = executable
        self.jobs = jobs
    }

    /// Makes all runs of each image.
    ///
    /// - Parameters:
    ///   - orders: how many orders of each race are tried; nil to leave the races out.
    ///   - only: places in the agenda of the scenarios that are run; nil for all.
    ///   - hunks: for each image the added lines to watch, or nil.
    /// - Throws: `WorkerError` when an image cannot be loaded or the harness is at fault.
    package func explore(
        _ images: [ImageReference], orders: OrderLimit? = nil, only: [Int]? = nil,
        hunks: [HunkCounters?] = []
    ) throws -> [Result] {
        var tasks: [PartTask] = []
        for (index, image) in images.enumerated() {
            for part in 0..<jobs {
                tasks.append(
                    PartTask(
                        image: image, imageIndex: index, part: Shard(index: part, of: jobs),
                        orders: orders, only: only,
                        hunks: index < hunks.count ? hunks[index] : nil))
            }
        }
        let loop = ExplorationLoop(pool: self, tasks: tasks)
        try loop.run()
        return images.indices.map { index in
            let mine = loop.tasks.filter { $0.imageIndex == index }
            var tally = Tally()
            for task in mine { tally.merge(task.result) }
            tally.deaths.sort { $0.ordinal < $1.ordinal }
            let start = mine.map(\.started).min() ?? 0
            let end = mine.map(\.ended).max() ?? start
            return Result(tally: tally, seconds: Double(end &- start) / 1e9)
        }
    }
}

/// One part of one image's runs, over all workers that it takes.
private final class PartTask {
    let image: ImageReference
    let imageIndex: Int
    let part: Shard
    let orders: OrderLimit?
    let only: [Int]?
    let hunks: HunkCounters?
    var tally = Tally()
    var deaths: [Death] = []
    var generation = 0
    var started: UInt64 = 0
    var ended: UInt64 = 0
    var isFinished = false
    var worker: WorkerProcess?

    init(
        image: ImageReference, imageIndex: Int, part: Shard, orders: OrderLimit?, only: [Int]?,
        hunks: HunkCounters?
    ) {
        self.image = image
        self.imageIndex = imageIndex
        self.part = part
        self.orders = orders
        self.only = only
        self.hunks = hunks
    }

    var job: Job {
        .explore(
            Job.Exploration(
                image: image, part: part, orders: orders, only: only,
                tally: generation == 0 ? nil : tally,
                skip: deaths.map(\.ordinal),
                hunks: hunks))
    }

    /// The tally with the deaths counted in.
    var result: Tally {
        var result = tally
        for death in deaths {
            result.count(death, of: ScenarioIndex.scenario(of: death.ordinal))
        }
        return result
    }
}

/// The loop around poll().
private final class ExplorationLoop {
    let pool: WorkerPool
    let tasks: [PartTask]
    private var waiting: ArraySlice<PartTask>
    private var running: [PartTask] = []
    private var finishedRuns = 0
    private var reports = ProgressClock(since: monotonicNanoseconds())

    init(pool: WorkerPool, tasks: [PartTask]) {
        self.pool = pool
        self.tasks = tasks
        waiting = tasks[...]
    }

    func run() throws {
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < pool.jobs, let task = waiting.popFirst() {
                task.started = monotonicNanoseconds()
                try start(task)
                running.append(task)
            }
            try waitForNews()
            for task in running { try settle(task) }
            running.removeAll { $0.isFinished }
            reportProgress()
        }
    }

    private func start(_ task: PartTask) throws {
        task.worker = try WorkerProcess(executable: pool.executable, job: task.job)
        task.generation += 1
    }

    private func waitForNews() throws {
        var watched: [pollfd] = []
        var owners: [PartTask] = []
        for task in running {
            guard let worker = task.worker else { continue }
            for descriptor in [worker.messages, worker.standardError] where descriptor >= 0 {
                watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
                owners.append(task)
            }
        }
        guard poll(&watched, nfds_t(watched.count), 100) > 0 else { return }
        for (item, owner) in zip(watched, owners) where item.revents != 0 {
            // The last message of a worker may have come a moment ago, from its other pipe.
            guard let worker = owner.worker else { continue }
            for message in try worker.take(from: item.fd) { try heed(message, of: owner) }
        }
    }

    private func heed(_ message: Message, of task: PartTask) throws {
        switch message {
        case .finished(let tally):
            task.tally = tally
            finish(task)
        case .failed(let words):
            throw WorkerError(words)
        case .recorded, .measured, .described, .searched, .shrunk, .counted, .compared:
            throw WorkerError("a worker answered what it was not asked")
        }
    }

    private func finish(_ task: PartTask) {
        task.isFinished = true
        task.ended = monotonicNanoseconds()
        finishedRuns += task.tally.runs
        task.worker = nil
    }

    /// Looks after a worker that died or stands still.
    private func settle(_ task: PartTask) throws {
        guard let worker = task.worker else { return }
        worker.killIfHung(after: pool.hangSeconds)
        guard worker.messages < 0 || worker.hasEnded() else { return }
        while worker.messages >= 0, !task.isFinished, isReadable(worker.messages) {
            for message in try worker.take(from: worker.messages) { try heed(message, of: task) }
        }
        guard !task.isFinished else { return }
        while worker.standardError >= 0, isReadable(worker.standardError) {
            _ = try worker.take(from: worker.standardError)
        }
        worker.reap()
        if let checkpoint = try worker.checkpoint() { task.tally = checkpoint }
        let death = try death(of: worker, task)
        guard !task.deaths.contains(where: { $0.ordinal == death.ordinal }) else {
            throw WorkerError("a worker died in a run that it was told to skip")
        }
        task.deaths.append(death)
        let hangs = task.deaths.count { $0.isHang }
        if task.deaths.count < pool.deathLimit, hangs < pool.hangLimit {
            try start(task)
        } else {
            let left = ScenarioIndex.count(with: task.orders) - task.tally.nextScenario
            task.tally.leftOut.append(
                "part \(task.part.index + 1) of \(task.part.count): \(task.deaths.count) runs "
                    + "killed their process; of its scenarios, those among the last \(left) of "
                    + "all were not run")
            finish(task)
        }
    }

    private func isReadable(_ descriptor: Int32) -> Bool {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&item, 1, 0) > 0
    }

    private func death(of worker: WorkerProcess, _ task: PartTask) throws -> Death {
        guard let cause = worker.cause(hangSeconds: pool.hangSeconds),
            let note = worker.page.read(scenarios: ScenarioIndex.count(with: task.orders)),
            note.phase == .running || note.phase == .judging
        else {
            let words = worker.lastWords
            throw WorkerError(
                "a worker died outside of any run" + (words.isEmpty ? "" : ": \(words)"))
        }
        var death = Death(
            ordinal: note.ordinal, injections: note.injections, cause: cause,
            whileJudging: note.phase == .judging, said: worker.lastWords)
        if note.ordinal.scenario >= ScenarioIndex.catalogueCount,
            let noted = worker.page.readSchedule()
        {
            var run = ScenarioIndex.scenario(of: note.ordinal).run(schedule: noted.schedule)
            run.recordsSteps = noted.recordsSteps
            death.run = run
        }
        return death
    }

    private func reportProgress() {
        guard let report = pool.progress, reports.isDue() else { return }
        let runs = running.reduce(finishedRuns) { $0 + ($1.worker?.page.runs ?? 0) }
        let finished = tasks.filter(\.isFinished).count
        let done = running.reduce(Double(finished)) { sum, task in
            let scenarios = Double(ScenarioIndex.count(with: task.orders))
            return sum + min(1, Double(task.worker?.page.place ?? 0) / scenarios)
        }
        var progress = WorkerPool.Progress(
            runs: runs, finishedParts: finished, parts: tasks.count,
            fraction: done / Double(max(1, tasks.count)))
        progress.seconds = reports.seconds
        report(progress)
    }
}
