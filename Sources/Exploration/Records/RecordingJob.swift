// SPDX-License-Identifier: GPL-2.0-only

// Runs made once more to be written down. They too are made in a worker, because a run that is
// worth a report is often one that kills its process: then its death is what there is to write
// down.

import Expectations
import Machine
import Workers

/// A run to make once more.
package struct RecordingRequest: Codable {
    package var image: ImageReference
    package var name: String
    package var description: String
    package var run: Run

    package init(image: ImageReference, scenario: Scenario, run: Run) {
        self.image = image
        name = scenario.name
        description = scenario.description
        self.run = run
    }

    package var scenario: Scenario {
        Scenario(
            name: name, description: description, geometry: run.geometry, operations: run.operations
        )
    }
}

/// Makes runs and writes each down.
package struct RecordingJob: ImageJob {
    package static let name = "record"

    package var requests: [RecordingRequest]
    /// Runs that killed an earlier worker, by their index.
    package var deaths: [Int: Death] = [:]
    package var suspects = SuspectRuns()

    package var images: [ImageReference] { requests.map(\.image) }

    package func run(in worker: WorkerContext<RecordingJob>) throws -> [RunRecord] {
        var records: [RunRecord] = []
        for (index, request) in requests.enumerated() {
            if let death = deaths[index] {
                records.append(RunRecord(death: death))
                continue
            }
            records.append(try RecordingJob.record(request, at: index, worker.page))
            worker.page.enter(.between)
        }
        worker.page.enter(.finished)
        return records
    }

    private static func record(
        _ request: RecordingRequest, at index: Int, _ page: WorkerPage
    ) throws -> RunRecord {
        let image = try request.image.load()
        guard image.supports(request.scenario) else {
            throw WorkerError("\(request.name): has an operation that this tree cannot do")
        }
        var judge = Judge(image: image)
        page.begin(
            RunOrdinal(scenario: index, run: 0), runs: UInt64(index),
            injections: request.run.injections)
        return image.run(request.run) { outcome in
            page.enter(.judging)
            var record = RunRecord(
                copying: outcome, of: image, injections: request.run.injections)
            let judgement = judge.judge(
                outcome, of: request.scenario, injections: request.run.injections)
            let kinds = judge.kinds(judgement, outcome, of: request.scenario)
            // With those on record: without a baseline that shows them they count.
            for kind in kinds.sorted(by: { $0.expectation < $1.expectation }) {
                let expectation = Expectations.all[kind.expectation]
                let explanation = judge.explain(
                    expectation, outcome, of: request.scenario,
                    injections: request.run.injections)
                record.findings.append(
                    RunRecord.Finding(
                        expectation: expectation.name,
                        expected: explanation?.expected ?? expectation.rule,
                        actual: explanation?.actual ?? "", event: explanation?.event,
                        kind: kind.description(lockClasses: image.lockClassNames()),
                        chain: kind.places))
            }
            record.lockOrder = judge.lockOrder.edges
            return record
        }
    }

    package func objection(to result: [RunRecord], isWhole: Bool) -> String? {
        guard result.count == requests.count else {
            return "\(result.count) records of \(requests.count) runs"
        }
        let names = result.flatMap(\.findings).map(\.expectation)
        if let name = names.first(where: { Expectations.named($0) == nil }) {
            return "no expectation is called \(name)"
        }
        return zip(requests, result).lazy.compactMap { request, record in
            record.objection(ofRun: request.run)
        }.first
    }

    /// The run that killed two workers has its death for a record; the others are made again.
    package func resume(after death: WorkerDeath<[RunRecord]>) throws -> Continuation<RecordingJob>
    {
        let killed = try Death(of: death, scenarios: requests.count)
        var rest = self
        guard try rest.suspects.confirm(killed) else { return .again(rest) }
        rest.deaths[Int(killed.ordinal.scenario)] = killed
        return .again(rest)
    }
}

extension WorkerPool {
    /// Makes runs once more, each in the order given, and returns what there is to tell of each.
    ///
    /// - Throws: `WorkerError` when an image cannot be loaded or the harness is at fault.
    package func record(
        _ runs: [(image: ImageReference, scenario: Scenario, run: Run)]
    ) throws -> [RunRecord] {
        try run(
            RecordingJob(
                requests: runs.map {
                    RecordingRequest(image: $0.image, scenario: $0.scenario, run: $0.run)
                })
        ).flatMap { $0 }
    }
}
