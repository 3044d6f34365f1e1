// SPDX-License-Identifier: GPL-2.0-only

// The mistakes of some lines, each built and judged like a patch on top of what the user asks about.
// One is noticed if something fails that does not fail without it. What always holds: a mistake can
// loop, crash or trip the harness, and the next one is judged all the same.

import Exploration
import FoundationEssentials
import Patches
import Slices
import System
import Workers

/// Which mistakes are tried.
package struct MutationPlan: Sendable {
    /// Draws the sample.
    package var seed: UInt64
    /// At most so many; nil for all.
    package var count: Int?
    package var shard: Shard
    /// Only lines of its files; nil for all that are compiled.
    package var filesystem: SliceFilesystem?

    package init(seed: UInt64, count: Int?, shard: Shard, filesystem: SliceFilesystem? = nil) {
        self.filesystem = filesystem
        self.seed = seed
        self.count = count
        self.shard = shard
    }
}

/// Judges mistakes in one variant.
package struct MutationSession: Sendable {
    private var session: CheckSession
    private let request: BuildRequest
    private let plan: MutationPlan

    /// Built and judged at once.
    private static let batch = 8
    /// One scenario in so many is asked first. A prime number: scenarios come in rows.
    private static let sampled = 11

    package init(_ session: CheckSession, on request: BuildRequest, _ plan: MutationPlan) {
        self.session = session
        self.request = request
        self.plan = plan
        self.session.baseline = .code(request)
        self.session.measuresCoverage = false
        self.session.keepsRuns = false
        self.session.progress = nil
    }

    /// Makes the mistakes, one after the other, and judges each.
    ///
    /// - Parameter progress: called with how many are done, and how many there are.
    /// - Throws: `BuildFailures` if the code cannot be built without a mistake, `QuestionError` if
    ///   there is nothing to change in it.
    package func run(progress: (Int, Int) -> Void) throws -> MutationReport {
        let begun = ContinuousClock.now
        let base = try session.build([request])[0]
        let lines = try request.patches.isEmpty ? base.linesOfFunctions() : added(of: base)
        var texts: [String: [UInt8]] = [:]
        var all: [Mutant] = []
        for (file, lines) in lines.sorted(by: { $0.key < $1.key })
        where plan.filesystem?.owns(file) ?? true {
            let bytes = try Disk.read(base.sources + "/" + file)
            texts[file] = bytes
            all += MutantSource.mutants(of: file, bytes, lines: lines)
        }
        guard !all.isEmpty else {
            throw QuestionError(
                .unreadable, patch: request.patches.first?.path,
                reason: "there is nothing to change in the added lines: no statement, condition, "
                    + "bound, error or flag")
        }
        let chosen = choose(all)
        session.onSearch?()
        progress(0, chosen.count)
        let dead = try linesThatNeverRun(chosen, base)
        var report = MutationReport(
            tree: session.identity(of: request.tree), patches: base.patches, mutants: [],
            possible: all.count, seed: plan.count == nil ? nil : plan.seed, shard: plan.shard,
            seconds: 0)
        report.notes = base.notes
        for start in stride(from: 0, to: chosen.count, by: Self.batch) {
            guard !isInterrupted else { break }
            let mutants = chosen[start..<min(start + Self.batch, chosen.count)].map { mutant in
                JudgedMutant(
                    mutant: mutant, diff: mutant.diff(of: texts[mutant.place.file] ?? []),
                    outcome: .unnoticed(isRun: !dead.contains(mutant.place)))
            }
            report.mutants += judge(mutants, base)
            progress(min(start + Self.batch, chosen.count), chosen.count)
        }
        report.left = chosen.count - report.mutants.count
        report.seconds = (ContinuousClock.now - begun) / .seconds(1)
        return report
    }

    private var isInterrupted: Bool { session.pool.isInterrupted?() == true }

    private func added(of base: Variant) -> [String: Set<Int>] {
        Dictionary(grouping: base.addedLines, by: \.file).mapValues { Set($0.map(\.line)) }
            .filter { $0.key.hasSuffix(".c") || $0.key.hasSuffix(".h") }
    }

    /// The sample, and this machine's part of it, in the order of the places.
    private func choose(_ all: [Mutant]) -> [Mutant] {
        var places = Array(all.indices)
        if let count = plan.count, count < all.count {
            var random = SplitMix(seed: plan.seed)
            for index in 0..<count {
                let other = index + Int(random.next() % UInt64(places.count - index))
                places.swapAt(index, other)
            }
            places = places.prefix(count).sorted()
        }
        return places.enumerated().filter { $0.offset % plan.shard.count == plan.shard.index }
            .map { all[$0.element] }
    }

    /// Of the places of mistakes, those that no run of the unchanged code comes to.
    private func linesThatNeverRun(
        _ mutants: [Mutant], _ base: Variant
    ) throws -> Set<SourceLine> {
        let places = Set(mutants.map(\.place)).sorted()
        guard let counters = try HunkCounters(of: base, lines: places), !counters.lines.isEmpty
        else { return [] }
        let tally = try session.baseTally(base, watching: counters)
        guard !isInterrupted, tally.scenariosOfLines.count == counters.lines.count else {
            return []
        }
        return Set(
            zip(counters.lines, tally.scenariosOfLines).filter { $0.1 == 0 }.map(\.0.location))
    }

    // MARK: - Judging

    /// - Returns: those that were judged; fewer where an interrupt came.
    private func judge(_ mutants: [JudgedMutant], _ base: Variant) -> [JudgedMutant] {
        do {
            return try judgeTogether(mutants, base)
        } catch {
            guard mutants.count > 1 else {
                var mutant = mutants[0]
                mutant.outcome = .notJudged("\(error)")
                return [mutant]
            }
            return mutants.flatMap { isInterrupted ? [] : judge([$0], base) }
        }
    }

    private func judgeTogether(_ mutants: [JudgedMutant], _ base: Variant) throws -> [JudgedMutant]
    {
        var judged = mutants
        var requests: [Int: BuildRequest] = [:]
        for index in mutants.indices { requests[index] = try patched(mutants[index]) }
        let built = try session.builder.build(mutants.indices.compactMap { requests[$0] })
        var open: [Int] = []
        for (index, result) in built.enumerated() {
            switch result {
            case .failure(let failure):
                judged[index].outcome =
                    failure.kind == .doesNotCompile ? .doesNotCompile : .notJudged("\(failure)")
            case .success(let variant):
                if try variant.hasCode(of: base) {
                    judged[index].outcome = .sameCode
                } else if judged[index].outcome == .unnoticed(isRun: true) {
                    open.append(index)
                }
            }
        }
        // Most mistakes are noticed by a few scenarios, most others by one task alone: both take a
        // part of the time.
        var quick = session
        quick.orders = nil
        var sample = quick
        sample.filter.scenarios = session.filter.scope.places(with: nil).enumerated()
            .filter { $0.offset % Self.sampled == 0 }.map(\.element)
        for session in [sample, quick] + (session.orders == nil ? [] : [session]) {
            guard !open.isEmpty, !isInterrupted else { break }
            let report = try session.check(open.compactMap { requests[$0] })
            for (index, variant) in zip(open, report.variants) {
                judged[index].outcome = outcome(of: variant)
            }
            // Half of a comparison says only what fails.
            let isSure = !isInterrupted && !report.isBaselinePartial
            open.removeAll {
                judged[$0].outcome.isNoticed || (isSure && judged[$0].outcome.isNotJudged)
            }
        }
        guard isInterrupted else { return judged }
        let unsure = Set(open)
        return judged.indices.filter { !unsure.contains($0) }.map { judged[$0] }
    }

    private func outcome(of variant: VariantReport) -> JudgedMutant.Outcome {
        let failing = variant.verdicts.filter { $0.verdict == .fail }
        if let witness = failing.first?.witness {
            return .noticed(
                expectations: failing.map(\.expectation.name), witness: witness.id)
        }
        if variant.outcome == .sameCode { return .sameCode }
        if let error = variant.harnessErrors.first {
            return .notJudged("the run \(error.end.description): \(error.message)")
        }
        return .unnoticed(isRun: true)
    }

    private func patched(_ mutant: JudgedMutant) throws -> BuildRequest {
        let place = mutant.mutant.place
        let patch = try Patch.parse(
            Array(mutant.diff.utf8), name: "mutant", path: "\(place.file):\(place.line)",
            subject: nil)
        return BuildRequest(
            name: "mutant", tree: request.tree, patches: request.patches + [patch],
            below: request.patches.count)
    }
}
