// SPDX-License-Identifier: GPL-2.0-only

// The runs of variants: those of an earlier check where the question is the same, those of the code
// without the patch where the patch changes nothing that a scenario enters, and the others, made now.

import Slices
import Workers

/// All runs of a variant.
struct JudgedRuns {
    var tally: Tally
    /// Wall-clock time from the first worker's start to the last one's end.
    var seconds: Double
    /// An earlier check made them.
    var areKept = false
    /// Those that were taken from the code without the patch.
    var reused = 0
}

extension CheckSession {
    /// The runs of all that a plan has to judge.
    func judge(_ plan: CheckPlan) throws -> [JudgedRuns] {
        let store = try TallyStore(of: self)
        var runs = plan.judged.indices.map { index -> JudgedRuns? in
            guard keepsAll, reusesRuns else { return nil }
            return store.find(plan.judged[index], plan.hunks[index])
                .map { JudgedRuns(tally: $0, seconds: 0, areKept: true) }
        }
        var reused = try runs.indices.map { runs[$0] == nil ? try reusable($0, plan, store) : nil }
        // Twice, where what is left out depends on what is run.
        while true {
            let new = runs.indices.filter { runs[$0] == nil }
            guard !new.isEmpty else { return runs.map { $0! } }
            let checked = try check(new, plan, reused, store)
            let isInterrupted = pool.isInterrupted?() == true
            for (index, result) in zip(new, checked) {
                var made = JudgedRuns(tally: result.tally, seconds: result.seconds)
                if let known = reused[index] {
                    reused[index] = nil
                    guard let all = known.merged(with: made.tally, isPartial: isInterrupted)
                    else { continue }
                    made.tally = all
                    made.reused = known.tally.runs
                }
                runs[index] = made
                guard keepsAll, !isInterrupted else { continue }
                store.keep(made.tally, of: plan.judged[index], plan.hunks[index])
                if let byFunction = result.byFunction, made.reused == 0 {
                    store.keepRuns(made.tally, byFunction, of: plan.judged[index])
                }
            }
        }
    }

    private func check(
        _ new: [Int], _ plan: CheckPlan, _ reused: [ReusedRuns?], _ store: TallyStore
    ) throws -> [WorkerPool.Checked] {
        try reportingPool.check(
            new.map { .file(plan.judged[$0].image) }, orders: orders,
            only: filter.only(with: orders), hunks: new.map { plan.hunks[$0] },
            selections: new.map { plan.selections[$0] }, parts: new.map { reused[$0]?.places },
            entries: try new.map { index in
                let variant = plan.judged[index]
                guard keepsAll, reused[index] == nil, plan.isBase(index),
                    !store.hasRuns(of: variant)
                else { return nil }
                return try EntryCounters(of: variant)
            })
    }

    /// What of a variant's runs is known from its base.
    private func reusable(
        _ index: Int, _ plan: CheckPlan, _ store: TallyStore
    ) throws -> ReusedRuns? {
        let variant = plan.judged[index]
        guard keepsAll, reusesRuns, let base = plan.baseOf[index], store.hasRuns(of: base),
            var changed = try variant.functionsChanged(from: base)
        else { return nil }
        // Lines that are watched are counted where they run, whether they change anything or not.
        if let hunks = plan.hunks[index] {
            guard let watched = hunks.functions(of: variant) else { return nil }
            changed.formUnion(watched)
        }
        guard let known = store.findRuns(of: base), try known.byFunction.knows(changed, of: base),
            let addresses = try CodeAddresses(from: base, to: variant)
        else { return nil }
        return ReusedRuns(
            of: known, besides: changed,
            asked: ScenarioIndex.places(filter.only(with: orders), with: orders),
            at: addresses.translate)
    }
}
