// SPDX-License-Identifier: GPL-2.0-only

// A search over workers: one for each part, all of them at once. A worker that dies leaves its last
// checkpoint, and the scenario that killed it is a finding and is not tried again; another worker
// does the rest of the part.

import Expectations
import Glibc
import Machine

extension WorkerPool {
    /// Searches one image.
    ///
    /// - Parameter shard: the part of all scenarios that is this machine's.
    public func search(
        _ image: ImageReference, plan: SearchPlan, shard: Part = .whole
    ) throws -> SearchTally {
        var tally = SearchTally()
        var left = (0..<jobs).map { job in
            // Parts of a part: whoever has shard i of n has every n-th scenario from i on.
            SearchPart(
                part: Part(index: shard.index + shard.count * job, of: shard.count * jobs))
        }
        var running: [(worker: WorkerProcess, part: SearchPart)] = []
        let start = monotonicNanoseconds()
        while !left.isEmpty || !running.isEmpty {
            while running.count < jobs, let part = left.popLast() {
                running.append((try launch(part, image, plan, since: start), part))
            }
            var watched = running.flatMap { [$0.worker.messages, $0.worker.standardError] }
                .filter { $0 >= 0 }.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&watched, nfds_t(watched.count), 100)
            for item in watched where item.revents != 0 {
                for place in running.indices {
                    let worker = running[place].worker
                    guard worker.messages == item.fd || worker.standardError == item.fd else {
                        continue
                    }
                    for message in try worker.take(from: item.fd) {
                        switch message {
                        case .searched(let part):
                            tally.merge(part)
                            running[place].part.isFinished = true
                        case .failed(let words): throw WorkerError(words)
                        default: throw WorkerError("a worker answered what it was not asked")
                        }
                    }
                    break
                }
            }
            for (worker, part) in running where !part.isFinished {
                worker.killIfHung(after: hangSeconds)
                if worker.messages < 0 || worker.hasEnded() {
                    part.isFinished = true
                    try bury(worker, part, plan, &tally, &left)
                }
            }
            running.removeAll { $0.part.isFinished }
            reportSearch(running.map(\.worker), tally)
        }
        return tally
    }

    private func launch(
        _ part: SearchPart, _ image: ImageReference, _ plan: SearchPlan, since start: UInt64
    ) throws -> WorkerProcess {
        var plan = plan
        let passed = Double(monotonicNanoseconds() &- start) / 1e9
        plan.seconds = plan.seconds.map { max(0, $0 - passed) }
        return try WorkerProcess(
            executable: executable,
            job: .search(
                Job.Search(image: image, plan: plan, part: part.part, skip: part.skip)))
    }

    /// A worker has died in a run: that is a finding.
    private func bury(
        _ worker: WorkerProcess, _ part: SearchPart, _ plan: SearchPlan,
        _ tally: inout SearchTally, _ left: inout [SearchPart]
    ) throws {
        // What it said last may have come with its end.
        worker.reap()
        guard let cause = worker.cause(hangSeconds: hangSeconds),
            let note = worker.page.read(scenarios: plan.scenarios.count),
            note.phase == .running || note.phase == .judging
        else { throw WorkerError("a worker died outside of any run: \(worker.lastWords)") }
        let index = Int(note.ordinal.scenario)
        if let checkpoint = try worker.checkpoint(as: SearchTally.self) { tally.merge(checkpoint) }
        tally.deaths.append(
            Death(
                ordinal: note.ordinal, injections: note.injections, cause: cause,
                whileJudging: note.phase == .judging, said: worker.lastWords))
        let line = ExpectationSet.noWarning.rawValue.trailingZeroBitCount
        tally.lines[line].runs += 1
        tally.lines[line].failures += 1
        var run = plan.scenarios[index].run(injections: note.injections)
        if let noted = worker.page.readSchedule() {
            run.schedule = noted.schedule
            run.recordsSteps = noted.recordsSteps
        }
        tally.consider(
            SearchFinding(
                scenario: plan.scenarios[index], injections: note.injections, choices: [],
                preemptions: 0, ordinal: note.ordinal, deadly: run), at: line)
        // What it had done is known; what it had not is begun again, without what killed it.
        let done = tally.coverage.map(\.index)
        left.append(SearchPart(part: part.part, skip: part.skip + done + [index]))
    }

    private func reportSearch(_ workers: [WorkerProcess], _ tally: SearchTally) {
        guard let progress else { return }
        let runs = workers.reduce(tally.runs) { $0 + $1.page.runs }
        progress(Progress(runs: runs, finishedParts: jobs - workers.count, parts: jobs))
    }

    /// The smallest run like a finding's that breaks the expectation; the finding itself where
    /// looking for it is not possible.
    public func shrink(
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

/// One part of a search, over all workers that it takes.
private final class SearchPart {
    let part: Part
    let skip: [Int]
    var isFinished = false

    init(part: Part, skip: [Int] = []) {
        self.part = part
        self.skip = skip
    }
}
