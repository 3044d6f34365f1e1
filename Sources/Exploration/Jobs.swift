// SPDX-License-Identifier: GPL-2.0-only

// The jobs that workers do for this room. The command's entry point registers them.

import Workers

/// All jobs of Exploration.
package enum ExplorationJobs {
    package static var all: [any WorkerJob.Type] {
        [
            CheckJob.self, RecordingJob.self, DescribeJob.self, SearchJob.self, RepeatJob.self,
            ShrinkJob.self, SpeedJob.self, OrderCountJob.self, ScalingJob.self,
        ]
    }
}
