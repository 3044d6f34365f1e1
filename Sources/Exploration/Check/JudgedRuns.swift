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
    /// Nobody has interrupted them.
    var isWhole = true
}

extension CheckSession {
    /// The runs of all that a plan has to judge.
    func judge(_ plan: CheckPlan) throws -> [JudgedRuns] {
        let store = try TallyStore(of: self)
        let wholeStore = try TallyStore(of: whole)
        var runs = plan.judged.indices.map { index -> JudgedRuns? in
            guard keepsAll, reusesRuns else { return nil }
            return store.find(plan.judged[index], plan.hunks[index])
                .map { JudgedRuns(tally: $0, seconds: 0, areKept: true) }
        }
        /// Those of which all runs are made: what would be left out depends on what is run.
        var whole: Set<Int> = []
        while true {
            let next = plan.next(of: runs.indices.filter { runs[$0] == nil }, inTurn: canReuse)
            guard !next.isEmpty else { return runs.map { $0! } }
            let reused = try next.map { index in
                whole.contains(index) ? nil : try reusable(index, plan, wholeStore)
            }
            let checked = try check(next, plan, reused, store)
            let isInterrupted = pool.isInterrupted?() == true
            for ((index, known), result) in zip(zip(next, reused), checked) {
                var made = JudgedRuns(tally: result.tally, seconds: result.seconds)
                made.isWhole = !isInterrupted
                var byFunction = result.byFunction
                if let known {
                    guard let all = known.merged(with: made.tally, isPartial: isInterrupted) else {
                        whole.insert(index)
                        continue
                    }
                    made.tally = all
                    made.reused = known.tally.runs
                    byFunction = byFunction?.joined(with: known.byFunction)
                }
                runs[index] = made
                guard keepsAll, !isInterrupted else { continue }
                store.keep(made.tally, of: plan.judged[index], plan.hunks[index])
                if let byFunction {
                    store.keepRuns(made.tally, byFunction, of: plan.judged[index])
                }
            }
        }
    }

    /// Whether scenarios of this check can be taken over: of one that is asked for its runs all are.
    private var canReuse: Bool { reusesRuns && !filter.choosesWithinScenarios }

    private func check(
        _ new: [Int], _ plan: CheckPlan, _ reused: [ReusedRuns?], _ store: TallyStore
    ) throws -> [WorkerPool.Checked] {
        try reportingPool.check(
            new.map { .file(plan.judged[$0].image) }, orders: orders,
            only: filter.only(with: orders), hunks: new.map { plan.hunks[$0] },
            selections: new.map { plan.selections[$0] }, parts: reused.map { $0?.places },
            entries: try new.map { index in
                let variant = plan.judged[index]
                guard keepsAll, plan.isBase(index) || isOneOfSeries, !store.hasRuns(of: variant)
                else { return nil }
                return try EntryCounters(of: variant)
            })
    }

    /// What of a variant's runs is known from its base; of a base, where only a part of them is asked
    /// for, from itself.
    ///
    /// - Parameter store: of the check that this one is a part of.
    private func reusable(
        _ index: Int, _ plan: CheckPlan, _ store: TallyStore
    ) throws -> ReusedRuns? {
        guard canReuse else { return nil }
        let variant = plan.judged[index]
        let base = plan.baseOf[index] ?? variant
        guard store.hasRuns(of: base), var changed = try variant.functionsChanged(from: base)
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

    /// Makes all runs of code that patches are going to be held against, one after the other, and keeps
    /// what they show.
    ///
    /// - Parameter lines: to be watched.
    package func baseTally(_ base: Variant, watching lines: HunkCounters) throws -> Tally {
        let result = try pool.check(
            [.file(base.image)], orders: orders, only: filter.only(with: orders), hunks: [lines],
            entries: [try EntryCounters(of: base)])[0]
        guard pool.isInterrupted?() != true else { return result.tally }
        try ObservationStore(of: self).keep(
            observation(of: result.tally, by: base), of: result.tally, base)
        if filter.isEmpty, orders != nil, let byFunction = result.byFunction {
            try TallyStore(of: self).keepRuns(result.tally, byFunction, of: base)
        }
        return result.tally
    }

    /// The check that this one is a part of: what a scenario comes to is the same in both.
    private var whole: CheckSession {
        var session = self
        session.filter = RunFilter()
        session.filter.scope = filter.scope
        session.orders = orders ?? .standard
        return session
    }
}
