// SPDX-License-Identifier: GPL-2.0-only

// The worker process: where code under test runs. It may do anything there, so nothing but this
// process depends on it: descriptors 0 to 2 lead nowhere that matters, what was found leaves
// through a pipe of its own, and when the parent is gone the worker goes too.

import Expectations
import FoundationEssentials
import Glibc
import Machine

/// Descriptors that a worker is born with, besides 0 (its job), 1 (nowhere) and 2 (read by the
/// parent, for the last words of a process that dies).
enum WorkerDescriptor {
    static let page: Int32 = 3
    static let messages: Int32 = 4
}

/// The life of a worker process.
package enum Worker {
    /// Does the job on standard input and returns the process's exit status.
    package static func main() -> Int32 {
        leaveWithParent()
        do {
            let page = try ProgressPage(inherited: WorkerDescriptor.page)
            let job = try JSONDecoder().decode(Job.self, from: readAll(STDIN_FILENO))
            do {
                switch job {
                case .explore(let exploration): try explore(exploration, page)
                case .record(let requests): try record(requests, page)
                case .measure(let image, let filesystem):
                    try measure(image.load(), filesystem)
                case .describe(let image):
                    try send(.described(ImageDescription(of: image.load())))
                case .search(let search): try self.search(search, page)
                case .count(let count): try self.count(count, page)
                case .shrink(let shrink):
                    var shrinking = Shrinking(of: try shrink.image.load(), page: page)
                    guard let expectation = Expectations.named(shrink.expectation) else {
                        throw WorkerError("no expectation is called \(shrink.expectation)")
                    }
                    try send(.shrunk(shrinking.shrink(shrink.finding, breaking: expectation)))
                case .compare(let job): try compare(job, page)
                }
            } catch {
                page.enter(.finished)
                try send(.failed("\(error)"))
            }
            return 0
        } catch {
            let words = "\(error)\n"
            write(STDERR_FILENO, words, words.utf8.count)
            return 70
        }
    }

    private static func explore(_ job: Job.Exploration, _ page: ProgressPage) throws {
        let image = try job.image.load()
        var shard = ShardRunner(
            of: image, part: job.part, orders: job.orders, only: job.only,
            tally: job.tally ?? Tally(), skip: job.skip, page: page, hunks: job.hunks)
        try shard.run { tally in try send(checkpoint: tally) }
        try send(.finished(shard.tally))
    }

    private static func measure(_ image: KernelImage, _ filesystem: Filesystem?) throws {
        let able = Filesystem.allCases.first { image.supports(.writeFault, on: $0) }
        guard let filesystem = filesystem ?? able else {
            throw WorkerError("this tree has no faults that could be measured")
        }
        try send(.measured(CoreSpeeds(of: image, on: filesystem)))
    }

    private static func record(_ requests: [RecordingRequest], _ page: ProgressPage) throws {
        for (index, request) in requests.enumerated() {
            let image = try request.image.load()
            guard image.supports(request.scenario) else {
                throw WorkerError("\(request.name): has an operation that this tree cannot do")
            }
            var judge = Judge(image: image)
            page.begin(
                RunOrdinal(scenario: index, run: 0), runs: UInt64(index),
                injections: request.run.injections)
            let record = image.run(request.run) { outcome in
                page.enter(.judging)
                var record = RunRecord(
                    copying: outcome, of: image, injections: request.run.injections)
                let judgement = judge.judge(
                    outcome, of: request.scenario, injections: request.run.injections)
                let kinds = judge.kinds(judgement, outcome, of: request.scenario)
                for expectation in judgement.fails.members {
                    let kind = kinds.first { $0.expectation == expectation.index }
                    let explanation = judge.explain(
                        expectation, outcome, of: request.scenario,
                        injections: request.run.injections)
                    record.findings.append(
                        RunRecord.Finding(
                            expectation: expectation.name,
                            expected: explanation?.expected ?? expectation.rule,
                            actual: explanation?.actual ?? "", event: explanation?.event,
                            kind: kind?.description(lockClasses: image.lockClassNames()),
                            chain: kind?.places))
                }
                record.lockOrder = judge.lockOrder.edges
                return record
            }
            page.enter(.between)
            try send(.recorded(record))
        }
        page.enter(.finished)
    }

    private static func count(_ job: Job.Count, _ page: ProgressPage) throws {
        let image = try job.image.load()
        var counts: [OrderCount] = []
        var runs: UInt64 = 0
        for (index, race) in ScenarioIndex.races.enumerated()
        where index % job.part.count == job.part.index && image.supports(race) {
            let ordinal = RunOrdinal(scenario: index, run: 0)
            counts.append(
                try OrderCount(of: race, on: image, limit: job.limit) {
                    runs += 1
                    page.begin(ordinal, runs: runs, injections: [])
                })
        }
        page.enter(.finished)
        try send(.counted(counts))
    }

    private static func search(_ job: Job.Search, _ page: ProgressPage) throws {
        var search = OrderSearch(
            of: try job.image.load(), plan: job.plan, part: job.part, skip: job.skip,
            nextGenerated: job.nextGenerated, page: page)
        try search.run { tally in
            try send(line: Data([checkpointMark]) + JSONEncoder().encode(tally))
        }
        try send(.searched(search.tally))
    }

    private static func compare(_ job: Job.Comparison, _ page: ProgressPage) throws {
        var comparison = try Comparison(job, page: page)
        try comparison.run { tally in
            try send(line: Data([checkpointMark]) + JSONEncoder().encode(tally))
        }
        try send(.compared(comparison.tally))
    }

    private static func send(_ message: Message) throws {
        try send(line: JSONEncoder().encode(message))
    }

    private static func send(checkpoint tally: Tally) throws {
        try send(line: Data([checkpointMark]) + JSONEncoder().encode(tally))
    }

    private static func send(line: Data) throws {
        var line = line
        line.append(UInt8(ascii: "\n"))
        try line.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = write(
                    WorkerDescriptor.messages, bytes.baseAddress! + sent, bytes.count - sent)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw WorkerError("the parent is gone") }
                sent += count
            }
        }
    }

    private static func readAll(_ descriptor: Int32) throws -> Data {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw WorkerError("cannot read the job: \(lastError())") }
            if count == 0 { return data }
            data.append(contentsOf: buffer[..<count])
        }
    }

    /// A pipe whose reader is gone wakes this thread, and the process ends, even one that a patch
    /// keeps from ever writing again.
    private static func leaveWithParent() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                var watched = pollfd(fd: WorkerDescriptor.messages, events: 0, revents: 0)
                while true {
                    if poll(&watched, 1, -1) > 0, watched.revents != 0 { _exit(71) }
                }
            }, nil)
        pthread_detach(thread)
    }
}
