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
    /// Whether failures that are on record count like others.
    package var countsKnown = false
    package var progress: (@Sendable (Stage) -> Void)?
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

    /// Builds and judges each request.
    ///
    /// - Throws: `BuildFailures` when variants cannot be built, `WorkerError` when the harness is at
    ///   fault, `QuestionError` when a tool fails.
    package func check(_ requests: [BuildRequest]) throws -> Report {
        progress?(.building(variants: requests.count))
        let variants = try build(requests)
        let hunks = try variants.map { variant in
            measuresCoverage && !variant.addedLines.isEmpty
                ? try HunkCounters(of: variant) : nil
        }
        onSearch?()
        let results = try reportingPool.check(
            variants.map { .file($0.image) }, orders: orders, hunks: hunks)
        progress?(.witnessing)
        let reports = try variants.indices.map { index in
            try report(
                of: variants[index], requests[index], results[index], hunks: hunks[index])
        }
        progress?(.done)
        let tree = requests.first.map { identity(of: $0.tree) }
        return Report(
            tree: tree ?? Witness.TreeIdentity(kind: "embedded", version: ""), variants: reports)
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
