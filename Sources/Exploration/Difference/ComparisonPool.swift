// SPDX-License-Identifier: GPL-2.0-only

// A comparison over workers: one for each part, all of them at once. A worker that dies leaves its
// last checkpoint, and the run that killed it is one whose process does not survive it, on that
// side; another worker does the rest of the part.

import Expectations
import Glibc
import Interleavings

extension WorkerPool {
    /// Compares two images.
    ///
    /// - Parameter isAcrossTrees: whether they are of different trees, so that the same lock may
    ///   have two names.
    func compare(
        _ before: ImageReference, with after: ImageReference, isAcrossTrees: Bool,
        orders: OrderLimit?
    ) throws -> DifferenceTally {
        var running: [ComparedPart] = []
        for index in 0..<jobs {
            running.append(
                ComparedPart(
                    job: Job.Comparison(
                        before: before, after: after, isAcrossTrees: isAcrossTrees,
                        part: Shard(index: index, of: jobs), orders: orders)))
        }
        for part in running { try part.start(executable) }
        var tally = DifferenceTally()
        var clock = ProgressClock(since: monotonicNanoseconds())
        while !running.isEmpty {
            var watched = running.flatMap { part in
                [part.worker!.messages, part.worker!.standardError].filter { $0 >= 0 }
                    .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            }
            _ = poll(&watched, nfds_t(watched.count), 100)
            for item in watched where item.revents != 0 {
                let owner = running.first {
                    $0.worker!.messages == item.fd || $0.worker!.standardError == item.fd
                }
                if let owner { try heed(owner, item.fd, &tally) }
            }
            for part in running where !part.isFinished {
                part.worker!.killIfHung(after: hangSeconds)
                guard part.worker!.messages < 0 || part.worker!.hasEnded() else { continue }
                // What it said last may have come with its end.
                while !part.isFinished, part.worker!.hasNews {
                    try heed(part, part.worker!.messages, &tally)
                }
                if try part.isFinished || goOn(part) { continue }
                tally.merge(part.job.tally ?? DifferenceTally())
                part.isFinished = true
            }
            running.removeAll { $0.isFinished }
            report(running, tally, &clock)
        }
        return tally
    }

    private func heed(
        _ part: ComparedPart, _ descriptor: Int32, _ tally: inout DifferenceTally
    ) throws {
        for message in try part.worker!.take(from: descriptor) {
            switch message {
            case .compared(let found):
                tally.merge(found)
                part.isFinished = true
            case .failed(let words): throw WorkerError(words)
            default: throw WorkerError("a worker answered what it was not asked")
            }
        }
    }

    /// Starts another worker behind a run that killed one; false when too many did.
    private func goOn(_ part: ComparedPart) throws -> Bool {
        let worker = part.worker!
        worker.reap()
        let scenarios = ScenarioIndex.count(with: part.job.orders)
        guard let cause = worker.cause(hangSeconds: hangSeconds),
            let note = worker.page.read(scenarios: scenarios),
            note.phase == .running || note.phase == .judging
        else { throw WorkerError("a worker died outside of any run: \(worker.lastWords)") }
        let death = Death(
            ordinal: note.ordinal, injections: note.injections, cause: cause,
            whileJudging: note.phase == .judging, said: worker.lastWords)
        let side = Int(note.ordinal.run & 1)
        guard !part.job.deaths.contains(where: { $0.death.ordinal == note.ordinal }) else {
            throw WorkerError("a worker died in a run that it was told to skip")
        }
        part.job.deaths.append(ComparisonDeath(side: side, death: death))
        if let checkpoint = try worker.checkpoint(as: DifferenceTally.self) {
            part.job.tally = checkpoint
        }
        let hangs = part.job.deaths.count { $0.death.isHang }
        guard part.job.deaths.count < deathLimit, hangs < hangLimit * 2 else {
            var tally = part.job.tally ?? DifferenceTally()
            tally.leftOut.append(
                "part \(part.job.part.index + 1) of \(part.job.part.count): "
                    + "\(part.job.deaths.count) runs killed their process; what was left of it "
                    + "was not compared")
            part.job.tally = tally
            return false
        }
        try part.start(executable)
        return true
    }

    private func report(
        _ running: [ComparedPart], _ tally: DifferenceTally, _ clock: inout ProgressClock
    ) {
        guard let progress, clock.isDue() else { return }
        let done = tally.compared
        let finished = jobs - running.count
        let all = Double(max(1, ScenarioIndex.count(with: running.first?.job.orders)))
        var news = Progress(
            runs: running.reduce(done.runs * 2 + done.ordersBefore + done.ordersAfter) {
                $0 + $1.worker!.page.runs
            }, finishedParts: finished, parts: jobs,
            fraction: running.reduce(Double(finished)) {
                $0 + min(1, Double($1.worker!.page.place) / all)
            } / Double(jobs))
        news.seconds = clock.seconds
        progress(news)
    }
}

/// One part of a comparison, over all workers that it takes.
private final class ComparedPart {
    var job: Job.Comparison
    var worker: WorkerProcess?
    var isFinished = false

    init(job: Job.Comparison) { self.job = job }

    func start(_ executable: String) throws {
        worker = try WorkerProcess(executable: executable, job: .compare(job))
    }
}

extension WorkerProcess {
    /// Something that it said can be read without waiting.
    fileprivate var hasNews: Bool {
        guard messages >= 0 else { return false }
        var item = pollfd(fd: messages, events: Int16(POLLIN), revents: 0)
        return poll(&item, 1, 0) > 0
    }
}
