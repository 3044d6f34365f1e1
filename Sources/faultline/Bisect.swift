// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Bisection
import Expectations
import Exploration
import Glibc
import Patches
import Reporting

/// The first patch of a series, or the first commit of a range, that changes a verdict.
struct Bisect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find the patch or the commit that breaks or fixes an expectation.",
        discussion: """
            A series is an mbox, a directory of patches, or several patches in
            order; "-" reads standard input. Bisect compares the code without the
            series and with all of it. For each failure that only one of them has,
            it finds the patch that adds or removes it. It follows one exact
            failure, not any failure of the same expectation. It skips patches that
            do not build.

              faultline bisect v2.mbx
              faultline bisect --tree linux-source-6.12 outgoing/
              faultline bisect --expectation no-leak --tree ~/linux --rev v6.12 v2.mbx

            Or search a range of commits along first parents. Each commit is judged
            as a whole tree:

              faultline bisect --tree ~/linux --rev v6.1..v6.12

            Follow the failure of a witness that check has found:

              faultline bisect --witness 80922ad26ddb v2.mbx

            For any other history, let git bisect and check the work tree:

              git bisect start BAD GOOD
              git bisect run faultline check --bisect no-self-deadlock
            """)

    @Argument(
        help: ArgumentHelp("The series: an mbox, a directory, or patches.", valueName: "series"),
        completion: .patches)
    var series: [String] = []

    @Option(
        help: ArgumentHelp("Follow only this expectation.", valueName: "name"),
        completion: .expectations)
    var expectation: String?

    @Option(
        help: ArgumentHelp("Follow only the failure of this witness.", valueName: "id"),
        completion: .witnesses)
    var witness: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var judging: JudgingOptions
    @OptionGroup var orders: OrderOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func validate() throws {
        if expectation != nil, witness != nil {
            throw ValidationError(
                "--expectation and --witness cannot be used together")
        }
        if series.isEmpty, !source.isRange {
            throw ValidationError(
                "no series given: `faultline bisect SERIES`, or `--rev A..B` with a git tree")
        }
    }

    func run() throws {
        // What there is not is told before a series is read.
        let target = try self.target(running.makeCheckSession(judging))
        let asked = try ask()
        var session = asked.session
        session.orders = orders.limit
        let states = try self.states(asked)
        var bisection = Bisection(states, following: target, session)
        if isatty(STDERR_FILENO) == 1 {
            let progress = session.progress
            bisection.progress = { step, state in
                progress?(.done)
                complain(BisectionText.progress(step, state))
            }
        }
        let report = try bisection.run()
        try result.deliver(
            text: BisectionText(report).render(), json: BisectionJSON.render(report))
    }

    private func target(_ session: CheckSession) throws -> BisectionTarget {
        if let expectation { return .expectation(try Expectations.chosen(expectation)) }
        guard let witness else { return .changes }
        return .signature(try session.signature(ofWitness: witness))
    }

    /// A range is not read as patches: each commit is a tree.
    private func ask() throws -> AskedQuestion {
        guard series.isEmpty else {
            return try running.ask(about: source, judging, on: filesystem, patches: series)
        }
        return try running.ask(aboutHistory: judging, on: filesystem)
    }

    private func states(_ asked: AskedQuestion) throws -> BisectionStates {
        if series.isEmpty, let range = source.rev {
            return try BisectionStates(range, in: source.repository(), asked.builder)
        }
        return BisectionStates(
            asked.patches.patches, named: series.joined(separator: " "),
            on: try asked.chosen.base(asked.builder))
    }
}

extension Expectations {
    /// The expectation that the user names.
    static func chosen(_ name: String) throws -> Expectation {
        guard let expectation = named(name) else {
            throw CommandFailure(
                "there is no expectation \(name); the names are "
                    + all.map(\.name).joined(separator: ", "))
        }
        return expectation
    }
}

extension CheckSession {
    /// What a kept witness shows.
    func signature(ofWitness name: String) throws -> FailureSignature {
        let witness = try store.load(name)
        guard let signature = Expectations.all.lazy.compactMap({ witness.signature(of: $0) }).first
        else {
            throw CommandFailure(
                "\(name): this witness does not name its failure; run check again and use the new "
                    + "witness")
        }
        return signature
    }
}
