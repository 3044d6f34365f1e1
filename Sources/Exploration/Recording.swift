// SPDX-License-Identifier: GPL-2.0-only

// Runs made once more to be written down. They too are made in a worker, because a run that is
// worth a report is often one that kills its process: then its death is what there is to write
// down.

import Expectations
import Glibc
import Machine

extension WorkerPool {
    /// Makes runs once more, each in the order given, and returns what there is to tell of each.
    ///
    /// - Throws: `WorkerError` when an image cannot be loaded or the harness is at fault.
    package func record(
        _ runs: [(image: ImageReference, scenario: Scenario, run: Run)]
    ) throws -> [RunRecord] {
        var records: [RunRecord] = []
        while records.count < runs.count {
            let rest = runs[records.count...].map {
                RecordingRequest(image: $0.image, scenario: $0.scenario, run: $0.run)
            }
            let worker = try WorkerProcess(executable: executable, job: .record(rest))
            records += try recordings(of: worker)
            guard records.count < runs.count else { break }
            worker.reap()
            let note = worker.page.read(scenarios: rest.count)
            guard let cause = worker.cause(hangSeconds: hangSeconds), let note,
                note.phase == .running || note.phase == .judging
            else { throw WorkerError("a worker died outside of any run: \(worker.lastWords)") }
            records.append(
                RunRecord(
                    death: Death(
                        ordinal: note.ordinal, injections: note.injections, cause: cause,
                        whileJudging: note.phase == .judging, said: worker.lastWords)))
        }
        return records
    }

    private func recordings(of worker: WorkerProcess) throws -> [RunRecord] {
        try messages(of: worker).map { message in
            switch message {
            case .recorded(let record): return record
            case .failed(let words): throw WorkerError(words)
            case .finished, .measured, .described, .searched, .shrunk, .counted, .compared:
                throw WorkerError("a worker answered what it was not asked")
            }
        }
    }

    /// Everything that a worker says before it ends, one way or the other.
    func messages(of worker: WorkerProcess) throws -> [Message] {
        var messages: [Message] = []
        while worker.messages >= 0 || worker.standardError >= 0 {
            worker.killIfHung(after: hangSeconds)
            var watched = [worker.messages, worker.standardError].filter { $0 >= 0 }.map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&watched, nfds_t(watched.count), 100) > 0 else {
                if worker.hasEnded() { break }
                continue
            }
            for item in watched where item.revents != 0 {
                messages += try worker.take(from: item.fd)
            }
        }
        return messages
    }
}
