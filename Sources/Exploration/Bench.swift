// SPDX-License-Identifier: GPL-2.0-only

// What the machine and the judge can do in one process on one core: the loops that everything else
// is made of, each run for long enough to be measured. Made in a worker like every other run.

import Expectations
import FoundationEssentials
import Machine

/// Speeds of one image on one core.
public struct CoreSpeeds: Codable, Sendable {
    /// Fresh worlds a second, each with one allocating fault, judged by all expectations.
    public var judgedRunsPerSecond: Double
    /// The same without judging.
    public var runsPerSecond: Double
    /// Write faults a second on an allocated page of one world.
    public var warmFaultsPerSecond: Double
    /// One switch between two tasks.
    public var nanosecondsPerSwitch: Double

    /// Measures; takes about two seconds.
    init(of image: KernelImage) throws {
        let world = Geometry(
            filesystem: .ext2, size: 3 * 4096 + 1, mappedPages: 0..<16, skew: 0)
        let fault = Machine.Operation(.writeFault, at: 4096, length: 1)
        let scenario = Scenario(
            name: "bench/allocating-fault", words: "a write fault into a hole", geometry: world,
            operations: [fault])
        let run = scenario.run()
        var judge = Judge(image: image)
        try image.run(run) { outcome in
            guard outcome.end == .finished else {
                throw WorkerError("the run \(outcome.end.words): \(outcome.message)")
            }
        }
        judgedRunsPerSecond = CoreSpeeds.rate(forSeconds: 0.5) {
            for _ in 0..<1000 {
                _ = image.run(run) { judge.judge($0, of: scenario, injections: []) }
            }
            return 1000
        }
        runsPerSecond = CoreSpeeds.rate(forSeconds: 0.5) {
            for _ in 0..<1000 { image.run(run) { _ in } }
            return 1000
        }

        let allocated = Geometry(
            filesystem: .ext2, size: 4 * 4096, extents: [Extent(block: 0, count: 4, fill: 0x41)],
            mappedPages: 0..<16, skew: 0)
        var warm = fault
        warm.repeats = 200_000
        let warmRun = Run(
            geometry: allocated, operations: [warm], isQuiet: true, budget: .max / 2)
        try image.run(warmRun) { outcome in
            guard outcome.end == .finished else {
                throw WorkerError("the run \(outcome.end.words): \(outcome.message)")
            }
        }
        warmFaultsPerSecond = CoreSpeeds.rate(forSeconds: 0.5) {
            image.run(warmRun) { _ in }
            return 200_000
        }

        var yields = [
            Machine.Operation(.yield, at: 0, task: 0), Machine.Operation(.yield, at: 0, task: 1),
        ]
        for index in yields.indices { yields[index].repeats = 500_000 }
        let switching = Run(
            geometry: allocated, operations: yields, schedule: Schedule(policy: .roundRobin),
            isQuiet: true, budget: .max / 2)
        try image.run(switching) { outcome in
            guard outcome.end == .finished else {
                throw WorkerError("the run \(outcome.end.words): \(outcome.message)")
            }
        }
        let switches = CoreSpeeds.rate(forSeconds: 0.5) {
            image.run(switching) { _ in }
            return 1_000_000
        }
        nanosecondsPerSwitch = 1e9 / switches
    }

    /// How often a second something is done, `body` doing it as often as it says.
    private static func rate(forSeconds seconds: Double, _ body: () -> Int) -> Double {
        var done = body() * 0
        let start = monotonicNanoseconds()
        var elapsed = 0.0
        while elapsed < seconds {
            done += body()
            elapsed = Double(monotonicNanoseconds() &- start) / 1e9
        }
        return Double(done) / elapsed
    }
}

extension WorkerPool {
    /// Measures an image in a worker.
    public func measure(_ image: ImageReference) throws -> CoreSpeeds {
        let worker = try WorkerProcess(executable: executable, job: .measure(image))
        for message in try messages(of: worker) {
            switch message {
            case .measured(let speeds): return speeds
            case .failed(let words): throw WorkerError(words)
            case .finished, .recorded, .searched, .shrunk:
                throw WorkerError("a worker answered what it was not asked")
            }
        }
        throw WorkerError("a worker died while it measured: \(worker.lastWords)")
    }
}
