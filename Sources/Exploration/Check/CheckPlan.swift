// SPDX-License-Identifier: GPL-2.0-only

// What a check has to run: the variants that differ from what they are compared with, and of what they
// are compared with as much as no earlier check has seen.

import Slices

/// The runs that a check needs.
struct CheckPlan {
    /// Indices of the variants to run. Where the patches change nothing that runs, there is nothing
    /// to run.
    let changed: [Int]
    /// Indices of the baselines that these are compared with, ascending.
    let bases: [Int]
    /// What earlier checks saw of baselines, by their index.
    let known: [Int: Observation]
    /// The variants that are changed, then the baselines that are not known.
    let judged: [Variant]
    /// For each that is judged what it is compared with, or nil.
    let baseOf: [Variant?]
    /// For each that is judged the added lines to watch, or nil.
    let hunks: [HunkCounters?]
    /// For each that is judged the runs that count, or nil for all.
    let selections: [RunSelection?]

    /// Whether patches are held against a variant that is judged: it has none, or others stand on it.
    func isBase(_ index: Int) -> Bool { baseOf[index] == nil || isStoodOn(index) }

    /// Whether a patch that is judged too is held against it.
    func isStoodOn(_ index: Int) -> Bool { baseOf.contains { $0?.key == judged[index].key } }

    /// Those whose runs are made next.
    ///
    /// - Parameters:
    ///   - left: indices of those whose runs are not known.
    ///   - inTurn: a base comes before what stands on it, most of whose runs are known from it then.
    func next(of left: [Int], inTurn: Bool) -> [Int] {
        guard inTurn else { return left }
        let keys = Set(left.map { judged[$0].key })
        let first = left.filter { index in baseOf[index].map { !keys.contains($0.key) } ?? true }
        // A patch that takes back the one before it stands on what stands on it.
        return first.isEmpty ? left : first
    }
}

/// A variant, all of its runs and what they show.
struct JudgedVariant {
    let variant: Variant
    let runs: JudgedRuns
    let hunks: HunkCounters?
    let shown: ShownFailures

    var tally: Tally { runs.tally }
    var observation: Observation { Observation(tally, shown: shown) }
}

extension CheckSession {
    /// Whether what this check runs is kept for later ones, and a variant of it can be their baseline,
    /// as each is in a series. Part of a check is quickly made, and seldom asked for again; and what a
    /// filter chooses of a patched variant is not what it chooses of a baseline.
    var keepsAll: Bool { filter.isEmpty && keepsRuns }

    /// What there is to run.
    func plan(_ built: BuiltVariants, _ store: ObservationStore) throws -> CheckPlan {
        let changed = try built.variants.indices.filter { index in
            guard let base = built.base(of: index) else { return true }
            return try !built.variants[index].hasCode(of: base)
        }
        let bases = Set(changed.compactMap { built.baseOf[$0] }).sorted()
        var known: [Int: Observation] = [:]
        for index in bases { known[index] = store.find(built.bases[index]) }
        let patched = changed.map { built.variants[$0] }
        let keys = keepsAll ? patched.map(\.key) : []
        // What is not known of the baselines is found out beside the rest.
        let new = bases.filter { known[$0] == nil && !keys.contains(built.bases[$0].key) }
            .map { built.bases[$0] }
        return CheckPlan(
            changed: changed, bases: bases, known: known, judged: patched + new,
            baseOf: changed.map { built.base(of: $0) } + new.map { _ in nil },
            hunks: try changed.map {
                try counters(of: built.variants[$0], beside: built.base(of: $0))
            } + new.map { _ in nil },
            selections: try patched.map { try filter.selection(in: $0, by: pool) }
                + new.map { try baselineFilter.selection(in: $0, by: pool) })
    }

    /// What the runs of a plan show.
    func show(_ plan: CheckPlan, _ results: [JudgedRuns]) throws -> [JudgedVariant] {
        try plan.judged.indices.map { index in
            let variant = plan.judged[index]
            return JudgedVariant(
                variant: variant, runs: results[index], hunks: plan.hunks[index],
                shown: try shownFailures(in: results[index].tally, by: variant))
        }
    }

    /// What the baselines of a plan show, by their index; keeps it for later checks, if all runs were
    /// made: half of what code shows is nothing to hold a patch against.
    func observations(
        _ plan: CheckPlan, _ judged: [JudgedVariant], of built: BuiltVariants,
        in store: ObservationStore
    ) -> [Int: Observation] {
        var seen = plan.known
        for result in judged.dropFirst(keepsAll ? 0 : plan.changed.count) {
            let asked = plan.bases.filter {
                plan.known[$0] == nil && built.bases[$0].key == result.variant.key
            }
            guard !asked.isEmpty || !store.has(result.variant) else { continue }
            let observation = result.observation
            if result.runs.isWhole { store.keep(observation, of: result.tally, result.variant) }
            for index in asked { seen[index] = observation }
        }
        return seen
    }

    /// What is watched, to see whether the patches run at all.
    func counters(of variant: Variant, beside base: Variant?) throws -> HunkCounters? {
        // Where only some of a scenario's runs count, what the others run says nothing.
        guard measuresCoverage, !filter.choosesWithinScenarios else { return nil }
        let added = variant.addedLines.isEmpty ? nil : try HunkCounters(of: variant)
        guard let base, added?.lines.isEmpty ?? variant.addedLines.isEmpty else { return added }
        // A patch that only takes lines away.
        return try HunkCounters(of: variant, changedFrom: base) ?? added
    }

    /// How the runs of a baseline are chosen. A function need not be there without the patches, and
    /// then other functions do what it does.
    var baselineFilter: RunFilter {
        var filter = self.filter
        filter.functions = []
        return filter
    }
}
