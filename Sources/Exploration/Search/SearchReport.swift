// SPDX-License-Identifier: GPL-2.0-only

// From patches to what a search found: the same verdicts as an examination's, each failure with the
// smallest run that shows it, and beside them what was covered.

import Expectations
import Machine
import Slices

/// A search of one variant.
public struct SearchReport: Sendable {
    /// Verdicts, as `check` has them.
    public var report: Report
    public var plan: SearchPlan
    public var shard: Part
    public var coverage: [ScenarioCoverage]
    /// Time ran out before everything was tried.
    public var isCut: Bool

    public var runs: Int { report.variants[0].runs }
    public var hasFailures: Bool { report.hasFailures }
}

extension Examination {
    /// Builds a variant and searches it.
    public func search(
        _ request: Builder.Request, plan: SearchPlan, shard: Part = .whole
    ) throws -> SearchReport {
        progress?(.building(variants: 1))
        let variant = try build([request])[0]
        var pool = self.pool
        if let progress { pool.progress = { progress(.exploring($0)) } }
        let start = monotonicNanoseconds()
        let image = ImageReference.file(variant.image)
        let tally = try pool.search(image, plan: plan, shard: shard)
        let seconds = Double(monotonicNanoseconds() &- start) / 1e9
        progress?(.witnessing)
        var verdicts: [ExpectationVerdict] = []
        for (expectation, line) in zip(Expectations.all, tally.lines) {
            let witness = try self.witness(
                for: expectation, line, tally, of: variant, request, pool: pool, image)
            if let witness { try store.save(witness) }
            let verdict: Verdict =
                witness != nil ? .fail : line.runs == 0 ? .notApplicable : .pass
            verdicts.append(
                ExpectationVerdict(
                    expectation: expectation, verdict: verdict, runs: line.runs,
                    failures: max(line.failures, witness == nil ? 0 : 1), witness: witness))
        }
        progress?(.done)
        let report = VariantReport(
            name: variant.name, patches: variant.patches, scenarios: tally.coverage.count,
            runs: tally.runs, seconds: seconds, verdicts: verdicts,
            notes: variant.notes + Examination.notes(of: tally, plan),
            titles: titles(of: variant, request),
            patchTexts: request.patches.map(Witness.PatchText.init))
        return SearchReport(
            report: Report(tree: identity(of: request.tree), variants: [report]),
            plan: plan, shard: shard, coverage: tally.coverage, isCut: tally.isCut)
    }

    private func witness(
        for expectation: Expectation, _ line: SearchTally.Line, _ tally: SearchTally,
        of variant: Variant, _ request: Builder.Request, pool: WorkerPool, _ image: ImageReference
    ) throws -> Witness? {
        if let finding = line.finding {
            let smallest =
                finding.deadly != nil
                ? finding : try pool.shrink(finding, of: image, breaking: expectation)
            return try witness(
                [(smallest.scenario, smallest.run)], of: variant, request, pool: pool)[0]
        }
        guard expectation.mask == .lockOrder, let cycle = tally.lockOrder.inversions().first,
            let closing = cycle.max(by: { $0.runKey < $1.runKey }),
            let scenario = Examination.scenario(named: closing.scenario)
        else { return nil }
        let run = scenario.run(
            injections: closing.injections, schedule: Schedule(choices: closing.choices))
        return try witness([(scenario, run)], of: variant, request, pool: pool)[0]
            .adding(cycle, to: expectation)
    }

    private static func scenario(named name: String) -> Scenario? {
        Races.scenario(named: name) ?? Catalogue.scenario(named: name)
    }

    private static func notes(of tally: SearchTally, _ plan: SearchPlan) -> [String] {
        var notes = tally.leftOut
        for (finding, count) in zip(Findings.all, tally.findings) where count > 0 {
            notes.append(
                "\(count) runs show finding \(finding.number) (FINDINGS.md), \(finding.title): they "
                    + "are counted apart")
        }
        let diverged = tally.coverage.reduce(0) { $0 + $1.diverged }
        if diverged > 0 {
            notes.append(
                "\(diverged) runs did not go as their schedule said: the reduction may have missed "
                    + "orders")
        }
        let misplaced = tally.coverage.reduce(0) { $0 + $1.misplacedFailures }
        if misplaced > 0 {
            notes.append(
                "\(misplaced) runs say nothing: in their order the call that was to fail was "
                    + "another one")
        }
        if let first = tally.deaths.first {
            notes.append(
                "runs that killed the process that made them: \(tally.deaths.count), first "
                    + "\(plan.scenarios[Int(first.ordinal.scenario)].name): it \(first.words)")
        }
        return notes
    }
}
