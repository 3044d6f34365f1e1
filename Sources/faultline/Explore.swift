// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Expectations
import Exploration
import Interleavings
import Reporting

/// The search that goes on where `check` ends: several tasks, in every order that matters.
struct Explore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Search longer: several tasks at once, in many orders, with failures.",
        discussion: """
            Runs several tasks at once in the orders of a strategy, and also random
            scenarios. Judges each run like check does and prints what it covered.
            Patches are given as for check, and compared with the code without them in
            the same way: every failing run is made without them, too, and where that
            does not fail, its scenario is searched. An eighth of the runs, or of the
            time, looks for what the patches mend. On an interrupt it prints what it has
            found and covered so far.

              faultline explore --seconds 30 my-fix.patch
              faultline explore --scenario 'race/ext2/*truncate*' --failures 1
              faultline explore --scenario 'generated/*' --seed 7 --seconds 600
              faultline explore --scenario lock-toy-3x2 --format json

            Split the search over several machines, then merge the results:

              faultline explore --runs 1000000 --shard 1/4 --format json \\
                  --output shard-1.json my-fix.patch
              faultline merge shard-*.json
            """)

    @Argument(help: "Patches, applied one on top of the other.", completion: .patches)
    var patches: [String] = []

    @Option(
        help: ArgumentHelp(
            "Scenarios by name; * matches anything. Can be given several times.",
            discussion: "Names are those of `faultline list`, also lock-toy-2x2, lock-toy-3x2 and "
                + "generated/SEED-NUMBER; generated/* means random scenarios.",
            valueName: "name"), completion: .scenarios)
    var scenario: [String] = []

    @Option(help: "Which orders to run; `faultline list strategies` explains them.")
    var strategy = OrderKind.reduced

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Preemptions in one run, at most (preemptions); the bug depth minus 1 (pct).",
            valueName: "n"),
        transform: { try number($0, behind: "--preemptions", in: 0...7) })
    var preemptions = 2

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Calls that fail in one run: 0, 1 or 2 (default: 1 without --scenario, 0 with it).",
            valueName: "n"),
        transform: { try number($0, behind: "--failures", in: 0...2) })
    var failures: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Only scenarios of n tasks.", valueName: "n"),
        transform: { try number($0, behind: "--tasks", in: 1...4) })
    var tasks: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            How many random scenarios, made from --seed (default without --scenario: as many as \
            time allows, or 1000 with --runs).
            """, valueName: "n"),
        transform: { try number($0, behind: "--generated", in: 0...1_000_000_000) })
    var generated: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Runs in total; each scenario gets the same share.", valueName: "n"),
        transform: { try number($0, behind: "--runs", in: 1...1_000_000_000_000) })
    var runs: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Stop after n seconds (default: 30 if nothing else ends the search).", valueName: "n"),
        transform: { try number($0, behind: "--seconds", in: 0.001...10_000_000) })
    var seconds: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Seed for everything that is random.", valueName: "n"),
        transform: { try number($0, behind: "--seed", in: 0...UInt64.max) })
    var seed: UInt64 = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Run only part i of n; every machine splits the search in the same way.",
            valueName: "i/n"))
    var shard: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var judging: JudgingOptions
    @OptionGroup var baseline: BaselineOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions

    func validate() throws {
        _ = try Shard(argument: shard)
    }

    func run() throws {
        let asked = try running.ask(
            about: source, judging, takesRange: true, on: filesystem, patches: patches)
        var session = asked.session
        session.baseline = try baseline.find(session.builder, asked.chosen)
        if baseline.allFailures { session.countsKnown = true }
        let plan = try makePlan(session.filter.scope)
        let request = try asked.request()
        session.pool.isInterrupted = { Interruption.isRequested }
        session.onSearch = { Interruption.noteFirst() }
        var found = try session.search(request, plan: plan, shard: Shard(argument: shard))
        session.progress = nil
        found.notes = session.scopeNotes + found.notes
        try found.save(to: session.store)
        try deliver(SearchReport(found), to: result)
    }

    // MARK: - The plan

    private func makePlan(_ scope: CheckScope) throws -> SearchPlan {
        let named = scenario.filter { $0 != Explore.allGenerated }
        let drawn = try makeGenerated(scope)
        let scenarios =
            scenario.isEmpty
            ? ofTasks(
                (ConcurrentScenarios.scenarios + FilesystemScenarios.races).filter(scope.contains))
            : try selected(named, scope)
        if scenarios.isEmpty && drawn == nil {
            throw CommandFailure("no scenario matches\(tasks.map { " --tasks \($0)" } ?? "")")
        }
        let isEndless =
            strategy == .random || strategy == .pct || drawn.map { $0.count == nil } == true
            || scenario.isEmpty
        return SearchPlan(
            scenarios: scenarios, strategy: strategy, seed: seed, preemptions: preemptions,
            failures: failures ?? (scenario.isEmpty ? 1 : 0), runs: runs,
            seconds: seconds ?? (runs == nil && isEndless ? 30 : nil), generated: drawn)
    }

    private static let allGenerated = GeneratedScenarios.prefix + "*"

    /// Which scenarios are drawn: where none are named, or just those, or a number is given.
    private func makeGenerated(_ scope: CheckScope) throws -> SearchPlan.Generated? {
        let isAsked = scenario.isEmpty || scenario.contains(Explore.allGenerated)
        guard generated != 0, isAsked || generated != nil else { return nil }
        // None are made for one filesystem.
        guard scope.isStandard else { return nil }
        if let tasks, tasks > 3 { return nil }
        return SearchPlan.Generated(
            count: generated ?? (runs != nil ? 1000 : nil), tasks: tasks)
    }

    /// What is named, of all that have names.
    private func selected(_ names: [String], _ scope: CheckScope) throws -> [Scenario] {
        var scenarios: [Scenario] = []
        var known: Set<String> = []
        let all =
            (ConcurrentScenarios.scenarios + Catalogue.scenarios + FilesystemScenarios.all)
            .filter(scope.contains) + (scope.isStandard ? LockToys.all : [])
        for pattern in names {
            var meant =
                pattern.contains("*")
                ? all.filter { NamePattern(pattern).matches($0.name) }
                : [CheckSession.scenario(named: pattern)].compactMap { $0 }
            meant = ofTasks(meant)
            guard !meant.isEmpty else {
                throw CommandFailure(
                    "no scenario\(tasks.map { " of \($0.description) tasks" } ?? "") matches "
                        + "\(pattern); `faultline list` prints the names")
            }
            scenarios += meant.filter { known.insert($0.name).inserted }
        }
        return scenarios
    }

    private func ofTasks(_ scenarios: [Scenario]) -> [Scenario] {
        guard let tasks else { return scenarios }
        return scenarios.filter { $0.tasks == tasks }
    }
}

/// Delivers what a search came to, and ends the command as its verdicts say.
func deliver(_ search: SearchReport, to result: OutputOptions) throws {
    try result.deliver(
        ExploreText(search).report, text: { ExploreText(search).render() },
        json: { try ExploreJSON.render(search) })
    try leaveWithoutVerdict(search.report, unless: search.hasFailures)
    if search.report.isBaselinePartial {
        complain(
            "what fails may fail without the patch, too, and that code was not run long enough to "
                + "tell: this is no verdict")
        throw ExitCode(2)
    }
    if search.hasFailures { throw ExitCode(1) }
    if search.report.isNotJudged { throw ExitCode(2) }
}

extension OrderKind: ExpressibleByArgument {}
