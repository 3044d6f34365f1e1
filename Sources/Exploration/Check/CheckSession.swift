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
    /// Whether patches on top of those that are judged are likely to be asked about next.
    package var isOneOfSeries = false
    /// Whether failures that are on record count like others.
    package var countsKnown = false
    /// What variants are compared with.
    package var baseline = Baseline.nothing
    /// Which part of a check is asked for.
    package var filter = RunFilter()
    /// Why the check is about other filesystems than every check; nil if it is not.
    package var scopeReason: String?
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
        let store = try ObservationStore(of: self)
        let plan = try plan(built, store)
        time.finish(\.building)
        onSearch?()
        let results = try judge(plan)
        time.finish(\.running)
        progress?(.witnessing)
        let judged = try show(plan, results)
        let seen = observations(plan, judged, of: built, in: store)
        let shared = sharedRecord(judged)
        var reports = try built.variants.indices.map { index in
            guard let place = plan.changed.firstIndex(of: index) else {
                return sameCode(
                    built.variants[index], as: built.base(of: index)!, requests[index])
            }
            let base = built.baseOf[index].flatMap { place in
                seen[place].map { record(of: $0, built.bases[place]) }
            }
            return try self.report(
                of: judged[place], requests[index],
                beside: base ?? (isFirst(index) ? nil : shared))
        }
        for index in reports.indices { reports[index].notes += built.notes[index] }
        progress?(.done)
        let tree = requests.first.map { identity(of: $0.tree) }
        var report = Report(
            tree: tree ?? Witness.TreeIdentity(kind: "embedded", version: ""), variants: reports)
        report.isBaselinePartial = plan.lacksBaseline(judged)
        time.finish(\.witnessing)
        report.time = time
        return report
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
    private func sharedRecord(_ judged: [JudgedVariant]) -> BaselineRecord? {
        switch baseline {
        case .report(let kept): return BaselineRecord(kept)
        case .first:
            guard judged.count > 1 else { return nil }
            return BaselineRecord(
                judged[0].observation, of: judged[0].variant, .unpatched)
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
