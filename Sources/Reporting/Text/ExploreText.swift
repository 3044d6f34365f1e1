// SPDX-License-Identifier: GPL-2.0-only

// A search as text. The verdicts and the witnesses are those of any report; what comes before them
// says what was covered, so that somebody who reads "every expectation holds" knows of what: which
// scenarios, with which failures, in which orders, up to which bound, and what was left out.

import Expectations
import Exploration

/// Writes reports of searches.
package struct ExploreText {
    private let search: SearchReport
    private var plan: SearchPlan { search.plan }
    private var named: [ScenarioCoverage] { search.coverage }
    private var generated: GeneratedCoverage { search.generated }

    package init(_ search: SearchReport) { self.search = search }

    package func render() -> StyledText {
        let text = ReportText(search.report)
        guard let variant = search.report.variants.first else { return "nothing was searched" }
        var lines: [StyledText] = []
        lines += text.code(variant)
        if variant.hasNothingToRun { return (lines + text.end(of: variant)).joined() }
        lines += [entry("runs", "\(variant.runs.grouped), in \(decimal(variant.seconds)) s")]
        lines += covered().map { entry($0.label, $0.text) }
        lines += text.notRun(variant)
        lines += bounds().map { entry($0.label, $0.text) }
        lines.append("")
        lines += variant.verdictLines
        lines += CoverageText(variant).lines()
        lines += text.known([variant])
        return (lines + text.end(of: variant)).joined()
    }

    /// The report with what was covered as remarks, for forms that know nothing of searches.
    package var report: Report {
        var report = search.report
        guard report.variants.first?.hasNothingToRun == false else { return report }
        report.variants[0].remarks = (covered() + bounds()).map {
            VariantReport.Remark(label: $0.label, text: $0.text)
        }
        return report
    }

    private func covered() -> [(label: String, text: String)] {
        var entries = [("orders", orders())]
        if !search.result.scenarios.isEmpty { entries.append(("scenarios", scenarios())) }
        if generated.count > 0 { entries.append(("generated", drawn())) }
        return entries + [("failures", failures())]
    }

    private func bounds() -> [(label: String, text: String)] {
        [("left out", leftOut().joined(separator: "; ")), ("ended", end())]
    }

    private func entry(_ label: String, _ text: String) -> String {
        Layout.entry(label, text, indent: 0)
    }

    // MARK: - Orders

    private func orders() -> String {
        var text = "\(plan.strategy.rawValue): \(plan.strategy.description)"
        switch plan.strategy {
        case .bounded: text += ", at most \(plan.preemptions.of("preemption"))"
        case .pct: text += ", depth \(plan.preemptions + 1), seed \(plan.seed)\(probability())"
        case .random:
            text += ", seed \(plan.seed); there is no bound on what it can miss"
        case .reduced:
            let redundant = named.reduce(generated.redundant) { $0 + $1.redundant }
            text +=
                redundant == 0
                ? "; none was run twice" : "; \(redundant.of("run")) repeated an order"
        case .exhaustive: break
        }
        return text
    }

    /// What the runs of PCT are worth, of the scenario that they are worth least in.
    private func probability() -> String {
        let worth = named.compactMap { coverage in
            coverage.bound.map { (bound: $0, runs: coverage.orders, coverage.name) }
        }
        guard let least = worth.min(by: { Self.chance($0) < Self.chance($1) }) else {
            guard let bound = generated.bound else { return "" }
            return "; each run finds a bug of that depth with a probability of at least 1 in "
                + Int((1 / bound).rounded(.up)).grouped
        }
        let percent = Int(100 * Self.chance(least))
        return "; in each scenario, the probability to find a bug of that depth that needs no "
            + "failing call is at least \(percent < 1 ? "0" : "\(percent)") % (lowest in "
            + "\(least.2): at least 1 in \(Int((1 / least.bound).rounded(.up)).grouped) for each of "
            + "\(least.runs.of("run")))"
    }

    private static func chance(_ worth: (bound: Double, runs: Int, String)) -> Double {
        var missed = 1.0
        // The power by hand: what the mathematics of the platform gives may differ in its last bit.
        var (factor, runs) = (1 - worth.bound, worth.runs)
        while runs > 0 {
            if runs & 1 == 1 { missed *= factor }
            factor *= factor
            runs >>= 1
        }
        return 1 - missed
    }

    // MARK: - What was covered

    private func scenarios() -> String {
        let all = search.result.scenarios.count
        var text = "\(named.count.grouped) of \(all.grouped)"
        if search.shard.count > 1 {
            text += " (shard \(search.shard.index + 1) of \(search.shard.count))"
        }
        text += ", " + tasks(named.map(\.tasks))
        guard plan.strategy != .pct && plan.strategy != .random else {
            let runs = named.map(\.orders)
            guard let least = runs.min(), let most = runs.max() else { return text }
            return text
                + "; each in \(least == most ? least.grouped : "\(least.grouped) to \(most.grouped)")"
                + " random orders"
        }
        let complete = named.count { $0.isComplete }
        text += "; \(complete == named.count ? "all" : complete.grouped) in all orders"
        if plan.strategy == .bounded {
            text += " with at most \(plan.preemptions.of("preemption"))"
        }
        return text
    }

    private func tasks(_ counts: [Int]) -> String {
        Set(counts).sorted().map { count in
            "\(counts.count { $0 == count }.grouped) of \(count.of("task"))"
        }.joined(separator: ", ")
    }

    private func drawn() -> String {
        let kinds = zip(1..., generated.scenarios).filter { $1 > 0 }
            .map { "\($1.grouped) of \($0.of("task"))" }
        var text = "\(generated.count.of("scenario")) at random from seed \(plan.seed), "
        text += kinds.joined(separator: ", ") + "; \(generated.operations.of("operation"))"
        text += ", \(generated.runs.of("run")), at most \(plan.generatedShare.grouped) each"
        if plan.strategy != .pct && plan.strategy != .random {
            text += "; \(generated.complete.grouped) in all orders"
        }
        return text
    }

    private func failures() -> String {
        guard plan.failures > 0 else { return "none: every call succeeded" }
        let kind =
            plan.failures == 1
            ? "each call that can fail, with each error, one in a run"
            : "each call that can fail, with each error, one or two in a run"
        let sets = named.reduce(generated.failureSets) { $0 + $1.failureSets }
        let done = named.reduce(generated.completeFailureSets) { $0 + $1.completeFailureSets }
        guard sets > 0 else { return kind + "; no scenario came to them" }
        return kind + ": \(sets.grouped) ways to fail, "
            + (done == sets ? "all" : done.grouped) + " of them in all orders"
    }

    // MARK: - What was not

    private func leftOut() -> [String] {
        var left: [String] = []
        let count = search.result.scenarios.count
        let notRun = search.result.tally.unsupported.values.reduce(0, +)
        if search.shard.count > 1 { left.append("what other shards run") }
        let begun = named.count + (search.shard.count > 1 ? count - named.count : notRun)
        if begun < count { left.append((count - begun).of("scenario") + " not begun") }
        if plan.strategy != .pct && plan.strategy != .random {
            let open = named.filter { !$0.isComplete }.sorted {
                ($1.orders, $0.index) < ($0.orders, $1.index)
            }
            if let first = open.first {
                left.append(
                    "some orders of \(open.count.of("scenario")), such as \(first.name) "
                        + "(\(first.orders.grouped) run)")
            }
        }
        let late = named.count { $0.failureSets > $0.completeFailureSets }
        if plan.failures > 0, late > 0 {
            left.append("some failures, or some of their orders, of \(late.of("scenario"))")
        }
        switch plan.failures {
        case 0: left.append("failing calls (--failures 1)")
        case 1: left.append("two failing calls in one run (--failures 2)")
        default: left.append("three failing calls in one run")
        }
        if plan.generated == nil { left.append("generated scenarios (--generated)") }
        if plan.strategy == .bounded {
            left.append("orders with more preemptions (--preemptions)")
        }
        return left
    }

    private func end() -> String {
        let tally = search.result.tally
        let seconds = "\(decimal(search.report.variants[0].seconds)) s"
        if tally.isInterrupted { return "interrupted after \(seconds)" }
        if tally.isCut {
            return "out of time, after "
                + (plan.seconds.map { "\(number($0)) s" } ?? seconds)
        }
        if let runs = plan.runs {
            return "after \(runs.of("run")), \(plan.share!.grouped) for each scenario"
        }
        return "everything done"
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() ? Int(value).grouped : decimal(value)
    }
}
