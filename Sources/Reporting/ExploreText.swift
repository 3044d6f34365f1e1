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

    package func render() -> String {
        let text = ReportText(search.report)
        guard let variant = search.report.variants.first else { return "nothing was searched" }
        var lines = text.code(variant)
        lines.append(entry("runs", "\(variant.runs.grouped), in \(decimal(variant.seconds)) s"))
        lines += covered().map { entry($0.label, $0.text) }
        lines += text.notRun(variant)
        lines += bounds().map { entry($0.label, $0.text) }
        lines.append("")
        lines += text.verdicts(variant)
        lines += text.known([variant])
        lines += text.notes(variant.notes)
        lines += text.harnessErrors(variant)
        for verdict in variant.verdicts {
            guard let witness = verdict.witness else { continue }
            lines += ["", String(repeating: "-", count: Layout.mailWidth)]
            lines.append(WitnessText(witness).render(for: verdict.expectation))
        }
        lines += ["", text.conclusion(variant)]
        return lines.joined(separator: "\n")
    }

    /// The report with what was covered as notes, for forms that know nothing of searches.
    package var report: Report {
        var report = search.report
        guard let variant = report.variants.first else { return report }
        let said = (covered() + bounds()).map { "\($0.label): \($0.text)" }
        report.variants[0].notes = said + variant.notes
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
        var words = "\(plan.strategy.rawValue): \(plan.strategy.description)"
        switch plan.strategy {
        case .bounded: words += ", at most \(plan.preemptions.of("preemption"))"
        case .pct: words += ", depth \(plan.preemptions + 1), seed \(plan.seed)\(probability())"
        case .random:
            words += ", seed \(plan.seed); no bound can be given for what it finds"
        case .reduced:
            let redundant = named.reduce(generated.redundant) { $0 + $1.redundant }
            words +=
                redundant == 0
                ? "; none was run twice" : "; \(redundant.of("run")) repeated an order"
        case .exhaustive: break
        }
        return words
    }

    /// What the runs of PCT are worth, of the scenario that they are worth least in.
    private func probability() -> String {
        let worth = named.compactMap { coverage in
            coverage.bound.map { (bound: $0, runs: coverage.orders, coverage.name) }
        }
        guard let least = worth.min(by: { Self.chance($0) < Self.chance($1) }) else {
            guard let bound = generated.bound else { return "" }
            return "; a run finds a bug of that depth with a probability of at least 1 in "
                + Int((1 / bound).rounded(.up)).grouped
        }
        let percent = Int(100 * Self.chance(least))
        return "; in each scenario, a bug of that depth that needs no failure was found with a "
            + "probability of at least \(percent < 1 ? "less than 1" : "\(percent)") % (least in "
            + "\(least.2): 1 in \(Int((1 / least.bound).rounded(.up)).grouped) by each of "
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
        var words = "\(named.count.grouped) of \(all.grouped)"
        if search.shard.count > 1 {
            words += " (shard \(search.shard.index + 1) of \(search.shard.count))"
        }
        words += ", " + tasks(named.map(\.tasks))
        guard plan.strategy != .pct && plan.strategy != .random else {
            let runs = named.map(\.orders)
            guard let least = runs.min(), let most = runs.max() else { return words }
            return words
                + "; each in \(least == most ? least.grouped : "\(least.grouped) to \(most.grouped)")"
                + " random orders"
        }
        let complete = named.count { $0.isComplete }
        words += "; \(complete == named.count ? "all" : complete.grouped) in all orders"
        if plan.strategy == .bounded {
            words += " with at most \(plan.preemptions.of("preemption"))"
        }
        return words
    }

    private func tasks(_ counts: [Int]) -> String {
        let words = Set(counts).sorted().map { count in
            "\(counts.count { $0 == count }.grouped) of \(count.of("task"))"
        }
        return words.joined(separator: ", ")
    }

    private func drawn() -> String {
        let kinds = zip(1..., generated.scenarios).filter { $1 > 0 }
            .map { "\($1.grouped) of \($0.of("task"))" }
        var words = "\(generated.count.of("scenario")) by lot from seed \(plan.seed), "
        words += kinds.joined(separator: ", ") + "; \(generated.operations.of("operation"))"
        words += ", \(generated.runs.of("run")), at most \(plan.generatedShare.grouped) each"
        if plan.strategy != .pct && plan.strategy != .random {
            words += "; \(generated.complete.grouped) in all orders"
        }
        return words
    }

    private func failures() -> String {
        guard plan.failures > 0 else { return "none: every call succeeded" }
        let kind =
            plan.failures == 1
            ? "each call that can fail, with each error, one in a run"
            : "each call that can fail, with each error, one or two in a run"
        let sets = named.reduce(generated.failureSets) { $0 + $1.failureSets }
        let done = named.reduce(generated.completeFailureSets) { $0 + $1.completeFailureSets }
        guard sets > 0 else { return kind + "; no scenario has got so far" }
        return kind + ": \(sets.grouped) ways to fail, "
            + (done == sets ? "all" : done.grouped) + " of them in all orders"
    }

    // MARK: - What was not

    private func leftOut() -> [String] {
        var words: [String] = []
        let count = search.result.scenarios.count
        let notRun = search.result.tally.unsupported.values.reduce(0, +)
        if search.shard.count > 1 { words.append("what other shards have") }
        let begun = named.count + (search.shard.count > 1 ? count - named.count : notRun)
        if begun < count { words.append((count - begun).of("scenario") + " that were not begun") }
        if plan.strategy != .pct && plan.strategy != .random {
            let open = named.filter { !$0.isComplete }.sorted {
                ($1.orders, $0.index) < ($0.orders, $1.index)
            }
            if let first = open.first {
                words.append(
                    "orders of \(open.count.of("scenario")), most of them of \(first.name)"
                        + ", of which \(first.orders.grouped) were run")
            }
        }
        let late = named.count { $0.failureSets > $0.completeFailureSets }
        if plan.failures > 0, late > 0 {
            words.append("some failures, or some of their orders, of \(late.of("scenario"))")
        }
        switch plan.failures {
        case 0: words.append("failing calls (--failures 1)")
        case 1: words.append("two failing calls in one run (--failures 2)")
        default: words.append("three failing calls in one run")
        }
        if plan.generated == nil { words.append("generated scenarios (--generated)") }
        if plan.strategy == .bounded {
            words.append("orders with more preemptions (--preemptions)")
        }
        return words
    }

    private func end() -> String {
        let tally = search.result.tally
        let seconds = "\(decimal(search.report.variants[0].seconds)) s"
        if tally.isInterrupted { return "interrupted after \(seconds)" }
        if tally.isCut {
            return "as time ran out, after "
                + (plan.seconds.map { "\(number($0)) s" } ?? seconds)
        }
        if let runs = plan.runs {
            return "with \(runs.of("run")) shared out, \(plan.share!.grouped) for each scenario"
        }
        return "with everything done"
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() ? Int(value).grouped : decimal(value)
    }
}
