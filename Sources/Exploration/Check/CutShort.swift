// SPDX-License-Identifier: GPL-2.0-only

// A variant whose runs take too long is judged by those that were made (`RunTimeLimit`). That the others
// are missing is told as an error of the harness: no verdict rests on them.
//
// What must hold: how far the runs came hangs on the machine, so nothing of it is kept for later checks.

import Machine
import Workers

extension WorkerPool {
    /// Notes in the tally of all shards that some of them were ended early.
    ///
    /// - Parameter scenarios: how many there are.
    func noteCutShort(_ shards: [JobState<CheckJob>], in tally: inout Tally, of scenarios: Int) {
        let done = tally.scenarios + tally.races.scenarios
        for shard in shards where shard.isCutShort {
            tally.merge(
                HarnessError(
                    .limit,
                    "\(limit.complaint): \(done) of \(scenarios) scenarios were run",
                    ordinal: shard.lastPlace, injections: []))
            tally.scenariosWithHarnessErrors += 1
        }
    }
}

extension JobState<CheckJob> {
    /// Where it was ended: what its worker says, if that can be.
    fileprivate var lastPlace: RunOrdinal {
        let all = ScenarioIndex.scenarios(of: job.shard, orders: job.orders, only: job.only)
        let last = Int(RunOrdinal(packed: position).scenario)
        return RunOrdinal(scenario: all.contains(last) ? last : all.first ?? 0, run: 0)
    }
}

extension Tally {
    /// Some runs are missing because others took too long.
    var isCutShort: Bool {
        harnessErrors.contains { $0.end == .limit && $0.message.hasPrefix(RunTimeLimit.tooLong) }
    }
}

extension CheckPlan {
    /// Whether runs of a baseline are missing, so that a failure may be none of the patch's.
    func lacksBaseline(_ judged: [JudgedVariant]) -> Bool {
        judged.indices.contains { index in
            (index >= changed.count || isStoodOn(index))
                && (judged[index].tally.isCutShort || !judged[index].runs.isWhole)
        }
    }
}
