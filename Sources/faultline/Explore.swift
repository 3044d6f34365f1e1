// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Expectations
import Exploration
import Reporting
import Slices

/// The search that goes on where `check` ends: several tasks, in every order that matters.
struct Explore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Search longer: several tasks at once, in every order, with failures.",
        discussion: """
            Runs tasks against each other in the orders that a strategy picks, each
            run judged like any other, and says what was covered. Patches are given
            as for check.

              faultline explore --seconds 30 my-fix.patch
              faultline explore --scenario 'race/ext2/*truncate*' --failures 1
              faultline explore --scenario lock-toy-3x2 --format json
            """)

    @Argument(help: "Patches, applied one on top of the other.", completion: .patches)
    var patches: [String] = []

    @Option(
        help: ArgumentHelp(
            "Scenarios by name; * stands for anything. May be given several times.",
            valueName: "name"), completion: .scenarios)
    var scenario: [String] = []

    @Option(help: "Which orders are tried.")
    var strategy = OrderKind.reduced

    @Option(
        help: ArgumentHelp(
            "The most preemptions of a run (preemptions), one less than the depth (pct).",
            valueName: "n"))
    var preemptions = 2

    @Option(
        help: ArgumentHelp("Calls made to fail in one run: 0, 1 or 2.", valueName: "n"))
    var failures = 0

    @Option(help: ArgumentHelp("Only scenarios of so many tasks.", valueName: "n"))
    var tasks: Int?

    @Option(
        help: ArgumentHelp(
            "Runs in all; each scenario gets the same share.", valueName: "n"))
    var runs: Int?

    @Option(
        help: ArgumentHelp(
            "Ends after so long; 30 where neither --runs nor --scenario is given.",
            valueName: "s"))
    var seconds: Double?

    @Option(help: ArgumentHelp("Of the strategies that draw lots.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Only part i of n: the same scenarios on every machine.", valueName: "i/n"))
    var shard: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions

    func validate() throws {
        guard (0...2).contains(failures) else {
            throw ValidationError("--failures takes 0, 1 or 2")
        }
        guard (0...7).contains(preemptions) else {
            throw ValidationError("--preemptions takes a number from 0 to 7")
        }
        if let runs, runs < 1 { throw ValidationError("--runs takes a number from 1 on") }
        if let seconds, !(seconds > 0 && seconds < 1e7) {
            throw ValidationError("--seconds takes a number above 0")
        }
        _ = try part()
    }

    func run() throws {
        var examination = try running.makeExamination()
        let chosen = try source.choose(examination.builder, takesRange: true)
        examination.treeName = chosen?.name
        let scenarios = try selected()
        let isEndless = strategy == .random || strategy == .pct
        let plan = SearchPlan(
            scenarios: scenarios, strategy: strategy, seed: seed, preemptions: preemptions,
            failures: failures, runs: runs,
            seconds: seconds
                ?? (runs == nil && (scenario.isEmpty || isEndless) ? 30 : nil))
        let request = try makeRequest(of: patches, on: chosen, examination.builder)
        let report = try examination.search(request, plan: plan, shard: part())
        try result.deliver(
            report.report, text: { ReportText.render(report) },
            json: { try ReportJSON.render(report) })
        if report.hasFailures { throw ExitCode(1) }
    }

    private func part() throws -> Part {
        guard let shard else { return .whole }
        let numbers = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1], count > 0,
            (1...count).contains(index)
        else { throw ValidationError("--shard takes i/n, i from 1 to n") }
        return Part(index: index - 1, of: count)
    }

    /// What is named, of the races and the reference scenarios, and one by one of the catalogue.
    private func selected() throws -> [Scenario] {
        var scenarios: [Scenario]
        if scenario.isEmpty {
            scenarios = Races.scenarios
        } else {
            let known = Races.scenarios + LockToys.all
            scenarios = known.filter { item in
                scenario.contains { matches(item.name, pattern: $0) }
            }
            for name in scenario where !name.contains("*") {
                if let item = Catalogue.scenario(named: name) { scenarios.append(item) }
            }
        }
        if let tasks { scenarios = scenarios.filter { $0.tasks == tasks } }
        guard !scenarios.isEmpty else {
            throw CommandFailure(
                "no scenario is meant by \(scenario.joined(separator: ", ")); the names of "
                    + "all begin with race/ or lock-toy-")
        }
        return scenarios
    }

    /// Whether a name is meant: `*` stands for anything, a slash included.
    private func matches(_ name: String, pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return name == pattern }
        guard name.hasPrefix(parts[0]) else { return false }
        var rest = name.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}

extension OrderKind: ExpressibleByArgument {}
