// SPDX-License-Identifier: GPL-2.0-only

// Where a check ends whose runs kill their processes: at the run with which there are too many, in the
// order of the plan. A shard does not know of the deaths of the others and stops at its own limit, so it
// may have come further, or not so far; what is behind the end is taken out, what is missing is made up
// for. So neither a verdict nor a count depends on how many shards there are.

import Workers

extension WorkerPool {
    /// The shards of one image, up to where too many runs have killed their processes.
    ///
    /// - Returns: the shards, and what to say of what was left out; nil if all was run.
    func endingAtLimit(
        _ states: [JobState<CheckJob>]
    ) throws -> (states: [JobState<CheckJob>], note: String?) {
        let deaths = states.flatMap(\.job.deaths).sorted { $0.ordinal < $1.ordinal }
        guard let limit = states.first?.job.limit, let last = limit.end(of: deaths),
            isInterrupted?() != true
        else { return (states, nil) }
        let end = Int(deaths[last].ordinal.scenario)
        let counted = Set(deaths[...last].map(\.ordinal))
        var again = try run(states.map { $0.job.ending(at: end, $0.results.last) })
        for (index, state) in states.enumerated() {
            again[index].job.deaths = state.job.deaths.filter { counted.contains($0.ordinal) }
            again[index].started = state.started
        }
        let job = states[0].job
        let places = ScenarioIndex.places(job.only, with: job.orders)
        return (
            again,
            "\(counted.count) runs killed their process; the last "
                + "\(places.count { $0 >= end }) of \(places.count) scenarios were not run"
        )
    }
}

extension CheckJob {
    /// The same up to a scenario, going on from a tally that is not behind it.
    fileprivate func ending(at end: Int, _ tally: Tally?) -> CheckJob {
        var job = self
        job.end = end
        job.canaries.removeAll { $0.place >= end }
        job.deaths.removeAll { Int($0.ordinal.scenario) >= end }
        job.tally = tally.flatMap { $0.nextScenario <= end ? $0 : nil } ?? Tally()
        job.limit.deaths = .max
        job.limit.hangs = .max
        return job
    }
}
