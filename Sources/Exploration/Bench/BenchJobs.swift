// SPDX-License-Identifier: GPL-2.0-only

// What `bench` asks workers.

import Machine
import Workers

/// Measures what one core does.
package struct SpeedJob: ImageJob {
    package static let name = "speed"

    package var image: ImageReference
    /// Nil: the first one on which the image has faults.
    package var filesystem: Filesystem?

    package var images: [ImageReference] { [image] }

    package func run(in worker: WorkerContext<SpeedJob>) throws -> CoreSpeeds {
        let image = try image.load()
        let able = Filesystem.allCases.first { image.supports(.writeFault, on: $0) }
        guard let filesystem = filesystem ?? able else {
            throw WorkerError("this tree has no faults that could be measured")
        }
        return try CoreSpeeds(of: image, on: filesystem)
    }
}

/// Counts the orders of every n-th concurrent scenario.
package struct OrderCountJob: ImageJob {
    package static let name = "count"

    package var image: ImageReference
    package var shard: Shard
    /// Runs for counting all orders of a scenario.
    package var limit: Int

    package var images: [ImageReference] { [image] }

    package func run(in worker: WorkerContext<OrderCountJob>) throws -> [OrderCount] {
        let image = try image.load()
        var counts: [OrderCount] = []
        var runs: UInt64 = 0
        for (index, scenario) in ScenarioIndex.races.enumerated()
        where index % shard.count == shard.index && image.supports(scenario) {
            let ordinal = RunOrdinal(scenario: index, run: 0)
            counts.append(
                try OrderCount(of: scenario, on: image, limit: limit) {
                    runs += 1
                    worker.page.begin(ordinal, runs: runs, injections: [])
                })
        }
        worker.page.enter(.finished)
        return counts
    }
}
