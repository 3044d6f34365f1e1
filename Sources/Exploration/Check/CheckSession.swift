// SPDX-License-Identifier: GPL-2.0-only

// From patches to a report: build the variants, make and judge all runs, make the runs that broke
// an expectation once more and write them down, and see which added lines ran. This is the whole of
// what `check` and `matrix` do; they differ in what they ask for.

import Expectations
import FoundationEssentials
import Glibc
import Interleavings
import Slices
import System
import Workers

/// Judges variants.
package struct CheckSession: Sendable {
    /// What a session is busy with.
    package enum Stage: Sendable {
        case building(variants: Int)
        case exploring(Progress)
        case witnessing
        case done
    }

    package var builder: Builder
    package var pool: WorkerPool
    package var store: WitnessStore
    /// Why the embedded slice is judged, where it is.
    package var sliceChoice: TreeChoice?
    /// Whether to see which added lines ran.
    package var measuresCoverage = true
    /// How many orders of each race are tried; nil to leave the races out.
    package var orders: OrderLimit? = .standard
    /// Whether runs are kept in the cache: not where nobody asks for the same code again.
    package var keepsRuns = true
    /// Whether runs that an earlier check made are taken from the cache.
    package var reusesRuns = true
    /// Whether failures that are on record count like others.
    package var countsKnown = false
    /// What variants are compared with.
    package var baseline = Baseline.nothing
    /// Which part of a check is asked for.
    package var filter = RunFilter()
    /// Whether all failing runs are listed.
    package var listsFailing = false
    package var progress: (@Sendable (Stage) -> Void)?
    /// When the question was asked.
    package var begun = ContinuousClock.now
    /// Called when there begins to be something to tell, so that an interrupt need not lose it.
    package var onSearch: (@Sendable () -> Void)?

    /// The pool, telling whoever waits how far its runs have come.
    package var reportingPool: WorkerPool {
        guard let progress else { return pool }
        var pool = self.pool
        pool.progress = { progress(.exploring($0)) }
        return pool
    }

    package init(builder: Builder, pool: WorkerPool) {
        self.builder = builder
        self.pool = pool
        store = WitnessStore(in: builder.cache)
    }

    /// Builds and judges each request, and what it is compared with.
    ///
    /// - Throws: `BuildFailures` when variants cannot be built, `WorkerError` when the harness is at
    ///   fault, `QuestionError` when a tool fails.
    package func check(_ requests: [BuildRequest]) throws -> Report {
        var time = TimeSpent(since: begun)
        time.finish(\.reading)
        progress?(.building(variants: requests.count))
        let built = try BuiltVariants(requests, against: baseline, by: builder)
        let variants = built.variants
        // There is nothing to run where the patches change nothing that runs.
        let changed = try variants.indices.filter { index in
            try
                !(built.baseOf[index].map { try variants[index].hasCode(of: built.bases[$0]) }
                ?? false)
        }
        let hunks = try changed.map { index in
            try counters(of: variants[index], beside: built.baseOf[index].map { built.bases[$0] })
        }
        let store = try ObservationStore(of: self)
        let bases = Set(changed.compactMap { built.baseOf[$0] }).sorted()
        var seen: [Int: Observation] = [:]
        for index in bases { seen[index] = store.find(built.bases[index]) }
        let isKept = seen.count == bases.count
        // In a series each variant is the base of the next. What a filter chooses of a patched variant
        // is not what it chooses of a base.
        let areBases = filter.isEmpty && keepsRuns
        let keys = areBases ? changed.map { variants[$0].key } : []
        // What is not known of the baselines is found out beside the rest.
        let new = bases.filter { seen[$0] == nil && !keys.contains(built.bases[$0].key) }
        time.finish(\.building)
        onSearch?()
        let judged = changed.map { variants[$0] } + new.map { built.bases[$0] }
        let selections =
            try changed.map { try filter.selection(in: variants[$0], by: pool) }
            + new.map { try baselineFilter.selection(in: built.bases[$0], by: pool) }
        let results = try judge(judged, hunks, selections)
        let isInterrupted = pool.isInterrupted?() == true
        time.finish(\.running)
        progress?(.witnessing)
        for (variant, result) in zip(judged, results).dropFirst(areBases ? 0 : changed.count) {
            let observation = try observation(of: result.tally, image: variant.image)
            // Half of what it shows is nothing to hold a patch against later.
            if !isInterrupted { store.keep(observation, of: variant) }
            for index in bases where built.bases[index].key == variant.key {
                seen[index] = observation
            }
        }
        let shared = try sharedRecord(variants, results)
        let reports = try variants.indices.map { index in
            var report: VariantReport
            if let place = changed.firstIndex(of: index) {
                let base = built.baseOf[index].flatMap { place in
                    seen[place].map { record(of: $0, built.bases[place]) }
                }
                report = try self.report(
                    of: variants[index], requests[index], results[place], hunks: hunks[place],
                    beside: base ?? (isFirst(index) ? nil : shared))
            } else {
                report = sameCode(variants[index], requests[index])
            }
            report.notes += built.notes[index]
            return report
        }
        progress?(.done)
        let tree = requests.first.map { identity(of: $0.tree) }
        var report = Report(
            tree: tree ?? Witness.TreeIdentity(kind: "embedded", version: ""), variants: reports)
        report.isBaselinePartial = isInterrupted && !isKept
        time.finish(\.witnessing)
        report.time = time
        return report
    }

    /// What is watched, to see whether the patches run at all.
    private func counters(of variant: Variant, beside base: Variant?) throws -> HunkCounters? {
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

    private func record(of seen: Observation, _ base: Variant) -> BaselineRecord {
        if case .code = baseline { return BaselineRecord(seen, of: base, .revision) }
        return BaselineRecord(seen, of: base, .unpatched)
    }

    /// Whether a variant is what the others are compared with.
    private func isFirst(_ index: Int) -> Bool {
        if case .first = baseline { index == 0 } else { false }
    }

    /// What all variants are compared with that have no base of their own; nil for nothing.
    private func sharedRecord(
        _ variants: [Variant], _ results: [JudgedRuns]
    ) throws -> BaselineRecord? {
        switch baseline {
        case .report(let kept): return BaselineRecord(kept)
        case .first:
            guard variants.count > 1, let tally = results.first?.tally else { return nil }
            let seen = try observation(of: tally, image: variants[0].image)
            return BaselineRecord(seen, of: variants[0], .unpatched)
        case .nothing, .unpatched, .code: return nil
        }
    }

    /// Builds all, or says what is wrong with each that cannot be built.
    package func build(_ requests: [BuildRequest]) throws -> [Variant] {
        var failures: [QuestionError] = []
        var variants: [Variant] = []
        for result in try builder.build(requests) {
            switch result {
            case .success(let variant): variants.append(variant)
            case .failure(let failure): failures.append(failure)
            }
        }
        guard failures.isEmpty else { throw BuildFailures(failures: failures) }
        return variants
    }

    /// What a tree, unpatched, can be asked.
    package func describe(_ tree: Tree) throws -> ImageDescription {
        let variant = try build([
            BuildRequest(name: CheckSession.baseName, tree: tree, patches: [])
        ])[0]
        return try pool.describe(.file(variant.image))
    }
}

/// Variants that cannot be built, and why.
package struct BuildFailures: Error, CustomStringConvertible, Sendable {
    package let failures: [QuestionError]
    package var description: String {
        // What is wrong below the patches is wrong with every variant, and said once.
        var known: Set<String> = []
        return failures.map(\.description).filter { known.insert($0).inserted }
            .joined(separator: "\n")
    }
}
