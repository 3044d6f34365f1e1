// SPDX-License-Identifier: GPL-2.0-only

// What `check` and `matrix` have in common: both ask which expectations variants of one tree keep.
// They differ in which variants patches make, in how the answer is laid out, and in what a failure
// means for the exit code. Everything before and behind that is here.
//
// A question is no group of options: the parser of a debug build looks at each group within a group
// many times, and took longer for that than a check for its answer.

import ArgumentParser
import Exploration
import Reporting
import Slices

/// Whether runs are taken from the cache.
struct ReuseOption: ParsableArguments {
    @Flag(
        help: """
            Make all runs again. Without it, a check of code that was checked before by the \
            same program takes its runs from the cache, and a check of a patch those that enter \
            nothing that the patch changes.
            """)
    var noReuse = false
}

/// A command that asks about variants.
protocol QuestionCommand: ParsableCommand {
    var source: TreeOptions { get }
    var filesystem: FilesystemOption { get }
    var judging: JudgingOptions { get }
    var orders: OrderOptions { get }
    var running: RunOptions { get }
    var result: OutputOptions { get }
    var reuse: ReuseOption { get }
}

extension QuestionCommand {
    /// What it asks.
    var question: Question {
        Question(
            source: source, filesystem: filesystem, judging: judging, orders: orders,
            running: running, result: result, noReuse: reuse.noReuse)
    }
}

/// The options of a question about variants, and the way to its answer.
struct Question {
    let source: TreeOptions
    let filesystem: FilesystemOption
    let judging: JudgingOptions
    let orders: OrderOptions
    let running: RunOptions
    let result: OutputOptions
    let noReuse: Bool

    /// Judges variants and delivers the report.
    ///
    /// - Parameters:
    ///   - patches: as the user names them.
    ///   - baseline: what it is compared with; nil for the first of the variants, which only tells
    ///     what is a finding on record.
    ///   - filter: which part of a check is asked for.
    ///   - variants: what is to be judged, of the tree that the user chose.
    ///   - remarking: adds to the report what the command has to say of it.
    ///   - failuresDecide: a failure is the command's exit code.
    ///   - text: the report as the command's own text.
    func answer(
        of patches: [String], against baseline: BaselineOptions? = nil,
        filter: FilterOptions? = nil, _ variants: (AskedQuestion) throws -> [BuildRequest],
        remarking: (inout Report) -> Void = { _ in }, failuresDecide: Bool = true,
        text: (Report) -> StyledText
    ) throws -> Report {
        let asked = try running.ask(
            about: source, judging, takesRange: true, on: filesystem, patches: patches)
        var session = asked.session
        session.orders = orders.limit
        session.reusesRuns = !noReuse
        session.pool.isInterrupted = { Interruption.isRequested }
        session.onSearch = { Interruption.noteFirst() }
        if let baseline {
            session.baseline = try baseline.find(session.builder, asked.chosen)
            if baseline.allFailures { session.countsKnown = true }
        } else {
            session.baseline = .first
        }
        let requests = try variants(asked)
        let last = LastFailing(
            of: requests[0], session.filter.scope, in: session.builder.cache)
        if let filter {
            session.filter = try filter.filter(session, last: last)
            session.listsFailing = filter.listFailing
            // A race has no failing call.
            if !session.filter.failures.isEmpty { session.orders = nil }
        }
        var report = try session.check(requests)
        if let filter, !filter.isPart, !Interruption.isRequested,
            !report.variants[0].hasNothingToRun
        {
            last.keep(report.variants[0].failingScenarios)
        }
        remarking(&report)
        try result.deliver(report) { text(report) }
        try leaveWithoutVerdict(report, unless: failuresDecide && report.hasFailures)
        if let words = report.variants.first?.filter, report.variants[0].runs == 0,
            !report.variants[0].hasNothingToRun, !Interruption.isRequested
        {
            complain("no run was made, so this is no verdict: \(words)")
            throw ExitCode(2)
        }
        if report.isBaselinePartial {
            complain(
                (Interruption.isRequested
                    ? "interrupted before" : "the runs took too long, and were ended before")
                    + " the code without the patch was run: what fails here may fail "
                    + "there, too, so this is no verdict")
            throw ExitCode(2)
        }
        if Interruption.isRequested, !report.hasFailures {
            complain("interrupted before everything was run: this is no verdict")
            throw ExitCode(2)
        }
        return report
    }
}

/// Ends the command where the harness failed in some runs: the report says what is sound, but the
/// question was not answered in full.
///
/// - Parameter isDecided: a failure stands, whatever else could not be asked: the errors are told,
///   and the command goes on to the exit code of the failure.
func leaveWithoutVerdict(_ report: Report, unless isDecided: Bool) throws {
    guard report.hasHarnessErrors else { return }
    var known: Set<String> = []
    for variant in report.variants {
        for error in variant.harnessErrors where known.insert(error.message).inserted {
            complain(
                error.sentence + "\n  see it: faultline replay \(error.witness.id)")
        }
    }
    if !isDecided { throw ExitCode(2) }
}
