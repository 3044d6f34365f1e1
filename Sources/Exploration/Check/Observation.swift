// SPDX-License-Identifier: GPL-2.0-only

// All that the runs of one version of the code show, in a form that outlives the image: what a patch
// is held against, and what a bisection steps over. It is kept in the cache by content, so that the
// next patch on the same tree, and the next step of a bisection, pay nothing for it.
//
// What must hold: its name is made from everything that decides what runs show: the image, the orders
// and the program that makes and judges the runs.

import Expectations
import FoundationEssentials
import Slices
import System
import Workers

/// What all runs of an image show.
package struct Observation: Codable, Sendable {
    package var runs: Int
    /// Runs that say something about an expectation, of each of `Expectations.all`.
    package var runsOfExpectations: [Int]
    package var shown: ShownFailures
    /// The same by signature, each with its smallest run; with those on record.
    package var failures: [NamedFailure]
    package var unsupported: [UnsupportedOperation: Int]
    /// Some of the scenarios of several tasks could not be driven.
    package var lacksRaces: Bool
    /// What kept runs from saying anything: an error of the harness.
    package var harnessError: String?

    init(_ tally: Tally, shown: ShownFailures) {
        runs = tally.runs
        runsOfExpectations = tally.lines.map(\.runs)
        self.shown = shown
        failures = NamedFailure.all(in: tally, shown)
        unsupported = tally.unsupported
        lacksRaces = tally.races.unsupported > 0
        harnessError = tally.harnessErrors.min { $0.ordinal < $1.ordinal }.map {
            "the run \($0.end.description): \($0.message)"
        }
    }

    /// Without patches everything that is broken counts.
    package func verdict(of expectation: Expectation) -> Verdict {
        if shown.breaks(expectation) { return .fail }
        return runsOfExpectations[expectation.index] > 0 ? .pass : .notApplicable
    }
}

extension CheckSession {
    /// What a tally shows, under the names of the image's functions.
    package func shownFailures(in tally: Tally, by variant: Variant) throws -> ShownFailures {
        let frames = try frames(of: tally.failures, image: variant.image)
        return ShownFailures(tally, added: Set(variant.addedLines)) { frames[$0] ?? [] }
    }

    /// Functions and lines behind every code address of a log.
    func frames(of log: FailureLog, image: String) throws -> [UInt64: [CodeFrame]] {
        let addresses = log.codeAddresses
        let frames = try Symbolizer(toolchain: builder.toolchain).frames(
            image: image, pcs: addresses)
        return Dictionary(
            uniqueKeysWithValues: zip(addresses, frames.map { $0.map(CodeFrame.init) }))
    }

    /// What a tally shows.
    package func observation(of tally: Tally, by variant: Variant) throws -> Observation {
        Observation(tally, shown: try shownFailures(in: tally, by: variant))
    }

    /// Everything that variants show: from the cache, where this program has seen it before.
    package func observe(_ variants: [Variant]) throws -> [Observation] {
        let store = try ObservationStore(of: self)
        var seen = variants.map { store.find($0) }
        let new = seen.indices.filter { seen[$0] == nil }
        guard !new.isEmpty else { return seen.compactMap(\.self) }
        let results = try reportingPool.check(
            new.map { .file(variants[$0].image) }, orders: orders, only: filter.only(with: orders),
            selections: new.map { try baselineFilter.selection(in: variants[$0], by: pool) })
        let isWhole = pool.isInterrupted?() != true
        for (index, result) in zip(new, results) {
            let shown = try observation(of: result.tally, by: variants[index])
            if isWhole { store.keep(shown, of: result.tally, variants[index]) }
            seen[index] = shown
        }
        return seen.compactMap(\.self)
    }
}

/// The observations in the cache.
package struct ObservationStore: Sendable {
    private let cache: BuildCache
    /// Of everything but the image.
    let question: String

    package init(of session: CheckSession) throws {
        cache = session.builder.cache
        var digest = Digest()
        digest.add("observation 3")
        // Without an order of its own, the one of the keys differs from process to process.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Part of a check is another question.
        if session.filter != RunFilter() { digest.add(try encoder.encode(session.baselineFilter)) }
        digest.add(try encoder.encode(session.orders))
        let program = URL(filePath: session.pool.executable).resolvingSymlinksInPath().path
        let stamp = Disk.stamp(program)
        digest.add("\(program) \(stamp?.size ?? 0) \(stamp?.modified ?? 0)")
        question = digest.hexadecimal
    }

    /// Nil if it was not kept.
    package func find(_ variant: Variant) -> Observation? {
        cache.keptValue(at: path(of: variant))
    }

    package func has(_ variant: Variant) -> Bool { Disk.stamp(path(of: variant)) != nil }

    /// Only a saving of time: a cache that cannot be written fails elsewhere.
    ///
    /// - Parameter tally: what the observation was made from. One that was cut short is not kept.
    package func keep(_ observation: Observation, of tally: Tally, _ variant: Variant) {
        guard !tally.isCutShort, let data = try? JSONEncoder().encode(observation) else { return }
        try? cache.keep(Array(data), at: path(of: variant))
    }

    private func path(of variant: Variant) -> String {
        var digest = Digest()
        digest.add(question)
        digest.add(variant.key)
        return "\(cache.observations)/\(digest.hexadecimal).json"
    }
}

extension BuildCache {
    /// What was kept as JSON; nil if it is not there, or is something else.
    func keptValue<Value: Decodable>(at path: String) -> Value? {
        guard let bytes = kept(at: path),
            let known = try? JSONDecoder().decode(Value.self, from: Data(bytes))
        else { return nil }
        Disk.touch(path)
        return known
    }
}
