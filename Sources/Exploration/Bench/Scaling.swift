// SPDX-License-Identifier: GPL-2.0-only

// How the work grows: the orders of some tasks that store to one file, with more tasks, more
// operations of each, more preemptions; and one run of it, with a larger file and a larger window.
// Beside the runs stand the traces: orders that differ in anything that matters. Time is that of the
// processor, because a processor of a virtual machine need not count instructions.

import Expectations
import Glibc
import Interleavings
import Machine
import System
import Workers

/// One size of one thing, and what it costs.
package struct ScalingPoint: Codable, Hashable, Sendable {
    /// What grows.
    package enum Axis: String, Codable, CaseIterable, Sendable {
        case tasks
        case operations = "operations of each task"
        case preemptions
        case fileSize = "file size in KiB"
        case window = "mapped pages"
    }

    package var axis: Axis
    package var value: Int
    package var runs: Int
    /// Orders that differ; nil where orders are not reduced.
    package var traces: Int?
    /// There were no more runs.
    package var isWhole: Bool
    /// Of the processor, for one run.
    package var nanoseconds: Double
    /// The most memory that the process had so far, in KiB.
    package var memory: Int
}

/// Measures how the work grows with one thing.
package struct ScalingJob: ImageJob {
    package static let name = "scaling"

    package var image: ImageReference
    package var axis: ScalingPoint.Axis
    /// The most runs for one point.
    package var limit: Int

    package var images: [ImageReference] { [image] }

    package func run(in worker: WorkerContext<ScalingJob>) throws -> [ScalingPoint] {
        let image = try image.load()
        guard
            let filesystem = Filesystem.allCases.first(where: {
                image.supports(.writeFault, on: $0)
            })
        else { throw WorkerError("this tree has no faults that could be measured") }
        var runs: UInt64 = 0
        let points = try values.map { value in
            try point(value, on: image, filesystem) {
                runs += 1
                worker.page.begin(RunOrdinal(scenario: 0, run: 0), runs: runs, injections: [])
            }
        }
        worker.page.enter(.finished)
        return points
    }

    private var values: [Int] {
        switch axis {
        case .tasks: [1, 2, 3, 4]
        case .operations: [1, 2, 3, 4]
        case .preemptions: [0, 1, 2, 3]
        case .fileSize: [4, 64, 512, 2048]
        case .window: [1, 16, 128, 512]
        }
    }

    private func point(
        _ value: Int, on image: KernelImage, _ filesystem: Filesystem, isAlive: () -> Void
    ) throws -> ScalingPoint {
        let isSize = axis == .fileSize || axis == .window
        let tasks = axis == .tasks ? value : isSize ? 1 : 2
        let each = axis == .operations ? value : axis == .preemptions ? 2 : 1
        let size = axis == .fileSize ? value : 16
        let window = axis == .window ? value : 16
        // Stores to the file's first pages, in the same order by every task.
        let scenario = Scenario(
            name: "bench/scaling", description: "stores to the same pages",
            geometry: Geometry(
                filesystem: filesystem, size: UInt64(size) << 10,
                extents: axis == .fileSize
                    ? [Extent(block: 0, count: UInt32(size / 4), fill: 0x41)] : [],
                deviceBlocks: 2048, mappedPages: 0..<UInt32(window), skew: 0),
            operations: (0..<tasks).flatMap { task in
                (0..<each).map {
                    Machine.Operation(
                        .writeFault, at: UInt64($0) << 12, length: 1, task: UInt8(task))
                }
            })
        var run = scenario.run()
        // The first run of a process lays out its memory.
        image.run(run) { _ in }
        var strategy: any OrderStrategy =
            axis == .preemptions ? BoundedOrders(preemptions: value) : DPOR()
        let start = ScalingJob.processorTime()
        var isWhole = false
        while !isWhole, strategy.worth.runs < limit {
            isWhole = !strategy.next(&run)
            if isWhole { break }
            isAlive()
            try image.run(run) { outcome in
                guard !outcome.end.isHarnessError else {
                    throw WorkerError("the run \(outcome.end.description): \(outcome.message)")
                }
                strategy.learn(from: outcome)
            }
        }
        let worth = strategy.worth
        var made = worth.runs
        // One order is too short to be measured.
        if isSize {
            run = scenario.run()
            for _ in 0..<2000 {
                isAlive()
                image.run(run) { _ in }
            }
            made += 2000
        }
        let seconds = ScalingJob.processorTime() - start
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return ScalingPoint(
            axis: axis, value: value, runs: worth.runs,
            traces: axis == .preemptions ? nil : worth.runs - worth.redundant,
            isWhole: isWhole || strategy.worth.isComplete,
            nanoseconds: seconds * 1e9 / Double(max(1, made)), memory: Int(usage.ru_maxrss))
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension WorkerPool {
    /// How the work on an image grows, one thing after the other.
    ///
    /// - Parameter limit: the most runs for one point.
    package func scaling(of image: ImageReference, limit: Int) throws -> [ScalingPoint] {
        var patient = self
        patient.hangSeconds = 120
        return try patient.run(
            ScalingPoint.Axis.allCases.map { ScalingJob(image: image, axis: $0, limit: limit) }
        ).flatMap(\.results).flatMap { $0 }
    }
}
