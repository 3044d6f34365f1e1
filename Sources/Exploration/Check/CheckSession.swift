// SPDX-License-Identifier: GPL-2.0-only

// From patches to a report: build the variants, make and judge all runs, make the runs that broke
// an expectation once more and write them down, and see which added lines ran. This is the whole of
// what `check` and `matrix` do; they differ in what they ask for.

import Expectations
import FoundationEssentials
import Glibc
import Interleavings
import Machine
import Patches
import Slices
import System

/// Judges variants.
package struct CheckSession: Sendable {
    /// What an session is busy with.
    package enum Stage: Sendable {
        case building(variants: Int)
        case exploring(WorkerPool.Progress)
        case witnessing
        case done
    }

    package var builder: Builder
    package var pool: WorkerPool
    package var store: WitnessStore
    /// The tree as the user named it; nil for the embedded slice.
    package var treeName: String?
    /// Whether to see which added lines ran.
    package var measuresCoverage = true
    /// How many orders of each race are tried; nil to leave the races out.
    package var orders: OrderLimit? = .standard
    /// Whether failures that are on record count like others.
    package var countsKnown = false
    package var progress: (@Sendable (Stage) -> Void)?
    /// Called when a search begins to have something to tell.
    package var onSearch: (@Sendable () -> Void)?

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
        var pool = self.pool
        if let progress { pool.progress = { progress(.exploring($0)) } }
        let hunks = try variants.map { variant in
            measuresCoverage && !variant.addedLines.isEmpty
                ? try HunkCounters(of: variant) : nil
        }
        let results = try pool.explore(
            variants.map { .file($0.image) }, orders: orders, hunks: hunks)
        progress?(.witnessing)
        let reports = try variants.indices.map { index in
            try report(
                of: variants[index], requests[index], results[index], pool: pool,
                hunks: hunks[index])
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

    private func report(
        of variant: Variant, _ request: BuildRequest, _ result: WorkerPool.Result,
        pool: WorkerPool, hunks: HunkCounters?
    ) throws -> VariantReport {
        let tally = countsKnown ? result.tally.countingKnown() : result.tally
        let cases = try failingRuns(of: tally, .file(variant.image), pool: pool)
        let witnesses = try witness(
            cases.map { ($0.scenario, $0.run) }, of: variant, request, pool: pool)
        var verdicts: [ExpectationVerdict] = []
        for (expectation, line) in zip(Expectations.all, tally.lines) {
            let index = cases.firstIndex { $0.expectation == expectation }
            let verdict: Verdict =
                index != nil ? .fail : line.runs == 0 ? .notApplicable : .pass
            var witness = index.map { witnesses[$0] }
            if let index, let inversion = cases[index].inversion {
                witness = witness?.adding(inversion, to: expectation)
            }
            if let witness { try store.save(witness) }
            verdicts.append(
                ExpectationVerdict(
                    expectation: expectation, verdict: verdict, runs: line.runs,
                    failures: max(line.failures, index == nil ? 0 : 1), witness: witness,
                    known: tally.known(breaking: expectation)))
        }
        var leftOut = tally.leftOut
        if tally.callsNotFailed > 0 {
            leftOut.append(
                "\(tally.callsNotFailed) fallible calls were not failed: their runs never end, or "
                    + "pass more than \(SingleFailures.limit) of them")
        }
        var notes = variant.notes + leftOut
        if measuresCoverage, hunks == nil, !variant.addedLines.isEmpty {
            notes.append(
                "which added lines ran is not known: the coverage map of this clang cannot be read")
        }
        if let first = tally.deaths.first {
            let scenario = ScenarioIndex.scenario(of: first.ordinal).name
            let failing = first.injections.map { ", call \($0.nth) failing" }.joined()
            notes.append(
                "runs that killed the process that made them: \(tally.deaths.count), first "
                    + "\(scenario)\(failing): it \(first.words); coverage does not know of them")
        }
        var report = VariantReport(
            name: variant.name, patches: variant.patches, scenarios: tally.scenarios,
            runs: tally.runs, seconds: result.seconds, verdicts: verdicts,
            coverage: try hunks.map {
                try Coverage(of: variant, $0, scenarios: tally.scenariosOfLines)
            }, notes: notes,
            titles: titles(of: variant, request), notRun: NotRun.all(tally.unsupported),
            harnessErrors: try harnessErrors(of: tally, variant, request, pool: pool),
            scenariosWithErrors: tally.scenariosWithHarnessErrors,
            orders: orders.map { OrdersCovered(tally.races, $0) },
            patchTexts: request.patches.map(Witness.PatchText.init))
        report.leftOut = CheckSession.outside(of: variant, request) + leftOut
        report.mails = request.patches.map(PatchMail.init)
        return report
    }

    /// What of the patches is not about the slice, and was ignored.
    private static func outside(of variant: Variant, _ request: BuildRequest) -> [String] {
        let paths = request.patches.flatMap(\.files).compactMap(\.newPath).map {
            $0.hasPrefix("csrc/kernel/") ? String($0.dropFirst("csrc/kernel/".count)) : $0
        }
        let outside = paths.filter { path in
            // A later patch may have removed it again.
            access("\(variant.sources)/\(path)", F_OK) != 0
                && !request.patches.flatMap(\.files).contains { $0.oldPath == path }
        }
        return outside.isEmpty
            ? [] : ["files outside of the slice were ignored, the first is \(outside[0])"]
    }

    func titles(of variant: Variant, _ request: BuildRequest) -> [String] {
        variant.patches.map { path in
            let patches = request.patches.filter { $0.path == path }
            guard path == "-", let first = patches.first else { return path }
            let subject = first.subject ?? "a diff"
            return patches.count == 1
                ? "\(subject) (standard input)"
                : "\(subject) and \(patches.count - 1) more (standard input)"
        }
    }

    /// The first run of each error of the harness, written down, to see who made the call.
    private func harnessErrors(
        of tally: Tally, _ variant: Variant, _ request: BuildRequest, pool: WorkerPool
    ) throws -> [ReportedHarnessError] {
        let harnessErrors = tally.harnessErrors.sorted {
            ($0.ordinal, $0.message) < ($1.ordinal, $1.message)
        }
        let witnesses = try witness(
            harnessErrors.map { harnessError in
                let scenario = ScenarioIndex.scenario(of: harnessError.ordinal)
                return (
                    scenario,
                    scenario.run(
                        injections: harnessError.injections,
                        schedule: Schedule(choices: harnessError.choices))
                )
            }, of: variant, request, pool: pool)
        return try zip(harnessErrors, witnesses).map { harnessError, witness in
            try store.save(witness)
            return ReportedHarnessError(
                end: harnessError.end, message: harnessError.message, runs: harnessError.runs,
                scenarios: harnessError.scenarios, witness: witness)
        }
    }

    /// A run to be shown for an expectation.
    private struct FailingRun {
        var expectation: Expectation
        var scenario: Scenario
        var run: Run
        /// For `lock-order`: the cycle that this run's edge closes.
        var inversion: [LockOrderGraph.Edge]?
    }

    private func failingRuns(
        of tally: Tally, _ image: ImageReference, pool: WorkerPool
    ) throws -> [FailingRun] {
        var cases: [FailingRun] = []
        for (expectation, line) in zip(Expectations.all, tally.lines) {
            if let key = line.witness {
                let shown = try smallestRun(of: key, of: image, breaking: expectation, pool: pool)
                cases.append(
                    FailingRun(
                        expectation: expectation, scenario: shown.scenario, run: shown.run))
            } else if expectation.mask == .lockOrder,
                let cycle = tally.lockOrder.inversions().first,
                let closing = cycle.max(by: { $0.runKey < $1.runKey }),
                let scenario = ScenarioIndex.scenario(named: closing.scenario)
            {
                let run = scenario.run(
                    injections: closing.injections, schedule: Schedule(choices: closing.choices))
                cases.append(
                    FailingRun(
                        expectation: expectation, scenario: scenario, run: run, inversion: cycle))
            }
        }
        return cases
    }

    /// The run that a key stands for; of a race, the smallest like it.
    private func smallestRun(
        of key: WitnessKey, of image: ImageReference, breaking expectation: Expectation,
        pool: WorkerPool
    ) throws -> (scenario: Scenario, run: Run) {
        let scenario = ScenarioIndex.scenario(of: key.ordinal)
        guard Int(key.ordinal.scenario) >= ScenarioIndex.catalogueCount, key.deadly == nil else {
            return (scenario, key.deadly ?? scenario.run(injections: key.injections))
        }
        let finding = SearchFinding(
            scenario: scenario, injections: key.injections, choices: key.choices,
            preemptions: key.rank.preemptions, ordinal: key.ordinal)
        let smallest = try pool.shrink(finding, of: image, breaking: expectation)
        return (smallest.scenario, smallest.run)
    }

    /// Makes runs once more and writes down all there is to tell of each.
    package func witness(
        _ runs: [(scenario: Scenario, run: Run)], of variant: Variant,
        _ request: BuildRequest, pool: WorkerPool
    ) throws -> [Witness] {
        guard !runs.isEmpty else { return [] }
        var distinct: [(scenario: Scenario, run: Run)] = []
        var places: [Int] = []
        for item in runs {
            let known = distinct.firstIndex {
                $0.scenario.name == item.scenario.name && $0.run == item.run
            }
            places.append(known ?? distinct.count)
            if known == nil { distinct.append(item) }
        }
        let records = try pool.record(
            distinct.map { (.file(variant.image), $0.scenario, $0.run) })
        let frames = try symbolize(records, image: variant.image)
        let subject = self.subject(of: variant, request)
        return places.map { place in
            let addresses = records[place].codeAddresses
            return Witness(
                subject: subject, scenario: distinct[place].scenario, run: distinct[place].run,
                record: records[place],
                frames: Dictionary(
                    uniqueKeysWithValues: addresses.map { ($0, frames[$0] ?? []) }))
        }
    }

    /// The code of a variant, as witnesses have it.
    func subject(of variant: Variant, _ request: BuildRequest) -> Witness.Subject {
        Witness.Subject(
            tree: identity(of: request.tree), variant: variant.name,
            patches: request.patches.map(Witness.PatchText.init),
            allowsOutside: builder.allowsOutside, key: variant.key)
    }

    func symbolize(
        _ records: [RunRecord], image: String
    ) throws -> [UInt64: [CodeFrame]] {
        let addresses = Set(records.flatMap(\.codeAddresses)).sorted()
        let found = try Symbolizer(toolchain: builder.toolchain).frames(
            image: image, pcs: addresses)
        return Dictionary(
            uniqueKeysWithValues: zip(addresses, found).map { ($0, $1.map(CodeFrame.init)) })
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

extension CheckSession {
    /// What witnesses and reports say of a tree.
    package func identity(of tree: Tree) -> Witness.TreeIdentity {
        guard tree.kind != .embedded else {
            return Witness.TreeIdentity(
                kind: tree.kind.rawValue, version: tree.version, rev: tree.rev)
        }
        return Witness.TreeIdentity(
            kind: tree.kind.rawValue, root: tree.root, version: tree.version, rev: tree.rev,
            name: treeName ?? tree.root, revName: tree.revName, digest: tree.digest)
    }
}

extension Witness.PatchText {
    init(_ patch: Patch) {
        self.init(
            name: patch.name, path: patch.path, subject: patch.subject, text: Data(patch.text))
    }
}

extension CodeFrame {
    init(_ frame: SourceFrame) {
        let file = frame.file ?? ""
        self.init(
            function: frame.function, file: file, line: frame.line,
            isOfSlice: !file.isEmpty && !file.hasPrefix("machine/") && !file.hasPrefix("stubs/"))
    }
}

extension Witness {
    /// With an inversion of lock classes told as a finding: it is judged over all runs, so the run
    /// alone does not show it.
    func adding(_ cycle: [LockOrderGraph.Edge], to expectation: Expectation) -> Witness {
        var record = self.record
        let expected = cycle.map { "\($0.taken) never before \($0.held)" }.first ?? ""
        let actual = cycle.map {
            "\($0.taken) was taken with \($0.held) held (\($0.scenario)"
                + $0.injections.map { ", call \($0.nth) failing" }.joined() + ")"
        }
        record.findings.append(
            RunRecord.Finding(
                expectation: expectation.name, expected: expected,
                actual: actual.joined(separator: "; "), event: nil,
                kind: FailureSignature(inversion: cycle).kind))
        return Witness(
            subject: subject, scenario: scenarioAsFound, run: run, record: record, frames: frames,
            companions: companions ?? cycle.compactMap(Companion.init).filter { $0.run != run })
    }
}
