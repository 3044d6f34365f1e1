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
        abstract: "Find the patch or the commit that broke an expectation, or mended it.",
        discussion: """
            A series is an mbox, a directory of patches, or several patches in
            order; "-" reads standard input. What the code shows without it and with
            all of it is compared, and each failure that is there at one end only is
            followed to the patch that it comes or goes with. A failure is followed
            by what it is, so that another one of the same expectation does not lead
            astray; patches that do not build are passed over.

              faultline bisect v2.mbx
              faultline bisect --tree linux-source-6.12 outgoing/
              faultline bisect --expectation no-leak --tree ~/linux --rev v6.12 v2.mbx

            A range of commits is searched along the line of first parents, each
            commit as the tree that it left:

              faultline bisect --tree ~/linux --rev v6.1..v6.12

            The failure of a run that check has found is followed by its witness:

              faultline bisect --witness 80922ad26ddb v2.mbx

            git's own bisection, over any history, takes the verdict on the work
            tree from check:

              git bisect start BAD GOOD
              git bisect run faultline check --bisect no-self-deadlock
            """)

    @Argument(
        help: ArgumentHelp("The series: an mbox, a directory, or patches.", valueName: "series"),
        completion: .patches)
    var series: [String] = []

    @Option(
        help: ArgumentHelp("Follow this expectation alone.", valueName: "name"),
        completion: .expectations)
    var expectation: String?

    @Option(
        help: ArgumentHelp("Follow the failure that this witness shows.", valueName: "id"),
        completion: .witnesses)
    var witness: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var judging: JudgingOptions
    @OptionGroup var orders: OrderOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func validate() throws {
        if expectation != nil, witness != nil {
            throw ValidationError(
                "--expectation and --witness each say what to follow: one of them")
        }
        if series.isEmpty, source.rev?.contains("..") != true {
            throw ValidationError(
                "which series? `faultline bisect SERIES`, or `--rev A..B` of a git tree")
        }
    }

    func run() throws {
        var session = try running.makeCheckSession(judging)
        session.orders = orders.limit
        let target = try self.target(session)
        let states = try self.states(&session)
        var bisection = Bisection(states, following: target, session)
        if isatty(STDERR_FILENO) == 1 {
            let progress = session.progress
            bisection.progress = { step, state in
                progress?(.done)
                Faultline.complain(BisectionText.progress(step, state))
            }
        }
        let report = try bisection.run()
        switch result.format {
        case .text: try result.deliver(BisectionText(report).render())
        case .json: try result.deliver(ReportJSON.render(report))
        }
    }

    private func target(_ session: CheckSession) throws -> BisectionTarget {
        if let expectation { return .expectation(try Expectations.chosen(expectation)) }
        guard let witness else { return .changes }
        return .signature(try session.signature(ofWitness: witness))
    }

    private func states(_ session: inout CheckSession) throws -> BisectionStates {
        let builder = session.builder
        if series.isEmpty, let range = source.rev {
            let directory = try source.directory()
            session.treeName = TreeOptions.spoken(directory)
            return try BisectionStates(range, in: directory, builder)
        }
        let chosen = try source.choose(builder)
        session.treeName = chosen?.name
        let patches = try series.flatMap {
            try Patch.read($0, toolchain: builder.toolchain, cache: builder.cache)
        }
        return BisectionStates(
            patches, named: series.joined(separator: " "), on: try chosen.base(builder))
    }
}

extension Expectations {
    /// The expectation that the user names.
    static func chosen(_ name: String) throws -> Expectation {
        guard let expectation = named(name) else {
            throw CommandFailure(
                "no expectation is called \(name); there are "
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
                "\(name): the witness does not say what its failure is; check again, and take the "
                    + "new one")
        }
        return signature
    }
}
